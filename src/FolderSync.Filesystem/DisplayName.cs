using System.Globalization;
using System.Text;

namespace FolderSync.Filesystem;

/// <summary>Formats names for display: nothing in them moves the cursor or reverses the text.</summary>
internal static class DisplayName
{
    public static string Of(string name)
    {
        if (!name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return name;
        var shown = new StringBuilder(name.Length + 8);
        foreach (var c in name)
        {
            if (char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator)
                shown.Append(c < 0x100 ? $"\\x{(int)c:x2}" : $"\\u{(int)c:x4}");
            else
                shown.Append(c);
        }
        return shown.ToString();
    }

    /// <summary>Formats bytes that aren't UTF-8: readable characters, the rest as \xNN.</summary>
    public static string Of(ReadOnlySpan<byte> name)
    {
        var shown = new StringBuilder(name.Length * 2);
        while (name.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(name, out var rune, out var used);
            if (status == System.Buffers.OperationStatus.Done)
                shown.Append(Of(rune.ToString()));
            else
                foreach (var b in name[..used])
                    shown.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
            name = name[used..];
        }
        return shown.ToString();
    }
}
