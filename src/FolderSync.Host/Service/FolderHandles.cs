using FolderSync.Engine.Hosting;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// Defers folders that would exceed the process's limit of open files: otherwise each of them, every connection and the page would fail now and
/// then. The runtime raised the soft limit to the hard one at startup. Thread-safe.
/// </summary>
/// <param name="limit">How many files the process may open.</param>
/// <param name="used">How many were open before any folder was.</param>
internal sealed class FolderHandles(long limit, long used) : IFolderHandles
{
    /// <summary>The database, its log and its index for the writer and two readers, two locks, inotify, the root.</summary>
    public const int PerFolder = 12;

    private readonly Lock _lock = new();
    private long _open;

    /// <summary>A quarter remains for connections, transfers and requests.</summary>
    public long Places { get; } = Math.Max(1, (limit - (limit / 4) - used) / PerFolder);

    /// <summary>Null when the system has no such limit or doesn't tell.</summary>
    public static FolderHandles? OfProcess() => ThisProcess.OpenFiles() is var (limit, used) ? new FolderHandles(limit, used) : null;

    public IDisposable? TryAcquire(out string? why)
    {
        lock (_lock)
        {
            why = null;
            if (_open < Places)
            {
                _open++;
                return new Slot(this);
            }
            why = $"Too many folders for the limit of open files: FolderSync may open {limit:N0} files, which is enough for {Places:N0} folders of about {PerFolder} each. "
                + "Raise the limit (ulimit -n in a shell, LimitNOFILE= in a systemd unit) and start FolderSync again, or remove folders.";
            return null;
        }
    }

    private void Release()
    {
        lock (_lock)
            _open--;
    }

    private sealed class Slot(FolderHandles owner) : IDisposable
    {
        private FolderHandles? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release();
    }
}
