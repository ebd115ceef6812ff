using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>What `serve` was told on the command line or by the environment.</summary>
/// <param name="Overrides">Over the configuration's options.</param>
internal sealed record ServiceOptions(HomeDirectory Home, ConfigOverrides Overrides, bool NoBrowser, LogLevel LogLevel);

/// <summary>The page as it runs: the configuration's, with what `serve` was told over it.</summary>
/// <param name="Page">With the address that is bound.</param>
/// <param name="Url">For a browser on this computer; empty where the page is switched off.</param>
/// <param name="FromCommandLine">Address or key were given to `serve`, or are in its environment: a change of the configuration doesn't reach them.</param>
public sealed record RunningPage(PageConfig Page, string Url, bool FromCommandLine);

/// <summary>The ports that are held for the service until its parts listen on them.</summary>
/// <param name="Page">Null where the page is switched off.</param>
/// <param name="Peers">Null where nothing is to hold.</param>
internal sealed record HeldPorts(FreePort? Page, FreePort? Peers) : IDisposable
{
    public void Dispose()
    {
        Page?.Dispose();
        Peers?.Dispose();
    }
}

/// <summary>How a run ends that a client asked to end.</summary>
internal sealed class ServiceEnd(IHostApplicationLifetime lifetime)
{
    /// <summary>Another run is to follow.</summary>
    public bool Again { get; private set; }

    public void Request(bool again)
    {
        Again = again;
        lifetime.StopApplication();
    }
}
