using FolderSync.Contracts;

namespace FolderSync.Client;

/// <summary>FolderSync's own part of the interface: /rest/foldersync.</summary>
public sealed partial class ServiceClient
{
    private static ExtensionJson Json => ExtensionJson.Default;

    public Task<IReadOnlyList<FolderRow>> FolderRowsAsync(CancellationToken cancellation) =>
        GetAsync("foldersync/folders", Json.IReadOnlyListFolderRow, cancellation);

    public Task<FolderDetails> FolderDetailsAsync(string folder, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/folder?folder={folder}"), Json.FolderDetails, cancellation);

    public Task<IReadOnlyList<DeviceRow>> DeviceRowsAsync(CancellationToken cancellation) =>
        GetAsync("foldersync/devices", Json.IReadOnlyListDeviceRow, cancellation);

    public Task<RateList> RatesAsync(CancellationToken cancellation) => GetAsync("foldersync/rates", Json.RateList, cancellation);

    public Task<NeedPage> NeedPageAsync(string folder, int page, int perPage, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/need?folder={folder}&page={page}&perpage={perPage}"), Json.NeedPage, cancellation);

    /// <param name="directory">Empty: the folder's root.</param>
    public Task<BrowsePage> BrowseAsync(string folder, string directory, int page, int perPage, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/browse?folder={folder}&prefix={directory}&page={page}&perpage={perPage}"), Json.BrowsePage, cancellation);

    public Task<IgnorePreview> PreviewIgnoresAsync(IgnorePreviewRequest request, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "foldersync/ignores/preview", request, Json.IgnorePreviewRequest, Json.IgnorePreview, cancellation);

    /// <param name="prefix">Only names with this prefix; empty: all.</param>
    public Task<VersionPage> VersionsAsync(string folder, string prefix, int page, int perPage, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/versions?folder={folder}&prefix={prefix}&page={page}&perpage={perPage}"), Json.VersionPage, cancellation);

    public Task<RestoreResult> RestoreVersionAsync(string folder, string key, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "foldersync/versions/restore", new RestoreRequest(folder, key), Json.RestoreRequest, Json.RestoreResult, cancellation);

    public Task RemoveVersionAsync(string folder, string key, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, RestPath.Of($"foldersync/versions?folder={folder}&key={key}"), cancellation);

    public Task<CleanResult> CleanVersionsAsync(string folder, CancellationToken cancellation) =>
        PostAsync(RestPath.Of($"foldersync/versions/clean?folder={folder}"), Json.CleanResult, cancellation);

    public Task<PreviewPage> PreviewOverrideAsync(string folder, int page, int perPage, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/override/preview?folder={folder}&page={page}&perpage={perPage}"), Json.PreviewPage, cancellation);

    public Task<PreviewPage> PreviewRevertAsync(string folder, int page, int perPage, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/revert/preview?folder={folder}&page={page}&perpage={perPage}"), Json.PreviewPage, cancellation);

    public Task OverrideAsync(string folder, CancellationToken cancellation) => SendAsync(HttpMethod.Post, RestPath.Of($"db/override?folder={folder}"), cancellation);

    public Task RevertAsync(string folder, CancellationToken cancellation) => SendAsync(HttpMethod.Post, RestPath.Of($"db/revert?folder={folder}"), cancellation);

    /// <param name="accept">False: takes the changes back.</param>
    public Task DecideHeldChangesAsync(string folder, bool accept, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, RestPath.Of($"foldersync/deletions?folder={folder}&action={(accept ? "delete" : "restore")}"), cancellation);

    /// <param name="folder">Null: all folders.</param>
    /// <param name="before">Only items with a lower ID; null: the latest.</param>
    public Task<IReadOnlyList<ChangeItem>> ChangesAsync(string? folder, int limit, long? before, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/changes?folder={folder ?? ""}&limit={limit}&before={before}"), Json.IReadOnlyListChangeItem, cancellation);

    /// <param name="folder">Null: all folders.</param>
    public Task<IReadOnlyList<ConflictItem>> ConflictsAsync(string? folder, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/conflicts?folder={folder ?? ""}"), Json.IReadOnlyListConflictItem, cancellation);

    /// <param name="keepCopy">False: keeps the file that has the name.</param>
    public async Task ResolveConflictAsync(string folder, string copy, bool keepCopy, CancellationToken cancellation) =>
        await SendAsync(HttpMethod.Post, "foldersync/conflicts/resolve", new ResolveRequest(folder, copy, keepCopy ? "copy" : "current"), Json.ResolveRequest, cancellation);

    public Task<IReadOnlyList<ProblemItem>> ProblemsAsync(CancellationToken cancellation) =>
        GetAsync("foldersync/problems", Json.IReadOnlyListProblemItem, cancellation);

    /// <param name="id">Null: all.</param>
    public Task<AcknowledgeResult> AcknowledgeAsync(long? id, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "foldersync/problems/ack", new AcknowledgeRequest(id, id is null), Json.AcknowledgeRequest, Json.AcknowledgeResult, cancellation);

    public Task<IReadOnlyList<LogLine>> LogAsync(long since, int limit, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/log?since={since}&limit={limit}"), Json.IReadOnlyListLogLine, cancellation);

    public Task<IReadOnlyDictionary<string, string>> LogLevelsAsync(CancellationToken cancellation) =>
        GetAsync("foldersync/log/levels", Json.IReadOnlyDictionaryStringString, cancellation);

    /// <summary>Changes only the named areas; returns all.</summary>
    public Task<IReadOnlyDictionary<string, string>> SetLogLevelsAsync(IReadOnlyDictionary<string, string> levels, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Put, "foldersync/log/levels", levels, Json.IReadOnlyDictionaryStringString, Json.IReadOnlyDictionaryStringString, cancellation);

    public Task<IReadOnlyList<NearbyItem>> NearbyAsync(CancellationToken cancellation) => GetAsync("foldersync/nearby", Json.IReadOnlyListNearbyItem, cancellation);

    public Task<PathList> PathsAsync(string path, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"foldersync/paths?path={path}"), Json.PathList, cancellation);

    public Task<IReadOnlyList<ConfigProblemItem>> ConfigProblemsAsync(CancellationToken cancellation) =>
        GetAsync("foldersync/config/problems", Json.IReadOnlyListConfigProblemItem, cancellation);

    public Task<IReadOnlyList<DoctorCheck>> DoctorAsync(CancellationToken cancellation) => GetAsync("foldersync/doctor", Json.IReadOnlyListDoctorCheck, cancellation);

    public Task<PauseState> PauseStateAsync(CancellationToken cancellation) => GetAsync("foldersync/pause", Json.PauseState, cancellation);

    /// <param name="minutes">Null: until resumed.</param>
    public Task<PauseState> PauseAllAsync(double? minutes, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "foldersync/pause", new PauseRequest(minutes), Json.PauseRequest, Json.PauseState, cancellation);

    public Task<PauseState> ResumeAllAsync(CancellationToken cancellation) => PostAsync("foldersync/resume", Json.PauseState, cancellation);

    /// <summary>A link that opens the page in a browser; its plain address where a password is set.</summary>
    /// <param name="view">The page's view, as after "#/" in its address; empty for the first one.</param>
    /// <param name="isPrinted">A person will copy it: it works for longer.</param>
    public async Task<PageLink> PageLinkAsync(string view, bool isPrinted, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync(HttpMethod.Post, "foldersync/page/link", new PageLinkRequest(view, isPrinted), Json.PageLinkRequest, Json.PageLink, cancellation);
        }
        catch (ServiceException e) when (e.Status == System.Net.HttpStatusCode.NotFound)
        {
            // An older service is still running: its page needs no link.
            return new PageLink(view.Length > 0 ? $"{Address.Url}#/{view}" : Address.Url, OpensOnce: false);
        }
    }

    private async Task<T> PostAsync<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var answer = await SendCheckedAsync(new HttpRequestMessage(HttpMethod.Post, path), cancellation);
        return await ReadAsync(answer, path, type, cancellation);
    }
}
