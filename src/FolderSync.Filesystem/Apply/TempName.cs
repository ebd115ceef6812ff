using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// Names of temporary items, which are never synced: <c>.foldersync.LEAF.tmp</c> beside the file that is being assembled. A hash replaces a leaf
/// that would make it too long or that begins with '~' (as the applier's own names do). A name that may have another spelling gets its hash in
/// addition: on a disk that folds case, two such files would otherwise share a temp file.
/// </summary>
public static class TempName
{
    internal const string ModePrefix = Prefix + "~mode-";

    private const string Prefix = ".foldersync.";
    private const string Suffix = ".tmp";

    /// <summary>What the running batch is about to displace; read after a crash.</summary>
    internal static LocalPath Journal { get; } = LocalPath.Root.Child(Prefix + "~journal" + Suffix);

    /// <summary>The temp file in which the file of that name is assembled.</summary>
    public static LocalPath For(FileName name)
    {
        var leaf = HasOneSpelling(name.Value) ? name.Leaf : $"{name.Leaf}~{Hash(name.Value)[..12]}";
        return LocalPath.Of(name).Parent.Child(leaf[0] == '~' ? Prefix + Hash(leaf) + Suffix : InternalNames.TemporaryLeaf(leaf));
    }

    /// <summary>Holds content that left one name before its next name is free. It lies in the root, which always exists.</summary>
    internal static LocalPath ForMoveAside(FileName name) => LocalPath.Root.Child(Prefix + "~park-" + Hash(name.Value) + Suffix);

    /// <summary>Where a file stands for a moment whose name a directory takes, where the filesystem can't exchange names: on its own filesystem.</summary>
    internal static LocalPath Displaced(FileName name) => LocalPath.Of(name).Parent.Child(Prefix + "~old-" + Hash(name.Value) + Suffix);

    /// <summary>A copy of what a replacement will displace, for filesystems that can't exchange names.</summary>
    internal static LocalPath ForBackup(FileName name) => LocalPath.Of(name).Parent.Child(Prefix + "~copy-" + Hash(name.Value) + Suffix);

    /// <summary>
    /// Holds for a moment what an exchange displaces on its way to <paramref name="other"/>, on systems that exchange in two steps.
    /// </summary>
    internal static LocalPath ForExchange(LocalPath other) => other.Parent.Child(Prefix + "~swap-" + Hash(other.Value) + Suffix);

    /// <summary>Records a directory's mode while the directory is temporarily writable.</summary>
    internal static LocalPath ForDirectoryMode(LocalPath directory) => LocalPath.Root.Child(ModePrefix + Hash(directory.Value) + Suffix);

    /// <summary>A file that shows whether the filesystem of this directory keeps owners and modes.</summary>
    /// <param name="number">Several threads may look at once.</param>
    internal static LocalPath ForProbe(LocalPath directory, int number) => directory.Child($"{Prefix}~probe-{number}{Suffix}");

    /// <summary>True when it holds nobody's only copy: it may be removed with its directory or when it is old.</summary>
    internal static bool IsDisposable(string leaf) =>
        InternalNames.IsTemporary(leaf) && (!leaf.StartsWith(Prefix + "~", StringComparison.Ordinal) || leaf.StartsWith(Prefix + "~copy-", StringComparison.Ordinal) ||
            leaf.StartsWith(Prefix + "~probe-", StringComparison.Ordinal));

    private static bool HasOneSpelling(string name) => !name.AsSpan().ContainsAnyExceptInRange(' ', '~') && !name.AsSpan().ContainsAnyInRange('A', 'Z');

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
