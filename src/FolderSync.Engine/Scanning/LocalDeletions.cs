using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Index;

namespace FolderSync.Engine.Scanning;

/// <summary>
/// Guards against local mass deletions: files missing on disk are announced, gathered while more are being deleted, or held until the user decides.
/// Outlives each opening of the folder.
/// </summary>
internal sealed class LocalDeletions(ConfiguredFolder folder, MountPoints mounts, ScanQueue scans)
{
    private const int MaxReportedNames = 100;
    private static readonly TimeSpan GatherFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CountHeldAfter = TimeSpan.FromMinutes(1);

    private readonly RecentFiles _recent = new(folder.Parts, $"deletions/{folder.Id.Value}");

    /// <summary>When the first of the gathered deletions was missed (timestamp).</summary>
    private long? _gatheringSince;
    private long _gatheredFiles;
    private bool _isConfirmed;

    /// <summary>Anything with a higher sequence was found by the present scan, or by earlier ones that gathered deletions.</summary>
    public long SeenUntil { get; private set; }

    /// <summary>The user decided to delete the held files everywhere: the next full scan announces it.</summary>
    public void Confirm() => _isConfirmed = true;

    public void OnScanBegins(long localSequence)
    {
        if (_gatheringSince is null && folder.Status.Hold is null)
            SeenUntil = localSequence;
    }

    /// <summary>Decides about what a scan didn't find, and calls <paramref name="commit"/> to announce it if that is safe.</summary>
    /// <param name="isAwaited">Someone waits for the result: don't gather.</param>
    public async Task JudgeAsync(OpenFolder open, FolderScan scan, bool isFull, bool isAwaited, Func<Task> commit, CancellationToken cancellation)
    {
        var gone = scan.Gone;
        // This scan has seen everything that was gathered.
        var endsGathering = isFull || !scans.HasLater;
        var isConfirmed = isFull && _isConfirmed;
        if (gone.Count == 0)
        {
            // Everything is there again.
            End(ofHold: isFull, ofGathering: endsGathering);
            mounts.Learn(scan.Mounts, isAll: isFull);
            return;
        }
        if (!isFull && folder.Status.Hold is { Incoming: false })
        {
            // Files that vanish meanwhile wait with the others and are counted again soon.
            mounts.LearnHeld(scan.Mounts, gone);
            scans.AdvanceFullScan(Deadline.In(CountHeldAfter, folder.Parts.Time));
            return;
        }
        if (!endsGathering && !isAwaited)
        {
            Gather(gone, _gatheredFiles);
            return;
        }
        if (!isConfirmed && await HiddenAsync(open, gone, cancellation) is var (directory, hidden, why))
        {
            mounts.LearnHeld(scan.Mounts, gone, directory);
            Hold(hidden, open.Index.Counts.Local.Files, why);
            return;
        }
        mounts.Learn(scan.Mounts, isAll: isFull);
        var limits = folder.Config.DeletionLimits;
        IReadOnlyList<FileEntry> lost = limits == DeletionLimits.None ? [] : await FindLostAsync(open, gone, cancellation);
        if (isConfirmed)
            _recent.Clear();
        else if (await VerdictAsync(open, gone, lost, limits, mayWait: !isAwaited && folder.Status.Snapshot.LastScan is not null, cancellation) != DeletionVerdict.Announce)
            return;
        if (isFull)
            _isConfirmed = false;
        End(ofHold: isFull, ofGathering: endsGathering);
        _recent.Add(lost, areDeleted: true);
        await commit();
    }

    private async Task<DeletionVerdict> VerdictAsync(
        OpenFolder open, List<FileEntry> gone, IReadOnlyList<FileEntry> lost, DeletionLimits limits, bool mayWait, CancellationToken cancellation)
    {
        var index = open.Index;
        _recent.Expire();
        var burst = new DeletionBurst(lost.Count, _recent.Count, index.Counts.Local.Files, lost.Count > _gatheredFiles, GatheredFor(), mayWait);
        var verdict = DeletionGuard.Decide(burst, limits);
        if (verdict == DeletionVerdict.Hold && burst.Before > 0)
        {
            var before = await open.RunAsync(() => _recent.Forgive(content => index.LocalWithContent(content).Count > 0), cancellation);
            burst = burst with { Before = before };
            verdict = DeletionGuard.Decide(burst, limits);
        }
        if (verdict == DeletionVerdict.Hold)
        {
            // What went before is judged with it until the user decides; else it would be released as soon as the window has passed.
            _recent.Hold();
            Hold(lost, burst.Present);
        }
        else if (verdict == DeletionVerdict.Defer)
            Gather(gone, lost.Count);
        return verdict;
    }

