namespace FolderSync.Network.Discovery;

/// <summary>Notifications of the system about its network interfaces.</summary>
internal interface INetworkChangeSource : IDisposable
{
    /// <summary>Yields an item for one or several notifications, until cancelled or disposed.</summary>
    IAsyncEnumerable<bool> ReadChangesAsync(CancellationToken cancellation);
}
