using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.CommandLine.Status;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class NeedCommand
{
    public static Command Create(CommandSet cli)
    {
        var (folder, paging) = (FolderCommands.Folder(cli), new Paging());
        var command = new Command("need", "Lists the items of a folder that this device lacks, each with the reason.") { folder };
        paging.AddTo(command);
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            var (page, perPage) = paging.Of(parsed);
            using var client = await context.RequireAsync(home, cancellation);
            var target = Targets.Folder(parsed.GetRequiredValue(folder), await client.FoldersAsync(cancellation));
            var need = await client.NeedPageAsync(target.Id, page, perPage, cancellation);
            if (paging.Json(parsed))
            {
                await Paging.PrintAsync(context, need, ExtensionJson.Default.NeedPage);
                return;
            }
            if (need.Total == 0)
            {
                await context.Out.WriteLineAsync($"'{target.Id}' is up to date.");
                return;
            }
            var names = (await client.DevicesAsync(cancellation)).ToDictionary(d => d.DeviceId, d => d.Name is { Length: > 0 } name ? name : d.DeviceId);
            foreach (var item in need.Items)
            {
                await context.Out.WriteLineAsync($"{item.Action,-8}  {(item.Type == "file" && item.Action is not ("delete" or "metadata") ? HumanReadable.Bytes(item.Size) : ""),10}  {PrintableText.Escape(item.Name)}");
                await context.Out.WriteLineAsync($"{"",-22}{PrintableText.Escape(Reason(item, names, context.Time.GetUtcNow()))}");
            }
            await Paging.WriteRangeAsync(context, need.Total, page, perPage, need.Items.Count);
        });
    }

    /// <summary>The service's sentence, plus progress, source and retry time unless the sentence has them.</summary>
    private static string Reason(NeedItem item, IReadOnlyDictionary<string, string> names, DateTimeOffset now)
    {
        var progress = item.State == "transferring" && item.Size > 0 ? $"{StatusTable.Percent(Math.Min(99.9, 100.0 * item.BytesDone / item.Size))}. " : "";
        var device = item.Device is { } id && names.TryGetValue(id, out var name) && !item.Reason.Contains(name, StringComparison.Ordinal) ? $" ({name})" : "";
        var again = item.RetryAt is { } at ? $" Tried again {(at <= now ? "now" : "at " + HumanReadable.Moment(at, now))}." : "";
        return progress + item.Reason + device + again;
    }
}
