using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;

namespace FolderSync.Host.Cli;

internal static class OpenCommand
{
    public static Command Create(CommandLine cli)
    {
        var print = new Option<bool>("--print") { Description = "Only print the page's address." };
        return cli.Does(new Command("open", "Opens the running service's page in the browser.") { print }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            // The address alone: a key in it would stay in the browser's history.
            var url = client.Address.Url;
            if (parsed.GetValue(print))
                await context.Out.WriteLineAsync(url);
            else if (await OpenedAsync(url, cancellation))
                await context.Out.WriteLineAsync($"Opened {url}");
            else
                throw CliException.Failed($"No browser could be opened here. The page is at {url}");
        });
    }

    private static async Task<bool> OpenedAsync(string url, CancellationToken cancellation)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                using var shell = Process.Start(new ProcessStartInfo(url) { UseShellExecute = true });
                return true;
            }
            using var opener = Process.Start(new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [url]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await opener.WaitForExitAsync(cancellation);
            return opener.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
