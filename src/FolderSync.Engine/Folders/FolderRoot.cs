using FolderSync.Core.Ignore;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Filesystem.Scan;

namespace FolderSync.Engine.Folders;

/// <summary>
/// The directory that a folder stands in: that it is the folder's own and nobody else's. Before anything is read from it or changed in it, in this
/// order and once for each opening: the marker stands there, the lock in it is held, what a kill interrupted is settled.
/// </summary>
internal sealed class FolderRoot(OpenFolder open, IScanRequests scans) : IDisposable
{
    private readonly AsyncBudget _settling = new(1);
    private IDisposable? _lock;
    private bool _isSettled;

    private EngineParts Parts => open.Folder.Parts;

    private string Path => open.Folder.Config.Path;

    /// <summary>The lock of a folder that has been here before. A new one has no marker yet, and its lock with it.</summary>
    /// <exception cref="EngineException">Another program syncs the folder.</exception>
    public async Task LockAsync(CancellationToken cancellation)
    {
        Dispose();
        if (Parts.FolderLocks is { } locks)
            _lock = await open.RunAsync(() => locks.TryLock(Path, out var holder) ?? throw InUse(holder), cancellation);
    }

    /// <summary>Returns when the root is the folder's and in order. Asked before each scan, pull and command, since disks come and go.</summary>
    /// <exception cref="RootGoneException">It isn't there, or is another one.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        await _settling.AcquireAsync(1, cancellation);
        try
        {
            await EnsureMarkerAsync(cancellation);
            await SettleInterruptedAsync(cancellation);
        }
        finally
        {
            _settling.Release(1);
        }
    }

    /// <summary>What is wrong with the root, for the user.</summary>
    public Task<string> ExplainAsync(Exception e, CancellationToken cancellation) => e is RootGoneException { State: var state }
        ? open.RunAsync(() => RootTrouble.Explain(state, Path, open.Disk), cancellation)
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
                open.Disk.MakeDirectory(LocalPath.Root.Child(InternalNames.Marker), 0x1ED);
                // Before anything is indexed: an index without its marker would be held for an unmounted disk.
                open.Disk.SyncDirectory(LocalPath.Root);
                isMarkerMade = true;
                return open.Disk.CheckRoot();
            },
            cancellation);
        if (state != RootState.Present)
            throw new RootGoneException(state);
        if (isMarkerMade)
            await LockAsync(cancellation);
    }

    /// <summary>What a kill left half done is finished or undone, so that no scan takes it for an edit.</summary>
    private async Task SettleInterruptedAsync(CancellationToken cancellation)
    {
        if (_isSettled)
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
        _isSettled = true;
        if (names.Count > 0)
            scans.Request(names);
    }

    private EngineException InUse(string? holder) =>
        new($"The folder {Path} is kept in sync by another program already ({holder}). Stop that one, or remove the folder from one of them.");
}
