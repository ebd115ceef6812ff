using System.CommandLine;
using FolderSync.Client;
using FolderSync.Host.Config;
using FolderSync.Host.Service;

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
        Root = new RootCommand("Keeps folders the same on all of a person's devices. Exit codes: 0 done, 1 failed while running, 2 the request or the configuration is wrong.")
        {
            _home,
            InitCommand.Create(this),
            ServeCommand.Create(this),
            IdentityCommands.Id(this),
            IdentityCommands.Version(this),
            StatusCommand.Create(this),
            PairCommands.Pair(this),
            PairCommands.Unpair(this),
            ShareCommands.Share(this),
            ShareCommands.Unshare(this),
            FolderCommands.Scan(this),
            FolderCommands.Pause(this, pause: true),
            FolderCommands.Pause(this, pause: false),
            FolderCommands.Need(this),
            ConfigCommands.Create(this),
            ImportCommand.Create(this),
            Demo.DemoCommand.Create(this),
        };
    }

    public RootCommand Root { get; }

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, CliContext context, CancellationToken cancellation = default)
    {
        var parsed = new CommandLine(context).Root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
        {
            foreach (var error in parsed.Errors)
                await context.Error.WriteLineAsync($"foldersync: {PrintableText.Of(error.Message)}");
            var command = string.Join(' ', Names(parsed.CommandResult));
            await context.Error.WriteLineAsync($"`{command} --help` shows how it is used.");
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

    /// <summary>Sets what the command does; failures become a sentence and an exit code.</summary>
    public Command Does(Command command, Func<CliContext, HomeDirectory, ParseResult, CancellationToken, Task> action)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                await action(_context, _context.Home(parsed.GetValue(_home)), parsed, cancellation);
                return ExitCode.Success;
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

    /// <summary>Null for a bug, which shows its trace.</summary>
    private static (int Code, IEnumerable<string> Sentences)? Explain(Exception e) => e switch
    {
        CliException c => (c.Code, [c.Message]),
        ConfigException c => (ExitCode.BadInput, c.Problems.Select(p => p.ToString())),
        ServiceStartException => (ExitCode.BadInput, [e.Message]),
        ServiceException { Status: System.Net.HttpStatusCode.BadRequest or System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Conflict } => (ExitCode.BadInput, [e.Message]),
        ServiceException => (ExitCode.Failure, [e.Message]),
        InvalidDataException or UnauthorizedAccessException or IOException => (ExitCode.BadInput, [e.Message]),
        OperationCanceledException => (ExitCode.Failure, ["Interrupted."]),
        _ => null,
    };

    private static IEnumerable<string> Names(System.CommandLine.Parsing.CommandResult result) =>
        (result.Parent is System.CommandLine.Parsing.CommandResult parent ? Names(parent) : []).Append(result.Parent is null ? "foldersync" : result.Command.Name);
}
