using System.Net;
using FolderSync.Configuration.Schema;

namespace FolderSync.Api.Service;

/// <summary>The page's settings in effect: the configuration's, overridden by the options of `serve`.</summary>
/// <param name="Page">The settings, with the bound address.</param>
/// <param name="Url">The URL for a browser on this computer; empty if the page is switched off.</param>
/// <param name="FromCommandLine">Whether the command line or the environment of `serve` sets the address or the key, so that configuration changes
/// don't affect them.</param>
public sealed record PageEndpoint(PageConfig Page, string Url, bool FromCommandLine)
{
    /// <summary>Only this computer can reach it.</summary>
    public bool IsOnLoopback => IsLoopback(ConfigAddress.TrySplit(Page.Address, out var host, out _) ? host : Page.Address);

    /// <summary>The API key in force with these settings in the configuration.</summary>
    public string KeyWith(PageConfig settings) => FromCommandLine || settings.ApiKey.Length == 0 ? Page.ApiKey : settings.ApiKey;

    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ||
        (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
