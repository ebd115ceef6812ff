using FolderSync.Core.Model;
using FolderSync.Index;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>
/// One configured peer, connected or not: its links, what it says of the shared folders, and the index senders of the first link. The
/// folders it serves are looked up by the engine; it never holds a folder's state.
/// </summary>
internal sealed partial class PeerSession
{
    private const int MaxLinks = 3;

    /// <summary>Of a peer's progress, as many files as an event tells.</summary>
    private const int MaxToldFiles = 100;

    /// <summary>Of folders that are offered under IDs that can't be ones, as many lines go into the log.</summary>
    private const int MaxReportedIds = 10;

    /// <summary>A single wrong block may be a file that was changed just then.</summary>
    private const int WrongDataToDemote = 3;

    /// <summary>A connection that lived shorter than this is taken for a refusal by the other side.</summary>
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(10);

    /// <summary>Two connections made within this time of each other are both sides dialing at once; an older one was lost by the other side.</summary>
    private static readonly TimeSpan DialRace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FoundAgain = TimeSpan.FromSeconds(2);

    private readonly EngineParts _parts;
    private readonly PeerHub _hub;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly List<PeerLink> _links = [];
    private readonly SortedDictionary<FolderId, PeerFolder> _folders = [];
    private readonly Dictionary<string, string> _dialErrors = [];
    private readonly HashSet<string> _reportedIds = [];
    private DeviceConfig _config;
    private (PeerLink Link, BepMessage.ClusterConfig Config)? _theirs;
    private long _received;
    private long _sent;
    private DateTimeOffset? _lastSeen;
    private int _turn;
    private int _wrongData;
    private bool _hasReasonToDial;
    private CancellationTokenSource? _dialing;
    private long _found;

    public PeerSession(EngineParts parts, PeerHub hub, DeviceConfig config)
    {
        (_parts, _hub, _config) = (parts, hub, config);
        _log = parts.Loggers.CreateLogger<PeerSession>();
        DialWake = new Wakeup(parts.Time);
    }

    public DeviceId Id => _config.Id;

    public DeviceConfig Config => Volatile.Read(ref _config);

    /// <summary>Set when dialing may be worth a try at once.</summary>
    public Wakeup DialWake { get; }

    public bool IsConnected
    {
        get
        {
            lock (_lock)
                return _links.Count > 0;
        }
    }

    /// <summary>How many more connections are wanted, by both sides' wishes.</summary>
    public int LinksWanted
    {
        get
        {
            lock (_lock)
                return Config.Paused ? 0 : Math.Max(0, Wanted(_links.FirstOrDefault()?.Connection.PeerHello) - _links.Count);
        }
    }

    public void Reconfigure(DeviceConfig config)
    {
        Volatile.Write(ref _config, config);
        if (config.Paused)
            Close("This device has been paused.");
        foreach (var link in Links())
        {
            link.Connection.Compression = config.Compression;
            if (WhyNotAt(link.Stream) is { } why)
                link.Close(why);
        }
        lock (_lock)
            _hasReasonToDial = true;
        DialWake.Set();
    }

    /// <summary>The network changed: connections are checked, and a dial that began on the old network begins anew.</summary>
    public void OnNetworkChanged()
    {
        foreach (var link in Links())
            link.Doubt();
        CancellationTokenSource? dialing;
        lock (_lock)
        {
            _hasReasonToDial = true;
            dialing = _dialing;
            _dialing = null;
        }
        try
        {
            dialing?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in this moment.
        }
        DialWake.Set();
    }

    /// <summary>Discovery heard the device anew, or at other addresses. Whoever is on the network can make it say so: it costs little.</summary>
    public void OnFound()
    {
        lock (_lock)
        {
            if (_found != 0 && _parts.Time.GetElapsedTime(_found) < FoundAgain)
                return;
            _found = Math.Max(1, _parts.Time.GetTimestamp());
            _hasReasonToDial |= _links.Count == 0;
        }
        foreach (var link in Links())
            link.Doubt();
        DialWake.Set();
    }

