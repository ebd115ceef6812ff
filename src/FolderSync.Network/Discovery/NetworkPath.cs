using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FolderSync.Network.Discovery;

/// <summary>An interface that is up, other than the loopback.</summary>
/// <param name="Index">As the system numbers it; an IPv6 scope.</param>
/// <param name="Addresses">With their prefix lengths.</param>
internal sealed record NetworkPath(int Index, string Name, bool TakesMulticast, IReadOnlyList<(IPAddress Address, int Prefix)> Addresses)
{
    public bool Has(AddressFamily family) => Addresses.Any(a => a.Address.AddressFamily == family);

    /// <summary>Where all of the attached IPv4 networks are reached at once; not those of two addresses or one.</summary>
    public IEnumerable<IPAddress> Broadcasts()
    {
        foreach (var (address, prefix) in Addresses)
        {
            if (address.AddressFamily == AddressFamily.InterNetwork && prefix is > 0 and < 31)
                yield return Broadcast(address, prefix);
        }
    }

    /// <summary>What there is now; empty where the system doesn't tell.</summary>
    public static IReadOnlyList<NetworkPath> ReadAll()
    {
        List<NetworkPath> paths = [];
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
            // Not told.
        }

        return [.. paths.OrderBy(p => p.Index)];
    }

    /// <summary>Equal texts: nothing has changed that matters.</summary>
    public override string ToString() =>
        $"{Index} {Name} {TakesMulticast} {string.Join(' ', Addresses.Select(a => $"{a.Address}/{a.Prefix}").Order(StringComparer.Ordinal))}";

    private static NetworkPath? TryRead(NetworkInterface nic)
    {
        try
        {
            var properties = nic.GetIPProperties();
            var index = IndexOf(properties);
            return index == 0
                ? null
                : new NetworkPath(index, nic.Name, nic.SupportsMulticast, [.. properties.UnicastAddresses.Select(u => (u.Address, u.PrefixLength))]);
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            // It went away meanwhile.
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
            // On Windows: an interface without IPv4.
        }

        return properties.GetIPv6Properties()?.Index ?? 0;
    }

    private static IPAddress Broadcast(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] |= (byte)(0xFF >> Math.Clamp(prefix - (8 * i), 0, 8));
        return new IPAddress(bytes);
    }
}
