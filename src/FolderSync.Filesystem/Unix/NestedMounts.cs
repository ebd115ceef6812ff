namespace FolderSync.Filesystem.Unix;

/// <summary>Other filesystems mounted below a folder's root that were written to: syncing the root's filesystem doesn't cover them.</summary>
internal sealed class NestedMounts : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(uint, uint), (Descriptor Handle, bool CanSyncAll)> _written = [];
    private int _failed;

    /// <summary>Call when a file in that directory is being written. True if the file must be synced by itself when it is closed.</summary>
    public bool Record(int directory, (uint, uint) rootDevice)
    {
        // The directory decides: on overlayfs a file carries the device number of its layer.
        if (Libc.StatOpen(directory, out var stat) != 0)
            return true;
        var device = FileIdentity.Of(stat).Device;
        if (device == rootDevice)
            return false;
        lock (_lock)
        {
            if (_written.TryGetValue(device, out var known))
                return !known.CanSyncAll;
            var fd = Libc.Open(directory, ".\0"u8, Libc.ReadOnly | Libc.DirectoryOnly | Libc.CloseOnExec, 0);
            if (fd < 0)
                return true;
            var canSyncAll = FileSystemTypes.Probe(fd).CanSyncAll;
            _written[device] = (new Descriptor(fd), canSyncAll);
            return !canSyncAll;
        }
    }

    /// <summary>A file that needed its own sync wasn't synced: the next <see cref="Sync"/> fails.</summary>
    public void NoteFailure(int errno)
    {
        lock (_lock) _failed = errno;
    }

    /// <summary>Returns 0 or the errno. Releases the handles, so that the filesystems can be unmounted.</summary>
    public int Sync()
    {
        lock (_lock)
        {
            var errno = _failed;
            _failed = 0;
            foreach (var (handle, canSyncAll) in _written.Values)
            {
                using var lease = handle.Use();
                if (canSyncAll && Libc.SyncFileSystem(lease.Fd) != 0)
                    errno = Errno.Last;
            }
            Release();
            return errno;
        }
    }

    public void Dispose()
    {
        lock (_lock) Release();
    }

    private void Release()
    {
        foreach (var (handle, _) in _written.Values)
            handle.Dispose();
        _written.Clear();
    }
}