    /// <summary>A dial that a change of the network ends; the caller disposes it after <see cref="EndDial"/>.</summary>
    public CancellationTokenSource BeginDial(CancellationToken cancellation)
    {
        var dialing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        lock (_lock)
            _dialing = dialing;
        return dialing;
    }

    public void EndDial()
    {
        lock (_lock)
            _dialing = null;
    }

    /// <summary>True once after something made dialing worth a try at once.</summary>
    public bool TakeReasonToDial()
    {
        lock (_lock)
        {
            var has = _hasReasonToDial;
            _hasReasonToDial = false;
            return has;
        }
    }

    /// <summary>Null where the device may be at the stream's other end, else a sentence.</summary>
    public string? WhyNotAt(AuthenticatedStream stream) => NetworkFilter.Allows(Config.AllowedNetworks, stream.Address) ? null
        : $"{stream.Remote} is not in the networks that are allowed for this device (allowed-networks).";

    public void Close(string reason)
    {
        foreach (var link in Links())
            link.Close(reason);
    }

    /// <summary>Takes a connection on, or says why not. Returns when it has ended.</summary>
    public async Task<string?> AdoptAsync(AuthenticatedStream stream, IBepConnection connection)
    {
        var link = new PeerLink(_parts, stream, connection);
        bool isFirst;
        lock (_lock)
        {
            if (Config.Paused)
                return "the device is paused here";
            // The configuration may have changed since Hello was said.
            if (WhyNotAt(stream) is { } notHere)
                return notHere;
            if (WhyNotAnother(stream, connection.PeerHello) is { } why)
                return why;
            isFirst = _links.Count == 0;
            _links.Add(link);
            _lastSeen = link.Since;
        }
        var server = new RequestServer(_parts, Id, link, id => _hub.FolderSharedWith(id, Id), _hub.RequestBytes);
        // Whatever happens: a link that is not taken off passes for a connection for ever, and nobody dials.
        await _parts.Supervisor.RunAsync($"{Name()} connection", () => RunLinkAsync(link, server, isFirst), link.Fail, link.Ended);
        await _parts.Supervisor.RunAsync($"{Name()} connection's end", () => OnLinkEndedAsync(link), _ => DialWake.Set(), CancellationToken.None);
        return null;
    }

    private async Task RunLinkAsync(PeerLink link, RequestServer server, bool isFirst)
    {
        var serving = Task.CompletedTask;
        try
        {
            link.Connection.Compression = Config.Compression;
            if (isFirst)
                OnConnected(link);
            serving = server.RunAsync(Name());
            link.Post(await ClusterConfigAsync(isSecondary: !isFirst));
            await link.RunAsync(Name(), message => ReceiveAsync(link, server, message));
        }
        finally
        {
            server.Complete();
            await serving;
        }
    }

    /// <summary>Tells the peer anew what is shared: sharing, pausing or a folder's start changed.</summary>
    public async Task AnnounceFoldersAsync()
    {
        if (Primary() is not { } link)
            return;
        var config = await ClusterConfigAsync(isSecondary: false);
        // What the peer said before holds on, and is judged by what is shared now: it will not say it again.
        var theirs = TheirConfig(link);
        if (theirs is not null)
            Judge(theirs);
        link.Post(config);
        if (theirs is not null)
            await StartSendersAsync(link, theirs, isNew: false);
    }

    /// <summary>True when blocks of the folder can be asked for.</summary>
    public bool IsSource(FolderId folder)
    {
        lock (_lock)
            return _links.Count > 0 && _folders.TryGetValue(folder, out var f) && f.State == RemoteFolderState.Valid;
    }

    /// <summary>It has sent wrong data again and again since this service started.</summary>
    public bool IsUnreliable => Volatile.Read(ref _wrongData) >= WrongDataToDemote;

