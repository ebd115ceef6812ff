using System.Net;
using FolderSync.Network.Tcp;

namespace FolderSync.Network.Discovery;

/// <summary>How many packets a source may send: a flood from one neighbour costs little and hides no other's. One user.</summary>
internal sealed class SourceBudget(TimeProvider clock)
{
    private const int MaxSources = 256;
    private const double PerSecond = 20;
    private const double Burst = 60;

    private readonly Dictionary<IPAddress, (double Left, long At)> _sources = [];

    /// <summary>False: the packet is dropped unread.</summary>
    public bool TryTake(IPAddress source)
    {
        var key = HandshakeSlots.KeyOf(source);
        var now = clock.GetTimestamp();
        if (!_sources.TryGetValue(key, out var budget))
        {
            if (_sources.Count >= MaxSources)
                _sources.Remove(_sources.MinBy(s => s.Value.At).Key);
            budget = (Burst, now);
        }

        var left = Math.Min(Burst, budget.Left + (clock.GetElapsedTime(budget.At, now).TotalSeconds * PerSecond));
        _sources[key] = (left >= 1 ? left - 1 : left, now);
        return left >= 1;
    }
}
