using System.CommandLine;
using System.Text;
using FolderSync.CommandLine.Shell;
using FolderSync.Platform;

namespace FolderSync.CommandLine.Docs;

/// <summary>Manual pages in man(7) format. The same tree gives the same bytes: they contain no date.</summary>
internal static class ManPages
{
    /// <summary>File names ("foldersync-pair.1") and their texts.</summary>
    public static IEnumerable<(string File, string Text)> Of(CommandSet cli)
    {
        yield return ("foldersync.1", Program(cli));
        foreach (var command in cli.Groups.SelectMany(g => g.Commands).Where(c => !c.Hidden))
            yield return ($"foldersync-{command.Name}.1", Page(cli, command));
    }

    private static string Program(CommandSet cli)
    {
        var page = CommandPage.Of(cli, cli.Root);
        var text = Head("foldersync", page.Summary);
        Section(text, "SYNOPSIS").AppendLine(".B foldersync").AppendLine(".I COMMAND").AppendLine("[\\fIOPTIONS\\fR]");
        Section(text, "DESCRIPTION");
        foreach (var details in page.Details)
            Paragraph(text, details);
        foreach (var section in page.Sections)
            Terms(Section(text, section.Title.ToUpperInvariant()), section.Terms, section.Title == "Options" ? "" : "foldersync ");
        Terms(Section(text, "EXIT STATUS"), CommandPage.ExitCodes, "");
        Terms(Section(text, "ENVIRONMENT"), CommandNotes.Environment, "");
        Terms(Section(text, "FILES"), CommandNotes.Files, "");
        Examples(text, page);
        return Seen(text, cli.Groups.SelectMany(g => g.Commands).Where(c => !c.Hidden).Select(c => $"foldersync-{c.Name}")).ToString();
    }

    private static string Page(CommandSet cli, Command command)
    {
        var page = CommandPage.Of(cli, command);
        var text = Head($"foldersync-{command.Name}", page.Summary);
        Section(text, "SYNOPSIS");
        var commands = command.Subcommands.Where(c => !c.Hidden).Select(c => CommandPage.Of(cli, c)).ToList();
        foreach (var usage in page.Usages.Concat(commands.SelectMany(c => c.Usages)).Where(u => !u.EndsWith(" COMMAND", StringComparison.Ordinal)))
            text.AppendLine(Escape(usage)).AppendLine(".br");
        Section(text, "DESCRIPTION");
        Paragraph(text, page.Summary);
        foreach (var details in page.Details)
            Paragraph(text, details);
        foreach (var section in page.Sections)
            Terms(Section(text, section.Title.ToUpperInvariant()), section.Terms, "");
        foreach (var sub in commands)
        {
            Section(text, sub.Path["foldersync ".Length..].ToUpperInvariant());
            Paragraph(text, sub.Summary);
            foreach (var section in sub.Sections.Where(s => s.Title != "Options of every command"))
                Terms(text, section.Terms, "");
        }
        Terms(Section(text, "EXIT STATUS"), CommandPage.ExitCodes, "");
        Examples(text, page);
        return Seen(text, ["foldersync"]).ToString();
    }

    private static StringBuilder Head(string name, string summary)
    {
        var text = new StringBuilder();
        text.Append($".TH {name.ToUpperInvariant()} 1 \"\" \"FolderSync {ProgramVersion.Number}\" \"FolderSync's manual\"\n");
        // No hyphenation, which would spoil copied text, and no justified lines.
        text.Append(".nh\n.ad l\n");
        var end = summary.IndexOf(". ", StringComparison.Ordinal);
        Section(text, "NAME").Append($"{Escape(name)} \\- {Escape((end < 0 ? summary : summary[..end]).TrimEnd('.'))}\n");
        return text;
    }

    private static StringBuilder Section(StringBuilder text, string title) => text.Append($".SH {Escape(title)}\n");

    private static void Paragraph(StringBuilder text, string paragraph) => text.Append(".PP\n").Append(Escape(paragraph)).Append('\n');

    private static void Terms(StringBuilder text, IReadOnlyList<(string Term, string Text)> terms, string prefix)
    {
        foreach (var (term, meaning) in terms)
            text.Append($".TP\n\\fB{Escape(prefix + term)}\\fR\n{Escape(meaning)}\n");
    }

    private static void Examples(StringBuilder text, CommandPage page)
    {
        if (page.Examples.Count == 0)
            return;
        Section(text, "EXAMPLES");
        foreach (var (example, what) in page.Examples)
            text.Append($".TP\n\\fB{Escape(example)}\\fR\n{Escape(what)}\n");
    }

    private static StringBuilder Seen(StringBuilder text, IEnumerable<string> names) =>
        Section(text, "SEE ALSO").Append(string.Join(",\n", names.Select(n => $"\\fB{Escape(n)}\\fR(1)"))).Append('\n');

    /// <summary>Escapes text so that nothing is taken for a request or an escape, and '-' can be copied.</summary>
    private static string Escape(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Replace("'", "\\(aq", StringComparison.Ordinal)
            .Replace("`", "\\(ga", StringComparison.Ordinal).Replace("~", "\\(ti", StringComparison.Ordinal).Replace("^", "\\(ha", StringComparison.Ordinal);
        return escaped.StartsWith('.') ? "\\&" + escaped : escaped;
    }
}
