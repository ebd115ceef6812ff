using FolderSync.Core.Ignore;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Filesystem.Scan;

namespace FolderSync.Engine.Folders;

/// <summary>
/// The folder's root directory, exclusively owned. Before anything is read or changed in it, once per opening and in this order: the marker exists,
/// the lock in it is held, and what a kill interrupted is recovered.
/// </summary>
internal sealed class FolderRoot(OpenFolder open, IScanRequests scans) : IDisposable
{
    private readonly AsyncBudget _settling = new(1);
    private IDisposable? _lock;
    private bool _isRecovered;

    private EngineParts Parts => open.Folder.Parts;

    private string Path => open.Folder.Config.Path;

    /// <summary>Locks a folder that was here before. A new one has no marker yet, and so no lock.</summary>
    /// <exception cref="EngineException">Another program syncs the folder.</exception>
    public async Task LockAsync(CancellationToken cancellation)
    {
        Dispose();
        if (Parts.FolderLocks is { } locks)
            _lock = await open.RunAsync(() => locks.TryLock(Path, out var holder) ?? throw InUse(holder), cancellation);
    }

    /// <summary>
    /// Returns when the root belongs to the folder and is in order. Called before each scan, pull and command, since disks come and go.
    /// </summary>
    /// <exception cref="RootUnavailableException">It is missing or was replaced.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        await _settling.AcquireAsync(1, cancellation);
        try
        {
            await EnsureMarkerAsync(cancellation);
            await RecoverInterruptedAsync(cancellation);
        }
        finally
        {
            _settling.Release(1);
        }
    }

    /// <summary>Explains to the user what is wrong with the root.</summary>
    public Task<string> ExplainAsync(Exception e, CancellationToken cancellation) => e is RootUnavailableException { State: var state }
        ? open.RunAsync(() => RootProblem.Explain(state, Path, open.Disk), cancellation)
        : Task.FromResult(e.Message);

    public void Dispose() => Interlocked.Exchange(ref _lock, null)?.Dispose();

    private async Task EnsureMarkerAsync(CancellationToken cancellation)
    {
        var isNew = open.Index.LocalSequence == 0;
        var isMarkerMade = false;
        var state = await open.RunAsync(
            () =>
            {
                var root = open.Disk.CheckRoot();
                if (root != RootState.MarkerMissing || !isNew)
                    return root;
                open.Disk.CreateDirectory(LocalPath.Root.Child(InternalNames.Marker), 0x1ED);
                // Before anything is indexed: an index without a marker would be taken for an unmounted disk.
                open.Disk.SyncDirectory(LocalPath.Root);
                isMarkerMade = true;
                return open.Disk.CheckRoot();
            },
            cancellation);
        if (state != RootState.Present)
            throw new RootUnavailableException(state);
        if (isMarkerMade)
            await LockAsync(cancellation);
    }

    /// <summary>Completes or undoes what a kill interrupted, so that no scan takes it for an edit.</summary>
    private async Task RecoverInterruptedAsync(CancellationToken cancellation)
    {
        if (_isRecovered)
            return;
        var keep = open.Folder.Shared.KeepTemporaries;
        var names = await open.RunAsync(
            () =>
            {
                var interrupted = open.Applier.Recover();
                new TempCleaner(open.Disk).RemoveStale(Parts.Time.GetUtcNow() - keep);
                return interrupted;
            },
            cancellation);
        _isRecovered = true;
        if (names.Count > 0)
            scans.Request(names);
    }

    private EngineException InUse(string? holder) =>
        new($"The folder {Path} is already synced by another program ({holder}). Stop that one, or remove the folder from one of them.");
}
