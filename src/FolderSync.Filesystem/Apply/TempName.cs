using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// The names of what is never synced: <c>.foldersync.LEAF.tmp</c> beside the file that is being put together. A leaf that would make it
/// too long, or that begins with '~' (the applier's own notes do), is replaced by its hash. A name that may have another spelling, which
/// a disk that folds case takes for the same, has the hash of its own in addition: two such files are never put together in one place.
/// </summary>
public static class TempName
{
    internal const string ModePrefix = Prefix + "~mode-";

    private const string Prefix = ".foldersync.";
    private const string Suffix = ".tmp";

    /// <summary>What the running batch is about to displace; read after a crash.</summary>
    internal static LocalPath Journal { get; } = LocalPath.Root.Child(Prefix + "~journal" + Suffix);

    /// <summary>Where the file of that name is put together.</summary>
    public static LocalPath For(FileName name)
    {
        var leaf = HasOneSpelling(name.Value) ? name.Leaf : $"{name.Leaf}~{Hash(name.Value)[..12]}";
        return LocalPath.Of(name).Parent.Child(leaf[0] == '~' ? Prefix + Hash(leaf) + Suffix : InternalNames.TemporaryLeaf(leaf));
    }

    /// <summary>Where content stands that leaves one name before its next is free; in the root, which is always there.</summary>
    internal static LocalPath Parking(FileName name) => LocalPath.Root.Child(Prefix + "~park-" + Hash(name.Value) + Suffix);

    /// <summary>Where a file stands for a moment whose name a directory takes, where the filesystem can't exchange names: on its own filesystem.</summary>
    internal static LocalPath Displaced(FileName name) => LocalPath.Of(name).Parent.Child(Prefix + "~old-" + Hash(name.Value) + Suffix);

    /// <summary>A copy being made of what a replacement will displace, where the filesystem can't exchange names.</summary>
    internal static LocalPath Copy(FileName name) => LocalPath.Of(name).Parent.Child(Prefix + "~copy-" + Hash(name.Value) + Suffix);

    /// <summary>
    /// Where what an exchange displaces stands for a moment on its way to <paramref name="other"/>, on a system that exchanges in two steps.
    /// </summary>
    internal static LocalPath Between(LocalPath other) => other.Parent.Child(Prefix + "~swap-" + Hash(other.Value) + Suffix);

    /// <summary>A note of a directory's mode while it is writable for a moment.</summary>
    internal static LocalPath Mode(LocalPath directory) => LocalPath.Root.Child(ModePrefix + Hash(directory.Value) + Suffix);

    /// <summary>Holds nobody's only content: may be removed with its directory, or when it is old.</summary>
    internal static bool IsDisposable(string leaf) =>
        InternalNames.IsTemporary(leaf) && (!leaf.StartsWith(Prefix + "~", StringComparison.Ordinal) || leaf.StartsWith(Prefix + "~copy-", StringComparison.Ordinal));

    private static bool HasOneSpelling(string name) => !name.AsSpan().ContainsAnyExceptInRange(' ', '~') && !name.AsSpan().ContainsAnyInRange('A', 'Z');

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
