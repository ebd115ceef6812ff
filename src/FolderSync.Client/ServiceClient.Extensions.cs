using System.Text.Json.Serialization.Metadata;
using FolderSync.Client.Extensions;

namespace FolderSync.Client;

/// <summary>What is FolderSync's own, below /rest/foldersync, and a few of Syncthing's routes that only the command line uses.</summary>
public sealed partial class ServiceClient
{
    public Task<IReadOnlyList<FolderRow>> FolderRowsAsync(CancellationToken cancellation) => GetAsync("foldersync/folders", ExtensionJson.Default.IReadOnlyListFolderRow, cancellation);

    public Task<IReadOnlyList<DeviceRow>> DeviceRowsAsync(CancellationToken cancellation) => GetAsync("foldersync/devices", ExtensionJson.Default.IReadOnlyListDeviceRow, cancellation);

    /// <summary>Every item with its reason.</summary>
    public Task<NeedPage> NeedPageAsync(string folder, int page, int perPage, CancellationToken cancellation) =>
        GetAsync($"foldersync/need?folder={Escape(folder)}&page={page}&perpage={perPage}", ExtensionJson.Default.NeedPage, cancellation);

    /// <summary>What <see cref="OverrideAsync"/> would do.</summary>
    public Task<PreviewPage> OverridePreviewAsync(string folder, int page, int perPage, CancellationToken cancellation) =>
        GetAsync($"foldersync/override/preview?folder={Escape(folder)}&page={page}&perpage={perPage}", ExtensionJson.Default.PreviewPage, cancellation);

    /// <summary>What <see cref="RevertAsync"/> would do.</summary>
    public Task<PreviewPage> RevertPreviewAsync(string folder, int page, int perPage, CancellationToken cancellation) =>
        GetAsync($"foldersync/revert/preview?folder={Escape(folder)}&page={page}&perpage={perPage}", ExtensionJson.Default.PreviewPage, cancellation);

    public Task OverrideAsync(string folder, CancellationToken cancellation) => SendAsync(HttpMethod.Post, $"db/override?folder={Escape(folder)}", cancellation);

    public Task RevertAsync(string folder, CancellationToken cancellation) => SendAsync(HttpMethod.Post, $"db/revert?folder={Escape(folder)}", cancellation);

    public Task<IgnoreList> IgnoresAsync(string folder, CancellationToken cancellation) => GetAsync($"db/ignores?folder={Escape(folder)}", ClientJson.Default.IgnoreList, cancellation);

    public Task SetIgnoresAsync(string folder, IReadOnlyList<string> lines, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"db/ignores?folder={Escape(folder)}", new IgnoreList { Ignore = [.. lines] }, ClientJson.Default.IgnoreList, cancellation);

    /// <summary>What the lines would ignore of what is there now.</summary>
    public Task<IgnorePreview> IgnorePreviewAsync(IgnorePreviewRequest request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "foldersync/ignores/preview", request, ExtensionJson.Default.IgnorePreviewRequest, ExtensionJson.Default.IgnorePreview, cancellation);

    /// <param name="prefix">What the names begin with; "" for all.</param>
    public Task<VersionPage> VersionsAsync(string folder, string prefix, int page, int perPage, CancellationToken cancellation) =>
        GetAsync($"foldersync/versions?folder={Escape(folder)}&prefix={Escape(prefix)}&page={page}&perpage={perPage}", ExtensionJson.Default.VersionPage, cancellation);

    public Task<RestoreResult> RestoreVersionAsync(string folder, string key, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "foldersync/versions/restore", new RestoreRequest(folder, key), ExtensionJson.Default.RestoreRequest, ExtensionJson.Default.RestoreResult, cancellation);

    /// <param name="folder">Null: of all folders.</param>
    public Task<IReadOnlyList<ConflictItem>> ConflictsAsync(string? folder, CancellationToken cancellation) =>
        GetAsync("foldersync/conflicts" + (folder is null ? "" : $"?folder={Escape(folder)}"), ExtensionJson.Default.IReadOnlyListConflictItem, cancellation);

    public Task ResolveConflictAsync(ResolveRequest request, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "foldersync/conflicts/resolve", request, ExtensionJson.Default.ResolveRequest, cancellation);

    public Task<IReadOnlyList<ProblemItem>> ProblemsAsync(CancellationToken cancellation) => GetAsync("foldersync/problems", ExtensionJson.Default.IReadOnlyListProblemItem, cancellation);

    public Task<AcknowledgeResult> AcknowledgeAsync(AcknowledgeRequest request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "foldersync/problems/ack", request, ExtensionJson.Default.AcknowledgeRequest, ExtensionJson.Default.AcknowledgeResult, cancellation);

    /// <param name="since">Only what came behind that line; 0 for the latest.</param>
    public Task<IReadOnlyList<LogLine>> LogAsync(long since, int limit, CancellationToken cancellation) =>
        GetAsync($"foldersync/log?since={since}&limit={limit}", ExtensionJson.Default.IReadOnlyListLogLine, cancellation);

    public Task<IReadOnlyList<NearbyItem>> NearbyAsync(CancellationToken cancellation) => GetAsync("foldersync/nearby", ExtensionJson.Default.IReadOnlyListNearbyItem, cancellation);

    /// <summary>Whether everything is paused.</summary>
    public Task<PauseState> PauseStateAsync(CancellationToken cancellation) => GetAsync("foldersync/pause", ExtensionJson.Default.PauseState, cancellation);

    public Task PauseAllAsync(TimeSpan? time, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "foldersync/pause", new PauseRequest(time?.TotalMinutes), ExtensionJson.Default.PauseRequest, cancellation);

    public Task ResumeAllAsync(CancellationToken cancellation) => SendAsync(HttpMethod.Post, "foldersync/resume", cancellation);

    public Task<IReadOnlyList<DoctorCheck>> DoctorAsync(CancellationToken cancellation) => GetAsync("foldersync/doctor", ExtensionJson.Default.IReadOnlyListDoctorCheck, cancellation);

    /// <summary>Devices that ask to be paired, by ID.</summary>
    public Task<Dictionary<string, PendingDevice>> PendingDevicesAsync(CancellationToken cancellation) =>
        GetAsync("cluster/pending/devices", ClientJson.Default.DictionaryStringPendingDevice, cancellation);

    /// <summary>Folders that are offered and not shared here, by ID.</summary>
    public Task<Dictionary<string, PendingFolder>> PendingFoldersAsync(CancellationToken cancellation) =>
        GetAsync("cluster/pending/folders", ClientJson.Default.DictionaryStringPendingFolder, cancellation);

    /// <summary>Ends the service and starts it anew, where it can do that.</summary>
    public Task RestartAsync(CancellationToken cancellation) => SendAsync(HttpMethod.Post, "system/restart", cancellation);

    private async Task<TAnswer> AskAsync<TBody, TAnswer>(HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellation)
    {
        using var answer = await AskAsync(new HttpRequestMessage(method, path) { Content = System.Net.Http.Json.JsonContent.Create(body, bodyType) }, cancellation);
        return await ReadAsync(answer, path, answerType, cancellation);
    }
}
