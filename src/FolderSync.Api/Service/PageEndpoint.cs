using FolderSync.Configuration.Schema;

namespace FolderSync.Api.Service;

/// <summary>The page's settings in effect: the configuration's, overridden by the options of `serve`.</summary>
/// <param name="Page">The settings, with the bound address.</param>
/// <param name="Url">The URL for a browser on this computer; empty if the page is switched off.</param>
/// <param name="FromCommandLine">Whether the command line or the environment of `serve` sets the address or the key, so that configuration changes
/// don't affect them.</param>
public sealed record PageEndpoint(PageConfig Page, string Url, bool FromCommandLine);
