using System.Collections;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Network;
using FolderSync.Network.Bandwidth;

namespace FolderSync.Engine.Peers;

/// <summary>
/// The rate limits of all peers together and of each one: shared buckets that follow the configuration. A LAN peer uses the same buckets as a
/// remote one, or none. Thread-safe.
/// </summary>
internal sealed class BandwidthLimits(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Pair _all = new(time);
    private readonly Pair _unlimited = new(time);
    private readonly SortedDictionary<DeviceId, Pair> _devices = [];
    private bool _limitInLan;

    public void Apply(EngineConfig config)
    {
        lock (_lock)
        {
            _all.Set(config.MaxSendKbps, config.MaxReceiveKbps);
            foreach (var device in config.Devices)
                Of(device.Id).Set(device.MaxSendKbps, device.MaxReceiveKbps);
            Volatile.Write(ref _limitInLan, config.LimitBandwidthInLan);
        }
    }

    /// <summary>Wraps the stream with the current limits, which follow later changes, and measures how long the other side keeps it waiting.</summary>
    public AuthenticatedStream Around(AuthenticatedStream stream)
    {
        lock (_lock)
        {
            // Unknown devices, of which there is no end, have no buckets of their own.
            var device = _devices.GetValueOrDefault(stream.Peer) ?? _unlimited;
            Buckets sending = new(this, stream.IsLan, _all.Sending, device.Sending), receiving = new(this, stream.IsLan, _all.Receiving, device.Receiving);
            var throttled = new ThrottledStream(stream.Stream, time, sending, receiving);
            return stream with { Stream = throttled, Progress = throttled };
        }
    }

    private Pair Of(DeviceId id)
    {
        if (!_devices.TryGetValue(id, out var pair))
            _devices[id] = pair = new Pair(time);
        return pair;
    }

    /// <summary>The buckets that currently apply to a stream: none for a LAN peer if the limits exclude those.</summary>
    private sealed class Buckets(BandwidthLimits limits, bool isLan, params BandwidthLimiter[] all) : IReadOnlyList<BandwidthLimiter>
    {
        public int Count => Now.Length;

        public BandwidthLimiter this[int index] => Now[index];

        private BandwidthLimiter[] Now => isLan && !Volatile.Read(ref limits._limitInLan) ? [] : all;

        public IEnumerator<BandwidthLimiter> GetEnumerator() => ((IEnumerable<BandwidthLimiter>)Now).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Pair(TimeProvider time)
    {
        public BandwidthLimiter Sending { get; } = new(time);

        public BandwidthLimiter Receiving { get; } = new(time);

        public void Set(int send, int receive)
        {
            Sending.RateKibPerSecond = send;
            Receiving.RateKibPerSecond = receive;
        }
    }
}
