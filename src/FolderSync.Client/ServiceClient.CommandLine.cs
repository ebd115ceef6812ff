namespace FolderSync.Client;

/// <summary>Routes of Syncthing's API that only the command line uses.</summary>
public sealed partial class ServiceClient
{
    public Task<IgnoreList> IgnoresAsync(string folder, CancellationToken cancellation) => GetAsync(RestPath.Of($"db/ignores?folder={folder}"), ClientJson.Default.IgnoreList, cancellation);

    public Task SetIgnoresAsync(string folder, IReadOnlyList<string> lines, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, RestPath.Of($"db/ignores?folder={folder}"), new IgnoreList { Ignore = [.. lines] }, ClientJson.Default.IgnoreList, cancellation);

    /// <summary>Devices that ask to be paired, by ID.</summary>
    public Task<Dictionary<string, PendingDevice>> PendingDevicesAsync(CancellationToken cancellation) =>
        GetAsync("cluster/pending/devices", ClientJson.Default.DictionaryStringPendingDevice, cancellation);

    /// <summary>Folders that others offer and that aren't shared here, by ID.</summary>
    public Task<Dictionary<string, PendingFolder>> PendingFoldersAsync(CancellationToken cancellation) =>
        GetAsync("cluster/pending/folders", ClientJson.Default.DictionaryStringPendingFolder, cancellation);

    /// <summary>Restarts the service.</summary>
    public Task RestartAsync(CancellationToken cancellation) => SendAsync(HttpMethod.Post, "system/restart", cancellation);
}
