using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace FolderSync.Filesystem.Unix;

/// <summary>The three ways to rename, with substitutes for calls that a filesystem lacks. Each returns 0 or the errno.</summary>
internal static class RenameOperations
{
    public static int Do(in ResolvedPath from, in ResolvedPath to, RenameMode mode)
    {
        if (mode != RenameMode.Exchange && IsOtherSpelling(from, to))
            return ChangeSpelling(from, to);
        var errno = Call(from, to, mode switch
        {
            RenameMode.NoReplace => Libc.NoReplaceFlag,
            RenameMode.Exchange => Libc.ExchangeFlag,
            _ => 0,
        });
        return mode switch
        {
            RenameMode.NoReplace when Errno.MeansUnsupported(errno) => WithoutReplacing(from, to),
            RenameMode.Exchange when Errno.MeansUnsupported(errno) => Errno.NotSupported,
            RenameMode.Replace when errno == Errno.Exists => Errno.NotEmpty,
            _ => errno,
        };
    }

    /// <summary>
    /// For filesystems without RENAME_NOREPLACE. Files: creates a second hard link, then removes the first. Directories: creates an empty one and
    /// replaces it. Without hard links, a file that appears between the check and the rename would be replaced: that window remains.
    /// </summary>
    internal static int WithoutReplacing(in ResolvedPath from, in ResolvedPath to)
    {
        if (Libc.Stat(from.Directory, from.Leaf, Libc.SymlinkNoFollow, out var stat) != 0)
            return Errno.Last;
        if (UnixStat.KindOf(stat.Mode) == FileKind.Directory)
            return DirectoryWithoutReplacing(from, to);
        if (Libc.Link(from.Directory, from.Leaf, to.Directory, to.Leaf, 0) == 0)
            return Libc.Unlink(from.Directory, from.Leaf, 0) == 0 ? 0 : Errno.Last;
        var errno = Errno.Last;
        if (errno != Errno.NotPermitted && !Errno.MeansUnsupported(errno))
            return errno;
        if (Libc.Stat(to.Directory, to.Leaf, Libc.SymlinkNoFollow, out _) == 0)
            return Errno.Exists;
        return Errno.Last == Errno.NotFound ? Call(from, to, 0) : Errno.Last;
    }

    private static int DirectoryWithoutReplacing(in ResolvedPath from, in ResolvedPath to)
    {
        if (Libc.MakeDirectory(to.Directory, to.Leaf, 0x1c0) != 0)
            return Errno.Last;
        var errno = Call(from, to, 0);
        if (errno != 0)
            _ = Libc.Unlink(to.Directory, to.Leaf, Libc.RemoveDirectoryFlag);
        return errno;
    }

    /// <summary>
    /// The target answers although it isn't listed: it is another spelling of a name in this directory, almost certainly of the source. Inode
    /// numbers don't help, since FUSE invents one for each spelling.
    /// </summary>
    private static bool IsOtherSpelling(in ResolvedPath from, in ResolvedPath to)
    {
        if (from.Leaf.SequenceEqual(to.Leaf) || Spellings.Fold(Text(from)) != Spellings.Fold(Text(to)) ||
            Libc.StatOpen(from.Directory, out var fromDirectory) != 0 || Libc.StatOpen(to.Directory, out var toDirectory) != 0 ||
            FileIdentity.Of(fromDirectory) != FileIdentity.Of(toDirectory) ||
            Libc.Stat(from.Directory, from.Leaf, Libc.SymlinkNoFollow, out _) != 0 || Libc.Stat(to.Directory, to.Leaf, Libc.SymlinkNoFollow, out _) != 0)
            return false;
        var listing = Libc.Open(to.Directory, ".\0"u8, Libc.ReadOnly | Libc.DirectoryOnly | Libc.CloseOnExec, 0);
        if (listing < 0)
            return false;
        var children = new List<DirectoryChild>();
        var errno = DirectoryReader.Read(listing, children);
        _ = Libc.Close(listing);
        var leaf = Text(to);
        return errno == 0 && !children.Exists(c => c.Leaf == leaf);
    }

    private static string Text(in ResolvedPath place) => Encoding.UTF8.GetString(place.Leaf[..^1]);

    /// <summary>
    /// The kernel takes both names for the same file and does nothing, so rename through a third name. A scan sees that name, so a kill between the
    /// two steps loses nothing. If something else is at the target after all, the source gets its name back.
    /// </summary>
    internal static int ChangeSpelling(in ResolvedPath from, in ResolvedPath to)
    {
        var between = new ResolvedPath(default, from.Directory, Encoding.ASCII.GetBytes($"foldersync-rename-{RandomNumberGenerator.GetHexString(8)}\0"));
        var errno = Step(from, between);
        if (errno != 0)
            return errno;
        errno = Step(between, to);
        if (errno != 0)
            _ = Step(between, from);
        return errno;
    }

    private static int Step(in ResolvedPath from, in ResolvedPath to)
    {
        var errno = Call(from, to, Libc.NoReplaceFlag);
        return Errno.MeansUnsupported(errno) ? WithoutReplacing(from, to) : errno;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Call(in ResolvedPath from, in ResolvedPath to, int flags)
    {
        while (Libc.RenameWith(from.Directory, from.Leaf, to.Directory, to.Leaf, flags) != 0)
        {
            var errno = Errno.Last;
            if (flags == 0 && errno == Errno.NoCall)
                return Libc.RenamePlain(from.Directory, from.Leaf, to.Directory, to.Leaf) == 0 ? 0 : Errno.Last;
            if (errno != Errno.Interrupted)
                return errno;
        }
        return 0;
    }
}
