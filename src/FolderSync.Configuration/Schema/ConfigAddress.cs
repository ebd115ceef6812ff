using System.Globalization;
using FolderSync.Core.Model;

namespace FolderSync.Configuration.Schema;

/// <summary>Validates address options. Each method returns null for a valid one, otherwise a sentence.</summary>
public static class ConfigAddress
{
    private static readonly string[] Schemes = ["tcp://", "tcp4://", "tcp6://"];

    public static string? ValidateHostAndPort(string address) =>
        TrySplit(address, out _, out _) ? null : $"'{address}' is not an address with a port. Write host:port, such as 127.0.0.1:8384.";

    public static string? ValidateListenAddress(string address) => address == "default" ? null : ValidateUrl(address, "default");

    public static string? ValidateDialAddress(string address) => address == "dynamic" ? null : ValidateUrl(address, "dynamic");

    public static string? ValidateDeviceAddress(string id) => DeviceIdText.TryParse(id, out _, out var why) ? null : $"'{id}' is not a device ID: {why}";

    /// <param name="host">Without brackets; empty for all addresses.</param>
    public static bool TrySplit(string address, out string host, out int port)
    {
        port = 0;
        host = "";
        var colon = address.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        port = number;
        host = address[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
            return System.Net.IPAddress.TryParse(host, out _);
        }
        return !host.AsSpan().ContainsAny(':', '/', ' ');
    }

    /// <summary>Keeps schemes of other programs and later versions: dialing reports that it can't use them.</summary>
    private static string? ValidateUrl(string address, string word)
    {
        var end = address.IndexOf("://", StringComparison.Ordinal);
        if (end > 0 && !Schemes.Contains(address[..(end + 3)]))
            return address[..end] is "quic" or "quic4" or "quic6" or "relay" or "dynamic+https" ? null
                : $"'{address}' starts with a scheme that is not known. Write tcp://host:port or {word}.";
        var rest = end > 0 ? address[(end + 3)..] : address;
        rest = rest.TrimEnd('/');
        if (end > 0 && rest.Length > 0 && (TrySplit(rest, out _, out _) || IsHost(rest)))
            return null;
        if (Suggestion.For(address, [word]) is { } meant)
            return $"'{address}' is not an address. Did you mean '{meant}'?";
        return TrySplit(rest, out _, out _) ? $"'{address}' lacks its scheme. Write tcp://{rest}."
            : IsHost(rest) ? $"'{address}' lacks its scheme and port. Write tcp://{rest}:22000."
            : $"'{address}' is not an address. Write tcp://host:port or {word}.";
    }

    private static bool IsHost(string host) => !host.All(char.IsAsciiDigit) && Uri.CheckHostName(host.Trim('[', ']')) != UriHostNameType.Unknown;
}
