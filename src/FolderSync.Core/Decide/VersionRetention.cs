using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>Limits of kept versions, which apply whether or not space is needed.</summary>
/// <param name="MaxAge">Older versions are deleted; null: no limit.</param>
/// <param name="MaxBytes">The limit for all versions together; 0: no limit.</param>
public readonly record struct RetentionLimits(TimeSpan? MaxAge, long MaxBytes);

/// <summary>A kept version, as far as retention is concerned.</summary>
/// <param name="Name">The file that it is a version of.</param>
/// <param name="Age">The time since it was kept, as <see cref="ClockHistory.AgeOf"/> counts it.</param>
/// <param name="HasOwnName">It has the file's own name and not a stamped one: it is the newest, whatever the clock said when it was kept.</param>
public readonly record struct RetentionCandidate(FileName Name, TimeSpan Age, long Bytes, bool HasOwnName = false);

/// <summary>
/// Chooses the kept versions to delete: by age, by total size, and to make room for arrived bytes. Only age deletes a file's newest version. Pure;
/// results are indexes of the given list, in the order of deletion.
/// </summary>
public static class VersionRetention
{
    /// <summary>Younger versions aren't deleted to make room.</summary>
    public static readonly TimeSpan SafeAge = TimeSpan.FromDays(7);

    /// <summary>The versions beyond <paramref name="limits"/>.</summary>
    public static IReadOnlyList<int> ToDelete(IReadOnlyList<RetentionCandidate> versions, RetentionLimits limits)
    {
        var expired = Expired(versions, limits.MaxAge);
        if (limits.MaxBytes <= 0)
            return expired;
        var gone = expired.ToHashSet();
        List<int> left = [.. Enumerable.Range(0, versions.Count).Where(i => !gone.Contains(i))];
        return [.. expired, .. OverSize([.. left.Select(i => versions[i])], limits.MaxBytes).Select(i => left[i])];
    }

    /// <summary>Versions older than that, the oldest first.</summary>
    public static IReadOnlyList<int> Expired(IReadOnlyList<RetentionCandidate> versions, TimeSpan? maxAge) =>
        maxAge is { } age ? [.. OldestFirst(versions, Enumerable.Range(0, versions.Count).Where(i => versions[i].Age > age))] : [];

    /// <summary>
    /// Thins out versions until their total size fits: always the oldest version of the file that uses the most. A file's newest version stays, so
    /// the total may still be larger.
    /// </summary>
    public static IReadOnlyList<int> OverSize(IReadOnlyList<RetentionCandidate> versions, long maxBytes)
    {
        var excess = versions.Sum(v => v.Bytes) - maxBytes;
        if (excess <= 0)
            return [];
        var files = new PriorityQueue<Queue<int>, (int Fewer, TimeSpan Younger, FileName Name)>(
            Comparer<(int Fewer, TimeSpan Younger, FileName Name)>.Create((a, b) =>
                a.Fewer != b.Fewer ? a.Fewer.CompareTo(b.Fewer) : a.Younger != b.Younger ? a.Younger.CompareTo(b.Younger) : a.Name.CompareTo(b.Name)));
        foreach (var file in Superseded(versions).GroupBy(i => versions[i].Name))
            Enqueue(new Queue<int>(OldestFirst(versions, file)));
        var going = new List<int>();
        while (excess > 0 && files.TryDequeue(out var oldest, out _))
        {
            var index = oldest.Dequeue();
            going.Add(index);
            excess -= versions[index].Bytes;
            Enqueue(oldest);
        }
        return going;

        void Enqueue(Queue<int> oldest)
        {
            if (oldest.TryPeek(out var next))
                files.Enqueue(oldest, (-oldest.Count, -versions[next].Age, versions[next].Name));
        }
    }

    /// <summary>
    /// All versions that may be deleted to make room, the oldest first: none younger than <see cref="SafeAge"/>, and no file's newest or only one.
    /// </summary>
    public static IReadOnlyList<int> Reclaimable(IReadOnlyList<RetentionCandidate> versions) =>
        [.. OldestFirst(versions, Superseded(versions).Where(i => versions[i].Age > SafeAge))];

    /// <summary>
    /// How many of the spare versions, from the first, free that many bytes; 0 when all together don't: deleting them would be useless.
    /// </summary>
    public static int CountToReclaim(IEnumerable<long> spare, long bytes)
    {
        var count = 0;
        foreach (var size in spare)
        {
            if (bytes <= 0)
                return count;
            bytes -= size;
            count++;
        }
        return bytes <= 0 ? count : 0;
    }

    /// <summary>Versions of files that have a newer one, and the bytes that deleting them would free.</summary>
    private static IEnumerable<int> Superseded(IReadOnlyList<RetentionCandidate> versions)
    {
        var newest = new Dictionary<FileName, int>();
        for (var i = 0; i < versions.Count; i++)
        {
            if (!newest.TryGetValue(versions[i].Name, out var other) || IsNewer(versions[i], versions[other]))
                newest[versions[i].Name] = i;
        }
        return Enumerable.Range(0, versions.Count).Where(i => versions[i] is { Bytes: > 0, HasOwnName: false } && newest[versions[i].Name] != i);
    }

    private static bool IsNewer(RetentionCandidate a, RetentionCandidate b) => a.Age != b.Age ? a.Age < b.Age : a.HasOwnName && !b.HasOwnName;

    private static IEnumerable<int> OldestFirst(IReadOnlyList<RetentionCandidate> versions, IEnumerable<int> indexes) =>
        indexes.OrderByDescending(i => versions[i].Age).ThenBy(i => versions[i].Name).ThenBy(i => i);
}
