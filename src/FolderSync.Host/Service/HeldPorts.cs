using FolderSync.Platform;

namespace FolderSync.Host.Service;

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
