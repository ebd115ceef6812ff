using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FolderSync.Core.Model;
using FolderSync.Network.Discovery.Mdns;
using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery.Nearby;

/// <summary>What discovery is told to do. Immutable.</summary>
/// <param name="Enabled">False: not a packet is sent, not a port opened.</param>
/// <param name="Mdns">mDNS besides Syncthing's local discovery.</param>
/// <param name="Port">Of Syncthing's local discovery.</param>
/// <param name="Group">Its IPv6 group.</param>
/// <param name="Name">This device's, as its user calls it.</param>
/// <param name="Listening">As bound: "tcp://0.0.0.0:22000".</param>
/// <param name="Wanted">The configured devices.</param>
public sealed record DiscoverySettings(
    bool Enabled, bool Mdns, int Port, IPAddress Group, string Name, IReadOnlyList<string> Listening, IReadOnlySet<DeviceId> Wanted)
{
    public const int DefaultPort = LocalDiscovery.DefaultPort;

    public static readonly DiscoverySettings Off = new(false, false, DefaultPort, LocalDiscovery.DefaultGroup, "", [], new HashSet<DeviceId>());

    public static IPAddress DefaultGroup => LocalDiscovery.DefaultGroup;
}

/// <summary>A device was heard that is new, has started anew, or has other addresses than before.</summary>
/// <param name="IsNew">Not only the addresses are new.</param>
public sealed record DeviceFound(DeviceId Device, IReadOnlyList<string> Addresses, bool IsNew);

/// <summary>
/// Finds devices on the network and lets itself be found: Syncthing's local discovery and mDNS over both families. Whatever of it does not
/// work is said once in the log and tried again; nothing of it can end the service. Thread-safe.
/// </summary>
public sealed class DeviceDiscovery : INearbyDevices, IAsyncDisposable
{
    private readonly DeviceId _self;
    private readonly string _version;
    private readonly IDatagrams _datagrams;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly NetworkWatch? _watch;
    private readonly DiscoveryCache _cache;
    private readonly long _instance = RandomNumberGenerator.GetInt32(int.MaxValue) + 1L + ((long)RandomNumberGenerator.GetInt32(int.MaxValue) << 31);
    private readonly SemaphoreSlim _applying = new(1);
    private List<LocalDiscovery> _local = [];
    private List<MethodState> _states = [];
    private MdnsNode? _mdns;
    private DiscoverySettings _settings = DiscoverySettings.Off;
    private bool _isDisposed;

    /// <param name="version">FolderSync's, for others to see.</param>
    public DeviceDiscovery(DeviceId self, string version, NetworkWatch watch, TimeProvider clock, ILogger<DeviceDiscovery> logger)
        : this(self, version, new UdpDatagrams(watch), clock, logger)
    {
        _watch = watch;
        watch.Changed += OnNetworkChanged;
    }

    internal DeviceDiscovery(DeviceId self, string version, IDatagrams datagrams, TimeProvider clock, ILogger logger)
    {
        (_self, _version, _datagrams, _clock, _logger) = (self, version, datagrams, clock, logger);
        _cache = new DiscoveryCache(clock, d => Volatile.Read(ref _settings).Wanted.Contains(d));
    }

    /// <summary>Called on discovery's own threads; whoever listens only sets signals.</summary>
    public event Action<DeviceFound>? Found;

    public IReadOnlyList<NearbyDevice> Devices() => [.. _cache.All().Where(d => d.Id != _self)];

    /// <summary>Each way of discovery → why it does not work, null where it does. Empty while all is off. Named as Syncthing's API does.</summary>
    public IReadOnlyDictionary<string, string?> Status => Volatile.Read(ref _states).ToDictionary(s => s.Name, s => s.Trouble);

    /// <summary>Where a device may be reached, the likeliest first; empty for one that was not heard.</summary>
    public IReadOnlyList<string> AddressesOf(DeviceId device) => _cache.Addresses(device);

