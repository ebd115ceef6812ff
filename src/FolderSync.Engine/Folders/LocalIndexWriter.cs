using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Primitives;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>
/// The only writer of this device's entries. Deciding, changing the disk and committing form one step, serialized with all other commits; after it,
/// observers run in their order before anything else.
/// </summary>
/// <param name="observers">The owner of open files first: nobody may be notified of a version while the old content is still served.</param>
internal sealed class LocalIndexWriter(OpenFolder open, params IReadOnlyList<ICommitObserver> observers)
{
    /// <summary>A long scan's findings can't wait for its end.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>Per commit: as many names as an event reports.</summary>
    private const int MaxReportedNames = 100;

    private readonly AsyncBudget _commits = new(1);
    private AnnouncementLimit? _limit;

    /// <summary>The entries that must not be announced yet; null if there are none. Thread-safe.</summary>
    public AnnouncementLimit? Limit => Volatile.Read(ref _limit);

    /// <summary>Decides and commits. <paramref name="decide"/> runs on a worker, may touch the disk, and must not commit itself.</summary>
    /// <returns>The entries with their sequences.</returns>
    public async Task<IReadOnlyList<FileEntry>> CommitAsync(Func<IFolderIndex, IReadOnlyList<FileEntry>> decide, CancellationToken cancellation)
    {
        var index = open.Index;
        IReadOnlyList<FileEntry> committed;
        await _commits.AcquireAsync(1, cancellation);
        try
        {
            committed = await open.RunAsync(() => decide(index) is { Count: > 0 } entries ? open.Folder.Fetched.Commit(index, entries) : [], cancellation);
        }
        finally
        {
            _commits.Release(1);
        }
        Notify(committed);
        return committed;
    }

    /// <summary>
    /// A scan finds a moved file under its new name before it misses the old one. If peers heard of the first alone, they would copy the file and
    /// delete the old one later; when they hear of both, they rename it. So a scan's commits are announced at its end. A first scan misses nothing.
    /// </summary>
    /// <returns>Ends the delay when disposed.</returns>
    public IDisposable DelayAnnouncements()
    {
        if (open.Index.LocalSequence is > 0 and var sequence)
            Volatile.Write(ref _limit, new AnnouncementLimit(sequence, Deadline.In(LongestDelay, open.Folder.Parts.Time)));
        return new AnnouncementDelay(this);
    }

    private void Notify(IReadOnlyList<FileEntry> committed)
    {
        if (committed.Count == 0)
            return;
        foreach (var observer in observers)
            observer.OnCommitted(open.Index, committed);
        WakeListeners();
        open.Folder.Events.Publish(() => new EngineEvent.LocalIndexUpdated(
            open.Folder.Id, committed.Count, [.. committed.Take(MaxReportedNames).Select(e => e.Name)], committed[^1].Sequence));
    }

    private void WakeListeners() => open.Folder.CommitListeners.Wake();

    private sealed class AnnouncementDelay(LocalIndexWriter writer) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref writer._limit, null);
            writer.WakeListeners();
        }
    }
}
