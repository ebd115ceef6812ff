using FolderSync.Engine.Hosting;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// Holds back folders that the process's limit of open files is not enough for: without, each of them, every connection and the page would fail
/// now and then. The runtime has raised the soft limit to the hard one at its start. Thread-safe.
/// </summary>
/// <param name="limit">Open files that the process may have.</param>
/// <param name="used">Those that it had before any folder was opened.</param>
internal sealed class FolderHandles(long limit, long used) : IFolderHandles
{
    /// <summary>Database, its log and its index for the writer and two readers, two locks, inotify, the root.</summary>
    public const int PerFolder = 12;

    private readonly Lock _lock = new();
    private long _open;

    /// <summary>A quarter is left to connections, transfers and requests.</summary>
    public long Places { get; } = Math.Max(1, (limit - (limit / 4) - used) / PerFolder);

    /// <summary>Null where the system has no such limit, or does not tell.</summary>
    public static FolderHandles? OfProcess() => ThisProcess.OpenFiles() is var (limit, used) ? new FolderHandles(limit, used) : null;

    public IDisposable? TryTake(out string? why)
    {
        lock (_lock)
        {
            why = null;
            if (_open < Places)
            {
                _open++;
                return new Place(this);
            }
            why = $"Too many folders for the limit of open files: FolderSync may open {limit:N0} files, which is enough for {Places:N0} folders of about {PerFolder} each. "
                + "Raise the limit (ulimit -n in a shell, LimitNOFILE= in a systemd unit) and start FolderSync again, or remove folders.";
            return null;
        }
    }

    private void Give()
    {
        lock (_lock)
            _open--;
    }

    private sealed class Place(FolderHandles owner) : IDisposable
    {
        private FolderHandles? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Give();
    }
}
