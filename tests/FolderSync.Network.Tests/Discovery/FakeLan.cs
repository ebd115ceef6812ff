using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using FolderSync.Network.Discovery;

namespace FolderSync.Network.Tests.Discovery;

/// <summary>A network in memory: what one host broadcasts, all hosts with that port open receive, including the sender.</summary>
internal sealed class FakeLan
{
    private readonly Lock _lock = new();
    private readonly List<Port> _ports = [];

    private readonly List<(IPEndPoint From, IPEndPoint To, byte[] Data)> _sent = [];

    /// <summary>Each packet sent so far.</summary>
    public IReadOnlyList<(IPEndPoint From, IPEndPoint To, byte[] Data)> Sent
    {
        get
        {
            lock (_lock)
                return [.. _sent];
        }
    }

    public Host Add(string address, int prefix = 24) => new(this, IPAddress.Parse(address), prefix);

    private void Send(Port from, byte[] data, IPEndPoint to)
    {
        lock (_lock)
        {
            var sender = new IPEndPoint(from.Host.Address, from.Number);
            _sent.Add((sender, to, data));
            foreach (var port in _ports.Where(p => p.Number == to.Port && p.Family == to.AddressFamily && (IsGroup(to.Address) || p.Host.Address.Equals(to.Address))))
                port.Inbox.Writer.TryWrite(new Datagram(data, sender, 2));
        }
    }

    private static bool IsGroup(IPAddress address) => address.IsIPv6Multicast || address.GetAddressBytes()[0] >= 224 || address.GetAddressBytes()[^1] == 255;

    internal sealed class Host(FakeLan lan, IPAddress address, int prefix) : IUdpNetwork
    {
        public IPAddress Address => address;

        /// <summary>Ports that another program uses.</summary>
        public HashSet<int> Taken { get; } = [];

        public IReadOnlyList<NetworkLink> Paths { get; set; } = [new NetworkLink(2, "eth0", true, [(address, prefix)])];

        public IUdpPort Open(AddressFamily family, int port)
        {
            if (Taken.Contains(port))
                throw new SocketException((int)SocketError.AddressAlreadyInUse);
            var opened = new Port(lan, this, family, port == 0 ? 40_000 : port);
            lock (lan._lock)
                lan._ports.Add(opened);
            return opened;
        }
    }

    internal sealed class Port(FakeLan lan, Host host, AddressFamily family, int number) : IUdpPort
    {
        public Host Host => host;

        public AddressFamily Family => family;

        public int Number => number;

        public Channel<Datagram> Inbox { get; } = Channel.CreateUnbounded<Datagram>();

        public async Task<Datagram> ReceiveAsync(CancellationToken cancellation)
        {
            try
            {
                return await Inbox.Reader.ReadAsync(cancellation);
            }
            catch (ChannelClosedException e)
            {
                throw new ObjectDisposedException("port", e);
            }
        }

        public bool Join(IPAddress group, int path) => host.Paths.Any(p => p.Index == path);

        public string? Send(ReadOnlySpan<byte> packet, IPEndPoint to, int path)
        {
            if (!host.Paths.Any(p => p.Has(family)))
                return "no way";
            lan.Send(this, packet.ToArray(), to);
            return null;
        }

        public void Dispose()
        {
            lock (lan._lock)
                lan._ports.Remove(this);
            Inbox.Writer.TryComplete();
        }
    }
}
