using System.Net;
using FolderSync.Platform;

namespace FolderSync.Network.Discovery;

/// <summary>
/// Limits the packets that are read, per source and in total: a flood from one neighbor costs little and hides no other. Not thread-safe.
/// </summary>
internal sealed class PacketRateLimiter(TimeProvider clock)
{
    private const int MaxSources = 256;
    private const double PerSecond = 20;
    private const double Burst = 60;
    private const double PerSecondInAll = 400;
    private const double BurstInAll = 1200;

    private readonly Dictionary<IPAddress, (double Left, long At)> _sources = [];
    private (double Left, long At) _all = (BurstInAll, clock.GetTimestamp());

    /// <summary>False: drop the packet unread.</summary>
    public bool TryAcquire(IPAddress source)
    {
        var key = SourceAddress.Group(source);
        var now = clock.GetTimestamp();
        if (!_sources.TryGetValue(key, out var budget))
        {
            if (_sources.Count >= MaxSources)
                _sources.Remove(_sources.MinBy(s => s.Value.At).Key);
            budget = (Burst, now);
        }

        var left = Math.Min(Burst, budget.Left + (clock.GetElapsedTime(budget.At, now).TotalSeconds * PerSecond));
        var inAll = Math.Min(BurstInAll, _all.Left + (clock.GetElapsedTime(_all.At, now).TotalSeconds * PerSecondInAll));
        var may = left >= 1 && inAll >= 1;
        _sources[key] = (may ? left - 1 : left, now);
        _all = (may ? inAll - 1 : inAll, now);
        return may;
    }
}
