using System.Net;
using System.Net.Sockets;
using Makaretu.Dns;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>One interface in one family: a link on which mDNS is spoken.</summary>
internal readonly record struct MdnsLink(NetworkPath Path, AddressFamily Family)
{
    /// <summary>What is kept by: an interface's addresses change, its number doesn't.</summary>
    public (int, AddressFamily) Key => (Path.Index, Family);
}

/// <summary>A message to be sent.</summary>
/// <param name="To">Null: to all on the link.</param>
internal sealed record Outgoing(Message Message, MdnsLink Link, IPEndPoint? To = null);

/// <summary>A message that came.</summary>
/// <param name="Link">By which it came.</param>
internal sealed record Incoming(Message Message, IPEndPoint From, MdnsLink Link);
