using System.Net;
using System.Net.Sockets;
using FolderSync.Core.Model;
using FolderSync.Platform;
using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery;

/// <summary>
/// Syncthing's local discovery, version 4, over one address family: announces this device by broadcast or multicast on every interface, every 30 s
/// and after changes, and listens to others. If the port is taken, it still announces and retries to listen.
/// </summary>
internal sealed class LocalDiscovery : IAsyncDisposable
{
    public const int DefaultPort = 21027;

    public static readonly IPAddress DefaultGroup = IPAddress.Parse("ff12::8384");

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_lifetime = 3 * s_interval;

    /// <summary>The minimum between announcements, whatever changes: a network of many devices must not answer itself endlessly.</summary>
    private static readonly TimeSpan s_spacing = TimeSpan.FromSeconds(1);

    private readonly DeviceId _self;
    private readonly AddressFamily _family;
    private readonly IPEndPoint _group;
    private readonly IUdpNetwork _datagrams;
    private readonly Func<IReadOnlyList<string>> _addresses;
    private readonly long _instance;
    private readonly Action<Announcement> _onAnnouncement;
    private readonly TimeProvider _clock;
    private readonly DiscoveryMethodStatus _state;
    private readonly PacketRateLimiter _budget;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly HashSet<int> _joined = [];
    private readonly Task _announcing;
    private IUdpPort? _hearing;
    private IUdpPort? _sending;
    private Task _listening = Task.CompletedTask;

    /// <param name="port">The port on which all devices listen.</param>
    /// <param name="group">The IPv6 group; IPv4 doesn't use it.</param>
    /// <param name="addresses">The addresses to announce, queried each time; empty: announce nothing.</param>
    /// <param name="instance">Differs at each start of the service.</param>
    public LocalDiscovery(
        DeviceId self, AddressFamily family, int port, IPAddress group, IUdpNetwork datagrams, Func<IReadOnlyList<string>> addresses, long instance,
        Action<Announcement> onSighting, DiscoveryMethodStatus state, TimeProvider clock, ILogger logger)
    {
        (_self, _family, _group, _datagrams, _addresses, _instance) = (self, family, new IPEndPoint(group, port), datagrams, addresses, instance);
        (_onAnnouncement, _state, _clock, _logger) = (onSighting, state, clock, logger);
        _budget = new PacketRateLimiter(clock);
        _announcing = new RestartingLoop(clock).Start(AnnounceLoopAsync, OnFault, _stop.Token);
    }

    /// <summary>Something changed: announce at once.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _announcing.ConfigureAwait(false);
        _hearing?.Dispose();
        _sending?.Dispose();
        await _listening.ConfigureAwait(false);
        _stop.Dispose();
        _wake.Dispose();
    }

    /// <summary>Handles one packet of any content.</summary>
    internal void HandlePacket(Datagram packet)
    {
        // This device's own ID from elsewhere is no echo: another computer may have its identity.
        if (AnnouncementPacket.TryParse(packet.Data.Span) is not { } said || said.Id.IsEmpty || (said.Id == _self && said.Instance == _instance))
            return;
        var source = packet.From.Address;
        var links = _datagrams.Paths;
        if (!AddressHint.IsNeighbor(source, packet.Interface, links))
            return;
        var addresses = said.Addresses.Select(a => AddressHint.TryCreate(a, source, links)).OfType<string>().Distinct().ToList();
        if (addresses.Count > 0)
            _onAnnouncement(new Announcement(said.Id, DiscoveryMethod.Local, source, "", addresses, said.Instance, s_lifetime));
    }

    private async Task AnnounceLoopAsync()
    {
        while (true)
        {
            Announce();
            await Task.Delay(s_spacing, _clock, _stop.Token).ConfigureAwait(false);
            await CancellableDelay.WaitAsync(_wake, s_interval - s_spacing, _clock, _stop.Token).ConfigureAwait(false);
        }
    }

    private void OnFault(Exception e) => Log.DiscoveryBug(_logger, _state.Name, e);

    private void Announce()
    {
        var paths = _datagrams.Paths;
        var trouble = TryListen(paths);
        try
        {
            _sending ??= _datagrams.Open(_family, 0);
            trouble = Send(paths) ?? trouble;
        }
        catch (SocketException e)
        {
            trouble ??= $"{e.Message}.";
        }

        _state.Set(trouble, isHarmless: paths.All(p => !p.Has(_family)));
    }

    /// <summary>Null, or the reason why this device can't be announced.</summary>
    private string? Send(IReadOnlyList<NetworkLink> paths)
    {
        var addresses = _addresses();
        if (addresses.Count == 0)
            return "this device listens at no address that others reach.";
        var packet = new AnnouncementPacket(_self, addresses, _instance).ToPacket();
        string? why = null;
        var sent = 0;
        foreach (var (to, path) in Targets(paths))
        {
            if (_sending!.Send(packet, to, path) is { } failure)
                why = failure;
            else
                sent++;
        }

        if (sent > 0)
            return null;
        // The socket may belong to a network that is gone.
        _sending!.Dispose();
        _sending = null;
        return why is null ? NoWay() : $"{NoWay()[..^1]} ({why}).";
    }

    private string NoWay() => _family == AddressFamily.InterNetwork
        ? "no interface has an IPv4 address and supports broadcast."
        : "no interface has an IPv6 address and supports multicast.";

    private IEnumerable<(IPEndPoint To, int Path)> Targets(IReadOnlyList<NetworkLink> paths)
    {
        if (_family == AddressFamily.InterNetworkV6)
            return paths.Where(p => p.TakesMulticast && p.Has(_family)).Select(p => (_group, p.Index));
        var broadcasts = paths.SelectMany(p => p.Broadcasts()).Distinct().ToList();
        return broadcasts.DefaultIfEmpty(IPAddress.Broadcast).Select(b => (new IPEndPoint(b, _group.Port), 0));
    }

    /// <summary>Null, or the reason why it can't listen.</summary>
    private string? TryListen(IReadOnlyList<NetworkLink> paths)
    {
        if (_hearing is not null && _listening.IsCompleted)
        {
            _hearing.Dispose();
            _hearing = null;
        }

        if (_hearing is null)
        {
            try
            {
                _hearing = _datagrams.Open(_family, _group.Port);
            }
            catch (SocketException e)
            {
                return e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"UDP port {_group.Port} is taken by another program, perhaps a Syncthing on this computer; this device announces itself, but doesn't find others this way."
                    : $"UDP port {_group.Port} can't be opened: {e.Message}.";
            }

            _joined.Clear();
            var port = _hearing;
            _listening = new RestartingLoop(_clock).Start(() => ListenLoopAsync(port), OnFault, _stop.Token);
        }

        if (_family == AddressFamily.InterNetworkV6)
        {
            _joined.RemoveWhere(i => paths.All(p => p.Index != i));
            foreach (var path in paths.Where(p => p.TakesMulticast && !_joined.Contains(p.Index) && p.Has(_family)))
            {
                if (_hearing.Join(_group.Address, path.Index))
                    _joined.Add(path.Index);
            }
        }

        return null;
    }

    private async Task ListenLoopAsync(IUdpPort port)
    {
        try
        {
            while (true)
            {
                var packet = await port.ReceiveAsync(_stop.Token).ConfigureAwait(false);
                if (_budget.TryAcquire(packet.From.Address))
                    HandlePacket(packet);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The next announcement opens a new socket.
        }
    }
}
