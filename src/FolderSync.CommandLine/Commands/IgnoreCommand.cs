using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class IgnoreCommand
{
    private const int MaxShown = 50;

    public static Command Create(CommandSet cli)
    {
        var folder = FolderCommands.Folder(cli);
        var add = new Option<string[]>("--add") { Description = "A pattern to append; may be repeated.", HelpName = "PATTERN" };
        var remove = new Option<string[]>("--remove") { Description = "A pattern to remove; may be repeated.", HelpName = "PATTERN" };
        var preview = new Option<bool>("--preview") { Description = "Only show which present files would be ignored." };
        return cli.SetHandler(new Command("ignore", "Shows or changes a folder's ignore patterns.") { folder, add, remove, preview }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            var target = Targets.Folder(parsed.GetRequiredValue(folder), await client.FoldersAsync(cancellation));
            var present = (await client.IgnoresAsync(target.Id, cancellation)).Ignore ?? [];
            var (added, removed) = (parsed.GetValue(add) ?? [], parsed.GetValue(remove) ?? []);
            var lines = Changed(present, added, removed);
            if (parsed.GetValue(preview))
            {
                await PreviewAsync(context, await client.PreviewIgnoresAsync(new IgnorePreviewRequest(target.Id, lines, 1, MaxShown), cancellation), lines);
                return;
            }
            if (added.Length + removed.Length == 0)
            {
                if (present.Count == 0)
                    await context.Error.WriteLineAsync($"Nothing in '{target.Id}' is ignored. `foldersync ignore {target.Id} --add PATTERN` adds a pattern.");
                foreach (var line in present)
                    await context.Out.WriteLineAsync(PrintableText.Escape(line));
                return;
            }
            if (lines.SequenceEqual(present))
            {
                await context.Out.WriteLineAsync($"'{target.Id}' has {(added.Length == 1 ? "that pattern" : "these patterns")} already.");
                return;
            }
            // An invalid pattern stops the folder, so refuse it first.
            Check(await client.PreviewIgnoresAsync(new IgnorePreviewRequest(target.Id, lines, 1, 1), cancellation), lines);
            await client.SetIgnoresAsync(target.Id, lines, cancellation);
            await context.Out.WriteLineAsync($"'{target.Id}' has {HumanReadable.Count(lines.Count, "line")} of patterns now.");
        });
    }

    private static List<string> Changed(IReadOnlyList<string> present, string[] added, string[] removed)
    {
        var lines = present.ToList();
        foreach (var pattern in removed)
        {
            if (lines.RemoveAll(l => l.Trim() == pattern.Trim()) == 0)
                throw CliException.BadInput($"The pattern '{pattern}' does not exist. `foldersync ignore FOLDER` lists the patterns.");
        }
        lines.AddRange(added.Where(a => !lines.Contains(a)));
        return lines;
    }

    private static void Check(IgnorePreview preview, IReadOnlyList<string> lines)
    {
        if (preview.Error is not { } error)
            return;
        var line = preview.Line is { } number && number >= 1 && number <= lines.Count ? $" The line is: {lines[number - 1]}" : "";
        throw CliException.BadInput($"{error}{line} Nothing was changed.");
    }

    private static async Task PreviewAsync(CliContext context, IgnorePreview preview, IReadOnlyList<string> lines)
    {
        Check(preview, lines);
        if (preview.Total == 0)
        {
            await context.Out.WriteLineAsync("No present file would be ignored.");
            return;
        }
        foreach (var item in preview.Items.Where(i => i.Ignored))
            await context.Out.WriteLineAsync($"{PrintableText.Escape(item.Name)}{(item.Type == "dir" ? "/" : "")}{(item.Pattern is { } p ? "  by " + PrintableText.Escape(p) : "")}");
        if (preview.Total > preview.Items.Count)
            await context.Out.WriteLineAsync($"... and {preview.Total - preview.Items.Count:N0} more.");
        await context.Out.WriteLineAsync($"Ignored: {HumanReadable.Count(preview.IgnoredFiles, "file")} that {(preview.IgnoredFiles == 1 ? "is" : "are")} synced now, {HumanReadable.Bytes(preview.IgnoredBytes)}. Nothing was changed.");
    }
}
