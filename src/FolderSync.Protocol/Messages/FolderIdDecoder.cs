using System.Text;
using System.Text.Unicode;
using FolderSync.Core.Model;

namespace FolderSync.Protocol.Messages;

/// <summary>Decodes folder IDs.</summary>
internal static class FolderIdDecoder
{
    /// <summary>The ID under which a peer shares a folder, or why it is invalid, with a text for display.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out FolderId id, out string shown, out string? why)
    {
        (id, shown, why) = (default, "", $"A folder's ID can have at most {FolderIdText.MaxLength} bytes.");
        if (utf8.Length > FolderIdText.MaxLength)
        {
            shown = TextLimits.Preview(TextLimits.CutToBytes(utf8, FolderIdText.MaxLength));
            return false;
        }
        var text = Encoding.UTF8.GetString(utf8);
        shown = TextLimits.Preview(text);
        why = "A folder's ID must be valid Unicode text.";
        return Utf8.IsValid(utf8) && FolderIdText.TryParse(text, out id, out why);
    }

    /// <summary>An ID that is only compared with those of shared folders.</summary>
    public static FolderId Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > FolderIdText.MaxLength)
            throw BepException.Violation($"The other device names a folder by {utf8.Length} bytes; an ID has at most {FolderIdText.MaxLength}.");
        return Utf8.IsValid(utf8)
            ? new FolderId(Encoding.UTF8.GetString(utf8))
            : throw BepException.Violation("The other device names a folder by an ID that is not UTF-8.");
    }
}
