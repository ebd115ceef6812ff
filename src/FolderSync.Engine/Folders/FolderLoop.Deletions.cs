using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Scan;

namespace FolderSync.Engine.Folders;

/// <summary>What is gone from the disk: told to the others, gathered while more goes, or held for a person's word.</summary>
internal sealed partial class FolderLoop
{
    private const int MostGathered = 10_000;
    private static readonly TimeSpan GatherFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CountHeldAfter = TimeSpan.FromMinutes(1);

    private readonly RecentDeletions _recentDeletions;
    private readonly RecentDeletions _recentIncoming;
    private bool _confirmGone;
    private bool _confirmIncoming;

    /// <summary>Names of deletions that are gathered; empty with <see cref="_gatherDue"/> set: too many to name.</summary>
    private readonly SortedSet<FileName> _gathered = [];
    private long? _gatherSince;
    private Deadline? _gatherDue;
    private long _gatheredFiles;

    /// <summary>Peers delete so much at once that a person is asked first, where the folder is set so.</summary>
    internal async Task<bool> MustHoldIncomingAsync(IReadOnlyList<FileName> deletions)
    {
        var config = Config;
        if (!config.HoldIncomingDeletions || _confirmIncoming)
        {
            _confirmIncoming = false;
            _recentIncoming.Clear();
            return false;
        }
        var index = _index!;
        var files = await _parts.Workers.Run(() => deletions.Select(index.FindLocal).OfType<FileEntry>().Where(e => e.IsFile).ToList(), _flowsEnd);
        _recentIncoming.Expire();
        var total = index.Counts.Local.Files;
        if (!DeletionGuard.MustHold(files.Count + _recentIncoming.Count, total + _recentIncoming.Count, LimitsOf(config)))
        {
            _recentIncoming.Add(files);
            return false;
        }
        _events.Add("FolderDeletionsHeld", ("folder", Id.Value), ("files", (long)files.Count), ("total", total), ("incoming", true));
        Publish(s => s with { Hold = new DeletionHold(true, files.Count, total, [.. files.Take(100).Select(f => f.Name)], _parts.Time.GetUtcNow()) });
        return true;
    }

    /// <summary>Adds gathered deletions that are due to what is scanned next. Under the lock.</summary>
    private void TakeGathered()
    {
        if (_gatherDue?.IsPast(_parts.Time) != true)
            return;
        _scanAll |= _gathered.Count == 0;
        _scanNames.UnionWith(_gathered);
        _gatherDue = null;
    }

    private async Task CommitGoneAsync(ScanStage scan, bool isFull, bool isAwaited)
    {
        // This scan has seen all that was gathered.
        var endsGathering = isFull || _gatherDue is null;
        var isConfirmed = isFull && _confirmGone;
        if (scan.Gone.Count == 0)
        {
            // All is there again.
            if (isFull)
                EndHold();
            if (endsGathering)
                EndGathering();
            return;
        }
        if (!isFull && Snapshot().Hold is { Incoming: false })
        {
            // What goes meanwhile waits with the others; how many there are is counted anew soon.
            _nextFullScan = Deadline.Earlier(_nextFullScan, Deadline.In(CountHeldAfter, _parts.Time));
            return;
        }
        if (!endsGathering && !isAwaited)
        {
            Gather(scan.Gone, _gatheredFiles);
            return;
        }
        var limits = LimitsOf(Config);
        IReadOnlyList<FileEntry> lost = limits == DeletionLimits.None ? [] : await FindLostAsync(scan.Gone);
        if (isConfirmed)
            _recentDeletions.Clear();
        else if (await JudgeAsync(scan, lost, limits, mayWait: !isAwaited && Snapshot().LastScan is not null) != DeletionVerdict.Announce)
            return;
        if (isFull)
        {
            _confirmGone = false;
            EndHold();
        }
        if (endsGathering)
            EndGathering();
        _recentDeletions.Add(lost);
        foreach (var part in scan.Gone.Chunk(1000))
            await CommitFindingsAsync([.. part.Select(g => new ScanFinding.Gone(g))], scan.Rescan);
    }

    private async Task<DeletionVerdict> JudgeAsync(ScanStage scan, IReadOnlyList<FileEntry> lost, DeletionLimits limits, bool mayWait)
    {
        var index = _index!;
        _recentDeletions.Expire();
        var burst = new DeletionBurst(
            lost.Count, _recentDeletions.Count, index.Counts.Local.Files, lost.Count > _gatheredFiles, GatheredFor(), mayWait);
        var verdict = DeletionGuard.Judge(burst, limits);
        if (verdict == DeletionVerdict.Hold && burst.Before > 0)
        {
            var before = await _parts.Workers.Run(() => _recentDeletions.Forgive(content => index.LocalWithContent(content).Count > 0), _flowsEnd);
            burst = burst with { Before = before };
            verdict = DeletionGuard.Judge(burst, limits);
        }
        if (verdict == DeletionVerdict.Hold)
            Hold(lost, burst.Present);
        else if (verdict == DeletionVerdict.Gather)
            Gather(scan.Gone, lost.Count);
        return verdict;
    }

    private void Hold(IReadOnlyList<FileEntry> lost, long total)
    {
        if (Snapshot().Hold is not { Incoming: false })
            _events.Add("FolderDeletionsHeld", ("folder", Id.Value), ("files", (long)lost.Count), ("total", total));
        EndGathering();
        Publish(s => s with { Hold = new DeletionHold(false, lost.Count, total, [.. lost.Take(100).Select(l => l.Name)], _parts.Time.GetUtcNow()) });
    }

    private void Gather(IReadOnlyList<FileEntry> gone, long files)
    {
        lock (_lock)
        {
            _gatherSince ??= _parts.Time.GetTimestamp();
            _gatheredFiles = files;
            if (_gatherDue is null || GatheredFor() < DeletionGuard.LongestGathering)
                _gatherDue = Deadline.In(GatherFor, _parts.Time);
            _gathered.UnionWith(gone.Take(MostGathered + 1).Select(g => g.Name));
            if (_gathered.Count > MostGathered)
                _gathered.Clear();
        }
    }

    private TimeSpan GatheredFor() => _gatherSince is { } since ? _parts.Time.GetElapsedTime(since) : TimeSpan.Zero;

    private void EndGathering()
    {
        lock (_lock)
        {
            _gathered.Clear();
            (_gatherSince, _gatherDue, _gatheredFiles) = (null, null, 0);
        }
    }

    private void EndHold() => Publish(s => s with { Hold = s.Hold is { Incoming: true } ? s.Hold : null });

    /// <summary>Files among the gone whose content is nowhere else in the folder: moved content is not gone.</summary>
    private async Task<IReadOnlyList<FileEntry>> FindLostAsync(IReadOnlyList<FileEntry> gone)
    {
        var index = _index!;
        var names = gone.Select(g => g.Name).ToHashSet();
        return await _parts.Workers.Run(
            () => gone.Where(g => g.IsFile && g.Size > 0 && index.LocalWithContent(g.BlocksHash).All(e => names.Contains(e.Name))).ToList(), _flowsEnd);
    }

    private static DeletionLimits LimitsOf(FolderConfig config) => new(config.HoldDeletionsOver, config.HoldDeletionsOverPercent);
}
