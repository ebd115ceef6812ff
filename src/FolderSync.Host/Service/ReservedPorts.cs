using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>The ports reserved for the service until its parts listen on them.</summary>
/// <param name="Page">Null when the page is off.</param>
/// <param name="Peers">Null when there is nothing to reserve.</param>
internal sealed record ReservedPorts(ReservedPort? Page, ReservedPort? Peers) : IDisposable
{
    public void Dispose()
    {
        Page?.Dispose();
        Peers?.Dispose();
    }
}
