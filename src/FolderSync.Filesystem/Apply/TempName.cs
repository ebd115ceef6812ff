using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// The names of what is never synced: <c>.foldersync.LEAF.tmp</c> beside the file that is being put together. A leaf that would make it
/// too long, or that begins with '~' (the applier's own notes do), is replaced by its hash.
/// </summary>
public static class TempName
{
    public const string Prefix = ".foldersync.";
    public const string Suffix = ".tmp";
    private const string PeerPrefix = ".syncthing.";

    /// <summary>What the running batch is about to displace; read after a crash.</summary>
    internal static LocalPath Journal { get; } = LocalPath.Root.Child(Prefix + "~journal" + Suffix);

    internal const string ModePrefix = Prefix + "~mode-";

    /// <summary>True for our temp files and notes, and for Syncthing's.</summary>
    public static bool Is(string leaf) =>
        leaf.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) &&
        ((leaf.Length >= Prefix.Length + Suffix.Length && leaf.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) ||
         (leaf.Length >= PeerPrefix.Length + Suffix.Length && leaf.StartsWith(PeerPrefix, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Where the file of that name is put together.</summary>
    public static LocalPath For(FileName name, FileSystemTraits traits)
    {
        var leaf = name.Leaf;
        var plain = Prefix + leaf + Suffix;
        var parent = LocalPath.Of(name).Parent;
        return parent.Child(leaf[0] != '~' && LeafLength.Of(plain, traits) <= traits.MaxLeafLength ? plain : Prefix + Hash(leaf) + Suffix);
    }

    /// <summary>Where content stands that leaves one name before its next is free; in the root, which is always there.</summary>
    internal static LocalPath Parking(FileName name) => LocalPath.Root.Child(Prefix + "~park-" + Hash(name.Value) + Suffix);

    /// <summary>A copy being made of what a replacement will displace, where the filesystem can't exchange names.</summary>
    internal static LocalPath Copy(FileName name) => LocalPath.Of(name).Parent.Child(Prefix + "~copy-" + Hash(name.Value) + Suffix);

    /// <summary>A note of a directory's mode while it is writable for a moment.</summary>
    internal static LocalPath Mode(LocalPath directory) => LocalPath.Root.Child(ModePrefix + Hash(directory.Value) + Suffix);

    /// <summary>Holds nobody's only content: may be removed with its directory, or when it is old.</summary>
    internal static bool IsDisposable(string leaf) =>
        Is(leaf) && (!leaf.StartsWith(Prefix + "~", StringComparison.Ordinal) || leaf.StartsWith(Prefix + "~copy-", StringComparison.Ordinal));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}

/// <summary>Lengths of leaves as the filesystem counts them.</summary>
internal static class LeafLength
{
    public static int Of(string leaf, FileSystemTraits traits) => traits.WindowsNames ? leaf.Length : Encoding.UTF8.GetByteCount(leaf);

    /// <summary>The stem cut so that stem + rest fits; never in the middle of a character.</summary>
    public static string Fit(string stem, string rest, FileSystemTraits traits)
    {
        while (stem.Length > 0 && Of(stem + rest, traits) > traits.MaxLeafLength)
            stem = stem[..^(stem.Length > 1 && char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        return stem + rest;
    }
}
