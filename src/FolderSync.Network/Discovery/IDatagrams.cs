using System.Net;
using System.Net.Sockets;

namespace FolderSync.Network.Discovery;

/// <summary>A packet that came.</summary>
/// <param name="Interface">By which it came; 0 where that is not told.</param>
internal sealed record Datagram(ReadOnlyMemory<byte> Data, IPEndPoint From, int Interface);

/// <summary>A UDP port that is bound.</summary>
internal interface IDatagramPort : IDisposable
{
    /// <summary>The next packet. <see cref="SocketException"/> and <see cref="ObjectDisposedException"/>: the port is of no more use.</summary>
    Task<Datagram> ReceiveAsync(CancellationToken cancellation);

    /// <summary>Takes part in the group on that interface from now on. False where it doesn't let.</summary>
    bool Join(IPAddress group, int path);

    /// <summary>Null, or why it could not be sent.</summary>
    /// <param name="path">The interface for a multicast; 0: by the routes.</param>
    string? Send(ReadOnlySpan<byte> packet, IPEndPoint to, int path);
}

/// <summary>UDP and interfaces, as discovery uses them.</summary>
internal interface IDatagrams
{
    IReadOnlyList<NetworkPath> Paths { get; }

    /// <param name="port">0: any, for sending only. A given one is shared with whoever shares it, too.</param>
    /// <exception cref="SocketException">It is taken, or the family is not there.</exception>
    IDatagramPort Open(AddressFamily family, int port);
}
