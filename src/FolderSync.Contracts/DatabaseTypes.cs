using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FolderSync.Contracts;

/// <summary>GET db/status, and the summary in the event FolderSummary.</summary>
/// <param name="Errors">Items that could not be brought in.</param>
/// <param name="Error">Why it is stopped; empty otherwise.</param>
/// <param name="GlobalDeleted">Deletions that are known.</param>
/// <param name="State">idle, scanning, syncing, error and so on; empty while paused.</param>
/// <param name="Sequence">Rises with every change, here or on another device.</param>
/// <param name="RemoteSequence">By device ID.</param>
/// <param name="WatchError">Why changes are noticed late; empty otherwise.</param>
/// <param name="HoldFiles">Deletions that need a decision.</param>
public sealed record FolderStatus(
    int Errors,
    int PullErrors,
    int ScanErrors,
    string Invalid,
    string Error,
    long GlobalFiles,
    long GlobalDirectories,
    long GlobalSymlinks,
    long GlobalDeleted,
    long GlobalBytes,
    long GlobalTotalItems,
    long LocalFiles,
    long LocalDirectories,
    long LocalSymlinks,
    long LocalDeleted,
    long LocalBytes,
    long LocalTotalItems,
    long NeedFiles,
    long NeedDirectories,
    long NeedSymlinks,
    long NeedDeletes,
    long NeedBytes,
    long NeedTotalItems,
    long ReceiveOnlyChangedFiles,
    long ReceiveOnlyChangedDirectories,
    long ReceiveOnlyChangedSymlinks,
    long ReceiveOnlyChangedDeletes,
    long ReceiveOnlyChangedBytes,
    long ReceiveOnlyTotalItems,
    long InSyncFiles,
    long InSyncBytes,
    string State,
    DateTimeOffset StateChanged,
    long Version,
    long Sequence,
    IReadOnlyDictionary<string, long> RemoteSequence,
    bool IgnorePatterns,
    string WatchError,
    long HoldFiles);

/// <summary>GET db/completion, and the data of the event FolderCompletion, which names device and folder.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="RemoteState">valid, paused, notSharing, unknown.</param>
public sealed record Completion(
    [property: JsonPropertyName("completion")] double Percent,
    long GlobalBytes,
    long NeedBytes,
    long GlobalItems,
    long NeedItems,
    long NeedDeletes,
    long Sequence,
    string RemoteState,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Device = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Folder = null);

/// <summary>One device's version of an item.</summary>
[JsonDerivedType(typeof(FailedFile))]
public record FileVersion
{
    public required string Name { get; init; }

    /// <summary>FILE_INFO_TYPE_FILE, FILE_INFO_TYPE_DIRECTORY, FILE_INFO_TYPE_SYMLINK.</summary>
    public required string Type { get; init; }

    public required long Size { get; init; }

    public required DateTimeOffset Modified { get; init; }

    /// <summary>A short ID.</summary>
    public required string ModifiedBy { get; init; }

    /// <summary>Octal, with a 0 before.</summary>
    public required string Permissions { get; init; }

    public required bool NoPermissions { get; init; }

    public required bool Deleted { get; init; }

    public required bool Invalid { get; init; }

    public required bool Ignored { get; init; }

    public required bool MustRescan { get; init; }

    public required int LocalFlags { get; init; }

    /// <summary>The version vector: "SHORTID:value" for each of its counters.</summary>
    public required IReadOnlyList<string> Version { get; init; }

    public required long Sequence { get; init; }

    public PlatformData Platform { get; init; } = new();

    public required int NumBlocks { get; init; }

    public required string? BlocksHash { get; init; }
}

/// <summary>A needed item that could not be brought in.</summary>
public sealed record FailedFile : FileVersion
{
    [JsonConstructor]
    public FailedFile()
    {
    }

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public FailedFile(FileVersion file, string reason, DateTimeOffset? retryAt, string? device)
        : base(file) => (Reason, RetryAt, Device) = (reason, retryAt, device);

    [JsonPropertyOrder(1)]
    public string Reason { get; init; } = "";

    /// <summary>Null: when something changes.</summary>
    [JsonPropertyOrder(1)]
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>ID of the device it has to do with, if one.</summary>
    [JsonPropertyOrder(1)]
    public string? Device { get; init; }
}

