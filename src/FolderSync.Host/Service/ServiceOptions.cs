using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>What `serve` was told on the command line or by the environment.</summary>
/// <param name="Overrides">Over the configuration's options.</param>
internal sealed record ServiceOptions(HomeDirectory Home, ConfigOverrides Overrides, bool NoBrowser, LogLevel LogLevel);

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
