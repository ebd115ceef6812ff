using FolderSync.Configuration.Schema;

namespace FolderSync.Api.Service;

/// <summary>The page as it runs: the configuration's, with what `serve` was told over it.</summary>
/// <param name="Page">With the address that is bound.</param>
/// <param name="Url">For a browser on this computer; empty where the page is switched off.</param>
/// <param name="FromCommandLine">Address or key were given to `serve`, or are in its environment: a change of the configuration doesn't reach them.</param>
public sealed record RunningPage(PageConfig Page, string Url, bool FromCommandLine);
