using System.CommandLine;
using FolderSync.Client;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Checks;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class ConfigCommands
{
    public static Command Create(CommandSet cli) => new("config", "Shows, checks and edits config.yaml.") { Check(cli), Show(cli), Edit(cli), Path(cli), Schema(cli) };

    private static Command Check(CommandSet cli)
    {
        var file = new Argument<string?>("FILE") { Description = "Check this file instead of the home's config.yaml.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("check", "Checks the configuration and reports errors with line and column. The exit code is 2 if there are any.") { file };
        return cli.SetHandler(command, async (context, home, parsed, _) =>
        {
            var path = parsed.GetValue(file) is { } named ? System.IO.Path.GetFullPath(named, context.WorkingDirectory) : home.ConfigFile;
            foreach (var warning in ConfigOverrides.FindMisspelled(context.Variables))
                await context.Error.WriteLineAsync(warning);
            var good = FileCheck.Of(path, home, ConfigOverrides.FromEnvironment(context.Environment));
            foreach (var warning in good.Warnings)
                await context.Error.WriteLineAsync(warning.ToString());
            await context.Out.WriteLineAsync($"'{path}' is valid: {Count(good.Folders, "folder")}, {Count(good.Devices, "device")}.");
        });
    }

    private static Command Show(CommandSet cli)
    {
        var set = new Option<bool>("--set") { Description = "Omit options that have their default." };
        var command = new Command("show", "Prints the configuration in force, each option with its origin: file, environment, flag or default. Keys and hashes are hidden.") { set };
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            using var client = await CliContext.ConnectAsync(home, cancellation);
            var overrides = client is not null && ServiceAddress.Find(home.Path) is { } running
                ? running.Overrides.Aggregate(ConfigOverrides.None, (o, one) => o.With(new ConfigOverride(one.Section, one.Option, one.Value, one.Source)))
                : ConfigOverrides.FromEnvironment(context.Environment);
            var state = ConfigState.Load(home, new ConfigBackups(home.ConfigBackups, TimeProvider.System), overrides);
            await context.Out.WriteAsync(ConfigPrinter.Text(state, overrides, defaults: !parsed.GetValue(set)));
        });
    }

    private static Command Edit(CommandSet cli) => cli.SetHandler(
        new Command("edit", "Opens a copy of the configuration in $VISUAL or $EDITOR, checks it, and replaces the file only with a valid copy."),
        async (context, home, parsed, cancellation) =>
        {
            _ = context.Self(home);
            var editor = ConfigEdit.Editor(context.Environment) ?? throw CliException.BadInput("No editor was found. Name one in $EDITOR, such as EDITOR=nano.");
            var edited = await new ConfigEdit(home, editor, async refused =>
            {
                foreach (var problem in refused.Problems)
                    await context.Error.WriteLineAsync(PrintableText.Escape(problem.ToString()));
                return await context.AskAsync("Edit it again?", cancellation);
            }).RunAsync(cancellation);
            switch (edited)
            {
                case ConfigEditResult.Unchanged:
                    await context.Error.WriteLineAsync("Nothing was changed.");
                    break;
                case ConfigEditResult.Replaced replaced:
                    foreach (var warning in replaced.Warnings)
                        await context.Error.WriteLineAsync(PrintableText.Escape(warning.ToString()));
                    await context.Error.WriteLineAsync($"'{home.ConfigFile}' is saved{(await IsRunningAsync(home, cancellation) ? " and was reloaded" : "; it takes effect when FolderSync starts")}.");
                    break;
                case ConfigEditResult.Abandoned left:
                    throw CliException.BadInput($"Nothing was changed. Your changes are in '{left.Copy}'.");
                case ConfigEditResult.Conflicted left:
                    throw CliException.Failed($"'{home.ConfigFile}' was changed by another program meanwhile and was not replaced. Your changes are in '{left.Copy}'.");
            }
        });

    private static Command Path(CommandSet cli) => cli.SetHandler(
        new Command("path", "Prints the path of the configuration."), (context, home, _, _) => context.Out.WriteLineAsync(home.ConfigFile));

    private static Command Schema(CommandSet cli) => cli.SetHandler(
        new Command("schema", "Prints the JSON Schema of config.yaml, for completion and checks in editors."), (context, _, _, _) => context.Out.WriteAsync(ConfigJsonSchema.Text));

    private static async Task<bool> IsRunningAsync(HomeDirectory home, CancellationToken cancellation)
    {
        using var client = await CliContext.ConnectAsync(home, cancellation);
        return client is not null;
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
