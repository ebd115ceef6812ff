namespace FolderSync.Filesystem.Unix;

/// <summary>Opens and renames files and makes them durable.</summary>
internal sealed partial class UnixFileSystem
{
    public IReadFile OpenRead(LocalPath path) => Open(path, "read", Libc.ReadOnly, writable: false);

    public IWriteFile OpenWrite(LocalPath path, bool create) =>
        Open(path, "write", Libc.ReadWrite | (create ? Libc.Create : 0), writable: true);

    public IWriteFile CreateNew(LocalPath path) => Open(path, "create", Libc.ReadWrite | Libc.Create | Libc.Exclusive, writable: true);

    public void Rename(LocalPath from, LocalPath to, RenameMode mode)
    {
        RefuseRoot(from, "rename");
        RefuseRoot(to, "rename to");
        int fromSize = (from.Value.Length * 3) + 1, toSize = (to.Value.Length * 3) + 1;
        Span<byte> fromBuffer = fromSize <= InlinePath ? stackalloc byte[InlinePath] : new byte[fromSize];
        Span<byte> toBuffer = toSize <= InlinePath ? stackalloc byte[InlinePath] : new byte[toSize];
        var failed = Locate(from, fromBuffer, out var source);
        if (failed == 0)
        {
            using (source)
            {
                failed = Locate(to, toBuffer, out var target);
                if (failed == 0)
                {
                    using (target)
                        failed = RenameOperations.Do(source, target, mode);
                }
            }
        }
        if (failed != 0)
            throw new FileSystemException(Errno.Meaning(failed),
                $"Can't {(mode == RenameMode.Exchange ? "exchange" : "rename")} '{Where(from)}' {(mode == RenameMode.Exchange ? "and" : "to")} '{Where(to)}': {Errno.Text(failed)}.");
    }

    public void SyncDirectory(LocalPath path)
    {
        var fd = Attempt(path, 0, static (in ResolvedPath place, int _) => OpenLeaf(place, Libc.ReadOnly | Libc.DirectoryOnly | Libc.NoFollow, 0));
        if (-fd == Errno.NoAccess && TraitsAt(path).CanSyncAll)
        {
            // A directory with only execute permission can't be opened; syncing everything makes its names durable.
            SyncAll();
            return;
        }
        if (fd < 0)
            throw Failure((int)-fd, "make durable the directory", path);
        var result = Libc.Sync((int)fd);
        var errno = Errno.Last;
        _ = Libc.Close((int)fd);
        // Some network filesystems can't sync a directory: its names are as durable as they get.
        if (result != 0 && !Errno.MeansUnsupported(errno))
            throw Failure(errno, "make durable the directory", path);
    }

    /// <remarks>Reports a failure to all current waiters: the kernel reports it once, and nobody knows whose data it was.</remarks>
    public void SyncAll()
    {
        var failedBefore = Volatile.Read(ref _failedSyncs);
        lock (_syncing)
        {
            var errno = _failedSyncs != failedBefore ? Errno.Io : SyncRoot();
            if (errno == 0)
                errno = _mountedBelow.Sync();
            if (errno == 0)
                return;
            _failedSyncs++;
            throw Failure(errno, "make durable what was written to", LocalPath.Root);
        }
    }

    private int SyncRoot()
    {
        if (!Traits.CanSyncAll)
            return Errno.NotSupported;
        if (!_root.TryMarkSynced())
            return Errno.LostTrack;
        if (!_root.TryUse(out var lease))
            return Errno.NoRoot;
        using (lease)
            return Libc.SyncFileSystem(lease.Fd) == 0 ? 0 : Errno.Last;
    }

    private UnixFile Open(LocalPath path, string doing, int flags, bool writable)
    {
        if (writable)
            _root.MarkUnsynced();
        Libc.StatX stat = default;
        var syncOnClose = false;
        var fd = Attempt(path, 0, (in ResolvedPath place, int _) =>
        {
            var fd = OpenLeaf(place, flags | Libc.NoFollow, 0x180);
            if (fd < 0)
                return fd;
            if (Libc.StatOpen(fd, out stat) != 0)
                return CloseAfterFailure(fd);
            if (writable && FileIdentity.Of(stat).Device != _root.Device)
                syncOnClose = _mountedBelow.Record(place.Directory, _root.Device);
            return fd;
        });
        // ENXIO: a socket, or a fifo without a reader.
        if (fd < 0)
            throw Failure(-fd == Errno.NoDevice ? Errno.NotRegular : (int)-fd, doing, path);
        var descriptor = new Descriptor((int)fd);
        var regular = UnixStat.KindOf(stat.Mode) == FileKind.File;
        if (regular && !(writable && stat.Links > 1))
            return new UnixFile(descriptor, Where(path), TraitsAt(path), _root, syncOnClose ? _mountedBelow : null);
        descriptor.Dispose();
        throw Failure(regular ? Errno.ManyNames : UnixStat.KindOf(stat.Mode) == FileKind.Directory ? Errno.IsDirectory : Errno.NotRegular,
            doing, path);
    }

    private static int CloseAfterFailure(int fd)
    {
        var errno = Errno.Last;
        _ = Libc.Close(fd);
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(errno);
        return -1;
    }
}
