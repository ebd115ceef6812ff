using System.Buffers;
using System.Globalization;
using System.Text;

namespace FolderSync.Core.Model;

/// <summary>
/// Maximum lengths of names, labels and reasons. A peer's text is cut on arrival, a user's text is refused. A cut never splits a character, or what
/// a reader sees as one.
/// </summary>
public static class TextLimits
{
    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxName = 255;

    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxLabel = 256;

    /// <summary>UTF-16 units.</summary>
    public const int MaxReason = 200;

    /// <summary>UTF-16 units.</summary>
    public const int MaxVersion = 200;

    /// <summary>Null for a text that is short enough, otherwise a sentence.</summary>
    /// <param name="what">Such as "A device's name".</param>
    public static string? ValidateLength(string what, string text, int max) =>
        Encoding.UTF8.GetByteCount(text) is var length && length <= max ? null : $"{what} can have at most {max} bytes; this one has {length}.";

    /// <summary>The beginning of <paramref name="text"/> that has at most <paramref name="max"/> bytes in UTF-8.</summary>
    public static string CutToBytes(string text, int max) => Cut(text, max, static s => Encoding.UTF8.GetByteCount(s));

    /// <summary>The beginning of <paramref name="text"/> that has at most <paramref name="max"/> UTF-16 units.</summary>
    public static string CutToCharacters(string text, int max) => Cut(text, max, static s => s.Length);

    /// <summary>
    /// Like <see cref="CutToBytes(string, int)"/>, from the wire, without allocating more text than is kept. Invalid UTF-8 becomes U+FFFD.
    /// </summary>
    public static string CutToBytes(ReadOnlySpan<byte> utf8, int max)
    {
        if (utf8.Length <= max)
            return CutToBytes(Encoding.UTF8.GetString(utf8), max);
        // Decode slightly more than is kept, so that the last character is complete; a broken one at the end lies beyond the cut.
        var most = Math.Min(utf8.Length, max + 4);
        while (most > max && most < utf8.Length && (utf8[most] & 0xC0) == 0x80)
            most--;
        return CutToBytes(Encoding.UTF8.GetString(utf8[..most]), max);
    }

    /// <summary>
    /// For use in a sentence: control, bidi and other invisible characters as \uXXXX, at most 64 characters of the text and an ellipsis.
    /// </summary>
    public static string Preview(string text)
    {
        const int most = 64;
        var beginning = CutToCharacters(text, most);
        var shown = new StringBuilder(beginning.Length + 8);
        foreach (var rune in beginning.EnumerateRunes())
        {
            if (IsInvisible(rune))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else
                shown.Append(rune);
        }
        return (beginning.Length < text.Length ? shown.Append('…') : shown).ToString();
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;

    private static string Cut(string text, int max, Func<ReadOnlySpan<char>, int> measure)
    {
        // A UTF-16 unit takes at least one byte, so no more units than this can stay; one more shows whether the last character continues.
        var rest = text.Length > max + 1 ? text.AsSpan(0, max + 1) : text.AsSpan();
        if (text.Length <= max && measure(rest) <= max)
            return text;
        var (kept, room) = (0, max);
        while (kept < rest.Length)
        {
            var length = StringInfo.GetNextTextElementLength(rest[kept..]);
            var size = measure(rest.Slice(kept, length));
            if (size > room)
                return text[..(kept > 0 ? kept : FirstRunes(rest[..length], room, measure))];
            (kept, room) = (kept + length, room - size);
        }
        return text[..kept];
    }

    /// <summary>A single character as a reader sees it can exceed all the room (a letter with a thousand accents).</summary>
    private static int FirstRunes(ReadOnlySpan<char> text, int room, Func<ReadOnlySpan<char>, int> measure)
    {
        var kept = 0;
        while (kept < text.Length)
        {
            var length = Rune.DecodeFromUtf16(text[kept..], out _, out var units) == OperationStatus.Done ? units : 1;
            var size = measure(text.Slice(kept, length));
            if (size > room)
                break;
            (kept, room) = (kept + length, room - size);
        }
        return kept;
    }
}
