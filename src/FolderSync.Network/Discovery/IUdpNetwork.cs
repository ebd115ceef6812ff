using System.Net;
using System.Net.Sockets;

namespace FolderSync.Network.Discovery;

/// <summary>A received packet.</summary>
/// <param name="Interface">The receiving interface; 0 when unknown.</param>
internal sealed record Datagram(ReadOnlyMemory<byte> Data, IPEndPoint From, int Interface);

/// <summary>A bound UDP port.</summary>
internal interface IUdpPort : IDisposable
{
    /// <summary>
    /// The next packet. <see cref="SocketException"/> and <see cref="ObjectDisposedException"/> mean that the port can't be used any more.
    /// </summary>
    Task<Datagram> ReceiveAsync(CancellationToken cancellation);

    /// <summary>Joins the group on that interface. False when the interface refuses.</summary>
    bool Join(IPAddress group, int path);

    /// <summary>Null, or the reason why it couldn't be sent.</summary>
    /// <param name="path">The interface for a multicast; 0 follows the routing table.</param>
    string? Send(ReadOnlySpan<byte> packet, IPEndPoint to, int path);
}

/// <summary>UDP and network interfaces, as discovery uses them.</summary>
internal interface IUdpNetwork
{
    IReadOnlyList<NetworkLink> Paths { get; }

    /// <param name="port">0: any port, for sending only. A given port is shared with other programs that share it.</param>
    /// <exception cref="SocketException">The port is taken, or the address family is missing.</exception>
    IUdpPort Open(AddressFamily family, int port);
}
