using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Engine.Versions;
using FolderSync.Filesystem;
using FolderSync.Index;

namespace FolderSync.Engine.Pulling;

/// <summary>What must happen before a failed item is retried.</summary>
internal enum RetryWhen
{
    /// <summary>After a delay that grows each time.</summary>
    Later,

    /// <summary>At once, since a scan will resolve it; after some attempts like <see cref="Later"/>.</summary>
    Soon,

    /// <summary>When a device connects, disconnects, or announces something.</summary>
    SourcesChange,

    /// <summary>When the disk has room; where it says that it has, after a short delay.</summary>
    DiskHasRoom,

    /// <summary>Nothing that happens by itself: it is retried rarely.</summary>
    Rarely,
}

/// <summary>Why an item couldn't be synced.</summary>
/// <param name="Device">The peer concerned, if any.</param>
/// <param name="RoomWanted">The bytes missing on disk.</param>
/// <param name="SourcesVersion">The folder's when the sources were looked at: what changed since is worth a retry. Null: the present one.</param>
internal readonly record struct PullFailure(
    string Reason, RetryWhen When = RetryWhen.Later, DeviceId? Device = null, long RoomWanted = 0, long? SourcesVersion = null)
{
    /// <param name="lacking">The bytes that it needs when the disk is full.</param>
    public static PullFailure Of(FileSystemException e, long lacking) =>
        e.Error == FileSystemError.NoSpace && lacking > 0 ? new(e.Message, RetryWhen.DiskHasRoom, RoomWanted: lacking) : new(e.Message);
}

/// <summary>Items that couldn't be synced, why, and when each is retried. Outlives each opening of the folder; belongs to its context.</summary>
internal sealed class RetryTable(ConfiguredFolder folder) : IDisposable
{
    private const int MaxItems = 10_000;
    private const int MaxReportedProblems = 100;
    private const int MaxSoonAttempts = 3;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastRetry = TimeSpan.FromHours(1);

    /// <summary>
    /// A write may fail for want of space although there is some: a quota, no more inodes, or another program that has filled the disk and freed it
    /// again. Nothing is seen to change then, so it is retried by time; and soon enough where room has come.
    /// </summary>
    private static readonly TimeSpan LastRetryForRoom = TimeSpan.FromMinutes(1);

    private readonly SortedDictionary<FileName, FailedItem> _items = [];
    private bool _isShort;

    /// <summary>Set when there may be more room on the disk, or an item waits for it. Thread-safe.</summary>
    public Wakeup RoomWake { get; } = new(folder.Parts.Time);

    /// <summary>When the next round is due by itself: each round states again what it had to leave for later.</summary>
    public Deadline NextAttempt { get; private set; } = Deadline.Never;

    /// <summary>The bytes that items wait for.</summary>
    public IEnumerable<long> RoomWanted => _items.Values.Where(i => i.Failure.When == RetryWhen.DiskHasRoom).Select(i => i.Failure.RoomWanted);

    public void BeginRound() => NextAttempt = Deadline.Never;

    /// <summary>Another round is due then, or earlier.</summary>
    public void AttemptAt(Deadline due) => NextAttempt = Deadline.Earlier(NextAttempt, due);

    /// <summary>True when the item failed before and must not be retried yet.</summary>
    public bool MustWait(FileEntry global, DiskRoom room)
    {
        if (!_items.TryGetValue(global.Name, out var item) || item.Version != global.Version)
            return false;
        switch (item.Failure.When)
        {
            case RetryWhen.SourcesChange:
                return item.SourcesVersion == folder.SourcesVersion;
            case RetryWhen.DiskHasRoom when item.Failure.RoomWanted > room.Left:
                return true;
            default:
                if (item.RetryAt.IsPast(folder.Parts.Time))
                    return false;
                AttemptAt(item.RetryAt);
                return true;
        }
    }

    public void Note(FileEntry global, PullFailure failure)
    {
        _items.TryGetValue(global.Name, out var before);
        var attempts = before?.Version == global.Version ? before.Attempts + 1 : 1;
        var retryAt = Deadline.In(WaitFor(failure.When, attempts), folder.Parts.Time);
        if (_items.Count < MaxItems || before is not null)
            _items[global.Name] = new FailedItem(global.Version, failure, attempts, retryAt, failure.SourcesVersion ?? folder.SourcesVersion);
        if (failure.When == RetryWhen.DiskHasRoom)
            RoomWake.Set();
        if (failure.When != RetryWhen.SourcesChange && !retryAt.IsPast(folder.Parts.Time))
            AttemptAt(retryAt);
    }

