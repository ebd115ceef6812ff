using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Folders;

/// <summary>
/// How often a folder's index takes a new ID. Each makes every peer receive the whole index anew, and a peer that claims to know more of it than there
/// is costs one. Outlives each opening of the folder. Thread-safe.
/// </summary>
internal sealed class IndexRenewals(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private Deadline _next = Deadline.Passed;

    /// <summary>True at most once an hour: the caller renews it.</summary>
    public bool TryBegin()
    {
        lock (_lock)
        {
            if (!_next.IsPast(time))
                return false;
            _next = Deadline.In(Interval, time);
            return true;
        }
    }
}
