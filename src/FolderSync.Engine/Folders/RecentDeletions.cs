using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Engine.Folders;

/// <summary>Files deleted within the guard's window, by what they held, so that one whose content turns up again is taken off. One owner.</summary>
internal sealed class RecentDeletions(TimeProvider time)
{
    /// <summary>Beyond these only their number is kept.</summary>
    private const int MostContents = 50_000;

    private readonly Queue<(long Time, BlockHash Content, long Files)> _deletions = new();

    public long Count { get; private set; }

    /// <summary>Lets go of what is older than the window.</summary>
    public void Expire()
    {
        // By the monotonic clock: one that is set ahead must not end the window.
        while (_deletions.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Time) > DeletionGuard.Window)
        {
            Count -= oldest.Files;
            _deletions.Dequeue();
        }
    }

    public void Add(IReadOnlyCollection<FileEntry> files)
    {
        var now = time.GetTimestamp();
        var room = MostContents - _deletions.Count;
        foreach (var file in files.Take(room))
            _deletions.Enqueue((now, file.BlocksHash, 1));
        if (files.Count > room)
            _deletions.Enqueue((now, default, files.Count - Math.Max(0, room)));
        Count += files.Count;
    }

    /// <summary>Takes off those whose content is in the folder again: they were moved, and the new name was noticed later.</summary>
    /// <returns>How many are left.</returns>
    public long Forgive(Func<BlockHash, bool> isHere)
    {
        for (var n = _deletions.Count; n > 0; n--)
        {
            var deletion = _deletions.Dequeue();
            if (!deletion.Content.IsNone && isHere(deletion.Content))
                Count -= deletion.Files;
            else
                _deletions.Enqueue(deletion);
        }
        return Count;
    }

    /// <summary>A person has judged them.</summary>
    public void Clear()
    {
        _deletions.Clear();
        Count = 0;
    }
}
