using System.Net;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Index;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>All peers: listens, dials, lets in whom the configuration names, and tells peers and folders of each other. Thread-safe.</summary>
internal sealed class PeerHub : IAsyncDisposable
{
    /// <summary>Of one device, tried in one go.</summary>
    private const int MostAddresses = 32;

    /// <summary>Of one device, kept to be accepted; the state store keeps no more.</summary>
    private const int MostOffers = 100;

    /// <summary>Before that, the same offer is nothing new.</summary>
    private static readonly TimeSpan OfferedAgainAfter = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan HelloDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstRedial = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstListenRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastListenRetry = TimeSpan.FromMinutes(1);
    /// <summary>After so long a silence, a device that is not known here is told of in the log again.</summary>
    private static readonly TimeSpan UnknownToldAfter = TimeSpan.FromHours(1);

    private readonly EngineParts _parts;
    private readonly ILogger _log;
    private readonly Func<FolderId, FolderLoop?> _folders;
    private readonly Action<DeviceId> _removePending;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<DeviceId, (PeerSession Session, Task Dialing, CancellationTokenSource Stop)> _peers = [];
    private readonly SortedDictionary<string, (CancellationTokenSource Stop, Task Accepting)> _listeners = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _listening = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _listenErrors = new(StringComparer.Ordinal);
    private readonly HashSet<(FolderId, DeviceId)> _sendAll = [];
    private readonly HashSet<(FolderId, DeviceId, ulong)> _askedForAll = [];
    private readonly List<Task> _connections = [];
    private readonly BandwidthLimits _limits;
    private EngineConfig _config = new();

    /// <param name="removePending">A device that is configured now no longer waits to be.</param>
    public PeerHub(EngineParts parts, EventLog events, Func<FolderId, FolderLoop?> folders, Action<DeviceId> removePending)
    {
        (_parts, Events, _folders, _removePending) = (parts, events, folders, removePending);
        _log = parts.Loggers.CreateLogger<PeerHub>();
        RequestBytes = new Gate(64 << 20);
        _limits = new BandwidthLimits(parts.Time);
    }

    public EventLog Events { get; }

    public EngineConfig Config => Volatile.Read(ref _config);

    /// <summary>Bytes of peers' requests answered at once.</summary>
    public Gate RequestBytes { get; }

    public IReadOnlyList<string> ListenAddresses
    {
        get
        {
            lock (_lock)
                return [.. _listening.Values];
        }
    }

    public IReadOnlyDictionary<string, string> ListenErrors
    {
        get
        {
            lock (_lock)
                return new Dictionary<string, string>(_listenErrors);
        }
    }

    public PeerSession? Find(DeviceId id)
    {
        lock (_lock)
            return _peers.TryGetValue(id, out var peer) ? peer.Session : null;
    }

    public FolderLoop? FolderSharedWith(FolderId folder, DeviceId device) =>
        _folders(folder) is { } loop && loop.Config.Devices.Contains(device) ? loop : null;

    public IReadOnlyList<FolderLoop> FoldersSharedWith(DeviceId device) =>
        [.. Config.Folders.Where(f => f.Devices.Contains(device)).Select(f => _folders(f.Id)).OfType<FolderLoop>()];

    /// <summary>Peers and listeners as the configuration has them now. Connections it doesn't concern stay.</summary>
    public async Task ApplyAsync(EngineConfig config)
    {
        Volatile.Write(ref _config, config);
        _limits.Apply(config);
        RequestBytes.Capacity = config.MaxRequestBytes;
        List<(PeerSession Session, Task Dialing, CancellationTokenSource Stop)> removed;
        lock (_lock)
        {
            removed = [.. _peers.Values.Where(p => config.Device(p.Session.Id) is null)];
            removed.ForEach(r => _peers.Remove(r.Session.Id));
        }
        foreach (var (session, dialing, stop) in removed)
        {
            session.Close("This device is no longer configured here.");
            stop.Cancel();
            await dialing;
        }
        foreach (var device in config.Devices)
            Put(device);
        foreach (var ignored in config.IgnoredDevices)
            _parts.State.RemovePendingDevice(ignored);
        await ListenAsync(config.ListenAddresses.IsEmpty ? [] : config.ListenAddresses);
    }

