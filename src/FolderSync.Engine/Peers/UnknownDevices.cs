using System.Net;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Index;
using FolderSync.Network;
using FolderSync.Platform;
using FolderSync.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>
/// Reports unknown devices that connected and lists them as pending, as often as people can use it: an unknown device can reconnect, or come with
/// another certificate, hundreds of times per second. Thread-safe.
/// </summary>
internal sealed class UnknownDevices : IDisposable
{
    private const int MaxRemembered = 1024;

    /// <summary>New devices of one address that are listed at once; then one per <see cref="NewDeviceInterval"/>.</summary>
    private const int Burst = 10;

    private static readonly TimeSpan NewDeviceInterval = TimeSpan.FromSeconds(10);

    /// <summary>An unknown device is listed and reported at most this often. A device tries about once a minute.</summary>
    private static readonly TimeSpan EventInterval = TimeSpan.FromSeconds(30);

    /// <summary>An unknown device is logged again after this long without attempts.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromHours(1);

    private readonly PeerContext _context;
    private readonly ILogger _log;
    private readonly LogThrottle _lines, _rejections, _bugs;
    private readonly Lock _lock = new();

    /// <summary>When they were last reported. Bounded: those beyond are reported again early.</summary>
    private readonly Dictionary<DeviceId, long> _reported = [];

    /// <summary>How many new devices an address may still bring, and since when.</summary>
    private readonly Dictionary<IPAddress, (double Left, long At)> _allowances = [];

    public UnknownDevices(PeerContext context, ILogger log)
    {
        (_context, _log) = (context, log);
        _lines = new LogThrottle(context.Parts.Time, n => Log.MoreUnknown(log, n));
        _rejections = new LogThrottle(context.Parts.Time, n => Log.MoreRejected(log, n));
        _bugs = new LogThrottle(context.Parts.Time, n => Log.MoreConnectionBugs(log, n));
    }

    private EngineParts Parts => _context.Parts;

    /// <summary>It said Hello.</summary>
    public void Report(AuthenticatedStream stream, Hello hello)
    {
        if (!ShouldReport(stream))
            return;
        var now = Parts.Time.GetUtcNow();
        var known = Parts.State.PendingDevices().FirstOrDefault(d => d.Device == stream.Peer);
        if ((known is null || now - known.Time >= LogInterval) && _lines.TryPass())
            Log.Unknown(_log, stream.Peer, hello.DeviceName, stream.Remote);
        Parts.State.PutPendingDevice(new PendingDevice(stream.Peer, hello.DeviceName, stream.Remote, now) { FirstTime = known?.FirstTime ?? now });
        _context.Events.Publish(() => new EngineEvent.UnknownDeviceConnected(stream.Peer, hello.DeviceName, stream.Remote));
    }

    /// <summary>An incoming connection that is not a known device's ended before its Hello, or was refused.</summary>
    public void Reject(string remote, string reason)
    {
        if (_rejections.TryPass())
            Log.NotAdmitted(_log, remote, reason);
    }

    public void ReportBug(string remote, Exception e)
    {
        if (_bugs.TryPass())
            Log.ConnectionBug(_log, remote, e);
    }

    public void Dispose()
    {
        _lines.Dispose();
        _rejections.Dispose();
        _bugs.Dispose();
    }

    private bool ShouldReport(AuthenticatedStream stream)
    {
        lock (_lock)
        {
            var time = Parts.Time;
            var now = time.GetTimestamp();
            if (_reported.TryGetValue(stream.Peer, out var last))
            {
                if (time.GetElapsedTime(last, now) < EventInterval)
                    return false;
            }
            else if (!TryAllow(SourceAddress.Group(stream.Address ?? IPAddress.None), now))
            {
                return false;
            }
            if (_reported.Count >= MaxRemembered && !_reported.ContainsKey(stream.Peer))
                _reported.Remove(_reported.MinBy(r => r.Value).Key);
            _reported[stream.Peer] = now;
            return true;
        }
    }

    private bool TryAllow(IPAddress source, long now)
    {
        var left = _allowances.TryGetValue(source, out var allowance)
            ? Math.Min(Burst, allowance.Left + (Parts.Time.GetElapsedTime(allowance.At, now) / NewDeviceInterval))
            : Burst;
        if (_allowances.Count >= MaxRemembered && !_allowances.ContainsKey(source))
            _allowances.Remove(_allowances.MinBy(a => a.Value.At).Key);
        _allowances[source] = (left >= 1 ? left - 1 : left, now);
        return left >= 1;
    }
}
