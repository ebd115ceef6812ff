using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using FolderSync.Core.Model;

namespace FolderSync.Protocol.Messages;

/// <summary>Names as they come in: unclean ones are a violation, others that can't be a <see cref="FileName"/> a reason to refuse the item.</summary>
internal static class WireName
{
    /// <summary>Bytes. Windows' longest path has 32,767 UTF-16 units of up to 3 bytes.</summary>
    public const int MaxLength = 3 * 32767;

    /// <summary>False, with the reason and a text to show, for what is clean but not UTF-8 or not in NFC.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out FileName name, out string shown, [NotNullWhen(false)] out string? why)
    {
        ThrowIfUnclean(utf8);
        shown = Encoding.UTF8.GetString(utf8);
        name = default;
        why = "The name is not UTF-8.";
        return Utf8.IsValid(utf8) && FileName.TryOf(shown, out name, out why);
    }

    /// <summary>For the rare messages, whose names come as strings.</summary>
    public static bool TryRead(string text, out FileName name)
    {
        if (Encoding.UTF8.GetByteCount(text) is var length and > MaxLength)
            throw BepException.Violation($"A name has {length} bytes.");
        if (IsUnclean(Encoding.UTF8.GetBytes(text)))
            throw BepException.Violation($"The name '{text}' is not a clean, relative one.");
        return FileName.TryOf(text, out name, out _);
    }

    private static void ThrowIfUnclean(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxLength)
            throw BepException.Violation($"A name has {utf8.Length} bytes.");
        if (IsUnclean(utf8))
            throw BepException.Violation($"The name '{Encoding.UTF8.GetString(utf8)}' is not a clean, relative one.");
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
