namespace FolderSync.Filesystem.Unix;

/// <summary>
/// Owns the handle of a folder's root. Closes it when it was idle for a while, so that a drive can be unmounted, and reopens it only for the same
/// directory; only <see cref="Reopen"/> accepts another one.
/// </summary>
internal sealed class RootDirectory : IDisposable
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(5);

    /// <summary>How long written data may wait for SyncAll, which needs the handle that was open while it was written.</summary>
    private static readonly TimeSpan UnsyncedLimit = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly byte[] _path;
    private readonly TimeProvider _time;
    private readonly ITimer _idle;
    private Descriptor? _descriptor;
    private FileIdentity? _identity;
    private bool _markerSeen;

    /// <summary>The last directory here that had the marker.</summary>
    private FileIdentity? _marked;
    private int _generation;
    private int? _unsyncedSince;
    private bool _disposed;
    private long _lastUse;
    private FileSystemTraits _traits = new();

    public RootDirectory(string path, TimeProvider time)
    {
        Path = path;
        _path = new byte[(path.Length * 3) + 1];
        if (!BeneathResolver.Encode(path, _path, out var length))
            throw new FileSystemException(FileSystemError.Other, $"The folder's path '{DisplayName.Of(path)}' can't be written as UTF-8.");
        Array.Resize(ref _path, length + 1);
        _time = time;
        _idle = time.CreateTimer(_ => ReleaseIfIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Reopen();
    }

    public string Path { get; }

    public FileSystemTraits Traits => Volatile.Read(ref _traits);

    /// <summary>True while the handle is open; for tests.</summary>
    internal bool IsOpen
    {
        get { lock (_lock) return _descriptor is not null; }
    }

    /// <summary>The device of the root's own filesystem; others may be mounted below it.</summary>
    public (uint Major, uint Minor) Device
    {
        get { lock (_lock) return _identity?.Device ?? default; }
    }

    /// <summary>Opens the path again and accepts whatever directory is there.</summary>
    public RootState Reopen()
    {
        lock (_lock)
        {
            if (_disposed)
                return RootState.Unreadable;
            var state = OpenPath(out var fresh, out var identity);
            if (fresh is null)
            {
                Release();
                _identity = null;
                return state;
            }
            if (_descriptor is not null && _identity == identity)
                fresh.Dispose();
            else
                Adopt(fresh);
            var firstMarker = state == RootState.Present && !_markerSeen;
            if (_identity != identity || firstMarker)
                Probe();
            _identity = identity;
            _markerSeen = state == RootState.Present;
            if (_markerSeen)
                _marked = identity;
            return state == RootState.MarkerMissing && _marked is { } marked && marked != identity ? RootState.Replaced : state;
        }
    }

    /// <summary>The root's handle, kept open until the lease is disposed; no handle if this returns false.</summary>
    public bool TryUse(out Descriptor.Lease lease)
    {
        lock (_lock)
        {
            _lastUse = _time.GetTimestamp();
            if (_descriptor is null && !OpenAgain())
            {
                lease = default;
                return false;
            }
            lease = _descriptor!.Use();
            return true;
        }
    }

    /// <summary>Data is being written that SyncAll will have to make durable.</summary>
    public void MarkUnsynced()
    {
        lock (_lock)
        {
            _lastUse = _time.GetTimestamp();
            _unsyncedSince ??= _generation;
        }
    }

    /// <summary>
    /// Call before making everything durable. False if the handle isn't the one that was open while the data was written, since it wouldn't report
    /// an error.
    /// </summary>
    public bool TryMarkSynced()
    {
        lock (_lock)
        {
            var whole = _unsyncedSince is null || (_unsyncedSince == _generation && _descriptor is not null);
            _unsyncedSince = null;
            return whole;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Release();
        }
        _idle.Dispose();
    }

    private bool OpenAgain()
    {
        if (_disposed || _identity is null)
            return false;
        var state = OpenPath(out var fresh, out var identity);
        if (fresh is null)
            return false;
        if (identity != _identity || (_markerSeen && state != RootState.Present))
        {
            fresh.Dispose();
            return false;
        }
        Adopt(fresh);
        return true;
    }

    private RootState OpenPath(out Descriptor? opened, out FileIdentity identity)
    {
        opened = null;
        identity = default;
        var fd = Libc.Open(Libc.CurrentDirectory, _path, Libc.ReadOnly | Libc.DirectoryOnly | Libc.CloseOnExec, 0);
        if (fd < 0)
            return Errno.Last switch
            {
                Errno.NotFound => RootState.Missing,
                Errno.NotDirectory => RootState.NotADirectory,
                _ => RootState.Unreadable,
            };
        var descriptor = new Descriptor(fd);
        if (Libc.StatOpen(fd, out var stat) != 0)
        {
            descriptor.Dispose();
            return RootState.Unreadable;
        }
        opened = descriptor;
        identity = FileIdentity.Of(stat);
        if (Libc.Stat(fd, ".stfolder\0"u8, Libc.SymlinkNoFollow, out var marker) == 0)
            return UnixStat.KindOf(marker.Mode) is FileKind.File or FileKind.Directory ? RootState.Present : RootState.MarkerMissing;
        return Errno.Last == Errno.NotFound ? RootState.MarkerMissing : RootState.Unreadable;
    }

    private void Probe()
    {
        using var lease = _descriptor!.Use();
        Volatile.Write(ref _traits, FileSystemTypes.Probe(lease.Fd));
    }

    private void Adopt(Descriptor fresh)
    {
        Release();
        _descriptor = fresh;
        _generation++;
        _lastUse = _time.GetTimestamp();
        _idle.Change(IdleLimit, Timeout.InfiniteTimeSpan);
    }

    private void Release()
    {
        _descriptor?.Dispose();
        _descriptor = null;
    }

    private void ReleaseIfIdle()
    {
        lock (_lock)
        {
            if (_disposed || _descriptor is null)
                return;
            if (_time.GetElapsedTime(_lastUse) >= (_unsyncedSince is not null ? UnsyncedLimit : IdleLimit))
                Release();
            else
                _idle.Change(IdleLimit, Timeout.InfiniteTimeSpan);
        }
    }
}
