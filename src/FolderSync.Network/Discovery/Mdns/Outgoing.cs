using System.Net;
using System.Net.Sockets;
using Makaretu.Dns;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>One interface and address family: a link on which mDNS works.</summary>
internal readonly record struct MdnsLink(NetworkLink Interface, AddressFamily Family)
{
    /// <summary>Identifies the link: an interface's addresses change, its number doesn't.</summary>
    public (int, AddressFamily) Key => (Interface.Index, Family);
}

/// <summary>A message to send.</summary>
/// <param name="To">Null: send to all on the link.</param>
internal sealed record Outgoing(Message Message, MdnsLink Link, IPEndPoint? To = null);

/// <summary>A received message.</summary>
/// <param name="Link">The receiving link.</param>
internal sealed record Incoming(Message Message, IPEndPoint From, MdnsLink Link);
