using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Index;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>
/// One configured peer, connected or not: its links and their messages. <see cref="FolderExchanges"/> handles everything about folders.
/// </summary>
internal sealed class PeerSession
{
    private const int MaxLinks = 3;

    /// <summary>Bytes of answers to it at a time, until they are written: of the common budget others need some, too.</summary>
    private const long MaxServed = 16 << 20;

    /// <summary>A single wrong block may be from a file that was just changing.</summary>
    private const int WrongDataToDemote = 3;

    /// <summary>A shorter connection counts as a rejection by the other side.</summary>
    private static readonly TimeSpan MinStableLifetime = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Two connections within this time of each other mean that both sides dialed at once; an older one was lost by the other side.
    /// </summary>
    private static readonly TimeSpan DialRace = TimeSpan.FromSeconds(10);

    private readonly PeerContext _context;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly List<PeerLink> _links = [];
    private readonly SharedBudget.Account _served;
    private DeviceConfig _config;
    private long _received;
    private long _sent;
    private DateTimeOffset? _lastSeen;
    private int _turn;
    private int _wrongData;

    public PeerSession(PeerContext context, DeviceConfig config)
    {
        (_context, _config) = (context, config);
        _log = context.Parts.Loggers.CreateLogger<PeerSession>();
        Dialing = new DialState(context.Parts.Time);
        Contention = new LinkContention(context.Parts.Time);
        Exchanges = new FolderExchanges(context, config.Id, () => Config, _log);
        Pace = new PeerPace(context.Parts.Time, context.FetchBytes, OnPaceChanged);
        _served = context.RequestBytes.Open(MaxServed);
    }

    public DeviceId Id => _config.Id;

    public DeviceConfig Config => Volatile.Read(ref _config);

    /// <summary>Its name for users.</summary>
    public string Name => Config.Name.Length > 0 ? Config.Name : Id.Short.ToString();

    public DialState Dialing { get; }

    public LinkContention Contention { get; }

    public FolderExchanges Exchanges { get; }

    /// <summary>How it answers our requests.</summary>
    public PeerPace Pace { get; }

    private EngineParts Parts => _context.Parts;

    public bool IsConnected
    {
        get
        {
            lock (_lock)
                return _links.Count > 0;
        }
    }

