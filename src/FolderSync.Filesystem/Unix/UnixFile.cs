using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Unix;

/// <summary>An open regular file.</summary>
/// <param name="where">For messages.</param>
/// <param name="traits">Of the filesystem that it lies on.</param>
/// <param name="root">Records writes.</param>
/// <param name="unsynced">Not null: the file's filesystem can't be synced as a whole, so the file is synced when it is closed.</param>
internal sealed unsafe class UnixFile(Descriptor descriptor, string where, FileSystemTraits traits, RootDirectory root, NestedMounts? unsynced) : IWriteFile
{
    private const int CloneAlignment = 4096;

    private volatile bool _written;
    private volatile bool _cloneRefused;

    public FileStat Stat()
    {
        using var lease = descriptor.Use();
        return Libc.StatOpen(lease.Fd, out var stat) == 0 ? UnixStat.Of(stat) : throw Failure("look at");
    }

    public int Read(Span<byte> buffer, long offset)
    {
        using var lease = descriptor.Use();
        fixed (byte* start = buffer)
        {
            var done = 0;
            while (done < buffer.Length)
            {
                var read = Libc.Read(lease.Fd, start + done, buffer.Length - done, offset + done);
                if (read == 0)
                    break;
                if (read > 0)
                    done += (int)read;
                else if (Errno.Last != Errno.Interrupted)
                    throw Failure("read");
            }
            return done;
        }
    }

    public void Write(ReadOnlySpan<byte> data, long offset)
    {
        Note();
        using var lease = descriptor.Use();
        fixed (byte* start = data)
        {
            var done = 0;
            while (done < data.Length)
            {
                var written = Libc.Write(lease.Fd, start + done, data.Length - done, offset + done);
                if (written > 0)
                    done += (int)written;
                else if (written == 0)
                    throw UnixFileSystem.Failure(Errno.NoSpace, "write", where);
                else if (Errno.Last != Errno.Interrupted)
                    throw Failure("write");
            }
        }
    }

    public void SetLength(long length)
    {
        Note();
        using var lease = descriptor.Use();
        while (Libc.Truncate(lease.Fd, length) != 0)
        {
            if (Errno.Last != Errno.Interrupted)
                throw Failure("set the length of");
        }
    }

    public bool TryCopyRange(IReadFile source, long sourceOffset, long offset, long length)
    {
        if (source is not UnixFile other)
            return false;
        Note();
        using var from = other.Use();
        using var to = descriptor.Use();
        var aligned = ((sourceOffset | offset | length) & (CloneAlignment - 1)) == 0;
        if (aligned && length > 0 && !_cloneRefused)
        {
            if (Libc.Clone(to.Fd, offset, from.Fd, sourceOffset, length) == 0)
                return true;
            // EINVAL may concern only this range (a shorter source); other errors concern the two filesystems.
            _cloneRefused = Errno.Last != Errno.Invalid;
        }
        while (length > 0)
        {
            var copied = Libc.CopyRange(from.Fd, sourceOffset, to.Fd, offset, Math.Min(length, 1 << 30));
            if (copied > 0)
            {
                sourceOffset += copied;
                offset += copied;
                length -= copied;
            }
            else if (copied == 0)
            {
                return false;
            }
            else if (Errno.Last is var errno && errno != Errno.Interrupted)
            {
                return Errno.Meaning(errno) is FileSystemError.NoSpace or FileSystemError.Io
                    ? throw UnixFileSystem.Failure(errno, "copy data into", where)
                    : false;
            }
        }
        return true;
    }

    public void CarryOver(IReadFile from)
    {
        if (from is not UnixFile other)
            return;
        Note();
        using var source = other.Use();
        using var target = descriptor.Use();
        ForeignMetadata.Copy(source.Fd, target.Fd);
    }

    public void SetPermissions(uint permissions)
    {
        if (!traits.Permissions)
            return;
        using var lease = descriptor.Use();
        if (Libc.ChangeOpenMode(lease.Fd, permissions & 0x1ff) != 0)
            throw Failure("set the permissions of");
    }

    public void SetModified(FileTime modified)
    {
        using var lease = descriptor.Use();
        if (FileTimes.SetOpen(lease.Fd, modified) != 0)
            throw Failure("set the modification time of");
    }

    /// <remarks>Doesn't retry after a failure: the kernel has dropped the unwritten pages, so a second call would succeed.</remarks>
    public void Sync()
    {
        using var lease = descriptor.Use();
        if (Libc.Sync(lease.Fd) != 0)
            throw Failure("make durable");
        _written = false;
    }

    public void Dispose()
    {
        if (unsynced is not null && _written && !descriptor.IsClosed)
        {
            using var lease = descriptor.Use();
            if (Libc.Sync(lease.Fd) != 0)
                unsynced.NoteFailure(Errno.Last);
        }
        descriptor.Dispose();
    }

    private Descriptor.Lease Use() => descriptor.Use();

    private void Note()
    {
        _written = true;
        root.MarkUnsynced();
    }

    private FileSystemException Failure(string doing) => UnixFileSystem.Failure(Errno.Last, doing, where);
}
