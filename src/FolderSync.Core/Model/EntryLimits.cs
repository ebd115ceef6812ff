using System.Text;

namespace FolderSync.Core.Model;

/// <summary>
/// How much an entry may hold. What a device announces beyond that is refused as an item, before memory is taken for it; this device makes
/// nothing beyond it. For vectors: <see cref="VersionVector.MaxCounters"/> and <see cref="VersionVector.MaxCounter"/>.
/// </summary>
public static class EntryLimits
{
    /// <summary>Bytes of a name, all its parts and the '/' between them: Linux takes no longer path at once.</summary>
    public const int MaxNameBytes = 4096;

    /// <summary>Parts of a name.</summary>
    public const int MaxDepth = 256;

    /// <summary>Bytes of a link's target.</summary>
    public const int MaxTargetBytes = 4096;

    /// <summary>Bytes of the platform's data (ownership, extended attributes), which is kept and handed on.</summary>
    public const int MaxPlatformBytes = 64 << 10;

    /// <summary>Of a name that is shown to say what is wrong with it: characters.</summary>
    private const int MaxShown = 200;

    /// <summary>Why the path is too long or too deep for a name, null where it is neither. Does not depend on how much longer it is.</summary>
    public static string? WhyTooLong(ReadOnlySpan<char> path)
    {
        // No character has less than a byte.
        if (path.Length > MaxNameBytes || (path.Length * 3 > MaxNameBytes && Encoding.UTF8.GetByteCount(path) > MaxNameBytes))
            return $"The path is longer than the {MaxNameBytes:N0} bytes that are synced. Shorten it.";
        return path.Length > 2 * MaxDepth - 2 && path.Count('/') >= MaxDepth ? TooDeep : null;
    }

    /// <summary>As with a path of characters.</summary>
    public static string? WhyTooLong(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxNameBytes)
            return $"The path is longer than the {MaxNameBytes:N0} bytes that are synced. Shorten it.";
        return utf8.Length > 2 * MaxDepth - 2 && utf8.Count((byte)'/') >= MaxDepth ? TooDeep : null;
    }

    /// <summary>The beginning of a foreign name of any length, to be shown.</summary>
    public static string Shown(string name) => TextLimits.CutToCharacters(name, MaxShown) is var beginning && beginning.Length < name.Length ? beginning + "…" : name;

    /// <summary>As with a name of characters; what is no UTF-8 is replaced.</summary>
    public static string Shown(ReadOnlySpan<byte> utf8) => Shown(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * MaxShown)]));

    private static string TooDeep => $"The path is deeper than the {MaxDepth} levels that are synced. Move it up.";
}