    /// <summary>Tells all peers that share one of the folders what is shared now.</summary>
    public async Task AnnounceFoldersAsync(IEnumerable<DeviceId> devices)
    {
        foreach (var id in devices.Distinct().Order())
        {
            if (Find(id) is { } peer)
                await peer.AnnounceFoldersAsync();
        }
    }

    public IReadOnlyList<DeviceSnapshot> Snapshots() => [.. Config.Devices.Select(d => Find(d.Id)?.Snapshot()).OfType<DeviceSnapshot>()];

    /// <summary>True while the device is asked for its whole index.</summary>
    public bool MustSendAll(FolderId folder, DeviceId device)
    {
        lock (_lock)
            return _sendAll.Contains((folder, device));
    }

    /// <summary>True the first time for an index ID: the caller makes the connection anew to get the whole index.</summary>
    public bool AskForAllOnce(FolderId folder, DeviceId device, ulong indexId)
    {
        lock (_lock)
            return _askedForAll.Add((folder, device, indexId)) && _sendAll.Add((folder, device));
    }

    public void GotAll(FolderId folder, DeviceId device)
    {
        lock (_lock)
            _sendAll.Remove((folder, device));
    }

    /// <summary>Keeps and tells of folders that a device shares and that are not shared with it here. What is offered again and again is written once.</summary>
    public void OnFoldersOffered(IReadOnlyList<SharedFolder> folders, DeviceId device, string name)
    {
        if (folders.Count == 0)
            return;
        var now = _parts.Time.GetUtcNow();
        var known = _parts.State.PendingFolders().Where(p => p.Device == device).ToDictionary(p => p.Folder);
        List<PendingFolder> offers = [.. folders.Take(MostOffers).Select(f => new PendingFolder(f.Id, device, f.Label, now, IsEncryptedForUs(f))).Where(o => !IsKnown(o))];
        if (folders.Count > MostOffers && offers.Count > 0)
            Log.ManyOffers(_log, name, folders.Count, MostOffers);
        if (offers.Count == 0)
            return;
        offers.ForEach(_parts.State.PutPendingFolder);
        Events.Add(
            "PendingFoldersChanged",
            ("added", offers.Select(o => (object?)new Dictionary<string, object?>
            {
                ["deviceID"] = device.ToString(),
                ["folderID"] = o.Folder.Value,
                ["folderLabel"] = o.Label,
                ["receiveEncrypted"] = o.ReceiveEncrypted,
                ["remoteEncrypted"] = false,
            }).ToList()));
        // The older name of the same.
        foreach (var offer in offers)
            Events.Add("FolderRejected", ("device", device.ToString()), ("folder", offer.Folder.Value), ("folderLabel", offer.Label));

        bool IsKnown(PendingFolder offer) =>
            known.TryGetValue(offer.Folder, out var old) && now - old.Time < OfferedAgainAfter && old with { Time = now } == offer;
    }

    private bool IsEncryptedForUs(SharedFolder folder) => folder.Devices.Any(d => d.Id == _parts.Self && d.EncryptionPasswordToken.Length > 0);

    /// <summary>Every connection is checked, every device that is not connected is dialed at once.</summary>
    public void OnNetworkChanged()
    {
        List<PeerSession> sessions;
        lock (_lock)
            sessions = [.. _peers.Values.Select(p => p.Session)];
        foreach (var session in sessions)
            session.OnNetworkChanged();
    }

    /// <summary>A peer's connection or sharing changed: folders look for work and sources.</summary>
    public void OnPeerChanged(DeviceId device)
    {
        foreach (var folder in FoldersSharedWith(device))
            folder.OnSourcesChanged();
    }

