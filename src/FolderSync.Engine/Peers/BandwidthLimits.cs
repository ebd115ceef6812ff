using FolderSync.Core.Model;
using FolderSync.Network;
using FolderSync.Network.Bandwidth;

namespace FolderSync.Engine.Peers;

/// <summary>The rates that hold for all peers together and for each: shared buckets that follow the configuration. Thread-safe.</summary>
internal sealed class BandwidthLimits(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Pair _all = new(time);
    private readonly Pair _allInLan = new(time);
    private readonly SortedDictionary<DeviceId, (Pair Far, Pair InLan)> _devices = [];

    public void Apply(EngineConfig config)
    {
        lock (_lock)
        {
            _all.Set(config.MaxSendKbps, config.MaxReceiveKbps);
            _allInLan.Set(InLan(config, config.MaxSendKbps), InLan(config, config.MaxReceiveKbps));
            foreach (var device in config.Devices)
            {
                var (far, inLan) = Of(device.Id);
                far.Set(device.MaxSendKbps, device.MaxReceiveKbps);
                inLan.Set(InLan(config, device.MaxSendKbps), InLan(config, device.MaxReceiveKbps));
            }
        }
    }

    /// <summary>The stream under the limits that hold now and after each change.</summary>
    public AuthenticatedStream Around(AuthenticatedStream stream)
    {
        lock (_lock)
        {
            var all = stream.IsLan ? _allInLan : _all;
            var device = stream.IsLan ? Of(stream.Peer).InLan : Of(stream.Peer).Far;
            return stream with { Stream = new ThrottledStream(stream.Stream, [all.Sending, device.Sending], [all.Receiving, device.Receiving]) };
        }
    }

    private static int InLan(EngineConfig config, int rate) => config.LimitBandwidthInLan ? rate : 0;

    private (Pair Far, Pair InLan) Of(DeviceId id)
    {
        if (!_devices.TryGetValue(id, out var pairs))
            _devices[id] = pairs = (new Pair(time), new Pair(time));
        return pairs;
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
