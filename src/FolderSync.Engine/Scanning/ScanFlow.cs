using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Scan;
using FolderSync.Index;

namespace FolderSync.Engine.Scanning;

/// <summary>Scan → index: brings changes on disk into the index, on request and on schedule.</summary>
/// <param name="onCommitted">Called after the scan's commits, while they aren't announced yet.</param>
/// <param name="onEnded">After each scan, whatever became of it.</param>
internal sealed class ScanFlow(
    OpenFolder open, ScanQueue queue, FolderRoot root, LocalIndexWriter writer, LocalDeletions deletions, ForkedVersions forks, FolderWatcher watcher, Func<Task> onCommitted,
    Func<Task> onFullScan, Action onEnded)
{
    /// <summary>A returned disk is only noticed by polling.</summary>
    private static readonly TimeSpan RootRetry = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan RescanProblemsAfter = TimeSpan.FromMinutes(5);

    private readonly FindingWriter _findings = new(open, writer, deletions, forks);

    /// <summary>A full scan has completed since the folder was opened: only then is the disk's content known.</summary>
    public bool HasScanned { get; private set; }

    private ConfiguredFolder Folder => open.Folder;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (queue.TryTake() is not { } scan)
            {
                await queue.WaitAsync(cancellation);
                continue;
            }
            try
            {
                await ScanOrExplainAsync(scan, cancellation);
            }
            catch (Exception e) when (e is IndexDamagedException || cancellation.IsCancellationRequested)
            {
                // The folder stops beneath it, and scans everything when it is back.
                queue.Waiting.PutBack(scan.Waiters);
                throw;
            }
            catch (Exception e)
            {
                scan.Fail(e.Message);
                throw;
            }
            onEnded();
        }
    }

    private async Task ScanOrExplainAsync(QueuedScan scan, CancellationToken cancellation)
    {
        try
        {
            await ScanInTurnAsync(scan, cancellation);
            scan.Succeed();
        }
        catch (Exception e) when (e is EngineException or RootUnavailableException or FileSystemException)
        {
            var why = await root.ExplainAsync(e, cancellation);
            Folder.Status.Fail(why);
            scan.Fail(why);
            queue.SetFullScan(Deadline.In(RootRetry, Folder.Parts.Time));
        }
    }

    /// <summary>Only so many folders scan at the same time.</summary>
    private async Task ScanInTurnAsync(QueuedScan scan, CancellationToken cancellation)
    {
        var turns = Folder.Shared.Scanning;
        if (!turns.TryAcquire(1))
        {
            Folder.Status.Begin(FolderActivity.WaitingToScan);
            try
            {
                await turns.AcquireAsync(1, cancellation);
            }
            finally
            {
                Folder.Status.End(FolderActivity.WaitingToScan);
            }
        }
        try
        {
            await ScanAsync(scan, cancellation);
        }
        finally
        {
            turns.Release(1);
        }
    }

    private async Task ScanAsync(QueuedScan queued, CancellationToken cancellation)
    {
        Folder.Status.Begin(FolderActivity.Scanning);
        try
        {
            await root.EnsureAsync(cancellation);
            // With other patterns other names count, wherever these come from: a file that is included, or one that a link leads to.
            var isFull = await LoadIgnoresAsync(cancellation) || queued.IsFull;
            using var delay = writer.DelayAnnouncements();
            if (!HasScanned)
                await ReceiveOnlyRelease.CommitAsync(open, writer, cancellation);
            deletions.OnScanBegins(open.Index.LocalSequence);
            if (isFull)
                await watcher.EnsureAsync();
            var scan = new FolderScan(open, _findings);
            var verify = isFull && queue.TakeVerification(TimeSpan.FromHours(Folder.Config.FullVerifyIntervalHours));
            await scan.RunAsync(new ScanRequest(isFull ? [] : queued.Below, verify), cancellation);
            Folder.Status.ClearError();
            await deletions.JudgeAsync(open, scan, isFull, queued.Waiters.Count > 0, () => scan.CommitGoneAsync(cancellation), cancellation);
            await onCommitted();
            OnScanned(scan, isFull);
            if (isFull)
                await onFullScan();
        }
        finally
        {
            Folder.Status.Publish(s => s with { Scan = null });
            Folder.Status.End(FolderActivity.Scanning);
        }
    }

    /// <summary>True when they ignore other names than before.</summary>
    private async Task<bool> LoadIgnoresAsync(CancellationToken cancellation)
    {
        var rules = await open.RunAsync(() => IgnoreFile.Load(open.Disk), cancellation);
        if (rules.Error is { } error)
            throw new EngineException($"The ignore patterns can't be used: {error} Nothing is scanned until that is fixed.");
        var isChanged = !rules.SameAs(open.Ignores);
        open.Ignores = rules;
        return isChanged;
    }

    private void OnScanned(FolderScan scan, bool isFull)
    {
        var time = Folder.Parts.Time;
        if (isFull)
        {
            var jitter = 0.75 + (Folder.Parts.Random.Next(500) / 1000.0);
            var interval = Folder.Config.RescanIntervalSeconds * jitter;
            queue.SetFullScan(interval > 0 ? Deadline.In(TimeSpan.FromSeconds(interval), time) : Deadline.Never);
            var now = time.GetUtcNow();
            HasScanned = true;
            Folder.Status.SetScanProblems(scan.Problems, now);
            Folder.History.NoteScan(now);
        }
        else if (scan.Problems.Count > 0)
        {
            queue.AdvanceFullScan(Deadline.In(RescanProblemsAfter, time));
            Folder.Status.AddScanProblems(scan.Problems);
        }
        if (scan.Rescan.Count > 0)
            queue.Request([.. scan.Rescan]);
        Folder.PullWake.Set();
    }
}
