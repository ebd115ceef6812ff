using System.CommandLine;
using FolderSync.Client;
using FolderSync.Host.Service;

namespace FolderSync.Host.Cli;

internal static class FolderCommands
{
    private const int Shown = 1000;

    public static Command Scan(CommandLine cli)
    {
        var folder = new Argument<string?>("FOLDER") { Description = "Its ID, label or path. Default: all.", Arity = ArgumentArity.ZeroOrOne };
        return cli.Does(new Command("scan", "Looks for changes now; done when the scan is.") { folder }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            if (parsed.GetValue(folder) is not { } word)
            {
                await client.ScanAsync(null, cancellation);
                await context.Out.WriteLineAsync("Scanned all folders.");
                return;
            }
            var target = Targets.Folder(word, await client.FoldersAsync(cancellation));
            await client.ScanAsync(target.Id, cancellation);
            await context.Out.WriteLineAsync($"Scanned '{target.Id}'.");
        });
    }

    public static Command Pause(CommandLine cli, bool pause)
    {
        var target = new Argument<string?>("FOLDER or DEVICE") { Description = "Its ID, label or name. Default: all folders.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(pause ? "pause" : "resume", pause ? "Stops syncing a folder, or with a device, until it is resumed." : "Ends a pause.") { target };
        return cli.Does(command, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            var folders = await client.FoldersAsync(cancellation);
            var done = pause ? "paused" : "resumed";
            if (parsed.GetValue(target) is not { } word)
            {
                foreach (var each in folders)
                    await client.PauseFolderAsync(each.Id, pause, cancellation);
                await context.Out.WriteLineAsync($"All folders are {done}.");
                return;
            }
            var devices = await client.DevicesAsync(cancellation);
            var isDevice = folders.All(f => f.Id != word && f.Label != word) &&
                (devices.Any(d => string.Equals(d.Name, word, StringComparison.OrdinalIgnoreCase)) || Core.Model.DeviceIdText.TryParse(word, out _, out _));
            if (isDevice)
                await client.PauseDeviceAsync(Targets.Device(word, devices).DeviceId, pause, cancellation);
            else
                await client.PauseFolderAsync(Targets.Folder(word, folders).Id, pause, cancellation);
            await context.Out.WriteLineAsync($"'{word}' is {done}.");
        });
    }

    public static Command Need(CommandLine cli)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Its ID, label or path." };
        return cli.Does(new Command("need", "Lists what this device lacks of a folder, and why where it can't be had.") { folder }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            var target = Targets.Folder(parsed.GetRequiredValue(folder), await client.FoldersAsync(cancellation));
            var need = await client.NeedAsync(target.Id, 1, Shown, cancellation);
            var reasons = (await client.FolderErrorsAsync(target.Id, cancellation)).Errors?.GroupBy(e => e.Path).ToDictionary(g => g.Key, g => g.First().Error) ?? [];
            var status = await client.FolderStatusAsync(target.Id, cancellation);
            IEnumerable<NeededFile> all = [.. need.Progress ?? [], .. need.Queued ?? [], .. need.Rest ?? []];
            var count = 0;
            foreach (var file in all)
            {
                count++;
                var reason = file.Reason ?? reasons.GetValueOrDefault(file.Name);
                await context.Out.WriteLineAsync($"{(file.Deleted ? "delete" : Amount.Bytes(file.Size)),10}  {PrintableText.Of(file.Name)}{(reason is null ? "" : "  — " + PrintableText.Of(reason))}");
            }
            if (count == 0)
                await context.Out.WriteLineAsync($"'{target.Id}' is up to date.");
            else if (status.NeedTotalItems > count)
                await context.Out.WriteLineAsync($"... and {status.NeedTotalItems - count:N0} more.");
        });
    }
}
