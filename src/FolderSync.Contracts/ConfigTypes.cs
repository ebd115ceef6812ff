using System.Text.Json;
using System.Text.Json.Serialization;

namespace FolderSync.Contracts;

/// <summary>An entry of config/devices, as far as a name of it is needed; the others are the options of config.yaml and whatever clients keep there.</summary>
public sealed record ConfiguredDevice
{
    [JsonPropertyName("deviceID")]
    public string DeviceId { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Addresses { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Paused { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>An entry of config/folders, as far as a name of it is needed; the others are the options of config.yaml and whatever clients keep there.</summary>
public sealed record ConfiguredFolder
{
    public string Id { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Label { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    /// <summary>sendreceive, sendonly, receiveonly.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SharedWith>? Devices { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Paused { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>A device that a folder is shared with.</summary>
public sealed record SharedWith
{
    [JsonPropertyName("deviceID")]
    public string DeviceId { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IntroducedBy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EncryptionPassword { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>The body of a PATCH that pauses or resumes.</summary>
public sealed record PausedPatch(bool Paused);

/// <summary>The body of a PATCH that changes with whom a folder is shared.</summary>
public sealed record DevicesPatch(IReadOnlyList<SharedWith> Devices);

/// <summary>A folder that is offered and not asked about again: an entry of a device's ignoredFolders.</summary>
public sealed record IgnoredFolder(string Id, string Label, DateTimeOffset Time);

/// <summary>A device that is refused without a question: an entry of remoteIgnoredDevices.</summary>
public sealed record IgnoredDevice([property: JsonPropertyName("deviceID")] string DeviceId, string Name, string Address, DateTimeOffset Time);

/// <summary>What a part of a disk is: percent of it, or bytes.</summary>
/// <param name="Unit">%, B.</param>
public sealed record DiskAmount(double Value, string Unit);

/// <summary>A folder's versioning.</summary>
/// <param name="CleanupIntervalS">Kept for clients; FolderSync cleans by its own schedule.</param>
/// <param name="Type">trashcan; empty where nothing is kept.</param>
public sealed record FolderVersioning(
    VersioningParameters Params,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? CleanupIntervalS,
    string FsType,
    string Type,
    string FsPath);

/// <param name="MaxSize">As config.yaml says it: 10%, 50 GB, off.</param>
/// <param name="CleanoutDays">Digits.</param>
public sealed record VersioningParameters(string MaxSize, string CleanoutDays);

/// <summary>GET config/options, as far as a name of it is needed.</summary>
public sealed record ConfiguredOptions
{
    public NotificationSwitches? Notifications { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>What a user is notified of on the desktop. Null: it is, as by default.</summary>
public sealed record NotificationSwitches(bool? Pairing, bool? Folders, bool? Conflicts, bool? Errors);

/// <summary>GET config/restart-required.</summary>
public sealed record RestartRequired(bool RequiresRestart);

/// <summary>GET config/insync.</summary>
public sealed record InSyncAnswer(bool ConfigInSync);

/// <summary>GET config/defaults/ignores: the lines that clients put into new folders.</summary>
public sealed record IgnoreTemplate(IReadOnlyList<string> Lines);