    public void Succeed(FileName name) => _items.Remove(name);

    /// <summary>A name became free: items that waited for it, because the disk takes both names for one, are retried at once.</summary>
    public void RetryOtherSpellings(IReadOnlyCollection<FileName> freed)
    {
        if (freed.Count == 0 || _items.Count == 0)
            return;
        var spellings = freed.Select(f => f.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, item) in _items.ToList())
        {
            if (item.Failure.When is not (RetryWhen.Later or RetryWhen.Soon) || item.RetryAt.IsPast(folder.Parts.Time) || !HasAny(spellings, name))
                continue;
            _items[name] = item with { RetryAt = Deadline.Passed };
            folder.PullWake.Set();
        }
    }

    /// <summary>Publishes what is still failing, and notifies listeners if that changed.</summary>
    public void Publish(IFolderIndex index, DiskRoom room)
    {
        List<FileName> settled = [.. _items.Keys.Where(n => index.FindGlobal(n) is not { } g || !Need.IsNeeded(index.FindLocal(n), g))];
        settled.ForEach(n => _items.Remove(n));
        PublishShortage(room);
        List<PullProblem> problems = [.. _items.Select(i => new PullProblem(i.Key, i.Value.Failure.Reason, i.Value.Failure.Device, RetryTime(i.Value, room), i.Value.Failure.When == RetryWhen.Rarely))];
        var before = folder.Status.Snapshot.PullProblems;
        folder.Status.Publish(s => s with { PullProblems = problems });
        if (!before.Select(p => (p.Name, p.Reason)).SequenceEqual(problems.Select(p => (p.Name, p.Reason))))
            folder.Events.Publish(() => new EngineEvent.PullProblemsChanged(folder.Id, [.. problems.Take(MaxReportedProblems)]));
    }

    public void Dispose() => RoomWake.Dispose();

    private static TimeSpan WaitFor(RetryWhen when, int attempts) => when switch
    {
        RetryWhen.Rarely => LastRetry,
        // Retry right after a scan what the scan should resolve, but not forever.
        RetryWhen.Soon when attempts <= MaxSoonAttempts => TimeSpan.Zero,
        _ => TimeSpan.FromTicks(Math.Min((when == RetryWhen.DiskHasRoom ? LastRetryForRoom : LastRetry).Ticks, FirstRetry.Ticks << Math.Min(attempts - 1, 10))),
    };

    /// <summary>Null when it waits for something other than a time: a device, or room on the disk.</summary>
    private DateTimeOffset? RetryTime(FailedItem item, DiskRoom room) =>
        item.Failure.When == RetryWhen.SourcesChange || LacksRoom(item, room) ? null : folder.Parts.Time.GetUtcNow() + item.RetryAt.Left(folder.Parts.Time);

    private static bool LacksRoom(FailedItem item, DiskRoom room) => item.Failure.When == RetryWhen.DiskHasRoom && item.Failure.RoomWanted > room.Left;

    /// <summary>Reports a full disk once, whatever the number of files.</summary>
    private void PublishShortage(DiskRoom room)
    {
        var waiting = _items.Values.Where(i => LacksRoom(i, room)).ToList();
        if (_isShort == waiting.Count > 0)
            return;
        _isShort = waiting.Count > 0;
        var path = folder.Config.Path;
        folder.Status.Warn(path, _isShort
            ? [new FileProblem(path, $"The disk is full: {waiting.Count:N0} files wait for room. {waiting[0].Failure.Reason}", FileSystemError.NoSpace)]
            : []);
    }

    private static bool HasAny(HashSet<string> spellings, FileName name)
    {
        for (var at = name; !at.IsRoot; at = at.Parent)
        {
            if (spellings.Contains(at.Value))
                return true;
        }
        return false;
    }

    private sealed record FailedItem(VersionVector Version, PullFailure Failure, int Attempts, Deadline RetryAt, long SourcesVersion);
}
