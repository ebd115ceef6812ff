using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;

namespace FolderSync.Engine.Pulling;

/// <summary>A file's position in the order of fetching; names make it total.</summary>
internal readonly record struct PullRank(Int128 Key, FileName Name) : IComparable<PullRank>
{
    /// <summary>Pure.</summary>
    /// <param name="seed">The seed of a random order, the same for all files of a round.</param>
    public static PullRank Of(PullOrder order, FileEntry file, ulong seed) => new(
        order switch
        {
            PullOrder.SmallestFirst => file.Size,
            PullOrder.LargestFirst => -(Int128)file.Size,
            PullOrder.OldestFirst => Nanoseconds(file.Modified),
            PullOrder.NewestFirst => -Nanoseconds(file.Modified),
            PullOrder.Random => Scattered(file.Name.Value, seed),
            _ => 0,
        },
        file.Name);

    public int CompareTo(PullRank other) => Key != other.Key ? Key.CompareTo(other.Key) : Name.CompareTo(other.Name);

    private static Int128 Nanoseconds(FileTime time) => ((Int128)time.Seconds * 1_000_000_000) + time.Nanoseconds;

    /// <summary>FNV-1a with SplitMix64's last steps: another order for each seed.</summary>
    private static ulong Scattered(string name, ulong seed)
    {
        var hash = 14695981039346656037UL ^ seed;
        foreach (var c in name)
            hash = (hash ^ c) * 1099511628211UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 31);
    }
}

/// <summary>
/// Sorts all needed files in bounded memory: keeps the first of all offered files; the rest is offered again when those are done. It has one owner.
/// </summary>
internal sealed class PullSelection(PullOrder order, ulong seed, int capacity = PullSelection.Capacity)
{
    /// <summary>About 10 MB of names.</summary>
    public const int Capacity = 50_000;

    private readonly PriorityQueue<PullRank, PullRank> _last = new(Comparer<PullRank>.Create((a, b) => b.CompareTo(a)));
    private PullRank? _taken;
    private bool _isLeftOut;

    /// <summary>Some didn't fit before the last <see cref="Take"/>: offer all of them again.</summary>
    public bool HasMore { get; private set; }

    public void Offer(FileEntry file)
    {
        var rank = PullRank.Of(order, file, seed);
        if (_taken is { } taken && rank.CompareTo(taken) <= 0)
            return;
        if (_last.Count < capacity)
        {
            _last.Enqueue(rank, rank);
            return;
        }
        _isLeftOut = true;
        _last.EnqueueDequeue(rank, rank);
    }

    /// <summary>The first of all files offered and not taken before, in order.</summary>
    public IReadOnlyList<FileName> Take()
    {
        var names = new FileName[_last.Count];
        if (_last.Count > 0)
            _taken = _last.Peek();
        for (var i = names.Length - 1; i >= 0; i--)
            names[i] = _last.Dequeue().Name;
        (HasMore, _isLeftOut) = (_isLeftOut, false);
        return names;
    }
}
