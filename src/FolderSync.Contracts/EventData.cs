using System.Text.Json.Serialization;

namespace FolderSync.Contracts;

/// <summary>The data of an event in Syncthing's API. Names and shapes are Syncthing's, except for events that it doesn't have.</summary>
public abstract record EventData
{
    public sealed record Starting(string Home, [property: JsonPropertyName("myID")] string MyId) : EventData;

    public sealed record StartupComplete([property: JsonPropertyName("myID")] string MyId) : EventData;

    public sealed record StateChanged(
        string Folder, string From, string To, double Duration, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error) : EventData;

    public sealed record LocalIndexUpdated(string Folder, int Items, IReadOnlyList<string> Filenames, long Sequence, long Version) : EventData;

    public sealed record RemoteIndexUpdated(string Device, string Folder, int Items, long Sequence, long Version) : EventData;

    public sealed record ChangeDetected(
        string Folder, [property: JsonPropertyName("folderID")] string FolderId, string Label, string Action, string Type, string Path, string ModifiedBy) : EventData;

    public sealed record ItemStarted(string Folder, string Item, string Type, string Action) : EventData;

    public sealed record ItemFinished(string Folder, string Item, string? Error, string Type, string Action) : EventData;

    public sealed record FolderScanProgress(string Folder, long Current, long Total, double Rate) : EventData;

    public sealed record FolderErrors(string Folder, IReadOnlyList<FolderError> Errors) : EventData;

    public sealed record FolderConflict(string Folder, string Item, string Copy) : EventData;

    public sealed record DeviceIdentityShared(string Device, string? Folder, string Message) : EventData;

    public sealed record FolderWarnings(string Folder, int Warnings, string Message) : EventData;

    public sealed record FolderDeletionsHeld(string Folder, long Files, long Total, bool Incoming) : EventData;

    public sealed record FolderIndexRebuilt(string Folder, string Reason) : EventData;

    public sealed record FolderWatchStateChanged(string Folder, string? From, string? To) : EventData;

    public sealed record DeviceConnected(string Id, string DeviceName, string ClientName, string ClientVersion, string Type, string Addr) : EventData;

    public sealed record DeviceDisconnected(string Id, string Error) : EventData;

    public sealed record DeviceDiscovered(string Device, IReadOnlyList<string> Addrs) : EventData;

    /// <summary>The data of an event that names only a device.</summary>
    public sealed record DeviceReference(string Device) : EventData;

    public sealed record RemoteDownloadProgress(string Device, string Folder, IReadOnlyDictionary<string, int> State) : EventData;

    public sealed record PendingDevicesChanged(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PendingDevice>? Added,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RemovedDevice>? Removed) : EventData;

    public sealed record PendingDevice([property: JsonPropertyName("deviceID")] string DeviceId, string Name, string Address);

    public sealed record RemovedDevice([property: JsonPropertyName("deviceID")] string DeviceId);

    public sealed record DeviceRejected(string Device, string Name, string Address) : EventData;

    public sealed record PendingFoldersChanged(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PendingFolder>? Added,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RemovedFolder>? Removed) : EventData;

    public sealed record PendingFolder(
        [property: JsonPropertyName("deviceID")] string DeviceId, [property: JsonPropertyName("folderID")] string FolderId, string FolderLabel, bool ReceiveEncrypted, bool RemoteEncrypted);

