namespace FolderSync.Network.Discovery;

/// <summary>What the system says of its interfaces.</summary>
internal interface INetworkNews : IDisposable
{
    /// <summary>An item for each notice, or for many, until cancelled or disposed.</summary>
    IAsyncEnumerable<bool> NewsAsync(CancellationToken cancellation);
}
