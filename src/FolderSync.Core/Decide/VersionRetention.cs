namespace FolderSync.Core.Decide;

/// <summary>How long kept versions stay.</summary>
/// <param name="MaxAgeDays">0: for ever.</param>
/// <param name="MaxBytes">Of all versions together; 0: any.</param>
/// <param name="MinFree">Bytes of the disk that are to stay free.</param>
/// <param name="Wanted">Bytes that something waits for, over <paramref name="MinFree"/>; 0: nothing does.</param>
public readonly record struct RetentionLimits(int MaxAgeDays, long MaxBytes, long MinFree, long Wanted = 0);

/// <summary>A kept version, as far as it matters for how long it stays.</summary>
public readonly record struct KeptBytes(DateTimeOffset KeptAt, long Bytes);

/// <summary>Which kept versions go: always the oldest first, whatever asks for it.</summary>
public static class VersionRetention
{
    /// <summary>How many of the versions go, from the oldest. Pure.</summary>
    /// <param name="oldestFirst">All versions.</param>
    /// <param name="free">Bytes free on their disk now.</param>
    public static int Going(IReadOnlyList<KeptBytes> oldestFirst, DateTimeOffset now, RetentionLimits limits, long free)
    {
        var total = oldestFirst.Sum(v => v.Bytes);
        var excess = limits.MaxBytes > 0 ? total - limits.MaxBytes : 0;
        var lacking = limits.MinFree - free;
        // What waits gets room only if that is enough for it: else the versions would go for nothing.
        if (limits.Wanted > 0 && lacking + limits.Wanted <= total)
            lacking += limits.Wanted;
        var mustGo = Math.Max(excess, lacking);
        var going = 0;
        for (long gone = 0; going < oldestFirst.Count; going++)
        {
            var isOld = limits.MaxAgeDays > 0 && oldestFirst[going].KeptAt < now.AddDays(-limits.MaxAgeDays);
            if (!isOld && gone >= mustGo)
                break;
            gone += oldestFirst[going].Bytes;
        }
        return going;
    }
}
