using System.CommandLine;
using FolderSync.Client;
using FolderSync.CommandLine.Completion;
using FolderSync.CommandLine.Shell;
using FolderSync.Core.Model;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

/// <summary>
/// Pauses and resumes. A single folder or device is paused in its configuration; pausing everything leaves the configuration alone and may be
/// limited in time.
/// </summary>
internal static class PauseCommands
{
    public static Command Pause(CommandSet cli)
    {
        var target = Target(cli);
        var time = new Option<string?>("--for") { Description = "How long to pause everything: 30m, 1h, 1h30m, 2d. Not for a single folder or device.", HelpName = "TIME" };
        return cli.SetHandler(new Command("pause", "Pauses syncing: everything, one folder, or one device.") { target, time }, async (context, home, parsed, cancellation) =>
        {
            var duration = parsed.GetValue(time) is not { } text ? (TimeSpan?)null : HumanReadable.ParseDuration(text) ??
                throw CliException.BadInput($"'{text}' is not a duration. Write it as 30m, 1h, 1h30m or 2d.");
            var word = parsed.GetValue(target);
            if (word is not null && duration is not null)
                throw CliException.BadInput("--for pauses everything: omit the name. A single folder or device stays paused until you resume it.");
            using var client = await context.RequireAsync(home, cancellation);
            if (word is not null)
            {
                await context.Out.WriteLineAsync($"{await SetAsync(client, word, true, cancellation)} is paused.");
                return;
            }
            await client.PauseAllAsync(duration?.TotalMinutes, cancellation);
            await context.Out.WriteLineAsync(duration is { } d
                ? $"Everything is paused until {HumanReadable.Moment(context.Time.GetUtcNow() + d, context.Time.GetUtcNow())}. `foldersync resume` resumes it."
                : "Everything is paused. `foldersync resume` resumes it.");
        });
    }

    public static Command Resume(CommandSet cli)
    {
        var target = Target(cli);
        return cli.SetHandler(new Command("resume", "Ends a pause.") { target }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            if (parsed.GetValue(target) is { } word)
            {
                await context.Out.WriteLineAsync($"{await SetAsync(client, word, false, cancellation)} is resumed.");
                return;
            }
            await client.ResumeAllAsync(cancellation);
            var resting = (await client.FoldersAsync(cancellation)).Where(f => f.Paused == true).Select(f => f.Id)
                .Concat((await client.DevicesAsync(cancellation)).Where(d => d.Paused == true).Select(d => d.Name is { Length: > 0 } ? d.Name : d.DeviceId)).ToList();
            await context.Out.WriteLineAsync(resting.Count == 0 ? "Everything is resumed." : $"Resumed. Still paused separately: {PrintableText.Escape(string.Join(", ", resting))}.");
        });
    }

    private static Argument<string?> Target(CommandSet cli) =>
        new Argument<string?>("NAME") { Description = "A folder's ID, label or path, or a device's name or ID. Default: everything.", Arity = ArgumentArity.ZeroOrOne }.CompleteFoldersAndDevices(cli);

    private static async Task<string> SetAsync(ServiceClient client, string word, bool pause, CancellationToken cancellation)
    {
        var (folders, devices) = (await client.FoldersAsync(cancellation), await client.DevicesAsync(cancellation));
        var isDevice = folders.All(f => f.Id != word && f.Label != word) &&
            (devices.Any(d => string.Equals(d.Name, word, StringComparison.OrdinalIgnoreCase)) || DeviceIdText.TryParse(word, out _, out _));
        if (isDevice)
            await client.PauseDeviceAsync(Targets.Device(word, devices).DeviceId, pause, cancellation);
        else
            await client.PauseFolderAsync(Targets.Folder(word, folders).Id, pause, cancellation);
        return $"'{PrintableText.Escape(word)}'";
    }
}