    /// <summary>What it sent does not match the hash that was asked for.</summary>
    public void NoteWrongData()
    {
        if (Interlocked.Increment(ref _wrongData) == WrongDataToDemote)
            Log.WrongData(_log, Name());
    }

    /// <summary>Bytes asked for and not yet answered.</summary>
    public long Outstanding
    {
        get
        {
            lock (_lock)
                return _links.Sum(l => l.Outstanding);
        }
    }

    /// <summary>The block's bytes as the peer sent them, to be verified. <see cref="RequestFailedException"/> says why not.</summary>
    public async Task<PooledBytes> RequestAsync(FolderId folder, FileName name, Block block, bool fromTemporary, CancellationToken cancellation)
    {
        PeerLink? link;
        lock (_lock)
            link = _links.Count == 0 ? null : _links[_turn++ % _links.Count];
        if (link is null)
            throw new RequestFailedException("The device is not connected.");
        try
        {
            return await link.RequestAsync(folder, name, block, fromTemporary, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RequestFailedException($"The connection ended: {link.Reason}");
        }
    }

    /// <summary>True when the peer said that its temp file of that version has the block.</summary>
    public bool HasTemporarily(FolderId folder, FileName name, VersionVector version, int block)
    {
        lock (_lock)
        {
            return _links.Count > 0 && _folders.TryGetValue(folder, out var f) && f.State == RemoteFolderState.Valid &&
                   f.Progress.Has(name, version, block);
        }
    }

    /// <summary>Of how many files the peer's progress is kept.</summary>
    public int KnownProgress(FolderId folder)
    {
        lock (_lock)
            return _folders.TryGetValue(folder, out var f) ? f.Progress.Count : 0;
    }

    public void PostProgress(FolderId folder, IReadOnlyList<ProgressUpdate> updates)
    {
        if (IsSource(folder))
            Primary()?.Post(new BepMessage.DownloadProgress(folder, updates));
    }

    /// <summary>Forgets why other addresses than these could not be dialed: discovered ones come and go without end.</summary>
    public void KeepDialErrors(IReadOnlyCollection<string> addresses)
    {
        lock (_lock)
        {
            foreach (var gone in _dialErrors.Keys.Except(addresses).ToList())
                _dialErrors.Remove(gone);
        }
    }

    public void NoteDialError(string address, string? error)
    {
        lock (_lock)
        {
            if (error is null)
                _dialErrors.Remove(address);
            else
                _dialErrors[address] = error;
        }
    }

    public DeviceSnapshot Snapshot()
    {
        lock (_lock)
        {
            var first = _links.FirstOrDefault();
            return new DeviceSnapshot
            {
                Config = Config,
                Connected = first is not null,
                ConnectedSince = first?.Since,
                Address = first?.Stream.Remote ?? "",
                Kind = first?.Stream.Kind ?? "",
                Crypto = first?.Stream.Crypto ?? "",
                IsLan = first?.Stream.IsLan ?? false,
                ClientName = first?.Connection.PeerHello.ClientName ?? "",
                ClientVersion = first?.Connection.PeerHello.ClientVersion ?? "",
                Connections = _links.Count,
                ClockOffset = first?.Connection.PeerHello.Timestamp is > 0 and var told ? DateTimeOffset.UnixEpoch.AddTicks(told / 100) - first.Since : null,
                BytesReceived = _received + _links.Sum(l => l.Connection.BytesReceived),
                BytesSent = _sent + _links.Sum(l => l.Connection.BytesSent),
                LastSeen = first is null ? _lastSeen : _parts.Time.GetUtcNow(),
                DialErrors = new Dictionary<string, string>(_dialErrors),
                Folders = _folders.ToDictionary(f => f.Key, f => f.Value.State),
            };
        }
    }

    private string Name() => Config.Name.Length > 0 ? Config.Name : Id.Short.ToString();

    private int Wanted(Hello? peer) => Math.Clamp(Math.Max(Config.NumConnections, Math.Min(peer?.NumConnections ?? 0, MaxLinks)), 1, MaxLinks);

    private List<PeerLink> Links()
    {
        lock (_lock)
            return [.. _links];
    }

    private PeerLink? Primary()
    {
        lock (_lock)
            return _links.FirstOrDefault();
    }

    /// <summary>
    /// Which of too many connections stays. Both sides come to the same result: of two made at once that one stays which the device with
    /// the smaller ID dialed; and who dials although we have an old connection has lost that one.
    /// </summary>
    private string? WhyNotAnother(AuthenticatedStream stream, Hello hello)
    {
        if (_links.Count < Wanted(hello))
            return null;
        var old = _links[0];
        var isRace = old.Age < DialRace;
        var replaces = isRace ? DialedBySmaller(stream) && !DialedBySmaller(old.Stream) : !stream.Dialed;
        if (!replaces)
        {
            // Who dials although it has a connection may have lost it; if so, it is to be found out before its next try.
            old.Doubt();
            return "there is a connection already";
        }
        old.Close("replaced by a newer connection");
        _links.Remove(old);
        StopSenders();
        return null;
    }

    private bool DialedBySmaller(AuthenticatedStream stream) => stream.Dialed == (_parts.Self.CompareTo(Id) < 0);

    private void OnConnected(PeerLink link)
    {
        Log.Connected(_log, Name(), link.Stream.Remote, link.Connection.PeerHello.ClientName, link.Connection.PeerHello.ClientVersion);
        _parts.State.PutDevice(new DeviceStatistics(Id, link.Since, 0));
        _hub.Events.Add(
            "DeviceConnected",
            ("id", Id.ToString()),
            ("deviceName", link.Connection.PeerHello.DeviceName),
            ("clientName", link.Connection.PeerHello.ClientName),
            ("clientVersion", link.Connection.PeerHello.ClientVersion),
            ("type", link.Stream.Kind),
            ("addr", link.Stream.Remote));
    }

    private async Task OnLinkEndedAsync(PeerLink link)
    {
        var now = _parts.Time.GetUtcNow();
        bool isLast;
        lock (_lock)
        {
            var wasFirst = _links.Count > 0 && _links[0] == link;
            _links.Remove(link);
            _received += link.Connection.BytesReceived;
            _sent += link.Connection.BytesSent;
            _lastSeen = now;
            _hasReasonToDial |= link.Age > Held || link.WasDoubted;
            isLast = _links.Count == 0;
            if (wasFirst || isLast)
                StopSenders();
            if (_theirs?.Link == link)
                _theirs = null;
            if (isLast)
                _folders.Clear();
        }
        await link.DisposeAsync();
        if (link.Fault is not null)
            NoteDialError(link.Stream.Remote, link.Reason);
        if (isLast)
        {
            Log.Disconnected(_log, Name(), link.Reason);
            _parts.State.PutDevice(new DeviceStatistics(Id, now, link.Age.TotalSeconds));
            _hub.Events.Add("DeviceDisconnected", ("id", Id.ToString()), ("error", link.Reason));
        }
        else
        {
            // The next link takes the index over.
            await AnnounceFoldersAsync();
        }
        DialWake.Set();
        _hub.OnPeerChanged(Id);
    }

    /// <summary>What the peer says of one shared folder on the present links.</summary>
    private sealed class PeerFolder
    {
        public RemoteFolderState State { get; set; }

        public ulong IndexId { get; set; }

        /// <summary>The highest sequence received on this connection; what a next batch must join on to.</summary>
        public long Received { get; set; }

        public CancellationTokenSource? Sender { get; set; }

        /// <summary>Whose entries <see cref="Sender"/> announces; a folder that was opened anew has another one.</summary>
        public IFolderIndex? SenderOf { get; set; }

        public PeerProgress Progress { get; } = new();

        public void StopSender()
        {
            Sender?.Cancel();
            (Sender, SenderOf) = (null, null);
        }
    }
}
