using System.CommandLine;
using FolderSync.Host.Service;

namespace FolderSync.Host.Cli;

internal static class ServeCommand
{
    public static Command Create(CommandLine cli)
    {
        var address = new Option<string?>("--gui-address")
        {
            Description = "Where the page and the REST interface are, over the configuration's page.address. Also $FOLDERSYNC_GUI_ADDRESS.",
            HelpName = "HOST:PORT",
        };
        var key = new Option<string?>("--gui-apikey") { Description = "The REST interface's key, over the configuration's page.api-key. Also $FOLDERSYNC_GUI_APIKEY.", HelpName = "KEY" };
        var noBrowser = new Option<bool>("--no-browser") { Description = "Don't open the page in a browser." };
        var level = new Option<LogLevel>("--log-level") { Description = "Trace, Debug, Information, Warning or Error.", DefaultValueFactory = _ => LogLevel.Information, HelpName = "LEVEL" };
        var command = new Command("serve", "Runs the service until it is told to end (Ctrl-C, SIGTERM, the page). Makes the home where there is none.") { address, key, noBrowser, level };
        return cli.Does(command, async (context, home, parsed, cancellation) =>
        {
            var options = new ServiceOptions(
                home,
                parsed.GetValue(address) ?? FromEnvironment(context, "FOLDERSYNC_GUI_ADDRESS"),
                parsed.GetValue(key) ?? FromEnvironment(context, "FOLDERSYNC_GUI_APIKEY"),
                parsed.GetValue(noBrowser),
                parsed.GetValue(level));
            try
            {
                await ServiceRun.RunAsync(options, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // A signal is how a service is ended, also while it still starts.
            }
        });
    }

    private static string? FromEnvironment(CliContext context, string name) => context.Environment(name) is { Length: > 0 } value ? value : null;
}
