using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace FolderSync.Filesystem.Unix;

/// <summary>
/// Lists a directory by its handle: getdents64 for the names, statx for each of them. A record of getdents64 is
/// <code>
///  0        8        16       18     19
/// +--------+--------+--------+------+----------------+
/// | inode  | offset | length | type | name, NUL, pad |
/// +--------+--------+--------+------+----------------+
/// </code>
/// </summary>
internal static unsafe class DirectoryReader
{
    private const int BufferSize = 64 * 1024;
    private const int NameOffset = 19;

    [ThreadStatic]
    private static byte[]? _buffer;

    /// <summary>Adds all children but "." and "..". Returns 0 or the errno.</summary>
    public static int Read(int directory, List<DirectoryChild> children)
    {
        var buffer = _buffer ??= GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var filled = Libc.List(directory, start, BufferSize);
                if (filled == 0)
                    return 0;
                if (filled < 0)
                {
                    var errno = Errno.Last;
                    if (errno == Errno.Interrupted)
                        continue;
                    // ENOENT: the directory was removed. An empty listing of the root would be taken for deletions.
                    return errno;
                }
                for (var at = 0; at < filled;)
                {
                    var record = start + at;
                    at += BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(record + 16, 2));
                    var failed = Add(directory, record + NameOffset, children);
                    if (failed != 0)
                        return failed;
                }
            }
        }
    }

    private static int Add(int directory, byte* name, List<DirectoryChild> children)
    {
        var bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (bytes is [(byte)'.'] or [(byte)'.', (byte)'.'])
            return 0;
        Libc.StatX stat;
        while (Libc.Stat(directory, name, Libc.SymlinkNoFollow | Libc.NoAutomount, Libc.BasicStats | Libc.WithMountId, &stat) != 0)
        {
            var errno = Errno.Last;
            if (errno == Errno.NotFound)
                return 0;
            if (errno != Errno.Interrupted)
                return errno;
        }
        var leaf = Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
        children.Add(new DirectoryChild(leaf, leaf ?? DisplayName.Of(bytes), UnixStat.Of(stat)));
        return 0;
    }
}