    /// <summary>Goes on as the settings say; parts that they don't concern go on undisturbed.</summary>
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
            var sameName = sameCast && (old.Mdns, old.Name) == (settings.Mdns, settings.Name) && old.Listening.SequenceEqual(settings.Listening);
            if (!sameCast)
                await StopAsync().ConfigureAwait(false);
            else if (!sameName)
                await StopMdnsAsync().ConfigureAwait(false);
            if (settings.Enabled)
                Start(settings);
            if (sameCast && !old.Listening.SequenceEqual(settings.Listening))
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

    /// <summary>The network changed: announced anew at once, by all ways.</summary>
    internal void OnNetworkChanged()
    {
        Volatile.Read(ref _local).ForEach(l => l.Wake());
        Volatile.Read(ref _mdns)?.Wake();
    }

    private static (bool, int, string) Cast(DiscoverySettings settings) => (settings.Enabled, settings.Port, settings.Group.ToString());

    /// <summary>Starts what does not run.</summary>
    private void Start(DiscoverySettings settings)
    {
        if (_local.Count == 0)
        {
            var (v4, v6) = (new MethodState("IPv4 local", settings.Port, _logger), new MethodState("IPv6 local", settings.Port, _logger));
            Volatile.Write(ref _states, [v4, v6]);
            List<LocalDiscovery> local = [];
            foreach (var (family, state) in new[] { (AddressFamily.InterNetwork, v4), (AddressFamily.InterNetworkV6, v6) })
                local.Add(new LocalDiscovery(_self, family, settings.Port, settings.Group, _datagrams, Announced, _instance, OnSighting, state, _clock, _logger));
            Volatile.Write(ref _local, local);
        }

        if (_mdns is null && settings.Mdns)
        {
            var (v4, v6) = (new MethodState("mDNS IPv4", MdnsPacket.Port, _logger), new MethodState("mDNS IPv6", MdnsPacket.Port, _logger));
            Volatile.Write(ref _states, [.. _states, v4, v6]);
            var port = Announced().Select(PeerAddress.Parse).Select(a => a.Port).FirstOrDefault();
            Func<int, MdnsService>? service = port == 0 ? null : n => new MdnsService(_self, MdnsNames.InstanceLabel(settings.Name, n), port, _version);
            Volatile.Write(ref _mdns, new MdnsNode(
                _self, service, _datagrams, OnSighting, (d, source) => _cache.Remove(d, FoundBy.Mdns, source), v4, v6, _clock, RandomNumberGenerator.GetInt32, _logger));
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

    /// <summary>The listening addresses that others could reach.</summary>
    private List<string> Announced() =>
        [.. Volatile.Read(ref _settings).Listening.Where(l =>
            PeerAddress.TryParse(l, out var address) && address!.IsSupported && address.Port != 0 &&
            (address.IsWildcard || (IPAddress.TryParse(address.Host, out var literal) && !IPAddress.IsLoopback(literal))))];

    private void OnSighting(Sighting sighting)
    {
        var novelty = _cache.Put(sighting);
        if (novelty is not (Novelty.Device or Novelty.Addresses))
            return;
        var addresses = _cache.Addresses(sighting.Device);
        if (novelty == Novelty.Device)
        {
            // Anyone can make up strangers; they must not fill the log.
            var level = Volatile.Read(ref _settings).Wanted.Contains(sighting.Device) ? LogLevel.Information : LogLevel.Debug;
            Log.DeviceFound(_logger, level, sighting.Device.ToString(), sighting.Via == FoundBy.Mdns ? "mDNS" : "local discovery", string.Join(", ", addresses));
            // It may have started after this device's last announcement.
            Volatile.Read(ref _local).ForEach(l => l.Wake());
        }

        Found?.Invoke(new DeviceFound(sighting.Device, addresses, novelty == Novelty.Device));
    }
}
