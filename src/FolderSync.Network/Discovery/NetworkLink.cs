using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FolderSync.Network.Discovery;

/// <summary>A network interface that is up, excluding the loopback.</summary>
/// <param name="Index">The system's number for it; also the IPv6 scope.</param>
/// <param name="Addresses">The addresses with their prefix lengths.</param>
internal sealed record NetworkLink(int Index, string Name, bool TakesMulticast, IReadOnlyList<(IPAddress Address, int Prefix)> Addresses)
{
    public bool Has(AddressFamily family) => Addresses.Any(a => a.Address.AddressFamily == family);

    /// <summary>True if the address is in a network that this link is attached to. IPv6 link-local addresses are on every link.</summary>
    public bool IsAttachedTo(IPAddress address) =>
        address.IsIPv6LinkLocal || Addresses.Any(a => a.Address.AddressFamily == address.AddressFamily && SamePrefix(a.Address.GetAddressBytes(), address.GetAddressBytes(), a.Prefix));

    /// <summary>A tunnel: its addresses are in no network that neighbors could be in.</summary>
    public bool IsPointToPoint(AddressFamily family) =>
        Has(family) && Addresses.All(a => a.Address.AddressFamily != family || a.Prefix == (family == AddressFamily.InterNetwork ? 32 : 128));

    /// <summary>The broadcast addresses of the attached IPv4 networks, except those of one or two addresses.</summary>
    public IEnumerable<IPAddress> Broadcasts()
    {
        foreach (var (address, prefix) in Addresses)
        {
            if (address.AddressFamily == AddressFamily.InterNetwork && prefix is > 0 and < 31)
                yield return Broadcast(address, prefix);
        }
    }

    /// <summary>The present interfaces; empty when the system doesn't list them.</summary>
    public static IReadOnlyList<NetworkLink> ReadAll()
    {
        List<NetworkLink> paths = [];
        try
        {
            foreach (var nic in NetworkInterface.GetAllNetworkInterfaces())
            {
                if (nic.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown && nic.NetworkInterfaceType != NetworkInterfaceType.Loopback &&
                    TryRead(nic) is { } path)
                {
                    paths.Add(path);
                }
            }
        }
        catch (NetworkInformationException)
        {
            // The system doesn't list them.
        }

        return [.. paths.OrderBy(p => p.Index)];
    }

    /// <summary>Equal texts mean that nothing relevant changed.</summary>
    public override string ToString() =>
        $"{Index} {Name} {TakesMulticast} {string.Join(' ', Addresses.Select(a => $"{a.Address}/{a.Prefix}").Order(StringComparer.Ordinal))}";

    private static NetworkLink? TryRead(NetworkInterface nic)
    {
        try
        {
            var properties = nic.GetIPProperties();
            var index = IndexOf(properties);
            return index == 0
                ? null
                : new NetworkLink(index, nic.Name, nic.SupportsMulticast, [.. properties.UnicastAddresses.Select(u => (u.Address, u.PrefixLength))]);
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            // It vanished meanwhile.
            return null;
        }
    }

    private static int IndexOf(IPInterfaceProperties properties)
    {
        try
        {
            if (properties.GetIPv4Properties() is { Index: > 0 } v4)
                return v4.Index;
        }
        catch (NetworkInformationException)
        {
            // Windows: an interface without IPv4.
        }

        return properties.GetIPv6Properties()?.Index ?? 0;
    }

    private static bool SamePrefix(byte[] a, byte[] b, int prefix)
    {
        for (var i = 0; i < a.Length && prefix > 0; i++, prefix -= 8)
        {
            var mask = prefix >= 8 ? 0xFF : 0xFF << (8 - prefix);
            if (((a[i] ^ b[i]) & mask) != 0)
                return false;
        }

        return true;
    }

    private static IPAddress Broadcast(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] |= (byte)(0xFF >> Math.Clamp(prefix - (8 * i), 0, 8));
        return new IPAddress(bytes);
    }
}
