using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using FolderSync.Client;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Text;
using FolderSync.Host.Cli.Autostart;
using FolderSync.Host.Cli.Completion;
using FolderSync.Host.Cli.Docs;
using FolderSync.Host.Cli.Doctor;
using FolderSync.Host.Cli.Status;

namespace FolderSync.Host.Cli;

/// <summary>The commands and what they have in common: the home, and how failures are told.</summary>
internal sealed class CommandLine
{
    private readonly CliContext _context;
    private readonly Option<string?> _home = new("--home")
    {
        Description = "The directory with this device's identity, configuration and state. Default: $FOLDERSYNC_HOME, else the platform's place.",
        HelpName = "DIR",
        Recursive = true,
    };

    public CommandLine(CliContext context)
    {
        _context = context;
        Groups =
        [
            new("To begin",
                InitCommand.Create(this),
                ServeCommand.Create(this),
                OpenCommand.Create(this),
                IdentityCommands.Id(this),
                Demo.DemoCommand.Create(this)),
            new("Devices and folders",
                NearbyCommand.Create(this),
                PairCommands.Pair(this),
                PairCommands.Unpair(this),
                DeviceCommand.Create(this),
                ShareCommands.Share(this),
                ShareCommands.Unshare(this),
                IgnoreCommand.Create(this)),
            new("What goes on",
                StatusCommand.Create(this),
                NeedCommand.Create(this),
                ConflictCommand.Create(this),
                ProblemCommand.Create(this),
                LogCommand.Create(this),
                DoctorCommand.Create(this)),
            new("What is to be done",
                FolderCommands.Scan(this),
                PauseCommands.Pause(this),
                PauseCommands.Resume(this),
                VersionsCommand.Create(this),
                DivergenceCommands.Override(this),
                DivergenceCommands.Revert(this),
                ServiceCommands.Restart(this),
                ServiceCommands.Shutdown(this)),
            new("Settings",
                ConfigCommands.Create(this),
                ImportCommand.Create(this),
                PasswordCommand.Create(this),
                AutostartCommand.Create(this),
                CompletionCommand.Create(this),
                IdentityCommands.Version(this)),
        ];
        Root = new RootCommand("Keeps folders the same on all of a person's devices.") { _home, ManCommand.Create(this) };
        foreach (var command in Groups.SelectMany(g => g.Commands))
            Root.Add(command);
        Root.Add(new CompletionDirective(this));
        foreach (var option in Root.Options)
        {
            if (option is HelpOption help)
                (help.Action, help.Description) = (new HelpPage(this), "Shows this.");
            else if (option is VersionOption version)
                (version.Action, version.Description) = (new VersionAction(context), "Prints the program's version.");
        }
    }

    public RootCommand Root { get; }

    public IReadOnlyList<CommandGroup> Groups { get; }

    public CliContext Context => _context;

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, CliContext context, CancellationToken cancellation = default)
    {
        var cli = new CommandLine(context);
        // No response files: a name may begin with '@'.
        var parsed = cli.Root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction or null)
        {
            if (args.Length == 0)
            {
                HelpPage.Write(context.Error, cli, cli.Root);
                return ExitCode.BadInput;
            }
            foreach (var sentence in Mistakes(parsed))
                await context.Error.WriteLineAsync($"foldersync: {PrintableText.Of(sentence)}");
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

    public HomeDirectory HomeOf(ParseResult parsed) => _context.Home(parsed.GetValue(_home));

    /// <summary>Sets what the command does; failures become a sentence and an exit code.</summary>
    public Command Does(Command command, Func<CliContext, HomeDirectory, ParseResult, CancellationToken, Task> action)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                await action(_context, HomeOf(parsed), parsed, cancellation);
                return ExitCode.Success;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // Who pressed Ctrl-C knows that.
                return ExitCode.Interrupted;
            }
            catch (Exception e) when (Explain(e) is { } told)
            {
                foreach (var sentence in told.Sentences)
                    await _context.Error.WriteLineAsync("foldersync: " + PrintableText.Of(sentence));
                return told.Code;
            }
        });
        return command;
    }

    /// <summary>What is wrong with the words as they were given.</summary>
    private static IEnumerable<string> Mistakes(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var commands = command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToList();
        if (commands.Count > 0 && command.Action is null)
        {
            // Without a command nothing else that was said can be judged.
            if (parsed.UnmatchedTokens is not [var word, ..] || word.StartsWith('-'))
                return [command is RootCommand ? "Say what to do." : $"`{command.Name}` wants one of: {string.Join(", ", commands)}."];
            return [$"There is no command '{word}'." + ((commands.FirstOrDefault(c => word.Length > 1 && c.StartsWith(word, StringComparison.OrdinalIgnoreCase)) ?? Suggestion.For(word, commands)) is { } meant ? $" Did you mean '{meant}'?" : command is RootCommand ? "" : $" There are: {string.Join(", ", commands)}.")];
        }
        var options = command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(o => o.Name);
        return parsed.Errors.Select(e => e.Message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal) +
            (parsed.UnmatchedTokens.FirstOrDefault(t => t.StartsWith('-') && e.Message.Contains($"'{t}'", StringComparison.Ordinal)) is { } wrong && Suggestion.For(wrong, options) is { } near ? $" Did you mean '{near}'?" : ""));
    }

    /// <summary>Null for a bug, which shows its trace.</summary>
    private static (int Code, IEnumerable<string> Sentences)? Explain(Exception e) => e switch
    {
        CliException c => (c.Code, [c.Message]),
        ConfigException c => (ExitCode.BadInput, c.Problems.Select(p => p.ToString())),
        ServiceStartException => (ExitCode.BadInput, [e.Message]),
        ServiceException { Status: System.Net.HttpStatusCode.BadRequest or System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Conflict } => (ExitCode.BadInput, [e.Message]),
        ServiceException => (ExitCode.Failure, [e.Message]),
        InvalidDataException or UnauthorizedAccessException or IOException => (ExitCode.BadInput, [e.Message]),
        OperationCanceledException => (ExitCode.Failure, ["It took too long."]),
        _ => null,
    };

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
