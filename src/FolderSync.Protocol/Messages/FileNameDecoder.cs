using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using FolderSync.Core.Model;

namespace FolderSync.Protocol.Messages;

/// <summary>Decodes file names.</summary>
internal static class FileNameDecoder
{
    /// <summary>False for an invalid name, with the reason and a text for display. Allocates nothing for a name that is too long.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out FileName name, out string shown, [NotNullWhen(false)] out string? why)
    {
        name = default;
        shown = "";
        why = Validate(utf8);
        if (why is null)
        {
            shown = Encoding.UTF8.GetString(utf8);
            if (FileName.TryParse(shown, out name, out why))
                return true;
        }
        shown = EntryLimits.Preview(utf8);
        why ??= "";
        return false;
    }

    /// <summary>
    /// For a request: false for a name that some device may have announced, but none within the limits. Anything else invalid is a violation.
    /// </summary>
    public static bool TryReadRequested(ReadOnlySpan<byte> utf8, out FileName name)
    {
        name = default;
        if (EntryLimits.ValidateLength(utf8) is not null)
            return false;
        return TryRead(utf8, out name, out var shown, out var why)
            ? true
            : throw BepException.Violation($"The other device asked for '{shown}', which nobody can have announced. {why}");
    }

    /// <summary>For the control messages, whose names arrive as strings.</summary>
    public static bool TryRead(string text, out FileName name)
    {
        name = default;
        if (EntryLimits.ValidateLength(text) is not null)
            return false;
        if (IsUnclean(Encoding.UTF8.GetBytes(text)))
            throw BepException.Violation($"The name '{text}' is not a clean, relative one.");
        return FileName.TryParse(text, out name, out _);
    }

    private static string? Validate(ReadOnlySpan<byte> utf8)
    {
        if (EntryLimits.ValidateLength(utf8) is { } why)
            return why;
        if (IsUnclean(utf8))
            return "The name is not a clean, relative one: it is empty, absolute, or holds a NUL or an empty, '.' or '..' part.";
        return Utf8.IsValid(utf8) ? null : "The name is not UTF-8.";
    }

    private static bool IsUnclean(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || utf8.Contains((byte)0))
            return true;
        while (true)
        {
            var slash = utf8.IndexOf((byte)'/');
            var part = slash < 0 ? utf8 : utf8[..slash];
            if (part.IsEmpty || part.SequenceEqual("."u8) || part.SequenceEqual(".."u8))
                return true;
            if (slash < 0)
                return false;
            utf8 = utf8[(slash + 1)..];
        }
    }
}
