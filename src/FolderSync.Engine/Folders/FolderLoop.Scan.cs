using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Filesystem.Scan;
using FolderSync.Filesystem.Watch;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Scan → index: brings the disk's changes into the index.</summary>
internal sealed partial class FolderLoop
{
    private const int MaxScanProblems = 1000;
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);
    private static readonly TimeSpan MaxNewsHold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstWatchRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastWatchRetry = TimeSpan.FromHours(1);
    private static readonly TimeSpan RescanProblemsAfter = TimeSpan.FromMinutes(5);

    private readonly SortedSet<FileName> _scanNames = [];
    private readonly List<TaskCompletionSource> _scanWaiters = [];
    private bool _scanAll;
    private bool _isSettled;
    private bool _isWaitingToScan;
    private NewsHold? _newsHold;
    private Deadline _nextFullScan = Deadline.Passed;

    /// <summary>Timestamp.</summary>
    private long? _lastCleanUp;

    /// <summary>Timestamp of the last full verify, or of the first scan.</summary>
    private long? _lastVerify;
    private IWatcher? _watcher;
    private Task _watching = Task.CompletedTask;
    private bool _hasWatchFailed;
    private TimeSpan _watchRetry = FirstWatchRetry;

    /// <summary>Done when a scan of these names (empty: of everything) that began after the call is. Thread-safe.</summary>
    public async Task ScanAsync(IReadOnlyList<FileName> below, CancellationToken cancellation)
    {
        if (Index is null || _isSuspended)
            throw new EngineException(_error.Length > 0 ? _error : "The folder is paused.");
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        RequestScan(below, done);
        await done.OrCancelled(cancellation);
    }

    /// <summary>Asks for a scan of these names, or of everything. Thread-safe.</summary>
    public void RequestScan(IReadOnlyList<FileName> below) => RequestScan(below, null);

    private void RequestScan(IReadOnlyList<FileName> below, TaskCompletionSource? waiter)
    {
        lock (_lock)
        {
            if (waiter is not null)
                _scanWaiters.Add(waiter);
            _scanAll |= below.Count == 0;
            _scanNames.UnionWith(below);
            if (_scanNames.Count > 10_000)
            {
                _scanAll = true;
                _scanNames.Clear();
            }
        }
        _scanWake.Set();
    }

    private async Task ScanFlowAsync()
    {
        while (true)
        {
            var (request, waiters) = TakeScan();
            if (request is null)
            {
                await _scanWake.WaitUntilAsync(Deadline.Earlier(_nextFullScan, _gatherDue ?? Deadline.Never), _flowsEnd);
                continue;
            }
            try
            {
                await ScanInTurnAsync(request, waiters.Count > 0);
                waiters.ForEach(w => w.TrySetResult());
            }
            catch (Exception e) when (e is EngineException or RootGoneException or FileSystemException)
            {
                var why = await ExplainAsync(e);
                Fail(why);
                waiters.ForEach(w => w.TrySetException(new EngineException(why)));
                // A returned disk is noticed by looking; nothing tells.
                _nextFullScan = Deadline.In(RootRetry, _parts.Time);
            }
            catch (Exception e)
            {
                waiters.ForEach(w => w.TrySetException(new EngineException(e.Message)));
                throw;
            }
        }
    }

    private Task<string> ExplainAsync(Exception e) => e is RootGoneException { State: var state }
        ? _parts.Workers.Run(() => RootTrouble.Explain(state, Config.Path, Disk), _flowsEnd)
        : Task.FromResult(e.Message);

    private (ScanRequest? Request, List<TaskCompletionSource> Waiters) TakeScan()
    {
        lock (_lock)
        {
            TakeGathered();
            var all = _scanAll || _nextFullScan.IsPast(_parts.Time);
            if (!all && _scanNames.Count == 0 && _scanWaiters.Count == 0)
                return (null, []);
            // Whoever waits gets its names scanned even if a scan of them has been taken meanwhile.
            var verifyEvery = TimeSpan.FromHours(Config.FullVerifyIntervalHours);
            var verify = all && verifyEvery > TimeSpan.Zero && _lastVerify is { } last && _parts.Time.GetElapsedTime(last) >= verifyEvery;
            if (verify || _lastVerify is null)
                _lastVerify = _parts.Time.GetTimestamp();
            var request = new ScanRequest(all ? [] : [.. _scanNames], verify);
            List<TaskCompletionSource> waiters = [.. _scanWaiters];
            _scanAll = false;
            _scanNames.Clear();
            _scanWaiters.Clear();
            return (request, waiters);
        }
    }

    /// <summary>Only so many folders scan at once.</summary>
    private async Task ScanInTurnAsync(ScanRequest request, bool isAwaited)
    {
        if (!_shares.Scanning.TryTake(1))
        {
            _isWaitingToScan = true;
            UpdateState();
            try
            {
                await _shares.Scanning.TakeAsync(1, _flowsEnd);
            }
            finally
            {
                _isWaitingToScan = false;
                UpdateState();
            }
        }
        try
        {
            await ScanAsync(request, isAwaited);
        }
        finally
        {
            _shares.Scanning.Give(1);
        }
    }

    private async Task ScanAsync(ScanRequest request, bool isAwaited)
    {
        if (request.Below.Count > 0 && request.Below.Any(n => n.Value == ".stignore"))
            request = new ScanRequest([]);
        _isScanning = true;
        UpdateState();
        try
        {
            await EnsureRootAsync();
            await LoadIgnoresAsync();
            HoldNews();
            if (_gatherSince is null && Snapshot().Hold is null)
                _seenUntil = _index!.LocalSequence;
            var isFull = request.Below.Count == 0;
            if (isFull)
                await StartWatchingAsync();
            var scan = new ScanStage(_parts, this, Config);
            await scan.RunAsync(request, _index!, Ignores, _flowsEnd);
            ClearError();
            await CommitGoneAsync(scan, isFull, isAwaited);
            await LookAtCopiesAsync();
            OnScanned(scan, isFull);
            if (isFull)
            {
                await CleanUpAsync();
                await KeepVersionsInBoundsAsync();
            }
        }
        finally
        {
            _isScanning = false;
            ReleaseNews();
            Publish(s => s with { Scan = null });
            UpdateState();
        }
    }

    /// <summary>
    /// A moved file is found under its new name before it is missed under the old one. Told of the first alone, a peer copies the file and deletes
    /// the old one afterwards; told of both, it renames. What a long scan finds can't wait for its end, and a first scan misses nothing.
    /// </summary>
    private void HoldNews()
    {
        if (_index!.LocalSequence is > 0 and var sequence)
            Volatile.Write(ref _newsHold, new NewsHold(sequence, Deadline.In(MaxNewsHold, _parts.Time)));
    }

    private void ReleaseNews()
    {
        Volatile.Write(ref _newsHold, null);
        WakeCommitListeners();
    }

    /// <summary>What is not to be announced yet; its end wakes those who listen to commits. Thread-safe.</summary>
    internal NewsHold? NewsHold => Volatile.Read(ref _newsHold);

    /// <summary>Once a day, or as often as temp files expire: old versions go, and temp files of transfers that never went on.</summary>
    private async Task CleanUpAsync()
    {
        var now = _parts.Time.GetUtcNow();
        var keep = _shares.KeepTemporaries;
        // A transfer under way may wait for its peer for long: its temp file is in use.
        if ((_lastCleanUp is { } last && _parts.Time.GetElapsedTime(last) < (keep < OneDay ? keep : OneDay)) || _round is not null)
            return;
        _lastCleanUp = _parts.Time.GetTimestamp();
        try
        {
            await _parts.Workers.Run(
                () =>
                {
                    if (_trashCan is { } trashCan)
                        CleanVersions(trashCan);
                    new TempCleaner(Disk).RemoveStale(now - keep);
                },
                _flowsEnd);
        }
        catch (FileSystemException e)
        {
            Log.CleanUpFailed(_log, Config.DisplayName, e.Message);
        }
    }

    private void OnScanned(ScanStage scan, bool isFull)
    {
        var now = _parts.Time.GetUtcNow();
        if (isFull)
        {
            var config = Config;
            var jitter = 0.75 + (_parts.Random.Next(500) / 1000.0);
            _nextFullScan = config.RescanIntervalSeconds > 0 ? Deadline.In(TimeSpan.FromSeconds(config.RescanIntervalSeconds * jitter), _parts.Time) : Deadline.Never;
            Publish(s => s with { ScanProblems = [.. scan.Problems.Take(MaxScanProblems)], LastScan = now });
            _parts.State.PutFolder(StatisticsNow(now));
        }
        else if (scan.Problems.Count > 0)
        {
            _nextFullScan = Deadline.Earlier(_nextFullScan, Deadline.In(RescanProblemsAfter, _parts.Time));
            Publish(s => s with { ScanProblems = [.. s.ScanProblems.Concat(scan.Problems).DistinctBy(p => p.Path).Take(MaxScanProblems)] });
        }
        if (scan.Rescan.Count > 0)
            RequestScan([.. scan.Rescan]);
        _pullWake.Set();
    }

    /// <summary>Commits what one batch of findings asks for. Called by the scan stage, in tree order.</summary>
    internal async Task CommitFindingsAsync(IReadOnlyList<ScanFinding> findings, ICollection<FileName> rescan)
    {
        var now = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
        var type = Config.Type;
        var committed = await CommitAsync(index =>
        {
            var entries = new List<FileEntry>();
            var refreshed = new List<FileEntry>();
            foreach (var finding in findings)
                Decide(index, finding, now, type, entries, refreshed, rescan);
            if (refreshed.Count > 0)
                index.RefreshLocal(refreshed);
            return entries;
        });
        NoteLocalChanges(committed);
    }

    private void Decide(
        IFolderIndex index, ScanFinding finding, long now, FolderType type, List<FileEntry> entries, List<FileEntry> refreshed, ICollection<FileName> rescan)
    {
        switch (finding)
        {
            case ScanFinding.Changed(var seen, var known):
                var mine = index.FindLocal(seen.Name);
                if (IsStill(mine, known))
                    entries.Add(LocalChange.Seen(seen, mine, index.FindGlobal(seen.Name), _parts.Self.Short, now, type));
                else if (mine is null or { Deleted: true } || mine.Disk != seen.Disk)
                    rescan.Add(seen.Name);
                break;
            case ScanFinding.Refreshed(var seen, var known):
                if (IsStill(index.FindLocal(seen.Name), known))
                    refreshed.Add(known with { Disk = seen.Disk, PreHashes = seen.PreHashes });
                break;
            case ScanFinding.NowIgnored(var known):
                if (index.FindLocal(known.Name) is { Deleted: false } entry && entry.Version == known.Version)
                    entries.Add(LocalChange.NowIgnored(entry));
                break;
            case ScanFinding.Gone(var known):
                if (index.FindLocal(known.Name) is not { Deleted: false } gone)
                    break;
                if (gone.Sequence == known.Sequence && IsGone(known.Name))
                    entries.Add(HasNoPlace(index, gone)
                        ? LocalChange.NeverPlaced(gone, now)
                        : LocalChange.Gone(gone, _parts.Self.Short, now, type));
                else
                    rescan.Add(known.Name);
                break;
        }
    }

    /// <summary>What answers under another spelling is another name's.</summary>
    private bool IsGone(FileName name)
    {
        try
        {
            return !new ExactNames(Disk).Stands(LocalPath.Of(name));
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    /// <summary>The index has not moved on since the scan looked (a pull may have committed meanwhile).</summary>
    private static bool IsStill(FileEntry? mine, FileEntry? known) =>
        known is null ? mine is null or { Deleted: true } : mine is { Deleted: false } && mine.Sequence == known.Sequence;

    private async Task EnsureRootAsync()
    {
        var isNew = _index!.LocalSequence == 0;
        var isMarkerMade = false;
        var state = await _parts.Workers.Run(
            () =>
            {
                var root = Disk.CheckRoot();
                if (root != RootState.MarkerMissing || !isNew)
                    return root;
                Disk.MakeDirectory(LocalPath.Root.Child(InternalNames.Marker), 0x1ED);
                // Before anything is indexed: an index without its marker would be held for an unmounted disk.
                Disk.SyncDirectory(LocalPath.Root);
                isMarkerMade = true;
                return Disk.CheckRoot();
            },
            _flowsEnd);
        if (state != RootState.Present)
            throw new RootGoneException(state);
        // The lock lives in the marker, so a new folder has had none until now.
        if (isMarkerMade)
            await LockAsync(Config.Path);
        await SettleInterruptedAsync();
    }

    /// <summary>Before the first scan: what a kill left half done is finished or undone, so that no scan takes it for an edit.</summary>
    private async Task SettleInterruptedAsync()
    {
        if (_isSettled)
            return;
        var keep = _shares.KeepTemporaries;
        var names = await _parts.Workers.Run(
            () =>
            {
                var interrupted = Applier.Recover();
                new TempCleaner(Disk).RemoveStale(_parts.Time.GetUtcNow() - keep);
                return interrupted;
            },
            _flowsEnd);
        _isSettled = true;
        if (names.Count > 0)
            RequestScan(names);
    }

    private async Task LoadIgnoresAsync()
    {
        var rules = await _parts.Workers.Run(() => IgnoreFile.Load(Disk), _flowsEnd);
        if (rules.Error is { } error)
            throw new EngineException($"The ignore patterns can't be used: {error} Nothing is scanned until that is mended.");
        Volatile.Write(ref _ignores, rules);
    }

    private async Task StartWatchingAsync()
    {
        if (_hasWatchFailed)
            await StopWatchingAsync();
        if (!Config.WatcherEnabled || _watcher is not null)
            return;
        _hasWatchFailed = false;
        try
        {
            var watcher = _watcher = _parts.Watchers.Watch(Config.Path, name => Ignores.CanSkipDirectory(name));
            _watching = _parts.Supervisor.RunAsync($"watch {Id}", () => WatchFlowAsync(watcher), OnWatchFault, _flowsEnd);
        }
        catch (IOException e)
        {
            Log.NotWatched(_log, Config.DisplayName, e.Message);
            OnWatchFault(e);
        }
    }

    private async Task WatchFlowAsync(IWatcher watcher)
    {
        NoteWatchProblem(watcher.Problem);
        while (await watcher.Notices.WaitToReadAsync(_flowsEnd))
        {
            _watchRetry = FirstWatchRetry;
            while (watcher.Notices.TryRead(out var notice))
                RequestScan(notice.Everything ? [] : notice.Names);
            NoteWatchProblem(watcher.Problem);
        }
    }

    /// <summary>The folder goes on without: it is scanned until it can be watched again, which is tried with a full scan, later each time.</summary>
    private void OnWatchFault(Exception e)
    {
        _hasWatchFailed = true;
        NoteWatchProblem(new WatchProblem($"Watching '{Config.Path}' failed: {e.Message}", "It starts again by itself; until then changes are found by scans."));
        var wait = _watchRetry;
        Follow(() => ScanLaterAsync(wait));
        _watchRetry = _watchRetry * 2 < LastWatchRetry ? _watchRetry * 2 : LastWatchRetry;
    }

    private async Task ScanLaterAsync(TimeSpan wait)
    {
        await Waiting.PauseAsync(wait, _parts.Time, _flowsEnd);
        RequestScan([]);
    }

    private void NoteWatchProblem(WatchProblem? problem)
    {
        WatchProblem? before = null;
        Publish(s =>
        {
            before = s.WatchProblem;
            return s with { WatchProblem = problem };
        });
        if (problem != before)
            _events.Add("FolderWatchStateChanged", ("folder", Id.Value), ("from", before?.Reason), ("to", problem?.Reason));
    }

    private async Task StopWatchingAsync()
    {
        if (Interlocked.Exchange(ref _watcher, null) is not { } watcher)
            return;
        await watcher.DisposeAsync();
        await _watching;
    }

    private void FailScanWaiters(string reason)
    {
        List<TaskCompletionSource> waiters;
        lock (_lock)
        {
            waiters = [.. _scanWaiters];
            _scanWaiters.Clear();
        }
        waiters.ForEach(w => w.TrySetException(new EngineException(reason)));
    }

    private void NoteLocalChanges(IReadOnlyList<FileEntry> committed)
    {
        var now = _parts.Time.GetUtcNow();
        var items = new List<HistoryItem>();
        foreach (var entry in committed.Where(e => e.ModifiedBy == _parts.Self.Short && (e.LocalFlags & LocalFlags.Ignored) == 0).Take(500))
        {
            var action = entry.Deleted ? "deleted" : entry.PreviousBlocksHash.IsNone ? "added" : "modified";
            items.Add(new HistoryItem(now, Id, entry.Name.Value, action, entry.Type, entry.ModifiedBy, true));
            _events.Add(
                "LocalChangeDetected",
                ("folder", Id.Value),
                ("folderID", Id.Value),
                ("label", Config.Label),
                ("action", action),
                ("type", TypeNames.Of(entry.Type)),
                ("path", entry.Name.Value),
                ("modifiedBy", entry.ModifiedBy.ToString()));
        }
        if (items.Count > 0)
            _parts.State.AddHistory(items);
    }

    internal void ReportScan(ScanProgress progress)
    {
        Publish(s => s with { Scan = progress });
        _events.Add(
            "FolderScanProgress",
            ("folder", Id.Value),
            ("current", progress.HashedBytes),
            ("total", progress.ToHashBytes),
            ("rate", 0));
    }

    private FolderStatistics StatisticsNow(DateTimeOffset scanned)
    {
        var before = _parts.State.Folders().FirstOrDefault(f => f.Folder == Id);
        return new FolderStatistics(Id, scanned, before?.LastFile ?? "", before?.LastFileTime ?? default, before?.LastFileDeleted ?? false);
    }
}

/// <summary>File types as Syncthing's API names them.</summary>
public static class TypeNames
{
    public static string Of(FileType type) => type switch
    {
        FileType.Directory => "dir",
        FileType.Symlink => "symlink",
        _ => "file",
    };
}

/// <summary>Entries that wait for the end of a scan before peers are told of them.</summary>
/// <param name="After">Those of a higher sequence.</param>
/// <param name="Until">At the latest.</param>
internal sealed record NewsHold(long After, Deadline Until);
