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
    public static Command Create(CommandSet cli) => new("config", "Looks at config.yaml, and edits it.") { Check(cli), Show(cli), Edit(cli), Path(cli), Schema(cli) };

    private static Command Check(CommandSet cli)
    {
        var file = new Argument<string?>("FILE") { Description = "Another file than the home's config.yaml.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("check", "Says what is wrong in the configuration, with line and column; exit code 2 then.") { file };
        return cli.Does(command, async (context, home, parsed, _) =>
        {
            var path = parsed.GetValue(file) is { } named ? System.IO.Path.GetFullPath(named, context.WorkingDirectory) : home.ConfigFile;
            foreach (var warning in ConfigOverrides.Misspelt(context.Variables))
                await context.Error.WriteLineAsync(warning);
            var good = FileCheck.Of(path, home, ConfigOverrides.FromEnvironment(context.Environment));
            foreach (var warning in good.Warnings)
                await context.Error.WriteLineAsync(warning.ToString());
            await context.Out.WriteLineAsync($"'{path}' is good: {Count(good.Folders, "folder")}, {Count(good.Devices, "device")}.");
        });
    }

    private static Command Show(CommandSet cli)
    {
        var set = new Option<bool>("--set") { Description = "Only what is set; no defaults." };
        var command = new Command("show", "Prints the configuration in force, each option with where it comes from: file, environment, flag or default. Keys and hashes are hidden.") { set };
        return cli.Does(command, async (context, home, parsed, cancellation) =>
        {
            using var client = await CliContext.ConnectAsync(home, cancellation);
            var overrides = client is not null && ServiceAddress.Find(home.Path) is { } running
                ? running.Overrides.Aggregate(ConfigOverrides.None, (o, one) => o.With(new ConfigOverride(one.Section, one.Option, one.Value, one.Source)))
                : ConfigOverrides.FromEnvironment(context.Environment);
            var state = ConfigState.Load(home, new ConfigBackups(home.ConfigBackups, TimeProvider.System), overrides);
            await context.Out.WriteAsync(ConfigShow.Text(state, overrides, defaults: !parsed.GetValue(set)));
        });
    }

    private static Command Edit(CommandSet cli) => cli.Does(
        new Command("edit", "Opens a copy of the configuration in $VISUAL or $EDITOR, checks it, and only then puts it in the file's place."),
        async (context, home, parsed, cancellation) =>
        {
            _ = context.Self(home);
            var editor = ConfigEdit.Editor(context.Environment) ?? throw CliException.BadInput("No editor was found. Name one in $EDITOR, such as EDITOR=nano.");
            var edited = await new ConfigEdit(home, editor, async refused =>
            {
                foreach (var problem in refused.Problems)
                    await context.Error.WriteLineAsync(PrintableText.Of(problem.ToString()));
                return await context.AskAsync("Edit it again?", cancellation);
            }).RunAsync(cancellation);
            switch (edited)
            {
                case ConfigEdited.Unchanged:
                    await context.Error.WriteLineAsync("Nothing was changed.");
                    break;
                case ConfigEdited.Replaced replaced:
                    foreach (var warning in replaced.Warnings)
                        await context.Error.WriteLineAsync(PrintableText.Of(warning.ToString()));
                    await context.Error.WriteLineAsync($"'{home.ConfigFile}' is saved{(await IsRunningAsync(home, cancellation) ? " and taken up at once" : ", and in force when FolderSync starts")}.");
                    break;
                case ConfigEdited.GivenUp left:
                    throw CliException.BadInput($"Nothing was changed. What you wrote is in '{left.Copy}'.");
                case ConfigEdited.Overtaken left:
                    throw CliException.Failed($"'{home.ConfigFile}' was changed by somebody else meanwhile, and is left as it is. What you wrote is in '{left.Copy}'.");
            }
        });

    private static Command Path(CommandSet cli) => cli.Does(
        new Command("path", "Prints where the configuration is."), (context, home, _, _) => context.Out.WriteLineAsync(home.ConfigFile));

    private static Command Schema(CommandSet cli) => cli.Does(
        new Command("schema", "Prints the JSON Schema of config.yaml, by which editors complete and check."), (context, _, _, _) => context.Out.WriteAsync(ConfigJsonSchema.Text));

    private static async Task<bool> IsRunningAsync(HomeDirectory home, CancellationToken cancellation)
    {
        using var client = await CliContext.ConnectAsync(home, cancellation);
        return client is not null;
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
