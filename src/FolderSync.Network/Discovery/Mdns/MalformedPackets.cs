using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>Counts malformed packets. A flood must not fill the log, so it writes at most one line per hour. Not thread-safe.</summary>
internal sealed class MalformedPackets(TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    private long _reportedAt = clock.GetTimestamp();
    private long _unreported;

    public long Total { get; private set; }

    public void Add() => (Total, _unreported) = (Total + 1, _unreported + 1);

    /// <summary>Call this from time to time.</summary>
    public void ReportWhenDue()
    {
        if (_unreported == 0 || clock.GetElapsedTime(_reportedAt) < s_interval)
            return;
        Log.MalformedPackets(logger, _unreported);
        (_unreported, _reportedAt) = (0, clock.GetTimestamp());
    }
}
