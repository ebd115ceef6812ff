using FolderSync.Core.Model;
using FolderSync.Network;
using FolderSync.Network.Bandwidth;

namespace FolderSync.Engine.Peers;

/// <summary>The rates that hold for all peers together and for each: shared buckets that follow the configuration. Thread-safe.</summary>
internal sealed class BandwidthLimits(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Pair _all = new(time);
    private readonly SortedDictionary<DeviceId, Pair> _devices = [];
    private EngineConfig _config = new();

    public void Apply(EngineConfig config)
    {
        lock (_lock)
        {
            _config = config;
            _all.Set(config.MaxSendKbps, config.MaxReceiveKbps);
            foreach (var device in config.Devices)
                Of(device.Id).Set(device.MaxSendKbps, device.MaxReceiveKbps);
        }
    }

    /// <summary>The stream as it is where nothing limits it: what is set later holds from the next connection on.</summary>
    public AuthenticatedStream Around(AuthenticatedStream stream)
    {
        lock (_lock)
        {
            if (stream.IsLan && !_config.LimitBandwidthInLan)
                return stream;
            var device = Of(stream.Peer);
            if (!_all.IsSet && !device.IsSet)
                return stream;
            return stream with { Stream = new ThrottledStream(stream.Stream, [_all.Sending, device.Sending], [_all.Receiving, device.Receiving]) };
        }
    }

    private Pair Of(DeviceId id)
    {
        if (!_devices.TryGetValue(id, out var pair))
            _devices[id] = pair = new Pair(time);
        return pair;
    }

    private sealed class Pair(TimeProvider time)
    {
        public BandwidthLimiter Sending { get; } = new(time);

        public BandwidthLimiter Receiving { get; } = new(time);

        public bool IsSet => Sending.RateKibPerSecond > 0 || Receiving.RateKibPerSecond > 0;

        public void Set(int send, int receive)
        {
            Sending.RateKibPerSecond = send;
            Receiving.RateKibPerSecond = receive;
        }
    }
}
