using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using FolderSync.CommandLine.Autostart;
using FolderSync.CommandLine.Commands;
using FolderSync.CommandLine.Completion;
using FolderSync.CommandLine.Demo;
using FolderSync.CommandLine.Docs;
using FolderSync.CommandLine.Doctor;
using FolderSync.CommandLine.Shell;
using FolderSync.CommandLine.Status;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine;

/// <summary>The program's command line: the command tree, and explanations of invalid input.</summary>
public static class CommandLineProgram
{
    /// <param name="serve">Runs the service.</param>
    internal static CommandSet Commands(CliContext context, Serve serve)
    {
        var cli = new CommandSet(context);
        CommandGroup[] groups =
        [
            new("To begin",
                InitCommand.Create(cli),
                ServeCommand.Create(cli, serve),
                OpenCommand.Create(cli),
                IdentityCommands.Id(cli),
                DemoCommand.Create(cli)),
            new("Devices and folders",
                NearbyCommand.Create(cli),
                PairCommands.Pair(cli),
                PairCommands.Unpair(cli),
                DeviceCommand.Create(cli),
                ShareCommands.Share(cli),
                ShareCommands.Unshare(cli),
                IgnoreCommand.Create(cli)),
            new("What goes on",
                StatusCommand.Create(cli),
                NeedCommand.Create(cli),
                ConflictCommand.Create(cli),
                ProblemCommand.Create(cli),
                LogCommand.Create(cli),
                DoctorCommand.Create(cli)),
            new("The command to run",
                FolderCommands.Scan(cli),
                PauseCommands.Pause(cli),
                PauseCommands.Resume(cli),
                VersionsCommand.Create(cli),
                DivergenceCommands.Override(cli),
                DivergenceCommands.Revert(cli),
                ServiceCommands.Restart(cli),
                ServiceCommands.Shutdown(cli)),
            new("Settings",
                ConfigCommands.Create(cli),
                ImportCommand.Create(cli),
                PasswordCommand.Create(cli),
                AutostartCommand.Create(cli),
                CompletionCommand.Create(cli),
                IdentityCommands.Version(cli)),
        ];
        cli.Root.Add(ManCommand.Create(cli));
        foreach (var group in groups)
            cli.Add(group);
        cli.Root.Add(new CompletionDirective(cli));
        foreach (var option in cli.Root.Options)
        {
            if (option is HelpOption help)
                (help.Action, help.Description) = (new HelpPage(cli), "Shows this.");
            else if (option is VersionOption version)
                (version.Action, version.Description) = (new VersionAction(context), "Prints the program's version.");
        }
        return cli;
    }

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, CliContext context, Serve serve, CancellationToken cancellation = default)
    {
        var cli = Commands(context, serve);
        // No response files: a name may start with '@'.
        var parsed = cli.Root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction or null)
        {
            if (args.Length == 0)
            {
                HelpPage.Write(context.Error, cli, cli.Root);
                return ExitCode.BadInput;
            }
            foreach (var sentence in Mistakes(parsed))
                await context.Error.WriteLineAsync($"foldersync: {PrintableText.Escape(sentence)}");
            await context.Error.WriteLineAsync($"`{string.Join(' ', Names(parsed.CommandResult))} --help` shows how it is used.");
            return ExitCode.BadInput;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = context.Out,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        }, cancellation);
    }

    /// <summary>Explains what is wrong with the given words.</summary>
    private static IEnumerable<string> Mistakes(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var commands = command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToList();
        if (commands.Count > 0 && command.Action is null)
        {
            // Without a command, other errors can't be judged.
            if (parsed.UnmatchedTokens is not [var word, ..] || word.StartsWith('-'))
                return [command is RootCommand ? "No command was given." : $"`{command.Name}` requires one of: {string.Join(", ", commands)}."];
            return [$"There is no command '{word}'." + ((commands.FirstOrDefault(c => word.Length > 1 && c.StartsWith(word, StringComparison.OrdinalIgnoreCase)) ?? Suggestion.For(word, commands)) is { } meant ? $" Did you mean '{meant}'?" : command is RootCommand ? "" : $" There are: {string.Join(", ", commands)}.")];
        }
        var options = command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(o => o.Name);
        return parsed.Errors.Select(e => e.Message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal) +
            (parsed.UnmatchedTokens.FirstOrDefault(t => t.StartsWith('-') && e.Message.Contains($"'{t}'", StringComparison.Ordinal)) is { } wrong && Suggestion.For(wrong, options) is { } near ? $" Did you mean '{near}'?" : ""));
    }

    private static IEnumerable<string> Names(System.CommandLine.Parsing.CommandResult result) =>
        (result.Parent is System.CommandLine.Parsing.CommandResult parent ? Names(parent) : []).Append(result.Parent is null ? "foldersync" : result.Command.Name);

    private sealed class VersionAction(CliContext context) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            context.Out.WriteLine(IdentityCommands.VersionLine);
            return ExitCode.Success;
        }
    }
}
