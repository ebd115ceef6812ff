using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FolderSync.Network.Tcp;

/// <summary>Distinguishes addresses of attached or private networks from those of the internet.</summary>
internal sealed class LanAddresses(TimeProvider clock)
{
    private static readonly TimeSpan s_freshness = TimeSpan.FromMinutes(1);

    private static readonly IPNetwork[] s_private =
    [
        new(IPAddress.Parse("10.0.0.0"), 8), new(IPAddress.Parse("172.16.0.0"), 12), new(IPAddress.Parse("192.168.0.0"), 16),
        new(IPAddress.Parse("169.254.0.0"), 16), new(IPAddress.Parse("127.0.0.0"), 8),
        new(IPAddress.IPv6Loopback, 128), new(IPAddress.Parse("fc00::"), 7), new(IPAddress.Parse("fe80::"), 10),
    ];

    private readonly Lock _lock = new();
    private IReadOnlyList<IPNetwork> _attached = [];
    private long? _readAt;

    public bool Contains(IPAddress address) => IsPrivate(address) || IsIn(Attached(), Plain(address));

    /// <summary>Private, link-local or loopback by its number alone.</summary>
    public static bool IsPrivate(IPAddress address) => IsIn(s_private, Plain(address));

    private static bool IsIn(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address))
                return true;
        }

        return false;
    }

    /// <summary>Strips the scope and the IPv6 mapping, as networks are written.</summary>
    private static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;
    }

    private IReadOnlyList<IPNetwork> Attached()
    {
        lock (_lock)
        {
            if (_readAt is { } at && clock.GetElapsedTime(at) < s_freshness)
                return _attached;
            _readAt = clock.GetTimestamp();
            return _attached = ReadAttached();
        }
    }

    private static List<IPNetwork> ReadAttached()
    {
        List<IPNetwork> networks = [];
        try
        {
            foreach (var nic in NetworkInterface.GetAllNetworkInterfaces())
            {
                if (nic.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
                    continue;
                foreach (var unicast in nic.GetIPProperties().UnicastAddresses)
                {
                    var address = Plain(unicast.Address);
                    if (unicast.PrefixLength > 0)
                        networks.Add(NetworkOf(address, unicast.PrefixLength));
                }
            }
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            // Without the list only private ranges count as local.
        }

        return networks;
    }

    private static IPNetwork NetworkOf(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), prefix);
    }
}