    public sealed record RemovedFolder(
        [property: JsonPropertyName("deviceID"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? DeviceId, [property: JsonPropertyName("folderID")] string FolderId);

    public sealed record FolderRejected(string Device, string Folder, string FolderLabel) : EventData;

    public sealed record FolderPaused(string Id, string Label) : EventData;

    public sealed record FolderSyncPaused(bool Paused, DateTimeOffset? Until) : EventData;

    public sealed record LoginAttempt(
        string RemoteAddress, string Username, bool Success, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Proxy) : EventData;

    public sealed record ListenAddressesChanged(ListenUrl Address, IReadOnlyList<ListenUrl> Lan, IReadOnlyList<ListenUrl> Wan) : EventData;

    /// <summary>An address in the parts of Go's url.URL.</summary>
    public sealed record ListenUrl(
        [property: JsonPropertyName("Scheme")] string Scheme,
        [property: JsonPropertyName("Host")] string Host,
        [property: JsonPropertyName("Opaque")] string Opaque = "",
        [property: JsonPropertyName("User")] string? User = null,
        [property: JsonPropertyName("Path")] string Path = "",
        [property: JsonPropertyName("RawPath")] string RawPath = "",
        [property: JsonPropertyName("OmitHost")] bool OmitHost = false,
        [property: JsonPropertyName("ForceQuery")] bool ForceQuery = false,
        [property: JsonPropertyName("RawQuery")] string RawQuery = "",
        [property: JsonPropertyName("Fragment")] string Fragment = "",
        [property: JsonPropertyName("RawFragment")] string RawFragment = "");

    /// <summary>Maps folders to files to their progress; written without a wrapping object.</summary>
    public sealed record DownloadProgress(IReadOnlyDictionary<string, IReadOnlyDictionary<string, FileProgressData>> Folders) : EventData;

    public sealed record FileProgressData(
        int Total, int Reused, int CopiedFromOrigin, int CopiedFromOriginShifted, int CopiedFromElsewhere, int Pulled, int Pulling, long BytesDone, long BytesTotal);

    /// <param name="Json">JSON that is written without a wrapping object.</param>
    public sealed record RawJson(string Json) : EventData;

    public sealed record FolderSummary(string Folder, FolderStatus Summary) : EventData;

    /// <summary>A completion with its device and folder, as the whole of the data.</summary>
    public sealed record FolderCompletion(Completion Completion) : EventData;
}

/// <summary>Serializes the data of events.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EventData.Starting))]
[JsonSerializable(typeof(EventData.StartupComplete))]
[JsonSerializable(typeof(EventData.StateChanged))]
[JsonSerializable(typeof(EventData.LocalIndexUpdated))]
[JsonSerializable(typeof(EventData.RemoteIndexUpdated))]
[JsonSerializable(typeof(EventData.ChangeDetected))]
[JsonSerializable(typeof(EventData.ItemStarted))]
[JsonSerializable(typeof(EventData.ItemFinished))]
[JsonSerializable(typeof(EventData.FolderScanProgress))]
[JsonSerializable(typeof(EventData.FolderErrors))]
[JsonSerializable(typeof(EventData.FolderConflict))]
[JsonSerializable(typeof(EventData.DeviceIdentityShared))]
[JsonSerializable(typeof(EventData.FolderWarnings))]
[JsonSerializable(typeof(EventData.FolderDeletionsHeld))]
[JsonSerializable(typeof(EventData.FolderIndexRebuilt))]
[JsonSerializable(typeof(EventData.FolderWatchStateChanged))]
[JsonSerializable(typeof(EventData.DeviceConnected))]
[JsonSerializable(typeof(EventData.DeviceDisconnected))]
[JsonSerializable(typeof(EventData.DeviceDiscovered))]
[JsonSerializable(typeof(EventData.DeviceReference))]
[JsonSerializable(typeof(EventData.RemoteDownloadProgress))]
[JsonSerializable(typeof(EventData.PendingDevicesChanged))]
[JsonSerializable(typeof(EventData.DeviceRejected))]
[JsonSerializable(typeof(EventData.PendingFoldersChanged))]
[JsonSerializable(typeof(EventData.FolderRejected))]
[JsonSerializable(typeof(EventData.FolderPaused))]
[JsonSerializable(typeof(EventData.FolderSyncPaused))]
[JsonSerializable(typeof(EventData.LoginAttempt))]
[JsonSerializable(typeof(EventData.ListenAddressesChanged))]
[JsonSerializable(typeof(EventData.FolderSummary))]
[JsonSerializable(typeof(Completion))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyDictionary<string, EventData.FileProgressData>>))]
public sealed partial class EventJson : JsonSerializerContext;
