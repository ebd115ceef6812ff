using System.Text;

namespace FolderSync.CommandLine.Autostart;

/// <summary>A program that a desktop starts (XDG autostart).</summary>
internal static class DesktopEntry
{
    public static string Text(string name, string comment, IReadOnlyList<string> command) => $"""
        [Desktop Entry]
        Type=Application
        Name={name}
        Comment={comment}
        Exec={string.Join(' ', command.Select(Quote))}
        Icon=foldersync
        Terminal=false
        NoDisplay=true
        X-GNOME-Autostart-enabled=true

        """.ReplaceLineEndings("\n");

    /// <summary>Quotes twice: as the Exec key requires for its words, and as every value requires for backslashes.</summary>
    private static string Quote(string word)
    {
        if (word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "/-_.+=:@,".Contains(c, StringComparison.Ordinal)))
            return word;
        var quoted = new StringBuilder("\"");
        foreach (var c in word)
        {
            if (c is '"' or '`' or '$' or '\\')
                quoted.Append('\\');
            quoted.Append(c == '%' ? "%%" : c.ToString());
        }
        return quoted.Append('"').Replace("\\", "\\\\").Replace("\n", "\\n").ToString();
    }
}
