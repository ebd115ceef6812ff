using System.CommandLine;
using FolderSync.Client;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Shell;

/// <summary>The commands and what they share: the home directory and the reporting of failures.</summary>
internal sealed class CommandSet
{
    private readonly List<CommandGroup> _groups = [];
    private readonly Option<string?> _home = new("--home")
    {
        Description = "The directory with this device's identity, configuration and state. Default: $FOLDERSYNC_HOME, otherwise the platform's default.",
        HelpName = "DIR",
        Recursive = true,
    };

    public CommandSet(CliContext context)
    {
        Context = context;
        Root = new RootCommand("Keeps folders in sync on all of your devices.") { _home };
    }

    public CliContext Context { get; }

    public RootCommand Root { get; }

    public IReadOnlyList<CommandGroup> Groups => _groups;

    public void Add(CommandGroup group)
    {
        _groups.Add(group);
        foreach (var command in group.Commands)
            Root.Add(command);
    }

    public HomeDirectory HomeOf(ParseResult parsed) => Context.Home(parsed.GetValue(_home));

    /// <summary>Sets the command's handler; turns failures into a sentence and an exit code.</summary>
    public Command SetHandler(Command command, Func<CliContext, HomeDirectory, ParseResult, CancellationToken, Task> action)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                await action(Context, HomeOf(parsed), parsed, cancellation);
                return ExitCode.Success;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // Cancelled by the user: print nothing.
                return ExitCode.Interrupted;
            }
            catch (Exception e) when (Explain(e) is { } told)
            {
                foreach (var sentence in told.Sentences)
                    await Context.Error.WriteLineAsync("foldersync: " + PrintableText.Escape(sentence));
                return told.Code;
            }
        });
        return command;
    }

    /// <summary>Null for a bug, which shows its stack trace.</summary>
    private static (int Code, IEnumerable<string> Sentences)? Explain(Exception e) => e switch
    {
        CliException c => (c.Code, [c.Message]),
        ConfigException c => (ExitCode.BadInput, c.Problems.Select(p => p.ToString())),
        ServiceStartException => (ExitCode.BadInput, [e.Message]),
        ServiceException { Status: System.Net.HttpStatusCode.BadRequest or System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Conflict } => (ExitCode.BadInput, [e.Message]),
        ServiceException => (ExitCode.Failure, [e.Message]),
        InvalidDataException or UnauthorizedAccessException or IOException => (ExitCode.BadInput, [e.Message]),
        OperationCanceledException => (ExitCode.Failure, ["The operation timed out."]),
        _ => null,
    };
}
