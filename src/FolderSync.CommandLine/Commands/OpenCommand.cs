using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Platform;

namespace FolderSync.CommandLine.Commands;

internal static class OpenCommand
{
    public static Command Create(CommandSet cli)
    {
        var print = new Option<bool>("--print") { Description = "Only print a link to the page. It works once, for ten minutes, in a browser of yours." };
        return cli.SetHandler(new Command("open", "Opens the running service's page in the browser.") { print }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            if (parsed.GetValue(print))
            {
                await context.Out.WriteLineAsync((await client.PageLinkAsync("", isPrinted: true, cancellation)).Url);
                return;
            }
            var link = await client.PageLinkAsync("", isPrinted: false, cancellation);
            if (await Browser.OpenAsync(link.Url, cancellation))
                await context.Out.WriteLineAsync($"Opened {client.Address.Url}");
            else if (link.OpensOnce)
                throw CliException.Failed($"No browser could be opened here. This link opens the page once, within ten minutes: {(await client.PageLinkAsync("", isPrinted: true, cancellation)).Url}");
            else
                throw CliException.Failed($"No browser could be opened here. The page is at {link.Url}");
        });
    }
}
