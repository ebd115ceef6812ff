using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Platform;
using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>
/// mDNS on all interfaces and both address families. Owns the sockets and the timing for responder and browser, which run in its single loop.
/// Shares port 5353 with Avahi and others; retries a family whose port isn't available.
/// </summary>
internal sealed class MdnsNode : IAsyncDisposable
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(30);

    private static readonly IPAddress s_groupV4 = IPAddress.Parse("224.0.0.251");
    private static readonly IPAddress s_groupV6 = IPAddress.Parse("ff02::fb");

    private readonly IUdpNetwork _datagrams;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly MdnsResponder? _responder;
    private readonly MdnsBrowser _browser;
    private readonly MalformedPackets _malformed;
    private readonly Family[] _families;
    private readonly Channel<Datagram?> _inbox = Channel.CreateBounded<Datagram?>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private volatile bool _isNetworkNew;
    private string _name;

    /// <param name="service">This device under its n-th name; null: it listens nowhere, so it only browses.</param>
    public MdnsNode(
        DeviceId self, Func<int, MdnsService>? service, IUdpNetwork datagrams, Action<Announcement> onSighting, Action<DeviceId, IPAddress> onGone,
        DiscoveryMethodStatus stateV4, DiscoveryMethodStatus stateV6, TimeProvider clock, Func<int, int> random, ILogger logger)
    {
        (_datagrams, _clock, _logger) = (datagrams, clock, logger);
        _responder = service is null ? null : new MdnsResponder(service, clock, random);
        _name = _responder?.Service.Label ?? "";
        _browser = new MdnsBrowser(self, onSighting, onGone, clock, random);
        _malformed = new MalformedPackets(clock, logger);
        _families = [new Family(AddressFamily.InterNetwork, s_groupV4, stateV4, clock), new Family(AddressFamily.InterNetworkV6, s_groupV6, stateV6, clock)];
        _running = new RestartingLoop(clock).Start(RunAsync, OnFault, _stop.Token);
    }

    /// <summary>The network changed: probe and announce the names again.</summary>
    public void Wake()
    {
        _isNetworkNew = true;
        _inbox.Writer.TryWrite(null);
    }

    /// <summary>Sends a goodbye.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        foreach (var family in _families)
        {
            family.Port?.Dispose();
            await family.Listening.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        List<MdnsLink> links = [];
        var isNew = true;
        long nextOpen = 0;
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                if (_isNetworkNew || isNew || _clock.GetTimestamp() >= nextOpen)
                {
                    isNew |= _isNetworkNew;
                    _isNetworkNew = false;
                    var before = links.Select(l => l.ToString()).ToList();
                    links = Open();
                    nextOpen = _clock.GetTimestamp() + Ticks(s_retry);
                    _malformed.ReportWhenDue();
                    if (isNew || !links.Select(l => l.ToString()).SequenceEqual(before))
                    {
                        _responder?.Start();
                        _browser.Start();
                    }

                    isNew = false;
                }

                Send(_responder?.Due(links));
                Send(_browser.Due(links));
                await ReceiveAsync(links, Math.Min(nextOpen, Math.Min(_responder?.NextDue ?? long.MaxValue, _browser.NextDue))).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The loop ends with a goodbye.
        }

        Send(_responder?.Goodbye(links));
    }

    private void OnFault(Exception e) => Log.DiscoveryBug(_logger, "mDNS", e);

    /// <summary>Waits for a packet until that time and handles all that have arrived.</summary>
    private async Task ReceiveAsync(List<MdnsLink> links, long until)
    {
        if (!_inbox.Reader.TryPeek(out _))
        {
            var wait = until == long.MaxValue ? s_retry : _clock.GetElapsedTime(_clock.GetTimestamp(), until);
            if (wait <= TimeSpan.Zero)
                return;
            using var limit = new CancellationTokenSource(wait, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            try
            {
                await _inbox.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
            {
                return;
            }
        }

        while (_inbox.Reader.TryRead(out var packet))
        {
            if (packet is not null)
                HandlePacket(packet, links);
        }
    }

    private void HandlePacket(Datagram packet, List<MdnsLink> links)
    {
        var link = links.FirstOrDefault(l => l.Interface.Index == packet.Interface && l.Family == packet.From.AddressFamily);
        // mDNS is link-local: ignore what was routed (RFC 6762, 11).
        if (link.Interface is null || !link.Interface.IsAttachedTo(packet.From.Address))
            return;
        if (MdnsPacket.TryRead(packet.Data) is not { } message)
        {
            _malformed.Add();
            return;
        }

        // Responses come from the mDNS port; another port means a program without that right.
        if (message.QR && packet.From.Port != MdnsPacket.Port)
            return;
        var incoming = new Incoming(message, packet.From, link);
        if (_responder?.Handle(incoming, links) is { } taken)
            Log.NameTaken(_logger, taken, _name = _responder.Service.Label);
        _browser.Handle(incoming);
    }

    private void Send(List<Outgoing>? messages)
    {
        foreach (var message in messages ?? [])
        {
            var family = _families.First(f => f.Kind == message.Link.Family);
            var to = message.To ?? new IPEndPoint(family.Group, MdnsPacket.Port);
            family.Port?.Send(MdnsPacket.ToBytes(message.Message), to, message.Link.Interface.Index);
        }
    }

    /// <summary>Opens missing sockets and joins missing groups.</summary>
    /// <returns>The links on which mDNS works.</returns>
    private List<MdnsLink> Open()
    {
        List<MdnsLink> links = [];
        var paths = _datagrams.Paths.Where(p => p.TakesMulticast).ToList();
        foreach (var family in _families)
        {
            if (family.Port is not null && family.Listening.IsCompleted)
            {
                family.Port.Dispose();
                family.Port = null;
            }

            var trouble = OpenPort(family);
            if (family.Port is null)
            {
                family.State.Set(trouble);
                continue;
            }

            var mine = paths.Where(p => p.Has(family.Kind)).ToList();
            family.Joined.RemoveWhere(i => mine.All(p => p.Index != i));
            foreach (var path in mine.Where(p => !family.Joined.Contains(p.Index)))
            {
                if (family.Port.Join(family.Group, path.Index))
                    family.Joined.Add(path.Index);
            }

            links.AddRange(mine.Where(p => family.Joined.Contains(p.Index)).Select(p => new MdnsLink(p, family.Kind)));
            family.State.Set(
                family.Joined.Count > 0 ? null : $"no interface has an {(family.Kind == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address and supports multicast.",
                isHarmless: mine.Count == 0);
        }

        return links;
    }

    private string? OpenPort(Family family)
    {
        if (family.Port is not null)
            return null;
        try
        {
            var port = family.Port = _datagrams.Open(family.Kind, MdnsPacket.Port);
            family.Joined.Clear();
            family.Listening = new RestartingLoop(_clock).Start(() => ListenAsync(port, family.Budget), OnFault, _stop.Token);
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"UDP port {MdnsPacket.Port} is taken by a program that does not share it."
                : $"UDP port {MdnsPacket.Port} can't be opened: {e.Message}.";
        }
    }

    private async Task ListenAsync(IUdpPort port, PacketRateLimiter budget)
    {
        try
        {
            while (true)
            {
                var packet = await port.ReceiveAsync(_stop.Token).ConfigureAwait(false);
                if (budget.TryAcquire(packet.From.Address))
                    _inbox.Writer.TryWrite(packet);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The next check opens a new one.
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);

    private sealed class Family(AddressFamily kind, IPAddress group, DiscoveryMethodStatus state, TimeProvider clock)
    {
        public AddressFamily Kind => kind;

        public IPAddress Group => group;

        public DiscoveryMethodStatus State => state;

        public PacketRateLimiter Budget { get; } = new(clock);

        public IUdpPort? Port { get; set; }

        public Task Listening { get; set; } = Task.CompletedTask;

        public HashSet<int> Joined { get; } = [];
    }
}
