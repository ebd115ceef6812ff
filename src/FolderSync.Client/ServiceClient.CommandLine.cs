using FolderSync.Contracts;

namespace FolderSync.Client;

/// <summary>Routes of Syncthing's API that only the command line uses.</summary>
public sealed partial class ServiceClient
{
    public Task<IgnoreList> IgnoresAsync(string folder, CancellationToken cancellation) => GetAsync(RestPath.Of($"db/ignores?folder={folder}"), SyncthingJson.Default.IgnoreList, cancellation);

    public Task SetIgnoresAsync(string folder, IReadOnlyList<string> lines, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, RestPath.Of($"db/ignores?folder={folder}"), new IgnoreRequest(lines), SyncthingJson.Default.IgnoreRequest, cancellation);

    /// <summary>Restarts the service.</summary>
    public Task RestartAsync(CancellationToken cancellation) => SendAsync(HttpMethod.Post, "system/restart", cancellation);
}
