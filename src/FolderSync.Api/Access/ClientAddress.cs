using System.Globalization;
using System.Net;
using FolderSync.Configuration.Schema;
using FolderSync.Platform;

namespace FolderSync.Api.Access;

/// <summary>Where a request comes from.</summary>
/// <param name="Proxy">The reverse proxy that forwarded it, if any.</param>
/// <param name="Key">
/// Whom wrong passwords count for: on this computer each user for himself, and apart from those all who come through a program on it, so that nobody
/// locks the owner out; elsewhere a browser that is known, otherwise the address (IPv6: its /64).
/// </param>
internal readonly record struct ClientAddress(IPAddress Address, IPAddress? Proxy, string Key)
{
    private const string Local = "local ";
    private const string Browser = "browser ";

    /// <summary>A user of this computer, not through a proxy, or a known browser.</summary>
    public bool IsNearby => Key.StartsWith(Local, StringComparison.Ordinal) || Key.StartsWith(Browser, StringComparison.Ordinal);

    /// <summary>
    /// Believes a proxy only if one is configured and it is on this computer, and only the last address it names: the client can write whatever it
    /// likes before that.
    /// </summary>
    public static ClientAddress FromRequest(HttpContext context, PageConfig page)
    {
        var connection = context.Connection;
        var remote = connection.RemoteIpAddress ?? IPAddress.None;
        if (!IPAddress.IsLoopback(remote))
            return new ClientAddress(remote, null, KeyOf(remote));
        var forwarded = context.Request.Headers["X-Forwarded-For"].ToString();
        if (!page.AllowedHosts.IsEmpty && forwarded.Length > 0 && IPAddress.TryParse(forwarded.Split(',')[^1].Trim(), out var client))
            return new ClientAddress(client, remote, KeyOf(client));
        var user = LocalUser.Of(new IPEndPoint(remote, connection.RemotePort), new IPEndPoint(connection.LocalIpAddress ?? remote, connection.LocalPort));
        return new ClientAddress(remote, null, LocalKeyOf(user, isForwarded: forwarded.Length > 0));
    }

    public static string KeyOfBrowser(string browser) => Browser + browser;

    internal static string KeyOf(IPAddress address) => SourceAddress.Group(address).ToString();

    /// <summary>A proxy may run as the owner: its clients are others.</summary>
    internal static string LocalKeyOf(uint? user, bool isForwarded) =>
        $"{(isForwarded ? "forwarded " : Local)}{user?.ToString(CultureInfo.InvariantCulture)}";
}
