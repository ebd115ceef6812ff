using System.CommandLine;
using FolderSync.Client;
using FolderSync.CommandLine.Shell;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class VersionsCommand
{
    public static Command Create(CommandSet cli)
    {
        var (folder, paging) = (FolderCommands.Folder(cli), new Paging());
        var restore = new Option<string?>("--restore") { Description = "Restore the newest version of that file.", HelpName = "NAME" };
        var key = new Option<string?>("--key") { Description = "With --restore: restore the version with that key (--json shows the keys).", HelpName = "KEY" };
        var below = new Option<string>("--below") { Description = "Only names with this prefix.", HelpName = "PREFIX", DefaultValueFactory = _ => "" };
        var command = new Command("versions", "Lists and restores kept versions of replaced and deleted files.") { folder, restore, key, below };
        paging.AddTo(command);
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            var (page, perPage) = paging.Of(parsed);
            using var client = await context.RequireAsync(home, cancellation);
            var target = Targets.Folder(parsed.GetRequiredValue(folder), await client.FoldersAsync(cancellation));
            if (parsed.GetValue(restore) is { } name)
            {
                var version = await FindAsync(client, target.Id, name.Replace('\\', '/'), parsed.GetValue(key), cancellation);
                var done = await client.RestoreVersionAsync(target.Id, version.Key, cancellation);
                await context.Out.WriteLineAsync($"'{PrintableText.Escape(done.Restored)}' was restored to the version kept at {HumanReadable.Moment(version.VersionTime, context.Time.GetUtcNow())}. The previous file is kept as a version.");
                return;
            }
            if (parsed.GetValue(key) is not null)
                throw CliException.BadInput("--key selects a version of a file: give --restore NAME, too.");
            var versions = await client.VersionsAsync(target.Id, parsed.GetValue(below) ?? "", page, perPage, cancellation);
            if (paging.Json(parsed))
            {
                await Paging.PrintAsync(context, versions, ExtensionJson.Default.VersionPage);
                return;
            }
            if (versions.Total == 0)
                await context.Out.WriteLineAsync($"'{target.Id}' has no kept versions.");
            foreach (var item in versions.Items)
                await context.Out.WriteLineAsync($"{HumanReadable.Moment(item.VersionTime, context.Time.GetUtcNow()),-16}  {HumanReadable.Bytes(item.Size),10}  {PrintableText.Escape(item.Name)}");
            await Paging.WriteRangeAsync(context, versions.Total, page, perPage, versions.Items.Count);
            if (versions.Total > 0 && page == 1)
                await context.Out.WriteLineAsync($"{HumanReadable.Count(versions.Total, "version")}, {HumanReadable.Bytes(versions.TotalBytes)}.");
        });
    }

    private static async Task<VersionItem> FindAsync(ServiceClient client, string folder, string name, string? key, CancellationToken cancellation)
    {
        const int PerPage = 1000;
        VersionItem? newest = null;
        for (var page = 1; ; page++)
        {
            var versions = await client.VersionsAsync(folder, name, page, PerPage, cancellation);
            foreach (var version in versions.Items.Where(v => v.Name == name && (key is null || v.Key == key)))
                newest = newest is null || version.VersionTime > newest.VersionTime ? version : newest;
            if ((long)page * PerPage >= versions.Total || versions.Items.Count == 0)
                break;
        }
        return newest ?? throw CliException.BadInput($"No version of '{name}' is kept{(key is null ? "" : " under that key")}. `foldersync versions {folder}` lists what is.");
    }
}
