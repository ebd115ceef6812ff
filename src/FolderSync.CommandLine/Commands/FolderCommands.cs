using System.CommandLine;
using FolderSync.CommandLine.Completion;
using FolderSync.CommandLine.Shell;

namespace FolderSync.CommandLine.Commands;

internal static class FolderCommands
{
    public static Argument<string> Folder(CommandSet cli) => new Argument<string>("FOLDER") { Description = "Its ID, label or path." }.CompleteFolders(cli);

    public static Command Scan(CommandSet cli)
    {
        var folder = new Argument<string?>("FOLDER") { Description = "Its ID, label or path. Default: all.", Arity = ArgumentArity.ZeroOrOne }.CompleteFolders(cli);
        return cli.SetHandler(new Command("scan", "Scans for changes now and returns when the scan is done.") { folder }, async (context, home, parsed, cancellation) =>
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
}
