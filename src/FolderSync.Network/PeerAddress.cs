using System.Net;
using System.Net.Sockets;

namespace FolderSync.Network;

/// <summary>A device's address as users and Syncthing write it: scheme://host:port.</summary>
/// <param name="Scheme">Lower case: tcp, tcp4, tcp6, or one that <see cref="IsSupported"/> denies.</param>
/// <param name="Host">A name or a literal address without brackets, IPv6 scope kept ("fe80::1%eth0"); empty for "any" when listening.</param>
/// <param name="Port">0 to 65535; <see cref="DefaultPort"/> where none was written.</param>
public sealed record PeerAddress(string Scheme, string Host, int Port)
{
    public const int DefaultPort = 22000;

    private static readonly string[] s_supported = ["tcp", "tcp4", "tcp6"];
    private static readonly string[] s_recognised = ["quic", "quic4", "quic6", "relay", "dynamic+http", "dynamic+https"];

    /// <summary>This build can dial it. QUIC and relay addresses are valid but not dialed.</summary>
    public bool IsSupported => s_supported.Contains(Scheme);

    /// <summary>No host, or one that means every address of this computer: valid for listening, not for dialing.</summary>
    public bool IsWildcard => Host.Length == 0 || (IPAddress.TryParse(Host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));

    /// <summary>The address family of the scheme; Unspecified for plain tcp.</summary>
    public AddressFamily Family => Scheme switch
    {
        "tcp4" => AddressFamily.InterNetwork,
        "tcp6" => AddressFamily.InterNetworkV6,
        _ => AddressFamily.Unspecified,
    };

    /// <exception cref="FormatException">Explains what is wrong with <paramref name="text"/> and how an address looks.</exception>
    public static PeerAddress Parse(string text)
    {
        var trimmed = text.Trim();
        var schemeEnd = trimmed.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd <= 0)
            throw new FormatException($"\"{trimmed}\" is no address: the scheme is missing. Write it as tcp://{(trimmed.Length == 0 ? "host" : trimmed)}.");

        var scheme = trimmed[..schemeEnd].ToLowerInvariant();
        var rest = trimmed[(schemeEnd + 3)..];
        if (s_recognised.Contains(scheme))
            return ParseForeign(scheme, rest);
        if (!s_supported.Contains(scheme))
            throw new FormatException($"\"{trimmed}\" has an unknown scheme \"{scheme}\"; known are tcp, tcp4 and tcp6.");

        var (host, port) = SplitHostAndPort(trimmed, rest.TrimEnd('/'));
        CheckFamily(trimmed, scheme, host);
        return new PeerAddress(scheme, host, port);
    }

    public static bool TryParse(string text, out PeerAddress? address)
    {
        try
        {
            address = Parse(text);
            return true;
        }
        catch (FormatException)
        {
            address = null;
            return false;
        }
    }

    public override string ToString() => $"{Scheme}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    /// <summary>Relay URLs have a path and a query; only host and port matter for display.</summary>
    private static PeerAddress ParseForeign(string scheme, string rest)
    {
        var end = rest.AsSpan().IndexOfAny('/', '?');
        var authority = end < 0 ? rest : rest[..end];
        var (host, port) = SplitHostAndPort($"{scheme}://{rest}", authority);
        return new PeerAddress(scheme, host, port);
    }

    private static (string Host, int Port) SplitHostAndPort(string text, string authority)
    {
        string host, port;
        if (authority.StartsWith('['))
        {
            var close = authority.IndexOf(']');
            if (close < 0)
                throw new FormatException($"\"{text}\" lacks the closing bracket of its IPv6 address.");
            host = authority[1..close];
            port = authority[(close + 1)..];
            if (port.Length > 0 && port[0] != ':')
                throw new FormatException($"\"{text}\" has \"{port}\" after the bracket where :port belongs.");
            port = port.TrimStart(':');
            if (!IPAddress.TryParse(host, out var v6) || v6.AddressFamily != AddressFamily.InterNetworkV6)
                throw new FormatException($"\"{text}\" has no IPv6 address between its brackets.");
        }
        else
        {
            var colon = authority.LastIndexOf(':');
            if (colon != authority.IndexOf(':'))
                throw new FormatException($"\"{text}\" looks like an IPv6 address; those go in brackets: tcp://[2001:db8::1]:22000.");
            (host, port) = colon < 0 ? (authority, "") : (authority[..colon], authority[(colon + 1)..]);
            CheckName(text, host);
        }

        if (port.Length == 0)
            return (host, DefaultPort);
        if (!ushort.TryParse(port, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
            throw new FormatException($"\"{text}\" has the port \"{port}\"; a port is a number from 0 to 65535.");
        return (host, number);
    }

    private static void CheckName(string text, string host)
    {
        foreach (var c in host)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('.' or '-' or '_'))
                throw new FormatException($"\"{text}\" has a character in its host name that names don't have.");
        }
    }

    private static void CheckFamily(string text, string scheme, string host)
    {
        if (!IPAddress.TryParse(host, out var ip))
            return;
        var wanted = scheme switch { "tcp4" => AddressFamily.InterNetwork, "tcp6" => AddressFamily.InterNetworkV6, _ => ip.AddressFamily };
        if (ip.AddressFamily != wanted)
            throw new FormatException($"\"{text}\" joins {scheme} with an address of the other family.");
    }
}
