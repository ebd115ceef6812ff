using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Platform;

namespace FolderSync.CommandLine.Commands;

internal static class OpenCommand
{
    public static Command Create(CommandSet cli)
    {
        var print = new Option<bool>("--print") { Description = "Only print the page's address." };
        return cli.SetHandler(new Command("open", "Opens the running service's page in the browser.") { print }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            // Only the address: a key in it would stay in the browser's history.
            var url = client.Address.Url;
            if (parsed.GetValue(print))
                await context.Out.WriteLineAsync(url);
            else if (await Browser.OpenAsync(url, cancellation))
                await context.Out.WriteLineAsync($"Opened {url}");
            else
                throw CliException.Failed($"No browser could be opened here. The page is at {url}");
        });
    }
}
