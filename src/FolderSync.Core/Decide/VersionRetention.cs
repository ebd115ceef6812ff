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
/// <param name="Stood">How long it had been the file's content when it was replaced.</param>
public readonly record struct RetentionCandidate(FileName Name, TimeSpan Age, long Bytes, bool HasOwnName = false, TimeSpan Stood = default);

/// <summary>
/// Chooses the kept versions to delete: by age, by total size, and to make room for arrived bytes. Only age deletes a file's newest version. Pure;
/// results are indexes of the given list, in the order of deletion.
/// </summary>
/// <remarks>
/// Whoever rewrites all files again and again, at once or one an hour, must not push their originals out. Nothing here knows which change was
/// unwanted, so two facts decide. The oldest version kept within <see cref="OriginalAge"/> is what the file was before all changes since then; and a
/// version that stood much longer than everything after it is what it was before a burst of them. Size and room spare both, and take first what
/// stood for the shortest time, the younger first.
/// </remarks>
public static class VersionRetention
{
    /// <summary>Younger versions aren't deleted to make room.</summary>
    public static readonly TimeSpan SafeAge = TimeSpan.FromDays(7);

    /// <summary>For so long after it was replaced, a file's original isn't given up for size or room.</summary>
    public static readonly TimeSpan OriginalAge = TimeSpan.FromDays(30);

    /// <summary>How many times longer than everything after it a version must have stood to count as the file's state before a burst.</summary>
    private const int MuchLonger = 2;

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
    /// Thins out versions until their total size fits: always the file that has the most to give. A file's newest version and its originals stay, so
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
        foreach (var file in Spare(versions).GroupBy(i => versions[i].Name))
            Enqueue(new Queue<int>(LeastValuableFirst(versions, file)));
        var going = new List<int>();
        while (excess > 0 && files.TryDequeue(out var spare, out _))
        {
            var index = spare.Dequeue();
            going.Add(index);
            excess -= versions[index].Bytes;
            Enqueue(spare);
        }
        return going;

        void Enqueue(Queue<int> spare)
        {
            if (spare.TryPeek(out var next))
                files.Enqueue(spare, (-spare.Count, -versions[next].Age, versions[next].Name));
        }
    }

    /// <summary>
    /// All versions that may be deleted to make room, the least valuable first: none younger than <see cref="SafeAge"/>, no file's newest or only
    /// one, and no original.
    /// </summary>
    public static IReadOnlyList<int> Reclaimable(IReadOnlyList<RetentionCandidate> versions) =>
        [.. LeastValuableFirst(versions, Spare(versions).Where(i => versions[i].Age > SafeAge))];

    /// <summary>How long a version had been the file's content when it was replaced.</summary>
    /// <param name="modified">Its mtime. It may be a lie, but the version before it was replaced by nothing else.</param>
    /// <param name="before">When the version before it was replaced; null where there is none.</param>
    public static TimeSpan Stood(DateTimeOffset replaced, DateTimeOffset modified, DateTimeOffset? before)
    {
        var since = before > modified ? before.Value : modified;
        return replaced > since ? replaced - since : TimeSpan.Zero;
    }

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

    /// <summary>Versions that neither are their file's newest nor an original of it, and that free bytes.</summary>
    private static IEnumerable<int> Spare(IReadOnlyList<RetentionCandidate> versions)
    {
        foreach (var file in Enumerable.Range(0, versions.Count).GroupBy(i => versions[i].Name))
        {
            int[] newestFirst = [.. file.OrderBy(i => versions[i].Age).ThenByDescending(i => versions[i].HasOwnName)];
            // The state at the beginning of the time in which a flood may not have been noticed.
            var oldest = Array.FindLastIndex(newestFirst, i => versions[i].Age <= OriginalAge);
            var longest = versions[newestFirst[0]].Stood;
            for (var at = 1; at < newestFirst.Length; at++)
            {
                var version = versions[newestFirst[at]];
                var isOriginal = at == oldest || (version.Age <= OriginalAge && version.Stood > TimeSpan.Zero && version.Stood / MuchLonger >= longest);
                longest = version.Stood > longest ? version.Stood : longest;
                if (!isOriginal && version is { Bytes: > 0, HasOwnName: false })
                    yield return newestFirst[at];
            }
        }
    }

    /// <summary>What is too old to be an original, the oldest first; then what stood for the shortest time, the younger first.</summary>
    private static IEnumerable<int> LeastValuableFirst(IReadOnlyList<RetentionCandidate> versions, IEnumerable<int> indexes) =>
        indexes.OrderByDescending(i => versions[i].Age > OriginalAge ? versions[i].Age : TimeSpan.Zero)
            .ThenBy(i => versions[i].Stood).ThenBy(i => versions[i].Age).ThenBy(i => versions[i].Name).ThenBy(i => i);

    private static IEnumerable<int> OldestFirst(IReadOnlyList<RetentionCandidate> versions, IEnumerable<int> indexes) =>
        indexes.OrderByDescending(i => versions[i].Age).ThenBy(i => versions[i].Name).ThenBy(i => i);
}
