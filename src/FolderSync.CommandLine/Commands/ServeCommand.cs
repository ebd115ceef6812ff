using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using Microsoft.Extensions.Logging;

namespace FolderSync.CommandLine.Commands;

/// <summary>The options of `serve` from the command line and the environment.</summary>
/// <param name="Overrides">Override the configuration's options.</param>
public sealed record ServeOptions(HomeDirectory Home, ConfigOverrides Overrides, bool NoBrowser, LogLevel LogLevel);

/// <summary>Runs the service until it is asked to end.</summary>
public delegate Task Serve(ServeOptions options, CancellationToken cancellation);

internal static class ServeCommand
{
    public static Command Create(CommandSet cli, Serve serve)
    {
        var address = new Option<string?>("--gui-address")
        {
            Description = "The address of the page and the REST interface; overrides page.address. Also $FOLDERSYNC_PAGE_ADDRESS.",
            HelpName = "HOST:PORT",
        };
        var key = new Option<string?>("--gui-apikey") { Description = "The REST interface's key; overrides page.api-key. Also $FOLDERSYNC_PAGE_API_KEY.", HelpName = "KEY" };
        var set = new Option<string[]>("--set") { Description = "Overrides any option of a section for this run; may be repeated. Also $FOLDERSYNC_SECTION_OPTION.", HelpName = "SECTION.OPTION=VALUE" };
        var noBrowser = new Option<bool>("--no-browser") { Description = "Don't open the page in a browser." };
        var level = new Option<LogLevel>("--log-level") { Description = "Trace, Debug, Information, Warning or Error.", DefaultValueFactory = _ => LogLevel.Information, HelpName = "LEVEL" };
        var withInput = new Option<bool>("--end-with-input") { Description = "End when standard input closes, and so with the program that started this one." };
        var command = new Command("serve", "Runs the service until Ctrl-C, SIGTERM or a shutdown from the page. Creates a missing home.") { address, key, set, noBrowser, level, withInput };
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            var options = new ServeOptions(
                home,
                ServeOverrides.Of(context.Environment, parsed.GetValue(address), parsed.GetValue(key), parsed.GetValue(set) ?? []),
                parsed.GetValue(noBrowser),
                parsed.GetValue(level));
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (parsed.GetValue(withInput))
                EndWithInput(end);
            try
            {
                await serve(options, end.Token);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // A signal ends the service, even during startup.
            }
        });
    }

    private static void EndWithInput(CancellationTokenSource end)
    {
        // On a thread of its own: a blocking read from a pipe can't be cancelled.
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            try
            {
                while (input.ReadByte() >= 0)
                {
                    // Ignore the input.
                }
            }
            catch (IOException)
            {
                // Windows reports a killed writer as a broken pipe.
            }
            try
            {
                end.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has ended for another reason.
            }
        })
        { IsBackground = true, Name = "Standard input" }.Start();
    }
}

/// <summary>Flags override environment variables.</summary>
internal static class ServeOverrides
{
    public static ConfigOverrides Of(Func<string, string?> environment, string? address, string? key, IEnumerable<string> set)
    {
        var overrides = set.Aggregate(ConfigOverrides.FromEnvironment(environment), (o, one) => o.WithFlag("--set", one));
        if (address is not null)
            overrides = overrides.With(new ConfigOverride(ConfigSchema.PageSection, "address", address, "--gui-address"));
        return key is null ? overrides : overrides.With(new ConfigOverride(ConfigSchema.PageSection, "api-key", key, "--gui-apikey"));
    }
}