    /// <summary>Files that a filesystem took along which is mounted no more, or hides which was mounted over them; with a sentence that says so. Null for none.</summary>
    private Task<(FileName Directory, IReadOnlyList<FileEntry> Files, string Why)?> HiddenAsync(OpenFolder open, List<FileEntry> gone, CancellationToken cancellation) =>
        open.RunAsync<(FileName, IReadOnlyList<FileEntry>, string)?>(
            () =>
            {
                // One that is mounted at another place now must not cover up another one that went.
                foreach (var (directory, why) in mounts.FindCauses(open.Disk, gone))
                {
                    var hidden = gone.Where(g => g.IsFile && MountPoints.IsAtOrUnder(g.Name, directory)).ToList();
                    if (!IsMoved(open.Index, hidden))
                        return (directory, hidden, why);
                }
                return null;
            },
            cancellation);

    /// <summary>A disk that is mounted at another place of the folder now: all that it had was found there by the same scan.</summary>
    private bool IsMoved(IFolderIndex index, List<FileEntry> hidden)
    {
        var names = hidden.Select(h => h.Name).ToHashSet();
        var files = hidden.Where(h => h.Size > 0).ToList();
        return files.Count > 0 && files.TrueForAll(h => index.LocalWithContent(h.BlocksHash).Any(e => e.Sequence > SeenUntil && !names.Contains(e.Name)));
    }

    /// <param name="why">What says more than their number; null: it is their number.</param>
    private void Hold(IReadOnlyList<FileEntry> lost, long total, string? why = null)
    {
        var hold = new ChangeHold(false, lost.Count, total, [.. lost.Take(MaxReportedNames).Select(l => l.Name)], folder.Parts.Time.GetUtcNow(), why);
        if (folder.Status.Hold is not { Incoming: false })
            folder.Events.Publish(() => new EngineEvent.ChangesHeld(folder.Id, hold));
        End(ofHold: false, ofGathering: true);
        folder.Status.Publish(s => s with { Hold = hold });
    }

    private void Gather(IReadOnlyList<FileEntry> gone, long files)
    {
        _gatheringSince ??= folder.Parts.Time.GetTimestamp();
        _gatheredFiles = files;
        var isMovable = !scans.HasLater || GatheredFor() < DeletionGuard.MaxDeferral;
        scans.RequestLater([.. gone.Select(g => g.Name)], isMovable ? Deadline.In(GatherFor, folder.Parts.Time) : null);
    }

    private TimeSpan GatheredFor() => _gatheringSince is { } since ? folder.Parts.Time.GetElapsedTime(since) : TimeSpan.Zero;

    private void End(bool ofHold, bool ofGathering)
    {
        if (ofHold)
        {
            _recent.Release();
            folder.Status.Publish(s => s with { Hold = s.Hold is { Incoming: true } ? s.Hold : null });
        }
        if (!ofGathering)
            return;
        scans.CancelLater();
        (_gatheringSince, _gatheredFiles) = (null, 0);
    }

    /// <summary>Missing files whose content is nowhere else in the folder: moved content isn't deleted.</summary>
    private static async Task<IReadOnlyList<FileEntry>> FindLostAsync(OpenFolder open, IReadOnlyList<FileEntry> gone, CancellationToken cancellation)
    {
        var names = gone.Select(g => g.Name).ToHashSet();
        return await open.RunAsync(
            () => gone.Where(g => g.IsFile && g.Size > 0 && open.Index.LocalWithContent(g.BlocksHash).All(e => names.Contains(e.Name))).ToList(), cancellation);
    }
}
