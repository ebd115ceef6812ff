using System.Text;

namespace FolderSync.Core.Model;

/// <summary>
/// Limits of an entry. An announced entry beyond them is refused as an item, before memory is allocated for it; this device creates nothing beyond
/// them. For vectors see <see cref="VersionVector.MaxCounters"/> and <see cref="VersionVector.MaxCounter"/>.
/// </summary>
public static class EntryLimits
{
    /// <summary>Bytes of a name with all its parts and separators: Linux accepts no longer path.</summary>
    public const int MaxNameBytes = 4096;

    /// <summary>Parts of a name.</summary>
    public const int MaxDepth = 256;

    /// <summary>Bytes of a link's target.</summary>
    public const int MaxTargetBytes = 4096;

    /// <summary>Bytes of platform data (ownership, extended attributes), which is stored and passed on.</summary>
    public const int MaxPlatformBytes = 64 << 10;

    /// <summary>Characters of an invalid name that are shown.</summary>
    private const int MaxPreview = 200;

    /// <summary>Why the path is too long or too deep for a name, or null. Its cost doesn't depend on the excess length.</summary>
    public static string? ValidateLength(ReadOnlySpan<char> path)
    {
        // Every character takes at least one byte.
        if (path.Length > MaxNameBytes || (path.Length * 3 > MaxNameBytes && Encoding.UTF8.GetByteCount(path) > MaxNameBytes))
            return $"The path is longer than the {MaxNameBytes:N0} bytes that are synced. Shorten it.";
        return path.Length > 2 * MaxDepth - 2 && path.Count('/') >= MaxDepth ? TooDeep : null;
    }

    /// <summary>The same for UTF-8.</summary>
    public static string? ValidateLength(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxNameBytes)
            return $"The path is longer than the {MaxNameBytes:N0} bytes that are synced. Shorten it.";
        return utf8.Length > 2 * MaxDepth - 2 && utf8.Count((byte)'/') >= MaxDepth ? TooDeep : null;
    }

    /// <summary>The start of a foreign name of any length, for display.</summary>
    public static string Preview(string name) => TextLimits.CutToCharacters(name, MaxPreview) is var beginning && beginning.Length < name.Length ? beginning + "…" : name;

    /// <summary>The same for UTF-8; invalid bytes are replaced.</summary>
    public static string Preview(ReadOnlySpan<byte> utf8) => Preview(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * MaxPreview)]));

    private static string TooDeep => $"The path is deeper than the {MaxDepth} levels that are synced. Move it up.";
}
