using System.Net;
using System.Net.Sockets;

namespace FolderSync.Network.Discovery;

/// <summary>The system's UDP.</summary>
internal sealed class UdpNetwork(NetworkMonitor watch) : IUdpNetwork
{
    public IReadOnlyList<NetworkLink> Paths => watch.Paths;

    public IUdpPort Open(AddressFamily family, int port)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            var isV4 = family == AddressFamily.InterNetwork;
            if (isV4)
                socket.EnableBroadcast = true;
            else
                socket.DualMode = false;
            if (port != 0)
            {
                // SO_REUSEADDR and SO_REUSEPORT on Unix: Avahi and a second FolderSync receive multicasts and broadcasts, too.
                socket.ExclusiveAddressUse = false;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.SetSocketOption(isV4 ? SocketOptionLevel.IP : SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, true);
            }

            socket.Bind(new IPEndPoint(isV4 ? IPAddress.Any : IPAddress.IPv6Any, port));
            return new Port(socket, isV4);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Port(Socket socket, bool isV4) : IUdpPort
    {
        private const int MaxDatagram = 65_507;

        private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(MaxDatagram);
        private readonly IPEndPoint _any = new(isV4 ? IPAddress.Any : IPAddress.IPv6Any, 0);
        private readonly Lock _sending = new();

        public async Task<Datagram> ReceiveAsync(CancellationToken cancellation)
        {
            while (true)
            {
                try
                {
                    var got = await socket.ReceiveMessageFromAsync(_buffer, SocketFlags.None, _any, cancellation).ConfigureAwait(false);
                    return new Datagram(_buffer.AsSpan(0, got.ReceivedBytes).ToArray(), (IPEndPoint)got.RemoteEndPoint, got.PacketInformation.Interface);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.NetworkReset or SocketError.MessageSize or
                    SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown)
                {
                    // An ICMP error for an earlier packet, or a packet too long to be ours.
                }
            }
        }

        public bool Join(IPAddress group, int path)
        {
            try
            {
                if (isV4)
                    socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, path));
                else
                    socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, path));
                return true;
            }
            catch (SocketException e)
            {
                // Already in the group.
                return e.SocketErrorCode is SocketError.AddressAlreadyInUse;
            }
        }

        public string? Send(ReadOnlySpan<byte> packet, IPEndPoint to, int path)
        {
            try
            {
                lock (_sending)
                {
                    if (path != 0)
                        SetPath(path);
                    socket.SendTo(packet, SocketFlags.None, to);
                }

                return null;
            }
            catch (SocketException e)
            {
                return e.Message;
            }
            catch (ObjectDisposedException)
            {
                return "closed";
            }
        }

        public void Dispose() => socket.Dispose();

        private void SetPath(int path)
        {
            if (isV4)
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(path));
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 255);
            }
            else
            {
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, path);
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, 255);
            }
        }
    }
}
