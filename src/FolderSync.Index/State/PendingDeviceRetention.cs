using System.Net;
using FolderSync.Platform;

namespace FolderSync.Index.State;

/// <summary>Which unknown devices the list keeps. Anybody can make certificates without end, so new ones must not push out those that were there.</summary>
public static class PendingDeviceRetention
{
    /// <summary>In all.</summary>
    public const int MaxDevices = 100;

    /// <summary>With one remote address (IPv6: one /64).</summary>
    public const int MaxOfAddress = 20;

    /// <summary>A device that still tries after this long is one that somebody wants to pair.</summary>
    private static readonly TimeSpan EstablishedAfter = TimeSpan.FromSeconds(50);

    /// <summary>A device that wants to be paired tries every minute or few.</summary>
    private static readonly TimeSpan GoneAfter = TimeSpan.FromDays(1);

    /// <summary>What to drop from the list so that it is within its limits.</summary>
    public static IReadOnlyList<PendingDevice> Excess(IReadOnlyList<PendingDevice> devices)
    {
        var now = devices.Count == 0 ? default : devices.Max(d => d.Time);
        // An address that can't be read is nobody's in particular.
        var groups = devices.GroupBy(d => IPEndPoint.TryParse(d.Address, out var at) ? SourceAddress.Group(at.Address).ToString() : $"{d.Device}")
            .Select(g => g.OrderBy(d => d, Comparer<PendingDevice>.Create((a, b) => CompareWorth(a, b, now))).ToList())
            .ToList();
        List<PendingDevice> excess = [];
        foreach (var group in groups.Where(g => g.Count > MaxOfAddress))
        {
            excess.AddRange(group.Take(group.Count - MaxOfAddress));
            group.RemoveRange(0, group.Count - MaxOfAddress);
        }
        for (var left = devices.Count - excess.Count; left > MaxDevices; left--)
        {
            // The address with the most of them loses one; where all have the same, the one worth least goes.
            var most = groups.Max(g => g.Count);
            var loser = groups.Where(g => g.Count == most).MinBy(g => g[0], Comparer<PendingDevice>.Create((a, b) => CompareWorth(a, b, now)))!;
            excess.Add(loser[0]);
            loser.RemoveAt(0);
        }
        return excess;
    }

    /// <summary>Those that are gone first, then those that tried once, each the oldest first; at last those that keep trying, the newcomers first.</summary>
    private static int CompareWorth(PendingDevice a, PendingDevice b, DateTimeOffset now)
    {
        var (rankA, rankB) = (Rank(a, now), Rank(b, now));
        return rankA != rankB ? rankA.CompareTo(rankB)
            : rankA == 2 ? b.FirstTime.CompareTo(a.FirstTime)
            : a.Time.CompareTo(b.Time);
    }

    private static int Rank(PendingDevice device, DateTimeOffset now) =>
        now - device.Time > GoneAfter ? 0 : device.Time - device.FirstTime < EstablishedAfter ? 1 : 2;
}
