using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Core.Ignore;

/// <summary>
/// Names that are never synced, whatever a pattern or a peer says, in every spelling that some filesystem takes for the same name: case, Windows'
/// short names, streams, trailing dots and spaces, characters that a filesystem ignores.
/// </summary>
public static class InternalNames
{
    /// <summary>The marker in a folder's root that proves that the folder is present.</summary>
    public const string Marker = ".stfolder";

    public const string IgnoreFile = ".stignore";

    public const string Versions = ".stversions";

    private const string TemporaryPrefix = ".foldersync.";

    private const string TemporarySuffix = ".tmp";

    /// <summary>Encrypting filesystems (eCryptfs, on many NAS devices) allow no longer leaf than this, in bytes.</summary>
    private const int MaxTemporaryBytes = 143;

    /// <summary>True for the marker, the ignore file and the versions at the root, everything below them, and temporary files anywhere.</summary>
    public static bool IsInternal(FileName name)
    {
        var path = name.Value.AsSpan();
        var slash = path.IndexOf('/');
        return IsInternalAtRoot(slash < 0 ? path : path[..slash]) || IsTemporary(path[(path.LastIndexOf('/') + 1)..]);
    }

    /// <summary>True for the names of our own and of Syncthing's temporary files.</summary>
    public static bool IsTemporary(string leaf) => IsTemporary(leaf.AsSpan());

    /// <summary>
    /// The name of the temporary file beside <paramref name="leaf"/>, always the same for one leaf. The leaf's hash replaces a long one.
    /// </summary>
    public static string TemporaryLeaf(string leaf)
    {
        var bytes = Encoding.UTF8.GetByteCount(leaf);
        if (bytes + TemporaryPrefix.Length + TemporarySuffix.Length <= MaxTemporaryBytes)
            return TemporaryPrefix + leaf + TemporarySuffix;
        return TemporaryPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(leaf))) + TemporarySuffix;
    }

    private static bool IsInternalAtRoot(ReadOnlySpan<char> part)
    {
        if (!MayBeInternal(part))
            return false;
        Span<char> buffer = stackalloc char[16];
        var stream = part.IndexOf(':');
        var folded = Fold(stream > 0 ? part[..stream] : part, buffer);
        return folded is Marker or IgnoreFile or Versions || IsShortName(folded);
    }

    private static bool IsTemporary(ReadOnlySpan<char> leaf)
    {
        if (leaf.Length is 0 or > 1024 || !(leaf[0] is '.' or '~' || IsIgnorable(leaf[0])))
            return false;
        Span<char> buffer = stackalloc char[(leaf.Length * 2) + 1];
        if (IsTemporaryFolded(Fold(leaf, buffer)))
            return true;
        var stream = leaf.IndexOf(':');
        return stream > 0 && IsTemporaryFolded(Fold(leaf[..stream], buffer));
    }

    private static bool IsTemporaryFolded(ReadOnlySpan<char> folded) =>
        folded.EndsWith(TemporarySuffix) &&
        (folded.StartsWith(TemporaryPrefix) || folded.StartsWith(".syncthing.") || folded.StartsWith("~syncthing~"));

    /// <summary>Spares almost every name the folding: ours start with a dot, an s, or a character that folds to one or to nothing.</summary>
    private static bool MayBeInternal(ReadOnlySpan<char> part) => part.Length > 0 && (part[0] is '.' or 's' or 'S' || part[0] > 127);

    /// <summary>STIGNO~1, or ST1A2B~1 if there were many such names when Windows created it.</summary>
    private static bool IsShortName(ReadOnlySpan<char> folded)
    {
        if (folded.Length is < 8 or > 9 || folded[6] != '~' || folded[7..].ContainsAnyExceptInRange('0', '9'))
            return false;
        if (folded[..6] is "stfold" or "stigno" or "stvers")
            return true;
        return folded.StartsWith("st") && !folded[2..6].ContainsAnyExcept("0123456789abcdef");
    }

    /// <summary>The name in lower case without the characters that a filesystem ignores; empty if that exceeds the buffer.</summary>
    private static ReadOnlySpan<char> Fold(ReadOnlySpan<char> part, Span<char> buffer)
    {
        part = part.TrimEnd(". ");
        var n = 0;
        foreach (var c in part)
        {
            if (IsIgnorable(c))
                continue;
            if (n + 2 > buffer.Length)
                return [];
            switch (c)
            {
                case '\u017F':
                    buffer[n++] = 's';
                    break;
                case '\uFB05' or '\uFB06':
                    buffer[n++] = 's';
                    buffer[n++] = 't';
                    break;
                default:
                    buffer[n++] = char.ToLowerInvariant(c);
                    break;
            }
        }
        return buffer[..n];
    }

    /// <summary>Invisible characters that HFS+ ignores when it compares names.</summary>
    private static bool IsIgnorable(char c) =>
        c is (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u206F') or '\uFEFF' or '\u00AD';
}
