using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>Counts the packets that are dropped as malformed: whoever floods the network fills no log, which gets one line an hour at most. One user.</summary>
internal sealed class MalformedPackets(TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    private long _reportedAt = clock.GetTimestamp();
    private long _unreported;

    public long Total { get; private set; }

    public void Add() => (Total, _unreported) = (Total + 1, _unreported + 1);

    /// <summary>To be called now and then.</summary>
    public void ReportWhenDue()
    {
        if (_unreported == 0 || clock.GetElapsedTime(_reportedAt) < s_interval)
            return;
        Log.MalformedPackets(logger, _unreported);
        (_unreported, _reportedAt) = (0, clock.GetTimestamp());
    }
}
