using System.CommandLine;
using System.CommandLine.Invocation;
using FolderSync.CommandLine.Shell;

namespace FolderSync.CommandLine.Docs;

/// <summary>Prints --help: usage, arguments, options and examples of a command; for the program its commands in groups.</summary>
internal sealed class HelpPage(CommandSet cli) : SynchronousCommandLineAction
{
    private const int WidestText = 100;
    private const int WidestTerm = 30;

    public override int Invoke(ParseResult parseResult)
    {
        Write(cli.Context.Out, cli, parseResult.CommandResult.Command);
        return ExitCode.Success;
    }

    public static void Write(TextWriter writer, CommandSet cli, Command command)
    {
        var width = Math.Min(WidestText, Terminal.Width(cli.Context));
        var page = CommandPage.Of(cli, command);
        Paragraph(writer, page.Summary, width);
        Heading(writer, "Usage");
        foreach (var usage in page.Usages)
            writer.WriteLine("  " + usage);
        foreach (var details in page.Details)
        {
            writer.WriteLine();
            Paragraph(writer, details, width);
        }
        foreach (var section in page.Sections)
        {
            Heading(writer, section.Title);
            Terms(writer, section.Terms, width);
        }
        if (page.Examples.Count > 0)
        {
            Heading(writer, "Examples");
            foreach (var (text, what) in page.Examples)
            {
                writer.WriteLine("  " + text);
                writer.WriteLine("      " + what);
            }
        }
        if (command == cli.Root)
        {
            Heading(writer, "Exit codes");
            Terms(writer, CommandPage.ExitCodes, width);
            writer.WriteLine();
            writer.WriteLine("`foldersync COMMAND --help` says more about each.");
        }
    }

    private static void Heading(TextWriter writer, string title)
    {
        writer.WriteLine();
        writer.WriteLine(title + ":");
    }

    private static void Paragraph(TextWriter writer, string text, int width)
    {
        foreach (var line in Terminal.Wrap(text, width))
            writer.WriteLine(line);
    }

    private static void Terms(TextWriter writer, IReadOnlyList<(string Term, string Text)> terms, int width)
    {
        var column = Math.Min(WidestTerm, terms.Max(t => t.Term.Length)) + 4;
        foreach (var (term, text) in terms)
        {
            var lines = Terminal.Wrap(text, Math.Max(20, width - column)).ToList();
            if (term.Length + 4 > column)
            {
                writer.WriteLine("  " + term);
                writer.WriteLine(new string(' ', column) + lines[0]);
            }
            else
            {
                writer.WriteLine(("  " + term.PadRight(column - 2) + lines[0]).TrimEnd());
            }
            foreach (var line in lines.Skip(1))
                writer.WriteLine(new string(' ', column) + line);
        }
    }
}
