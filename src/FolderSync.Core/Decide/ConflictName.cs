using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>The name of the copy that keeps the loser of a conflict: <c>stem.sync-conflict-YYYYMMDD-HHMMSS-SHORTID.ext</c>.</summary>
public static partial class ConflictName
{
    /// <summary>A longer "extension" belongs to the name: it must not crowd out the stem.</summary>
    private const int MaxExtensionBytes = 64;

    /// <param name="name">The name in conflict, which may be a conflict copy itself.</param>
    /// <param name="localTime">The copy's time in the user's time zone.</param>
    /// <param name="winnerModifiedBy">The device whose change displaces this content.</param>
    /// <param name="attempt">0 at first; higher when that name is taken. Each number gives another name.</param>
    /// <param name="maxLeafBytes">The maximum UTF-8 bytes of the leaf; the stem is cut to fit. At least 128.</param>
    public static FileName For(FileName name, DateTimeOffset localTime, ShortId winnerModifiedBy, int attempt = 0, int maxLeafBytes = 255)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLeafBytes, 128);
        ArgumentOutOfRangeException.ThrowIfNegative(attempt);
        var (stem, extension) = Split(name.Leaf);
        var marker = localTime.ToString("'.sync-conflict-'yyyyMMdd'-'HHmmss", CultureInfo.InvariantCulture);
        if (winnerModifiedBy.Value != 0)
            marker += "-" + winnerModifiedBy;
        if (attempt > 0)
            marker += "-" + (attempt + 1).ToString(CultureInfo.InvariantCulture);
        // The whole path should be a valid name. Below a directory of almost the maximum length it can't be.
        var leafBytes = Math.Clamp(EntryLimits.MaxNameBytes - Encoding.UTF8.GetByteCount(name.Parent.Value) - 1, 128, maxLeafBytes);
        var room = leafBytes - marker.Length - Encoding.UTF8.GetByteCount(extension);
        return name.Parent.Child(Cut(stem, room) + marker + extension);
    }

    public static bool IsConflictCopy(FileName name) => Marker().IsMatch(name.Leaf);

    /// <summary>
    /// The file that the copy was made of (possibly a conflict copy); null if the name isn't a conflict copy. A cut stem stays cut.
    /// </summary>
    public static FileName? OriginalOf(FileName name)
    {
        var leaf = name.Leaf;
        var match = Marker().Match(leaf);
        if (!match.Success)
            return null;
        var original = leaf.Remove(match.Index, match.Length).Normalize(NormalizationForm.FormC);
        return original is "" or "." or ".." ? null : name.Parent.Child(original);
    }

    /// <summary>
    /// The extension starts at the last dot, apart from leading ones: a dotfile has none. A conflict copy's marker isn't one either.
    /// </summary>
    private static (string Stem, string Extension) Split(string leaf)
    {
        var firstOther = leaf.AsSpan().IndexOfAnyExcept('.');
        var dot = leaf.LastIndexOf('.');
        if (dot <= firstOther || leaf.AsSpan(dot).StartsWith(".sync-conflict-") || Encoding.UTF8.GetByteCount(leaf.AsSpan(dot)) > MaxExtensionBytes)
            return (leaf, "");
        return (leaf[..dot], leaf[dot..]);
    }

    /// <summary>At most <paramref name="room"/> UTF-8 bytes, whole code points.</summary>
    private static string Cut(string stem, int room)
    {
        var length = 0;
        foreach (var rune in stem.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
                return stem[..length];
            length += rune.Utf16SequenceLength;
        }
        return stem;
    }

    /// <summary>The last marker of a leaf. Old Syncthings omit the short ID; we append a number if a name was taken.</summary>
    [GeneratedRegex(@"\.sync-conflict-[0-9]{8}-[0-9]{6}(-[A-Z2-7]{7})?(-[0-9]{1,9})?(?=(\.[^.]*)?\z)", RegexOptions.CultureInvariant | RegexOptions.RightToLeft)]
    private static partial Regex Marker();
}
