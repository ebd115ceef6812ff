using System.Collections;
using System.Collections.Concurrent;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Host.Config;
using FolderSync.Network;
using FolderSync.Network.Bandwidth;

namespace FolderSync.Host.Service;

/// <summary>A transport whose streams keep the configuration's limits of sending and receiving, as they stand at any moment.</summary>
/// <remarks>Lives as long as the configuration's store.</remarks>
internal sealed class LimitedTransport : ITransport
{
    private readonly ITransport _inner;
    private readonly ConfigStore _config;
    private readonly TimeProvider _time;
    private readonly Both _all;
    private readonly ConcurrentDictionary<DeviceId, Both> _devices = new();

    public LimitedTransport(ITransport inner, ConfigStore config, TimeProvider time)
    {
        (_inner, _config, _time) = (inner, config, time);
        _all = new Both(time);
        config.Changed += _ => TakeUp();
        TakeUp();
    }

    public async Task<IPeerListener> ListenAsync(string address, CancellationToken cancellation) =>
        new Listener(this, await _inner.ListenAsync(address, cancellation));

    public async Task<AuthenticatedStream> DialAsync(string address, DeviceId expected, CancellationToken cancellation) =>
        Limited(await _inner.DialAsync(address, expected, cancellation));

    private AuthenticatedStream Limited(AuthenticatedStream plain)
    {
        var device = DeviceLimits(plain.Peer);
        return plain with
        {
            Stream = new ThrottledStream(plain.Stream,
                new InForce(this, plain.IsLan, [_all.Sending, device.Sending]),
                new InForce(this, plain.IsLan, [_all.Receiving, device.Receiving])),
        };
    }

    private Both DeviceLimits(DeviceId id) => _devices.GetOrAdd(id, _ => new Both(_time).Set(_config.Current.Engine.Device(id)));

    private void TakeUp()
    {
        var engine = _config.Current.Engine;
        _all.Set(engine.MaxSendKbps, engine.MaxReceiveKbps);
        foreach (var (id, limits) in _devices)
            limits.Set(engine.Device(id));
    }

    private sealed class Both(TimeProvider time)
    {
        public BandwidthLimiter Sending { get; } = new(time);

        public BandwidthLimiter Receiving { get; } = new(time);

        public Both Set(DeviceConfig? device) => Set(device?.MaxSendKbps ?? 0, device?.MaxReceiveKbps ?? 0);

        public Both Set(int sendKib, int receiveKib)
        {
            (Sending.RateKibPerSecond, Receiving.RateKibPerSecond) = (sendKib, receiveKib);
            return this;
        }
    }

    /// <summary>No limit at all for a device in the LAN, unless the configuration says that they hold there too.</summary>
    private sealed class InForce(LimitedTransport owner, bool isLan, BandwidthLimiter[] limiters) : IReadOnlyList<BandwidthLimiter>
    {
        public int Count => Now.Length;

        public BandwidthLimiter this[int index] => Now[index];

        private BandwidthLimiter[] Now => isLan && !owner._config.Current.Engine.LimitBandwidthInLan ? [] : limiters;

        public IEnumerator<BandwidthLimiter> GetEnumerator() => Now.AsEnumerable().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Listener(LimitedTransport owner, IPeerListener inner) : IPeerListener
    {
        public string Address => inner.Address;

        public async Task<AuthenticatedStream> AcceptAsync(CancellationToken cancellation) => owner.Limited(await inner.AcceptAsync(cancellation));

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