    /// <summary>How many more connections are wanted, according to both sides.</summary>
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
            if (CheckAddress(link.Stream) is { } why)
                link.Close(why);
        }
        Dialing.AddReason();
    }

    /// <summary>The network changed: checks connections, and a dial that began on the old network starts over.</summary>
    public void OnNetworkChanged()
    {
        ProbeLinks();
        Dialing.Restart();
    }

    /// <summary>Discovery heard the device again, or at new addresses.</summary>
    public void OnFound()
    {
        if (Dialing.OnFound(isWanted: !IsConnected))
            ProbeLinks();
    }

    /// <summary>Null if the device may use the stream's remote address, otherwise a sentence.</summary>
    public string? CheckAddress(AuthenticatedStream stream) => NetworkFilter.Allows(Config.AllowedNetworks, stream.Address) ? null
        : $"{stream.Remote} is not in this device's allowed networks (allowed-networks).";

    public void Close(string reason)
    {
        foreach (var link in Links())
            link.Close(reason);
    }

    /// <summary>Accepts a connection, or says why not. Returns when it has ended.</summary>
    public async Task<string?> AdoptAsync(AuthenticatedStream stream, IBepConnection connection)
    {
        var link = new PeerLink(Parts, stream, connection, Pace) { GreetingsBefore = Contention.GreetingsBefore() };
        bool isFirst;
        lock (_lock)
        {
            if (Config.Paused)
                return "the device is paused here";
            // The configuration may have changed since the Hello.
            if (CheckAddress(stream) is { } notHere)
                return notHere;
            if (ValidateConnection(stream, connection.PeerHello) is { } why)
                return why;
            isFirst = _links.Count == 0;
            _links.Add(link);
            _lastSeen = link.Since;
        }
        var server = new RequestServer(Parts, Id, link, id => _context.FolderSharedWith(id, Id), _served);
        Pace.OnConnected();
        // In any case remove the link: otherwise it counts as a connection forever, and nobody dials.
        await Parts.Supervisor.RunAsync($"{Name} connection", () => RunLinkAsync(link, server, isFirst), link.Fail, link.Ended);
        await Parts.Supervisor.RunAsync($"{Name} connection's end", () => OnLinkEndedAsync(link), _ => Dialing.Wake.Set(), CancellationToken.None);
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
            serving = server.RunAsync(Name);
            link.Introduce(await Exchanges.DescribeAsync(isSecondary: !isFirst));
            await link.RunAsync(Name, message => ReceiveAsync(link, server, message));
        }
        finally
        {
            server.Complete();
            await serving;
        }
    }

    /// <summary>Announces sharing again after a change of sharing, pausing, or a folder's start.</summary>
    public Task AnnounceFoldersAsync() => Primary() is { } link ? Exchanges.AnnounceAsync(link) : Task.CompletedTask;

    /// <summary>True when blocks of the folder can be requested.</summary>
    public bool IsSource(FolderId folder) => IsConnected && Exchanges.StateOf(folder) == RemoteFolderState.Valid;

    /// <summary>True when it repeatedly sent wrong data since this service started.</summary>
    public bool IsUnreliable => Volatile.Read(ref _wrongData) >= WrongDataToDemote;

    /// <summary>Records that it sent data that doesn't match the requested hash.</summary>
    public void NoteWrongData()
    {
        if (Interlocked.Increment(ref _wrongData) == WrongDataToDemote)
            Log.WrongData(_log, Name);
    }

    /// <summary>The block's bytes as the peer sent them, to be verified. <see cref="RequestFailedException"/> says why it failed.</summary>
    public async Task<PooledBytes> RequestAsync(FolderId folder, FileName name, Block block, bool fromTemporary, Func<bool> hasFaster, CancellationToken cancellation)
    {
        PeerLink? link;
        lock (_lock)
            link = _links.Count == 0 ? null : _links[_turn++ % _links.Count];
        if (link is null)
            throw new RequestFailedException("The device is not connected.");
        try
        {
            return await link.RequestAsync(folder, name, block, fromTemporary, hasFaster, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RequestFailedException($"The connection ended: {link.Reason}");
        }
    }

    /// <summary>Announces which blocks of partial files are here.</summary>
    public void AnnounceProgress(FolderId folder, IReadOnlyList<ProgressUpdate> updates)
    {
        if (IsSource(folder))
            Primary()?.Post(new BepMessage.DownloadProgress(folder, updates));
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
                NotAnsweringSince = first is null ? null : Pace.NotAnsweringSince,
                ClockOffset = first?.Connection.PeerHello.Timestamp is > 0 and var told ? DateTimeOffset.UnixEpoch.AddTicks(told / 100) - first.Since : null,
                BytesReceived = _received + _links.Sum(l => l.Connection.BytesReceived),
                BytesSent = _sent + _links.Sum(l => l.Connection.BytesSent),
                LastSeen = first is null ? _lastSeen : Parts.Time.GetUtcNow(),
                DialErrors = Dialing.Errors,
                Folders = Exchanges.States(),
            };
        }
    }

    private int Wanted(Hello? peer) => Math.Clamp(Math.Max(Config.NumConnections, Math.Min(peer?.NumConnections ?? 0, MaxLinks)), 1, MaxLinks);

    private List<PeerLink> Links()
    {
        lock (_lock)
            return [.. _links];
    }

    private void ProbeLinks()
    {
        foreach (var link in Links())
            link.ProbeLiveness();
    }

    private PeerLink? Primary()
    {
        lock (_lock)
            return _links.FirstOrDefault();
    }

    /// <summary>
    /// Chooses among too many connections. Both sides reach the same result: of two made at the same time the one dialed by the device with the
    /// smaller ID stays; a side that dials although we have an old connection has lost that one.
    /// </summary>
    private string? ValidateConnection(AuthenticatedStream stream, Hello hello)
    {
        if (_links.Count < Wanted(hello))
            return null;
        var old = _links[0];
        var isRace = old.Age < DialRace;
        var replaces = isRace ? DialedBySmaller(stream) && !DialedBySmaller(old.Stream) : !stream.Dialed;
        if (replaces && Contention.MustKeep(old.Age))
        {
            // Unless the computer whose turn it is has gone.
            old.ProbeLiveness();
            return "two computers use this device's ID, and the other one is connected for now";
        }
        if (!replaces)
        {
            // A peer that dials although it has a connection may have lost it; find out before its next attempt.
            old.ProbeLiveness();
            return "there is a connection already";
        }
        if (isRace)
            old.Close(LinkContention.Replaced);
        else
            old.CloseReplaced();
        _links.Remove(old);
        Exchanges.StopSenders();
        return null;
    }

    private bool DialedBySmaller(AuthenticatedStream stream) => stream.Dialed == (Parts.Self.CompareTo(Id) < 0);

    private void OnConnected(PeerLink link)
    {
        var hello = link.Connection.PeerHello;
        Log.Connected(_log, Name, link.Stream.Remote, hello.ClientName, hello.ClientVersion);
        Parts.State.PutDevice(new DeviceStatistics(Id, link.Since, 0));
        _context.Events.Publish(() => new EngineEvent.DeviceConnected(Id, hello.DeviceName, hello.ClientName, hello.ClientVersion, link.Stream.Kind, link.Stream.Remote));
    }

    private async Task ReceiveAsync(PeerLink link, RequestServer server, BepMessage message)
    {
        if (message is BepMessage.ClusterConfig)
            link.IsIntroduced = true;
        else if (!link.IsIntroduced)
            throw new BepException($"The other device sent a {message.GetType().Name} before its ClusterConfig.", isViolation: true);
        switch (message)
        {
            case BepMessage.Request request:
                server.Enqueue(request);
                break;
            case BepMessage.ClusterConfig config:
                if (!config.Secondary)
                    await Exchanges.ReceiveAsync(link, config);
                break;
            case BepMessage.Index index:
                await Exchanges.ReceiveAsync(link, index.Folder, new IndexMessage(index.Files, index.Refused, index.RefusedCount, IsFull: true, index.LastSequence, 0));
                break;
            case BepMessage.IndexUpdate update:
                await Exchanges.ReceiveAsync(
                    link, update.Folder, new IndexMessage(update.Files, update.Refused, update.RefusedCount, IsFull: false, update.LastSequence, update.PreviousSequence));
                break;
            case BepMessage.DownloadProgress progress:
                await Exchanges.ReceiveAsync(progress);
                break;
            default:
                throw new BepException($"The other device sent a {message.GetType().Name} that was not requested.", isViolation: true);
        }
    }

    /// <summary>Folders look for other sources, or come back to what only this device has.</summary>
    private void OnPaceChanged(PaceChange change)
    {
        if (change == PaceChange.AnswersAgain)
            Log.AnswersAgain(_log, Name);
        else if (change == PaceChange.StoppedAnswering)
            Log.NotAnswering(_log, Name);
        _context.OnPeerChanged(Id);
    }

    private void ReportSharedIdentity(PeerLink link)
    {
        if (link.HowItEnded.WasReplacedAlive && Contention.OnReplacedAlive())
            _context.Identities.Report(Id, null, $"Two computers connect in turn as {Name}, with the device ID {Id}. Each of them is connected for ten minutes at a time.");
        if (Contention.IsReplacedElsewhere(link.GreetingsBefore, link.HowItEnded.PeerReason))
            _context.Identities.Report(Parts.Self, null, $"Another computer has connected to {Name} with this device's ID, {Parts.Self}.");
    }

    private async Task OnLinkEndedAsync(PeerLink link)
    {
        bool isLast;
        // Before anything that may fail: a listed link counts as a connection.
        lock (_lock)
        {
            var wasFirst = _links.Count > 0 && _links[0] == link;
            _links.Remove(link);
            _received += link.Connection.BytesReceived;
            _sent += link.Connection.BytesSent;
            isLast = _links.Count == 0;
            // With the link: what the next link receives must not be forgotten with this one.
            if (wasFirst || isLast)
                Exchanges.StopSenders();
            Exchanges.OnLinkEnded(link, isLast);
        }
        var now = Parts.Time.GetUtcNow();
        lock (_lock)
            _lastSeen = now;
        if (link.Age > MinStableLifetime || link.IsSuspect)
            Dialing.AddReason();
        await link.DisposeAsync();
        if (link.HowItEnded.Fault is not null)
            Dialing.Note(link.Stream.Remote, link.Reason);
        ReportSharedIdentity(link);
        if (isLast)
        {
            Log.Disconnected(_log, Name, link.Reason);
            Parts.State.PutDevice(new DeviceStatistics(Id, now, link.Age.TotalSeconds));
            _context.Events.Publish(() => new EngineEvent.DeviceDisconnected(Id, link.Reason));
        }
        else
        {
            // The next link takes over the index.
            await AnnounceFoldersAsync();
        }
        Dialing.Wake.Set();
        _context.OnPeerChanged(Id);
    }
}
