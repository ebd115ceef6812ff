using System.CommandLine;
using FolderSync.CommandLine.Completion;
using FolderSync.CommandLine.Shell;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class ConflictCommand
{
    public static Command Create(CommandSet cli)
    {
        var folder = new Argument<string?>("FOLDER") { Description = "Its ID, label or path. Default: all.", Arity = ArgumentArity.ZeroOrOne }.CompleteFolders(cli);
        var keepCopy = new Option<string?>("--keep-copy") { Description = "Keep that copy's content under the original name.", HelpName = "COPY" };
        var keepCurrent = new Option<string?>("--keep-current") { Description = "Keep the present file and move that copy to the versions.", HelpName = "COPY" };
        var json = new Option<bool>("--json") { Description = "Print the list as JSON." };
        return cli.SetHandler(new Command("conflicts", "Lists and resolves conflict copies.") { folder, keepCopy, keepCurrent, json }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            var target = parsed.GetValue(folder) is { } word ? Targets.Folder(word, await client.FoldersAsync(cancellation)).Id : null;
            var (copy, current) = (parsed.GetValue(keepCopy), parsed.GetValue(keepCurrent));
            if (copy is not null && current is not null)
                throw CliException.BadInput("Give either --keep-copy or --keep-current.");
            var all = await client.ConflictsAsync(target, cancellation);
            if ((copy ?? current) is { } chosen)
            {
                var found = all.Where(c => c.Copy == chosen).ToList();
                if (found.Count != 1)
                    throw CliException.BadInput(found.Count == 0 ? $"There is no conflict copy '{chosen}'. `foldersync conflicts` lists them." : $"Several folders have a copy '{chosen}': name the folder, too.");
                await client.ResolveConflictAsync(found[0].Folder, chosen, copy is not null, cancellation);
                await context.Out.WriteLineAsync($"'{PrintableText.Escape(found[0].Item)}' has {(copy is not null ? "the copy's content now" : "kept its content")}. The other one is among the versions.");
                return;
            }
            if (parsed.GetValue(json))
                await Paging.PrintAsync(context, all, ExtensionJson.Default.IReadOnlyListConflictItem);
            else if (all.Count == 0)
                await context.Out.WriteLineAsync("There are no conflicts.");
            else
                await ListAsync(context, all);
        });
    }

    private static async Task ListAsync(CliContext context, IReadOnlyList<ConflictItem> all)
    {
        foreach (var conflict in all)
        {
            await context.Out.WriteLineAsync($"{HumanReadable.Moment(conflict.Time, context.Time.GetUtcNow()),-16}  {PrintableText.Escape(conflict.Folder)}: {PrintableText.Escape(conflict.Item)}");
            await context.Out.WriteLineAsync($"{"",-16}  has the content of {PrintableText.Escape(conflict.DeviceName.Length > 0 ? conflict.DeviceName : conflict.Device)}; the other one is {PrintableText.Escape(conflict.Copy)}");
        }
        await context.Out.WriteLineAsync("`foldersync conflicts FOLDER --keep-copy COPY` keeps that copy, `--keep-current COPY` keeps the present file.");
    }
}
