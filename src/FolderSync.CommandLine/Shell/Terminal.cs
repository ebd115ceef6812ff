using System.Globalization;
using Spectre.Console;

namespace FolderSync.CommandLine.Shell;

/// <summary>The user's standard output: its width, and colors only on a terminal without NO_COLOR.</summary>
internal static class Terminal
{
    /// <summary>When the width is unknown: a pipe, a file, a test.</summary>
    public const int PlainWidth = 80;

    private const int Narrowest = 40;

    public static IAnsiConsole Of(CliContext context)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(context.Out),
            Ansi = context.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = HasColours(context) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = context.IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        console.Profile.Width = Width(context);
        return console;
    }

    public static bool HasColours(CliContext context) => context.IsTerminal && context.Environment("NO_COLOR") is not { Length: > 0 };

    /// <summary>Columns: $COLUMNS, otherwise the terminal's, otherwise 80.</summary>
    public static int Width(CliContext context)
    {
        if (int.TryParse(context.Environment("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var told) && told >= Narrowest)
            return told;
        if (!context.IsTerminal)
            return PlainWidth;
        try
        {
            return Console.WindowWidth >= Narrowest ? Console.WindowWidth : PlainWidth;
        }
        catch (IOException)
        {
            return PlainWidth;
        }
    }

    /// <summary>Wraps at spaces; a word wider than a line gets its own line.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (var paragraph in text.Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    yield return line;
                    line = word;
                }
                else
                {
                    line = line.Length > 0 ? $"{line} {word}" : word;
                }
            }
            yield return line;
        }
    }
}
