using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Network;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>All configured peers: a session and a dialer for each, and the admission of incoming connections. Thread-safe.</summary>
internal sealed class PeerHub : IAsyncDisposable
{
    private readonly PeerContext _context;
    private readonly Action<DeviceId> _removePending;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<DeviceId, Peer> _peers = [];
    private readonly BandwidthLimits _limits;
    private readonly PeerAdmission _admission;
    private readonly PeerListeners _listeners;
    private readonly OwnIdentityProbe _ownIdentity;

    /// <summary>All connections, incoming and outgoing: each ends by itself, and all are awaited at the end.</summary>
    private readonly TaskGroup _connections = new(CancellationToken.None);

    /// <param name="removePending">Called when a device was configured, so it is no longer pending.</param>
    public PeerHub(PeerContext context, Action<DeviceId> removePending)
    {
        (_context, _removePending) = (context, removePending);
        _log = context.Parts.Loggers.CreateLogger<PeerHub>();
        _limits = new BandwidthLimits(context.Parts.Time);
        _admission = new PeerAdmission(context, _limits, _log, Find);
        _ownIdentity = new OwnIdentityProbe(context);
        _listeners = new PeerListeners(context.Parts, _log, _admission.Admits, Admit);
    }

    public IReadOnlyList<string> ListenAddresses => _listeners.Addresses;

    public IReadOnlyDictionary<string, string> ListenErrors => _listeners.Errors;

    public PeerSession? Find(DeviceId id)
    {
        lock (_lock)
            return _peers.GetValueOrDefault(id)?.Session;
    }

    /// <summary>Applies the configuration to peers and listeners. Unaffected connections stay.</summary>
    public async Task ApplyAsync(EngineConfig config)
    {
        _context.Apply(config);
        _limits.Apply(config);
        List<Peer> removed;
        lock (_lock)
        {
            removed = [.. _peers.Values.Where(p => config.Device(p.Session.Id) is null)];
            removed.ForEach(r => _peers.Remove(r.Session.Id));
        }
        foreach (var peer in removed)
            await peer.EndAsync("This device is no longer configured here.");
        foreach (var device in config.Devices)
            Put(device);
        foreach (var ignored in config.IgnoredDevices)
            _context.Parts.State.RemovePendingDevice(ignored);
        await _listeners.ApplyAsync(config.ListenAddresses.IsEmpty ? [] : config.ListenAddresses);
    }

    /// <summary>Announces to these devices what is shared with them now.</summary>
    public async Task AnnounceFoldersAsync(IEnumerable<DeviceId> devices)
    {
        foreach (var id in devices.Distinct().Order())
        {
            if (Find(id) is { } peer)
                await peer.AnnounceFoldersAsync();
        }
    }

    public IReadOnlyList<DeviceSnapshot> Snapshots() => [.. _context.Config.Devices.Select(d => Find(d.Id)?.Snapshot()).OfType<DeviceSnapshot>()];

    /// <summary>Checks every connection and dials every disconnected device at once.</summary>
    public void OnNetworkChanged()
    {
        foreach (var peer in Peers())
            peer.Session.OnNetworkChanged();
    }

    /// <summary>Something announces itself at these addresses under this device's own ID.</summary>
    public void OnOwnIdFound(IReadOnlyList<string> addresses)
    {
        if (!_stop.IsCancellationRequested && _ownIdentity.TryBegin())
            _connections.Run(() => _context.Parts.Supervisor.Start("probe of the own ID", () => _ownIdentity.RunAsync(addresses, _stop.Token), _ => { }, _stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        _listeners.Stop();
        var peers = Peers();
        foreach (var peer in peers)
            peer.BeginEnd("This device is shutting down.");
        foreach (var peer in peers)
            await peer.Dialing;
        await _listeners.DisposeAsync();
        await _connections.WaitForAllAsync();
        _admission.Dispose();
    }

    private List<Peer> Peers()
    {
        lock (_lock)
            return [.. _peers.Values];
    }

    private void Put(DeviceConfig device)
    {
        lock (_lock)
        {
            if (_peers.TryGetValue(device.Id, out var known))
            {
                if (!known.Session.Config.Equals(device))
                    known.Session.Reconfigure(device);
                return;
            }
            var session = new PeerSession(_context, device);
            var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var dialer = new PeerDialer(_context, session, _log, _connections, Admit);
            var dialing = _context.Parts.Supervisor.StartRestarting(
                $"dial {device.Id.Short}", () => dialer.RunAsync(stop.Token), e => session.Dialing.Note("dialing", $"An error in FolderSync: {e.Message}"), stop.Token);
            _peers[device.Id] = new Peer(session, dialing, stop);
        }
        _removePending(device.Id);
    }

    private void Admit(AuthenticatedStream stream) => _connections.Run(
        () => _context.Parts.Supervisor.RunAsync($"connection with {stream.Remote}", () => _admission.AdmitAsync(stream, _stop.Token), _ => { }, CancellationToken.None));

    private sealed record Peer(PeerSession Session, Task Dialing, CancellationTokenSource Stop)
    {
        public void BeginEnd(string reason)
        {
            Session.Close(reason);
            Stop.Cancel();
        }

        public async Task EndAsync(string reason)
        {
            BeginEnd(reason);
            await Dialing;
        }
    }
}