    public async ValueTask DisposeAsync()
    {
        List<(PeerSession Session, Task Dialing, CancellationTokenSource Stop)> peers;
        List<Task> ending;
        _stop.Cancel();
        lock (_lock)
        {
            peers = [.. _peers.Values];
            ending = [.. _listeners.Values.Select(l => l.Accepting), .. peers.Select(p => p.Dialing), .. _connections];
        }
        foreach (var (session, _, stop) in peers)
        {
            session.Close("This device is shutting down.");
            stop.Cancel();
        }
        await Task.WhenAll(ending);
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
            var session = new PeerSession(_parts, this, device);
            var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var dialing = _parts.Supervisor.StartRestarting(
                $"dial {device.Id.Short}", () => DialLoopAsync(session, stop.Token), e => session.NoteDialError("dialing", $"An error in FolderSync: {e.Message}"), stop.Token);
            _peers[device.Id] = (session, dialing, stop);
        }
        _removePending(device.Id);
    }

    private async Task ListenAsync(IEnumerable<string> wanted)
    {
        var addresses = wanted.Select(a => a == "default" ? "tcp://0.0.0.0:22000" : a).Where(a => a.StartsWith("tcp", StringComparison.Ordinal)).Distinct().ToList();
        List<(string Address, CancellationTokenSource Stop, Task Accepting)> removed;
        lock (_lock)
        {
            removed = [.. _listeners.Where(l => !addresses.Contains(l.Key)).Select(l => (l.Key, l.Value.Stop, l.Value.Accepting))];
            removed.ForEach(r => _listeners.Remove(r.Address));
        }
        foreach (var (address, stop, accepting) in removed)
        {
            stop.Cancel();
            await accepting;
            lock (_lock)
            {
                _listening.Remove(address);
                _listenErrors.Remove(address);
            }
        }
        foreach (var address in addresses)
        {
            lock (_lock)
            {
                if (_listeners.ContainsKey(address))
                    continue;
            }
            await StartListenerAsync(address);
        }
    }

    private async Task StartListenerAsync(string address)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        // Tried once before it returns: whoever applied the configuration says what can't be listened on.
        var first = await TryListenAsync(address, stop.Token);
        lock (_lock)
        {
            _listeners[address] = (stop, _parts.Supervisor.StartRestarting(
                $"accept {address}", () => ListenLoopAsync(address, Interlocked.Exchange(ref first, null), stop.Token), e => NoteListenError(address, e.Message), stop.Token));
        }
    }

    /// <summary>Listens until cancelled; where that can't be had, or ends, it is tried again.</summary>
    private async Task ListenLoopAsync(string address, IPeerListener? listener, CancellationToken cancellation)
    {
        var wait = FirstListenRetry;
        while (true)
        {
            if ((listener ??= await TryListenAsync(address, cancellation)) is { } listening)
            {
                wait = FirstListenRetry;
                await AcceptAsync(address, listening, cancellation);
                listener = null;
            }
            await Waiting.PauseAsync(wait, _parts.Time, cancellation);
            wait = wait * 2 < LastListenRetry ? wait * 2 : LastListenRetry;
        }
    }

    private async Task<IPeerListener?> TryListenAsync(string address, CancellationToken cancellation)
    {
        try
        {
            var listener = await _parts.Transport.ListenAsync(address, Admits, cancellation);
            lock (_lock)
            {
                _listening[address] = listener.Address;
                _listenErrors.Remove(address);
            }
            Log.Listening(_log, listener.Address);
            return listener;
        }
        catch (Exception e) when (e is TransportException or IOException or System.Net.Sockets.SocketException)
        {
            NoteListenError(address, e.Message);
            return null;
        }
    }

    /// <summary>Said once for each reason.</summary>
    private void NoteListenError(string address, string why)
    {
        lock (_lock)
        {
            _listening.Remove(address);
            if (_listenErrors.TryGetValue(address, out var before) && before == why)
                return;
            _listenErrors[address] = why;
        }
        Log.NotListening(_log, address, why);
    }

    /// <summary>Takes connections on until the listener fails.</summary>
    private async Task AcceptAsync(string address, IPeerListener listener, CancellationToken cancellation)
    {
        await using (listener)
        {
            try
            {
                while (true)
                    Admit(await listener.AcceptAsync(cancellation));
            }
            catch (Exception e) when (e is TransportException or ObjectDisposedException)
            {
                NoteListenError(address, e.Message);
            }
        }
    }

    private void Admit(AuthenticatedStream stream) =>
        Follow(_parts.Supervisor.RunAsync($"connection with {stream.Remote}", () => AdmitAsync(stream), _ => { }, CancellationToken.None));

    /// <summary>Keeps a connection's task to wait for at the end, and nothing of ended ones.</summary>
    private void Follow(Task connection)
    {
        lock (_lock)
        {
            _connections.RemoveAll(c => c.IsCompleted);
            _connections.Add(connection);
        }
    }

    private async Task DialLoopAsync(PeerSession session, CancellationToken cancellation)
    {
        var wait = TimeSpan.Zero;
        var notBefore = Deadline.Passed;
        try
        {
            while (true)
            {
                // A connection that held, or a changed configuration, makes the next try quick; one that was closed at once does not.
                if (session.TakeReasonToDial())
                {
                    wait = TimeSpan.Zero;
                    notBefore = Deadline.Passed;
                }
                if (session.LinksWanted > 0 && notBefore.IsPast(_parts.Time))
                {
                    using var dialing = session.BeginDial(cancellation);
                    try
                    {
                        await DialAsync(session, dialing.Token);
                    }
                    catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                    {
                        continue;
                    }
                    finally
                    {
                        session.EndDial();
                    }
                    wait = Longer(wait);
                    notBefore = Deadline.In(Jittered(wait), _parts.Time);
                }
                await session.DialWake.WaitUntilAsync(session.LinksWanted > 0 ? notBefore : Deadline.Never, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The device was removed, or the service stops.
        }
    }

    private TimeSpan Longer(TimeSpan wait)
    {
        var most = TimeSpan.FromSeconds(Math.Max(1, Config.ReconnectIntervalSeconds));
        var next = wait == TimeSpan.Zero ? FirstRedial : wait * 2;
        return next < most ? next : most;
    }

    private TimeSpan Jittered(TimeSpan wait) => wait * (0.75 + (_parts.Random.Next(500) / 1000.0));

    /// <summary>
    /// Tries the device's addresses, each with a head start over the next: an address of yesterday, that nothing answers at, holds up no
    /// other. A connection that comes about lives on by itself.
    /// </summary>
    private async Task DialAsync(PeerSession session, CancellationToken cancellation)
    {
        var addresses = session.Config.Addresses.SelectMany(a => a == "dynamic" ? _parts.Discovered(session.Id) : [a]).Distinct().Take(MostAddresses).ToList();
        session.KeepDialErrors(addresses);
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var wake = new Wakeup(_parts.Time);
        List<Task<AuthenticatedStream?>> attempts = [];
        AuthenticatedStream? winner = null;
        try
        {
            foreach (var address in addresses)
            {
                attempts.Add(TryDialAsync(session, address, wake, race.Token));
                var headStart = attempts.Count == addresses.Count ? Deadline.Never : Deadline.In(HeadStart, _parts.Time);
                while (winner is null && attempts.Exists(a => !a.IsCompleted) && !headStart.IsPast(_parts.Time))
                {
                    await wake.WaitUntilAsync(headStart, cancellation);
                    winner = attempts.Find(a => a.IsCompletedSuccessfully && a.Result is not null)?.Result;
                }
                winner ??= attempts.Find(a => a.IsCompletedSuccessfully && a.Result is not null)?.Result;
                if (winner is not null || session.LinksWanted == 0)
                    break;
            }
        }
        finally
        {
            race.Cancel();
            Follow(_parts.Supervisor.RunAsync("unused dials", () => DiscardAsync(attempts, winner), _ => { }, CancellationToken.None));
        }
        cancellation.ThrowIfCancellationRequested();
        if (winner is not null)
            Admit(winner);
    }

    /// <summary>Null where it failed; sets the signal either way.</summary>
    private async Task<AuthenticatedStream?> TryDialAsync(PeerSession session, string address, Wakeup wake, CancellationToken cancellation)
    {
        try
        {
            var stream = await _parts.Transport.DialAsync(address, session.Id, a => NetworkFilter.Allows(session.Config.AllowedNetworks, a), cancellation);
            session.NoteDialError(address, null);
            return stream;
        }
        catch (TransportException e)
        {
            session.NoteDialError(address, e.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Another one was faster.
        }
        catch (Exception e)
        {
            // A fault of the transport with what answers there is no reason to stop trying, and is told where a person looks.
            session.NoteDialError(address, e.Message);
            Log.ConnectionBug(_log, address, e);
        }
        finally
        {
            wake.Set();
        }
        return null;
    }

    private static async Task DiscardAsync(List<Task<AuthenticatedStream?>> attempts, AuthenticatedStream? winner)
    {
        foreach (var attempt in attempts)
        {
            if (await attempt is { } stream && stream != winner)
                await stream.DisposeAsync();
        }
    }

    /// <summary>From an authenticated stream to a peer's link, or to nothing. Never throws.</summary>
    private async Task AdmitAsync(AuthenticatedStream stream)
    {
        stream = _limits.Around(stream);
        await using (stream)
        {
            try
            {
                if (stream.Peer == _parts.Self)
                    throw new BepException("This is this device's own address.");
                using var deadline = new CancellationTokenSource(HelloDeadline, _parts.Time);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stop.Token);
                var session = Find(stream.Peer);
                if (WhyNotGreet(stream, session) is { } refusal)
                    throw new BepException(refusal);
                var hello = new Hello(
                    Config.Name, _parts.ClientName, _parts.ClientVersion, session?.Config.NumConnections ?? 0, _parts.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000);
                await using var connection = await _parts.OpenConnection(stream.Stream, hello, limit.Token);
                if (session is null)
                    OnUnknownDevice(stream, connection.PeerHello);
                else if (await session.AdoptAsync(stream, connection) is { } why)
                    Log.NotAdmitted(_log, stream.Remote, why);
            }
            catch (Exception e) when (e is BepException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                Log.NotAdmitted(_log, stream.Remote, e is OperationCanceledException ? "it did not say Hello in time" : e.Message);
                if (stream.Dialed)
                    Find(stream.Peer)?.NoteDialError(stream.Remote, e.Message);
            }
            catch (Exception e)
            {
                Log.ConnectionBug(_log, stream.Remote, e);
            }
        }
    }

    /// <summary>An address at which none of the devices may be gets no answer at all. Thread-safe.</summary>
    private bool Admits(IPAddress address) => Config.Devices is var devices && (devices.IsEmpty || devices.Any(d => NetworkFilter.Allows(d.AllowedNetworks, address)));

    /// <summary>Why the other side is not told even this device's name.</summary>
    private string? WhyNotGreet(AuthenticatedStream stream, PeerSession? session) =>
        session is null ? Config.IgnoredDevices.Contains(stream.Peer) ? $"{stream.Peer} is one of the ignored devices." : null : session.WhyNotAt(stream);

    private void OnUnknownDevice(AuthenticatedStream stream, Hello hello)
    {
        var now = _parts.Time.GetUtcNow();
        // It tries again every minute.
        if (_parts.State.PendingDevices().All(d => d.Device != stream.Peer || now - d.Time >= UnknownToldAfter))
            Log.Unknown(_log, stream.Peer, hello.DeviceName, stream.Remote);
        _parts.State.PutPendingDevice(new PendingDevice(stream.Peer, hello.DeviceName, stream.Remote, now));
        Events.Add(
            "PendingDevicesChanged",
            ("added", new List<object?>
            {
                new Dictionary<string, object?> { ["deviceID"] = stream.Peer.ToString(), ["name"] = hello.DeviceName, ["address"] = stream.Remote },
            }));
        // The older name of the same.
        Events.Add("DeviceRejected", ("device", stream.Peer.ToString()), ("name", hello.DeviceName), ("address", stream.Remote));
    }
}