/// <summary>What only one kind of system knows of a file: FolderSync sends none of it.</summary>
public sealed record PlatformData(
    [property: JsonPropertyName("Unix")] string? Unix = null,
    [property: JsonPropertyName("Windows")] string? Windows = null,
    [property: JsonPropertyName("Linux")] string? Linux = null,
    [property: JsonPropertyName("Darwin")] string? Darwin = null,
    [property: JsonPropertyName("FreeBSD")] string? FreeBsd = null,
    [property: JsonPropertyName("NetBSD")] string? NetBsd = null);

/// <summary>GET db/need. An item that could not be brought in is a <see cref="FailedFile"/>.</summary>
/// <param name="Progress">Being fetched.</param>
/// <param name="Rest">Always empty: all that isn't being fetched is queued.</param>
public sealed record NeedList(IReadOnlyList<FileVersion> Progress, IReadOnlyList<FileVersion> Queued, IReadOnlyList<FileVersion> Rest, int Page, int Perpage);

/// <summary>GET db/remoteneed and db/localchanged.</summary>
public sealed record FileList(IReadOnlyList<FileVersion> Files, int Page, int Perpage);

/// <summary>GET db/file and debug/file.</summary>
/// <param name="Local">On the wire an empty object where this device has none.</param>
/// <param name="Global">The same.</param>
/// <param name="Availability">Who has the global version.</param>
/// <param name="Reason">Why it could not be brought in; null where it could.</param>
/// <param name="GlobalVersions">Every device's; in debug/file only.</param>
public sealed record FileReport(
    [property: JsonConverter(typeof(EmptyForNone))] FileVersion? Local,
    [property: JsonConverter(typeof(EmptyForNone))] FileVersion? Global,
    IReadOnlyList<FileHolder> Availability,
    string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DeviceVersion>? GlobalVersions);

public sealed record FileHolder(string Id, bool FromTemporary);

public sealed record DeviceVersion(string Device, FileVersion File);

/// <summary>An entry of GET db/browse.</summary>
/// <param name="Name">The last part of the name.</param>
/// <param name="Type">As a <see cref="FileVersion"/>'s.</param>
/// <param name="Children">Of a directory whose contents were asked for.</param>
public sealed record TreeEntry(
    string Name, DateTimeOffset ModTime, long Size, string Type, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] List<TreeEntry>? Children);

/// <summary>GET and POST db/ignores.</summary>
/// <param name="Ignore">The lines of .stignore.</param>
/// <param name="Expanded">With the lines of the files that they include.</param>
/// <param name="Error">Why they can't be used; null where they can.</param>
public sealed record IgnoreList(IReadOnlyList<string> Ignore, IReadOnlyList<string> Expanded, string? Error);

/// <summary>POST db/ignores.</summary>
public sealed record IgnoreRequest(IReadOnlyList<string>? Ignore);

/// <summary>GET folder/errors.</summary>
public sealed record FolderErrors(string Folder, IReadOnlyList<FolderError> Errors, int Page, int Perpage);

public sealed record FolderError(string Path, string Error);

/// <summary>An entry of GET folder/versions, which are by name.</summary>
/// <param name="VersionTime">When it was kept; POST folder/versions takes it as it is here.</param>
public sealed record KeptVersion(DateTimeOffset VersionTime, DateTimeOffset ModTime, long Size);

/// <summary>Nothing is an empty object on the wire, as Syncthing has it.</summary>
internal sealed class EmptyForNone : JsonConverter<FileVersion>
{
    public override bool HandleNull => true;

    public override FileVersion? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.GetPropertyCount() > 0 ? document.RootElement.Deserialize(InfoOf(options)) : null;
    }

    public override void Write(Utf8JsonWriter writer, FileVersion? value, JsonSerializerOptions options)
    {
        if (value is not null)
        {
            JsonSerializer.Serialize(writer, value, InfoOf(options));
            return;
        }
        writer.WriteStartObject();
        writer.WriteEndObject();
    }

    private static JsonTypeInfo<FileVersion> InfoOf(JsonSerializerOptions options) => (JsonTypeInfo<FileVersion>)options.GetTypeInfo(typeof(FileVersion));
}
