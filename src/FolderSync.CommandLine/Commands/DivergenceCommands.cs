using System.CommandLine;
using FolderSync.Client;
using FolderSync.CommandLine.Shell;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

/// <summary>Override and revert: show their effect first and ask the user to confirm.</summary>
internal static class DivergenceCommands
{
    private const int MaxShown = 20;

    public static Command Override(CommandSet cli) => Create(cli, "override", "Makes this device's version of a send-only folder the current one everywhere.",
        (client, folder, perPage, cancellation) => client.PreviewOverrideAsync(folder, 1, perPage, cancellation), (client, folder, cancellation) => client.OverrideAsync(folder, cancellation),
        "on the other devices");

    public static Command Revert(CommandSet cli) => Create(cli, "revert", "Undoes local changes in a receive-only folder.",
        (client, folder, perPage, cancellation) => client.PreviewRevertAsync(folder, 1, perPage, cancellation), (client, folder, cancellation) => client.RevertAsync(folder, cancellation),
        "here");

    private static Command Create(
        CommandSet cli, string name, string description, Func<ServiceClient, string, int, CancellationToken, Task<PreviewPage>> look, Func<ServiceClient, string, CancellationToken, Task> act, string where)
    {
        var folder = FolderCommands.Folder(cli);
        var preview = new Option<bool>("--preview") { Description = "Only show what would happen." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Don't ask for confirmation." };
        return cli.SetHandler(new Command(name, description) { folder, preview, yes }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            var target = Targets.Folder(parsed.GetRequiredValue(folder), await client.FoldersAsync(cancellation));
            var page = await look(client, target.Id, MaxShown, cancellation);
            if (page.Total == 0)
            {
                await context.Out.WriteLineAsync($"There is nothing to {name} in '{target.Id}'.");
                return;
            }
            await context.Out.WriteLineAsync($"`{name}` would do this {where}:");
            foreach (var item in page.Items)
                await context.Out.WriteLineAsync($"  {item.Action,-8}  {(item.Type == "file" ? HumanReadable.Bytes(item.Size) : ""),10}  {PrintableText.Escape(item.Name)}");
            if (page.Total > page.Items.Count)
                await context.Out.WriteLineAsync($"  ... and {page.Total - page.Items.Count:N0} more");
            await context.Out.WriteLineAsync($"{HumanReadable.Count(page.Total, "item")}, {HumanReadable.Bytes(page.Bytes)}.");
            if (parsed.GetValue(preview))
                return;
            if (!parsed.GetValue(yes) && !await context.AskAsync("Do it?", cancellation))
                throw CliException.Failed("Nothing was changed. Use `--yes` to skip the confirmation.");
            await act(client, target.Id, cancellation);
            await context.Out.WriteLineAsync("Started; `foldersync status` shows the progress.");
        });
    }
}
