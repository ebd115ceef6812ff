using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FolderSync.Core.Model;
using FolderSync.Network.Discovery.Mdns;
using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery.Nearby;

/// <summary>Settings of discovery. Immutable.</summary>
/// <param name="Enabled">False: sends no packet and opens no port.</param>
/// <param name="Mdns">Enables mDNS in addition to Syncthing's local discovery.</param>
/// <param name="Port">The port of Syncthing's local discovery.</param>
/// <param name="Group">Its IPv6 group.</param>
/// <param name="Name">This device's name, as its user set it.</param>
/// <param name="ListenAddresses">The bound addresses: "tcp://0.0.0.0:22000".</param>
/// <param name="ConfiguredDevices">The configured devices.</param>
public sealed record DiscoverySettings(
    bool Enabled, bool Mdns, int Port, IPAddress Group, string Name, IReadOnlyList<string> ListenAddresses, IReadOnlySet<DeviceId> ConfiguredDevices)
{
    public const int DefaultPort = LocalDiscovery.DefaultPort;

    public static readonly DiscoverySettings Off = new(false, false, DefaultPort, LocalDiscovery.DefaultGroup, "", [], new HashSet<DeviceId>());

    public static IPAddress DefaultGroup => LocalDiscovery.DefaultGroup;
}

/// <summary>A device was heard that is new, has restarted, or has new addresses.</summary>
/// <param name="IsNew">True when more than the addresses is new.</param>
public sealed record DeviceFound(DeviceId Device, IReadOnlyList<string> Addresses, bool IsNew);

/// <summary>
/// Finds devices on the network and announces this one, through Syncthing's local discovery and mDNS over both address families. Whatever fails is
/// logged once and retried; it never stops the service. Thread-safe.
/// </summary>
public sealed class DeviceDiscovery : INearbyDevices, IAsyncDisposable
{
    private readonly DeviceId _self;
    private readonly string _version;
    private readonly IUdpNetwork _datagrams;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly NetworkMonitor? _watch;
    private readonly DiscoveryCache _cache;
    private readonly long _instance = RandomNumberGenerator.GetInt32(int.MaxValue) + 1L + ((long)RandomNumberGenerator.GetInt32(int.MaxValue) << 31);
    private readonly SemaphoreSlim _applying = new(1);
    private List<LocalDiscovery> _local = [];
    private List<DiscoveryMethodStatus> _states = [];
    private MdnsNode? _mdns;
    private DiscoverySettings _settings = DiscoverySettings.Off;
    private bool _isDisposed;

    /// <param name="version">FolderSync's version, announced to others.</param>
    public DeviceDiscovery(DeviceId self, string version, NetworkMonitor watch, TimeProvider clock, ILogger<DeviceDiscovery> logger)
        : this(self, version, new UdpNetwork(watch), clock, logger)
    {
        _watch = watch;
        watch.Changed += OnNetworkChanged;
    }

    internal DeviceDiscovery(DeviceId self, string version, IUdpNetwork datagrams, TimeProvider clock, ILogger logger)
    {
        (_self, _version, _datagrams, _clock, _logger) = (self, version, datagrams, clock, logger);
        _cache = new DiscoveryCache(clock, d => Volatile.Read(ref _settings).ConfiguredDevices.Contains(d));
    }

    /// <summary>Raised on discovery's own threads; handlers must only set signals.</summary>
    public event Action<DeviceFound>? Found;

    public IReadOnlyList<NearbyDevice> Devices() => [.. _cache.All().Where(d => d.Id != _self)];

    /// <summary>Each discovery method → why it doesn't work, or null. Empty while discovery is off. Named as in Syncthing's API.</summary>
    public IReadOnlyDictionary<string, string?> Status => Volatile.Read(ref _states).ToDictionary(s => s.Name, s => s.Error);

    /// <summary>The device's possible addresses, the likeliest first; empty if it wasn't heard.</summary>
    public IReadOnlyList<string> AddressesOf(DeviceId device) => _cache.Addresses(device);

