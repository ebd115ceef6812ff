using System.Net;
using System.Net.Sockets;

namespace FolderSync.Network.Discovery;

/// <summary>
/// Turns an address from a packet into one that may be dialed. Anybody can claim anything in a device's name, so only the sender's own address and
/// those in networks that this computer is attached to count: nobody can make this device dial the rest of the world. Never resolves a name.
/// </summary>
internal static class AddressHint
{
    /// <param name="text">As announced, such as "tcp://0.0.0.0:22000": the sender's own address with that port.</param>
    /// <param name="source">The sender of the packet; its scope is the receiving interface.</param>
    /// <param name="links">The attached networks that count.</param>
    /// <returns>"tcp://literal:port"; null unless it is a literal TCP address that could belong to another device there.</returns>
    public static string? TryCreate(string text, IPAddress source, IReadOnlyList<NetworkLink> links)
    {
        if (!PeerAddress.TryParse(text, out var parsed) || parsed is not { IsSupported: true } || parsed.Port == 0)
            return null;
        IPAddress address;
        if (parsed.IsWildcard)
            address = source;
        else if (!TryLiteral(parsed.Host, out address))
            return null;
        return TryCreate(parsed.Scheme, address, parsed.Port, source, links);
    }

    /// <summary>The same for a numeric address.</summary>
    public static string? TryCreate(string scheme, IPAddress address, int port, IPAddress source, IReadOnlyList<NetworkLink> links)
    {
        if (port is <= 0 or > ushort.MaxValue)
            return null;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (scheme == "tcp4" && address.AddressFamily != AddressFamily.InterNetwork || scheme == "tcp6" && address.AddressFamily != AddressFamily.InterNetworkV6)
            return null;
        if (!IsPlausibleDevice(address) || !IsNear(address, source, links))
            return null;
        if (address.IsIPv6LinkLocal)
        {
            // A scope is only valid on the computer that wrote it; here the receiving interface counts.
            if (source.AddressFamily != AddressFamily.InterNetworkV6 || source.ScopeId == 0)
                return null;
            address = new IPAddress(address.GetAddressBytes(), source.ScopeId);
        }
        else if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0)
        {
            address = new IPAddress(address.GetAddressBytes());
        }

        return new PeerAddress("tcp", address.ToString(), port).ToString();
    }

    /// <summary>
    /// True for a sender that can be on a network of this computer: discovery doesn't go through routers, so others are forged, or sent directly by a
    /// stranger.
    /// </summary>
    /// <param name="interface">The receiving interface; 0 when unknown.</param>
    public static bool IsNeighbor(IPAddress source, int @interface, IReadOnlyList<NetworkLink> links) =>
        IPAddress.IsLoopback(source) || links.Any(l => l.IsAttachedTo(source) || l.Index == @interface && l.IsPointToPoint(source.AddressFamily));

    private static bool IsNear(IPAddress address, IPAddress source, IReadOnlyList<NetworkLink> links) => IPAddress.IsLoopback(address)
        ? IPAddress.IsLoopback(source)
        : SameHost(address, source) || links.Any(l => l.IsAttachedTo(address));

    private static bool SameHost(IPAddress a, IPAddress b) => a.GetAddressBytes().AsSpan().SequenceEqual(b.GetAddressBytes());

    /// <summary>IPAddress also parses "1", "0x7f.1" and "010.0.0.1", which no device writes.</summary>
    private static bool TryLiteral(string host, out IPAddress address) =>
        IPAddress.TryParse(host, out address!) && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host);

    private static bool IsPlausibleDevice(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.IPv6None);
        // Excludes "this network", multicast, reserved and broadcast addresses.
        return address.GetAddressBytes()[0] is > 0 and < 224;
    }
}
