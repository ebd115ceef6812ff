using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Peers;
using FolderSync.Engine.Transfer;
using FolderSync.Filesystem;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Folders;

/// <summary>Index → decide → transfer → apply: brings the global state to the disk.</summary>
internal sealed partial class FolderLoop
{
    private const int MaxPullProblems = 10_000;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastRetry = TimeSpan.FromHours(1);

    private readonly SortedDictionary<FileName, Trouble> _troubles = [];
    private long _sourcesVersion;
    private PullRound? _round;

    /// <summary>When the next round is due by itself: each round says anew what it had to leave for later.</summary>
    private Deadline _nextPull = Deadline.Never;

    /// <summary>Raised whenever peers come, go, or announce something.</summary>
    internal long SourcesVersion => Interlocked.Read(ref _sourcesVersion);

    /// <summary>What of the needed files is here already.</summary>
    internal PullProgress Fetched { get; } = new();

    internal FolderLoopServices Services => new(_parts, _events, _shares.FetchBytes);

    private async Task PullFlowAsync()
    {
        while (true)
        {
            await _pullWake.WaitUntilAsync(_nextPull, _flowsEnd);
            _nextPull = Deadline.Never;
            if (_error.Length > 0 || _snapshot.LastScan is null || _index!.Counts.Need.Items == 0)
            {
                PublishTroubles();
                continue;
            }
            // One round sees each needed name once; what arrives meanwhile wakes the flow again.
            var round = _round = new PullRound(this, _index!, _deletionsSettled);
            try
            {
                await EnsureRootAsync();
                await round.RunAsync(_flowsEnd);
                await LookAtCopiesAsync();
            }
            catch (Exception e) when (e is Filesystem.Scan.RootGoneException or FileSystemException)
            {
                Fail(await ExplainAsync(e));
                RequestScan([]);
            }
            finally
            {
                _round = null;
                _isPulling = false;
                UpdateState();
            }
            await KeepVersionsInBoundsAsync();
            PublishTroubles();
        }
    }

    /// <summary>The round has found work: from now on the folder is syncing.</summary>
    internal void OnWorkFound()
    {
        if (_isPulling)
            return;
        _isPulling = true;
        UpdateState();
    }

    /// <summary>Another round is due then, or earlier. Called by rounds, on the folder's context.</summary>
    internal void PullAgainAt(Deadline due) => _nextPull = Deadline.Earlier(_nextPull, due);

    /// <summary>True when the item failed before and is not to be tried yet.</summary>
    internal bool MustWait(FileEntry global)
    {
        if (!_troubles.TryGetValue(global.Name, out var trouble))
            return false;
        if (trouble.Version != global.Version)
            return false;
        if (trouble.SourcesOnly)
            return trouble.SourcesVersion == SourcesVersion;
        if (LacksRoom(trouble))
            return true;
        if (trouble.RetryAt.IsPast(_parts.Time))
            return false;
        PullAgainAt(trouble.RetryAt);
        return true;
    }

    /// <param name="roomWanted">Bytes that it lacks on the disk; 0: it failed for something else.</param>
    internal void NoteTrouble(
        FileEntry global, string reason, DeviceId? device = null, bool sourcesOnly = false, bool permanent = false, bool atOnce = false, long roomWanted = 0)
    {
        _troubles.TryGetValue(global.Name, out var before);
        var attempts = before?.Version == global.Version ? before.Attempts + 1 : 1;
        var wait = TimeSpan.FromTicks(Math.Min(LastRetry.Ticks, FirstRetry.Ticks << Math.Min(attempts - 1, 10)));
        // What a scan is about to settle is tried again right behind it, but not for ever.
        var retryAt = Deadline.In(permanent ? LastRetry : atOnce && attempts <= 3 ? TimeSpan.Zero : wait, _parts.Time);
        if (_troubles.Count < MaxPullProblems || before is not null)
            _troubles[global.Name] = new Trouble(global.Version, reason, device, attempts, retryAt, sourcesOnly, permanent, SourcesVersion, roomWanted);
        if (roomWanted > 0)
            WatchRoom();
        if (!sourcesOnly && !retryAt.IsPast(_parts.Time))
            PullAgainAt(retryAt);
    }

    internal void NoteSuccess(FileName name) => _troubles.Remove(name);

    /// <summary>Something that could not be done on the disk, for a device.</summary>
    private void NoteProblem(FileProblem problem, DeviceId device) =>
        Publish(s => s with { ScanProblems = [.. s.ScanProblems.Where(p => p.Path != problem.Path).Take(MaxScanProblems), problem with { Reason = $"{problem.Reason} (announced by {device.Short})" }] });

    internal PeerSession? Peer(DeviceId id) => _peers(id);

    /// <summary>Commits entries whose disk state is in place, or needs none.</summary>
    internal Task CommitPulledAsync(Func<IFolderIndex, IReadOnlyList<FileEntry>> decide) => CommitAsync(decide);

    private void PublishTroubles()
    {
        var index = _index!;
        List<FileName> settled = [.. _troubles.Keys.Where(n => index.FindGlobal(n) is not { } g || !Need.IsNeeded(index.FindLocal(n), g))];
        settled.ForEach(n => _troubles.Remove(n));
        List<PullProblem> problems =
        [
            .. _troubles.Select(t => new PullProblem(t.Key, t.Value.Reason, t.Value.Device, RetryTime(t.Value), t.Value.Permanent)),
        ];
        PublishShortage();
        var before = Snapshot().PullProblems;
        Publish(s => s with { PullProblems = problems });
        if (!before.Select(p => (p.Name, p.Reason)).SequenceEqual(problems.Select(p => (p.Name, p.Reason))))
        {
            _events.Add(
                "FolderErrors",
                ("folder", Id.Value),
                ("errors", problems.Take(100).Select(p => new Dictionary<string, object?> { ["path"] = p.Name.Value, ["error"] = p.Reason }).ToList<object?>()));
        }
    }

    /// <summary>Null where it waits for something else than a time: for a device, or for room on the disk.</summary>
    private DateTimeOffset? RetryTime(Trouble trouble) =>
        trouble.SourcesOnly || LacksRoom(trouble) ? null : _parts.Time.GetUtcNow() + trouble.RetryAt.Left(_parts.Time);

    private IReadOnlyList<FileProgress> Transfers() => Volatile.Read(ref _round)?.Progress() ?? [];

    private PooledBytes? ServeFromTemporary(BepMessage.Request request) => Volatile.Read(ref _round)?.ReadTemporary(request);

    private sealed record Trouble(
        VersionVector Version, string Reason, DeviceId? Device, int Attempts, Deadline RetryAt, bool SourcesOnly, bool Permanent, long SourcesVersion,
        long RoomWanted);
}

/// <summary>What a pull round needs of the engine.</summary>
internal sealed record FolderLoopServices(EngineParts Parts, Events.EventLog Events, Gate FetchBytes);
