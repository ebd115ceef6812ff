using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;

namespace FolderSync.CommandLine.Commands;

internal static class InitCommand
{
    public static Command Create(CommandSet cli)
    {
        var name = new Option<string?>("--name") { Description = "This device's name, as others see it. Default: the computer's.", HelpName = "NAME" };
        var command = new Command("init", "Creates this device's identity and a commented config.yaml, and prints the device ID. Existing files are never changed.") { name };
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            if (ConfigSchema.ValidateName(parsed.GetValue(name) ?? "") is { } tooLong)
                throw CliException.BadInput(tooLong);
            var ready = await HomeSetup.EnsureAsync(home, parsed.GetValue(name), cancellation);
            foreach (var warning in ready.Warnings)
                await context.Error.WriteLineAsync("foldersync: " + warning);
            await context.Error.WriteLineAsync(ready.Created
                ? $"Created '{home}'. Its settings are in '{home.ConfigFile}'; start it with `foldersync serve --home {home}`. This device's ID:"
                : $"'{home}' already exists and was not changed. This device's ID:");
            await context.Out.WriteLineAsync(ready.Device.ToString());
        });
    }
}
