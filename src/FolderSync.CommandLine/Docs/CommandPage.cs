using System.CommandLine;
using System.CommandLine.Help;
using FolderSync.CommandLine.Shell;

namespace FolderSync.CommandLine.Docs;

/// <summary>A heading with terms and their meanings.</summary>
internal sealed record PageSection(string Title, IReadOnlyList<(string Term, string Text)> Terms);

/// <summary>Everything that --help and the manual page say about a command, taken from the command tree.</summary>
internal sealed record CommandPage(
    string Path, string Summary, IReadOnlyList<string> Usages, IReadOnlyList<string> Details, IReadOnlyList<PageSection> Sections, IReadOnlyList<(string Text, string What)> Examples)
{
    public static IReadOnlyList<(string Term, string Text)> ExitCodes { get; } =
    [
        ("0", "Done."),
        ("1", "The request is valid but failed: no service is running, it refused, a check of `doctor` failed."),
        ("2", "The request or the configuration is invalid: an unknown option, a wrong ID, a missing path. Nothing was changed."),
        ("130", "Ended by Ctrl-C (143: by SIGTERM). `serve` and `demo` run until then: for them it is 0."),
    ];

    public static CommandPage Of(CommandSet cli, Command command)
    {
        var path = PathOf(command);
        var notes = CommandNotes.Of(path);
        var sections = new List<PageSection>();
        if (command == cli.Root)
        {
            sections.AddRange(cli.Groups.Select(g => new PageSection(g.Title, [.. g.Commands.Where(c => !c.Hidden).Select(c => (c.Name, FirstSentence(c)))])));
        }
        else
        {
            Add("Commands", command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? "")));
            Add("Arguments", command.Arguments.Where(a => !a.Hidden).Select(a => (a.Name, a.Description ?? "")));
        }
        Add("Options", command.Options.Where(o => !o.Hidden && (command == cli.Root || !o.Recursive)).Select(o => (Term(o), Text(o))));
        if (command != cli.Root)
            Add("Options of every command", cli.Root.Options.Where(o => o.Recursive).Select(o => (Term(o), Text(o))));
        return new CommandPage(path, command.Description ?? "", [.. UsagesOf(command)], notes.Details, sections, notes.Examples);

        void Add(string title, IEnumerable<(string, string)> terms)
        {
            if (terms.ToList() is { Count: > 0 } all)
                sections.Add(new PageSection(title, all));
        }
    }

    /// <summary>"foldersync config check".</summary>
    public static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}" : "foldersync";

    private static IEnumerable<string> UsagesOf(Command command)
    {
        var path = PathOf(command);
        if (command.Subcommands.Any(c => !c.Hidden))
            yield return $"{path} COMMAND";
        if (command is RootCommand || command.Action is null && command.Subcommands.Count > 0)
            yield break;
        var arguments = command.Arguments.Where(a => !a.Hidden).Select(a => a.Arity switch
        {
            { MinimumNumberOfValues: 0, MaximumNumberOfValues: 1 } => $" [{a.Name}]",
            { MinimumNumberOfValues: 0 } => $" [{a.Name}...]",
            { MaximumNumberOfValues: > 1 } => $" {a.Name}...",
            _ => " " + a.Name,
        });
        var required = command.Options.Where(o => o.Required).Select(o => " " + Term(o));
        var others = command.Options.Any(o => !o.Hidden && !o.Required) ? " [OPTIONS]" : "";
        yield return path + string.Concat(arguments) + string.Concat(required) + others;
    }

    private static string Term(Option option)
    {
        // Of the help option's names only the usual ones.
        var names = option is HelpOption ? ["-h", option.Name] : option.Aliases.Where(a => a.Length == 2).Append(option.Name);
        var value = option.ValueType == typeof(bool) || option is HelpOption or VersionOption ? "" : " " + (option.HelpName ?? "VALUE");
        return string.Join(", ", names) + value;
    }

    private static string Text(Option option) => (option.Description ?? "") + (option.Required ? " Must be given." : "");

    private static string FirstSentence(Command command)
    {
        var text = command.Description ?? "";
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? text : text[..(end + 1)];
    }
}
