using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace FolderSync.Core.Model;

/// <summary>
/// The texts that are valid folder IDs, the same for wire, REST, config.yaml, import and command line. An ID becomes part of URLs and of lines that
/// users read, so a text that means a directory there or is invisible is invalid. Spaces, slashes and other scripts are fine: other devices have
/// such IDs.
/// </summary>
public static class FolderIdText
{
    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxLength = 256;

    public static bool TryParse(string text, out FolderId id, [NotNullWhen(false)] out string? why)
    {
        why = Validate(text);
        id = why is null ? new FolderId(text) : default;
        return why is null;
    }

    /// <summary>Null for a valid ID, otherwise a sentence that never repeats the text.</summary>
    public static string? Validate(string text)
    {
        if (text.Length == 0)
            return "A folder's ID can't be empty.";
        // Check the length before anything looks at all of it.
        if (text.Length > MaxLength || Encoding.UTF8.GetByteCount(text) > MaxLength)
            return $"A folder's ID can have at most {MaxLength} bytes.";
        if (string.IsNullOrWhiteSpace(text))
            return "A folder's ID can't consist of blanks only.";
        return ValidateCharacters(text) ?? (MeansDirectory(text)
            ? "A folder's ID can't be '.' or '..', nor have a part between slashes that consists of dots: in a path or a URL that means another directory."
            : null);
    }

    private static string? ValidateCharacters(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            // U+FFFD replaces invalid bytes; it could make two different IDs equal.
            if (!Rune.TryGetRuneAt(text, i, out var rune) || rune == Rune.ReplacementChar)
                return "A folder's ID must be valid Unicode text.";
            if (IsControl(rune))
                return string.Create(CultureInfo.InvariantCulture, $"A folder's ID can't hold the control character U+{rune.Value:X4}.");
            i += rune.Utf16SequenceLength;
        }
        return null;
    }

    /// <summary>Control characters, line separators, and characters that change the text direction.</summary>
    private static bool IsControl(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ||
        rune.Value is 0x061C or 0x200B or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0xFEFF;

    /// <summary>Also behind any number of percent-encodings: a URL may lack one, and browsers take %2e for a dot.</summary>
    private static bool MeansDirectory(string text)
    {
        while (true)
        {
            foreach (var part in text.Split('/', '\\'))
            {
                // Windows drops trailing dots and spaces from a name.
                if (part.Contains('.', StringComparison.Ordinal) && part.All(c => c == '.' || char.IsWhiteSpace(c)))
                    return true;
            }
            var decoded = Uri.UnescapeDataString(text);
            if (decoded.Length == text.Length)
                return false;
            text = decoded;
        }
    }
}
