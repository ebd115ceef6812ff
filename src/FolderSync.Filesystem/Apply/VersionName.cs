using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FolderSync.Filesystem.Apply;

/// <summary>Names in the trash can: the newest version of a file has its own name, older ones are <c>stem~YYYYMMDD-HHMMSS.ext</c> (local time).</summary>
internal static partial class VersionName
{
    /// <summary>A longer suffix isn't an extension, and would leave no room for the stem.</summary>
    private const int MaxExtension = 32;

    private const string Format = "yyyyMMdd-HHmmss";

    /// <summary>Cuts a stem that would be too long for the filesystem, never in the middle of a character.</summary>
    public static string Stamped(string leaf, DateTimeOffset local, int maxLeafLength)
    {
        var dot = leaf.LastIndexOf('.');
        var (stem, extension) = dot > 0 && leaf.Length - dot <= MaxExtension ? (leaf[..dot], leaf[dot..]) : (leaf, "");
        var rest = "~" + local.ToString(Format, CultureInfo.InvariantCulture) + extension;
        var room = maxLeafLength - Encoding.UTF8.GetByteCount(rest);
        var length = 0;
        foreach (var rune in stem.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
                break;
            length += rune.Utf16SequenceLength;
        }
        return stem[..length] + rest;
    }

    /// <summary>The leaf of the file that this is a version of.</summary>
    public static string Original(string leaf)
    {
        var match = Stamp().Match(leaf);
        return match.Success ? leaf.Remove(match.Index, match.Length) : leaf;
    }

    /// <summary>When a version with a stamped name was kept; null for a file's own name, and for digits that are no time.</summary>
    public static DateTimeOffset? TimeOf(string leaf, TimeZoneInfo zone)
    {
        var match = Stamp().Match(leaf);
        if (!match.Success || !DateTime.TryParseExact(match.Value[1..], Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) || local.Year is < 2 or > 9998)
            return null;
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    [GeneratedRegex(@"(?<=.)~\d{8}-\d{6}(?=\.[^.~]*$|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Stamp();
}