    /// <summary>Applies the settings without disturbing the parts that they don't concern.</summary>
    public async Task ApplyAsync(DiscoverySettings settings)
    {
        await _applying.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isDisposed)
                return;
            var old = _settings;
            Volatile.Write(ref _settings, settings);
            var sameCast = Cast(old) == Cast(settings);
            var sameName = sameCast && (old.Mdns, old.Name) == (settings.Mdns, settings.Name) && old.ListenAddresses.SequenceEqual(settings.ListenAddresses);
            if (!sameCast)
                await StopAsync().ConfigureAwait(false);
            else if (!sameName)
                await StopMdnsAsync().ConfigureAwait(false);
            if (settings.Enabled)
                Start(settings);
            if (sameCast && !old.ListenAddresses.SequenceEqual(settings.ListenAddresses))
                _local.ForEach(l => l.Wake());
        }
        finally
        {
            _applying.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
            _watch.Changed -= OnNetworkChanged;
        await _applying.WaitAsync().ConfigureAwait(false);
        _isDisposed = true;
        _applying.Release();
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>The network changed: every method announces again at once.</summary>
    internal void OnNetworkChanged()
    {
        Volatile.Read(ref _local).ForEach(l => l.Wake());
        Volatile.Read(ref _mdns)?.Wake();
    }

    private static (bool, int, string) Cast(DiscoverySettings settings) => (settings.Enabled, settings.Port, settings.Group.ToString());

    /// <summary>Starts what isn't running.</summary>
    private void Start(DiscoverySettings settings)
    {
        if (_local.Count == 0)
        {
            var (v4, v6) = (new DiscoveryMethodStatus("IPv4 local", settings.Port, _logger), new DiscoveryMethodStatus("IPv6 local", settings.Port, _logger));
            Volatile.Write(ref _states, [v4, v6]);
            List<LocalDiscovery> local = [];
            foreach (var (family, state) in new[] { (AddressFamily.InterNetwork, v4), (AddressFamily.InterNetworkV6, v6) })
                local.Add(new LocalDiscovery(_self, family, settings.Port, settings.Group, _datagrams, ReachableAddresses, _instance, OnAnnouncement, state, _clock, _logger));
            Volatile.Write(ref _local, local);
        }

        if (_mdns is null && settings.Mdns)
        {
            var (v4, v6) = (new DiscoveryMethodStatus("mDNS IPv4", MdnsPacket.Port, _logger), new DiscoveryMethodStatus("mDNS IPv6", MdnsPacket.Port, _logger));
            Volatile.Write(ref _states, [.. _states, v4, v6]);
            var port = ReachableAddresses().Select(PeerAddress.Parse).Select(a => a.Port).FirstOrDefault();
            Func<int, MdnsService>? service = port == 0 ? null : n => new MdnsService(_self, MdnsNames.InstanceLabel(settings.Name, n), port, _version);
            Volatile.Write(ref _mdns, new MdnsNode(
                _self, service, _datagrams, OnAnnouncement, (d, source) => _cache.Remove(d, DiscoveryMethod.Mdns, source), v4, v6, _clock, RandomNumberGenerator.GetInt32, _logger));
        }
    }

    private async Task StopAsync()
    {
        await StopMdnsAsync().ConfigureAwait(false);
        foreach (var local in Interlocked.Exchange(ref _local, []))
            await local.DisposeAsync().ConfigureAwait(false);
        Volatile.Write(ref _states, []);
        _cache.Clear();
    }

    private async Task StopMdnsAsync()
    {
        if (Interlocked.Exchange(ref _mdns, null) is not { } mdns)
            return;
        await mdns.DisposeAsync().ConfigureAwait(false);
        Volatile.Write(ref _states, [.. _states.Where(s => !s.Name.StartsWith("mDNS", StringComparison.Ordinal))]);
    }

    /// <summary>The listening addresses that others can reach.</summary>
    private List<string> ReachableAddresses() =>
        [.. Volatile.Read(ref _settings).ListenAddresses.Where(l =>
            PeerAddress.TryParse(l, out var address) && address!.IsSupported && address.Port != 0 &&
            (address.IsWildcard || (IPAddress.TryParse(address.Host, out var literal) && !IPAddress.IsLoopback(literal))))];

    private void OnAnnouncement(Announcement sighting)
    {
        var novelty = _cache.Put(sighting);
        if (novelty is not (CacheChange.Device or CacheChange.Addresses))
            return;
        var addresses = _cache.Addresses(sighting.Device);
        if (novelty == CacheChange.Device)
        {
            // Unknown devices must not fill the log: anyone can invent them.
            var level = Volatile.Read(ref _settings).ConfiguredDevices.Contains(sighting.Device) ? LogLevel.Information : LogLevel.Debug;
            Log.DeviceFound(_logger, level, sighting.Device.ToString(), sighting.Via == DiscoveryMethod.Mdns ? "mDNS" : "local discovery", string.Join(", ", addresses));
            // It may have started after this device's last announcement.
            Volatile.Read(ref _local).ForEach(l => l.Wake());
        }

        Found?.Invoke(new DeviceFound(sighting.Device, addresses, novelty == CacheChange.Device));
    }
}
