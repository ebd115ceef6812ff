using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FolderSync.Network;

/// <summary>
/// The addresses that a device may have: a list of CIDR networks, "!" before an excluded one. The first network that contains the address decides;
/// an address in none of them is rejected. An empty list allows every address.
/// </summary>
public static class NetworkFilter
{
    /// <param name="address">Null when unknown: only the empty list allows it.</param>
    public static bool Allows(ImmutableArray<string> networks, IPAddress? address)
    {
        if (networks.IsDefaultOrEmpty)
            return true;
        if (address is null)
            return false;
        var plain = Plain(address);
        foreach (var entry in networks)
        {
            // An unreadable entry allows nothing.
            if (TryParse(entry, out var network, out var excluded) && network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain))
                return !excluded;
        }
        return false;
    }

    /// <summary>Null for a valid network, otherwise a sentence.</summary>
    public static string? Validate(string entry) => TryParse(entry, out _, out _) ? null
        : IPAddress.TryParse(entry.TrimStart('!').Trim(), out var address) && !entry.Contains('%', StringComparison.Ordinal)
            ? $"'{entry}' lacks its prefix length. Write {entry.Trim()}/{(address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)} for this one address."
            : $"'{entry}' is not a network. Write it as 192.168.0.0/16 or 2001:db8::/32, with ! before it to exclude it.";

    private static bool TryParse(string entry, out IPNetwork network, out bool excluded)
    {
        network = default;
        var text = entry.AsSpan().Trim();
        excluded = text.StartsWith("!");
        text = excluded ? text[1..].Trim() : text;
        var slash = text.IndexOf('/');
        if (slash <= 0 || text.Contains('%') || !IsWritten(text[..slash]) || !IPAddress.TryParse(text[..slash], out var address) ||
            !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return false;
        if (address.IsIPv4MappedToIPv6 && length >= 96)
            (address, length) = (address.MapToIPv4(), length - 96);
        var bytes = address.GetAddressBytes();
        if (length > bytes.Length * 8)
            return false;
        for (var bit = length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        network = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    /// <summary>Four decimal numbers, or IPv6: .NET also parses "10.1" and "0x0a000001", which readers would misunderstand.</summary>
    private static bool IsWritten(ReadOnlySpan<char> address)
    {
        if (address.Contains(':'))
            return !address.ContainsAny('[', ']');
        return address.Count('.') == 3 && !address.ContainsAnyExcept("0123456789.") && !HasLeadingZero(address);
    }

    private static bool HasLeadingZero(ReadOnlySpan<char> address)
    {
        foreach (var part in address.Split('.'))
        {
            if (address[part] is ['0', _, ..])
                return true;
        }
        return false;
    }

    /// <summary>Strips the zone and the IPv6 mapping, as networks are written.</summary>
    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes())
        : address;
}
