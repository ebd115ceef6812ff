using System.Globalization;
using System.Text;

namespace FolderSync.Core.Text;

/// <summary>
/// Escapes names of files and devices, which others choose: in a terminal or a log they must not move the cursor, hide or reverse text.
/// </summary>
public static class PrintableText
{
    /// <summary>On one line, with control, bidi and other invisible characters as \uXXXX.</summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        var shown = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            var hidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or
                UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;
            if (hidden)
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else
                shown.Append(rune);
        }
        return shown.ToString();
    }
}
