using System.Net;
using System.Net.Sockets;

namespace FolderSync.Platform;

/// <summary>Who sends something, as far as an address tells: what limits per sender count by.</summary>
public static class SourceAddress
{
    /// <summary>IPv4 as IPv4, however it arrived; an IPv6 address as its /64, whose owner would otherwise count as 2^64 senders.</summary>
    public static IPAddress Group(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
