using System.Buffers;
using System.Text.Unicode;

namespace FolderSync.Filesystem.Unix;

/// <summary>
/// The open directory that holds a path's last part, and the part's name. A call made with both can't be redirected by renaming or replacing a
/// parent.
/// </summary>
internal readonly ref struct ResolvedPath
{
    private readonly Descriptor.Lease _root;
    private readonly bool _owned;

    public ResolvedPath(Descriptor.Lease root, int directory, ReadOnlySpan<byte> leaf)
    {
        _root = root;
        _owned = directory != root.Fd;
        Directory = directory;
        Leaf = leaf;
    }

    public int Directory { get; }

    /// <summary>Ends with NUL; "." for the root itself.</summary>
    public ReadOnlySpan<byte> Leaf { get; }

    public void Dispose()
    {
        if (_owned)
            _ = Libc.Close(Directory);
        _root.Dispose();
    }
}

/// <summary>
/// Opens directories beneath a handle without following a symlink: with openat2 where the kernel has it (5.6), otherwise one part at a time.
/// Opening takes about a microsecond; handles are not cached, since a cached one would write through a renamed directory.
/// </summary>
internal static class BeneathResolver
{
    /// <summary>Bytes passed to the kernel at once. Its limit is 4096 with the NUL.</summary>
    private const int MaxStep = 4000;

    private static readonly int Flags = Libc.PathOnly | Libc.DirectoryOnly | Libc.CloseOnExec;

    /// <summary>The kernel has openat2 and nothing (seccomp) forbids it.</summary>
    public static bool KernelResolves { get; } = ProbeKernel();

    /// <summary>Writes the path as NUL-terminated UTF-8; false when it isn't valid text.</summary>
    public static bool Encode(ReadOnlySpan<char> path, Span<byte> buffer, out int length)
    {
        var status = Utf8.FromUtf16(path, buffer[..^1], out _, out length, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
            return false;
        buffer[length] = 0;
        return true;
    }

    /// <summary>Opens the directory that holds the path's last part. Returns 0 or the errno.</summary>
    /// <param name="path">UTF-8 with a NUL at its end that doesn't count. The call splits it in two.</param>
    /// <param name="root">Passes to <paramref name="place"/> on success.</param>
    public static int Locate(Descriptor.Lease root, Span<byte> path, bool byKernel, out ResolvedPath place)
    {
        var end = path.Length - 1;
        var cut = path[..end].LastIndexOf((byte)'/');
        if (cut < 0)
        {
            place = new ResolvedPath(root, root.Fd, end == 0 ? ".\0"u8 : path);
            return 0;
        }
        path[cut] = 0;
        var directory = Open(root.Fd, path[..(cut + 1)], byKernel);
        if (directory < 0)
        {
            place = default;
            return -directory;
        }
        place = new ResolvedPath(root, directory, path[(cut + 1)..]);
        return 0;
    }

    /// <summary>A handle of that directory, or the negative errno.</summary>
    private static int Open(int root, Span<byte> path, bool byKernel)
    {
        var at = root;
        while (true)
        {
            var step = path.Length - 1;
            if (byKernel ? step > MaxStep : path.Contains((byte)'/'))
            {
                step = byKernel ? path[..MaxStep].LastIndexOf((byte)'/') : path.IndexOf((byte)'/');
                if (step < 0)
                    return Leave(at, root, -Errno.NameTooLong);
                path[step] = 0;
            }
            var next = byKernel ? OpenByKernel(at, path[..(step + 1)]) : OpenPart(at, path[..(step + 1)]);
            Leave(at, root, 0);
            if (next < 0 || step == path.Length - 1)
                return next;
            at = next;
            path = path[(step + 1)..];
        }
    }

    private static int Leave(int at, int root, int result)
    {
        if (at != root)
            _ = Libc.Close(at);
        return result;
    }

    private static int OpenByKernel(int at, ReadOnlySpan<byte> path)
    {
        while (true)
        {
            var fd = Libc.OpenBeneath(at, path, Flags);
            if (fd >= 0)
                return fd;
            var errno = Errno.Last;
            if (errno == Errno.CrossDevice)
                return -Errno.Loop;
            if (errno is not (Errno.Interrupted or Errno.Again))
                return -errno;
        }
    }

    private static int OpenPart(int at, ReadOnlySpan<byte> part)
    {
        if (part.SequenceEqual("..\0"u8))
            return -Errno.Loop;
        while (true)
        {
            var fd = Libc.Open(at, part, Flags | Libc.NoFollow, 0);
            if (fd >= 0)
                return fd;
            var errno = Errno.Last;
            if (errno == Errno.NotDirectory && IsSymlink(at, part))
                return -Errno.Loop;
            if (errno != Errno.Interrupted)
                return -errno;
        }
    }

    private static bool IsSymlink(int at, ReadOnlySpan<byte> part) =>
        Libc.Stat(at, part, Libc.SymlinkNoFollow, out var stat) == 0 && UnixStat.KindOf(stat.Mode) == FileKind.Symlink;

    private static bool ProbeKernel()
    {
        if (!Libc.Supported)
            return false;
        var fd = Libc.OpenBeneath(Libc.CurrentDirectory, ".\0"u8, Flags);
        if (fd < 0)
            return Errno.Last is not (Errno.NoCall or Errno.NotPermitted or Errno.TooBig or Errno.Invalid);
        _ = Libc.Close(fd);
        return true;
    }
}
