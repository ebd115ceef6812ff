using System.CommandLine;
using FolderSync.Host.Config;

namespace FolderSync.Host.Cli;

internal static class ConfigCommands
{
    public static Command Create(CommandLine cli) => new("config", "Looks at config.yaml.")
    {
        cli.Does(new Command("check", "Says what is wrong in the configuration, with line and column; exit code 2 then."), async (context, home, _, _) =>
        {
            using var store = ConfigStore.Open(home, context.Identity(home).DeviceId);
            if (store.Error is { } torn)
                throw torn;
            foreach (var warning in store.Warnings)
                await context.Error.WriteLineAsync(warning.ToString());
            await context.Out.WriteLineAsync($"'{home.ConfigFile}' is good: {store.Current.Engine.Folders.Length} folders, {store.Current.Engine.Devices.Length} devices.");
        }),
        cli.Does(new Command("path", "Prints where the configuration is."), (context, home, _, _) => context.Out.WriteLineAsync(home.ConfigFile)),
    };
}
