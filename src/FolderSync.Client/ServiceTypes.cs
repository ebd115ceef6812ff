using System.Text.Json;
using System.Text.Json.Serialization;

namespace FolderSync.Client;

/// <summary>GET system/status.</summary>
public sealed record SystemStatus
{
    [JsonPropertyName("myID")]
    public string DeviceId { get; init; } = "";

    /// <summary>Seconds.</summary>
    public long Uptime { get; init; }

    public DateTimeOffset StartTime { get; init; }
}

/// <summary>GET system/version.</summary>
public sealed record SystemVersion
{
    public string Version { get; init; } = "";

    public string LongVersion { get; init; } = "";

    public string Os { get; init; } = "";

    public string Arch { get; init; } = "";
}

/// <summary>GET system/connections.</summary>
public sealed record ConnectionList
{
    /// <summary>By device ID.</summary>
    public Dictionary<string, ConnectionStatus> Connections { get; init; } = [];
}

public sealed record ConnectionStatus
{
    public bool Connected { get; init; }

    public bool Paused { get; init; }

    public string Address { get; init; } = "";

    public string ClientVersion { get; init; } = "";

    public string Type { get; init; } = "";

    public string Crypto { get; init; } = "";

    /// <summary>Bytes.</summary>
    public long InBytesTotal { get; init; }

    /// <summary>Bytes.</summary>
    public long OutBytesTotal { get; init; }
}

/// <summary>GET db/status.</summary>
public sealed record FolderStatus
{
    /// <summary>idle, scanning, syncing, error and so on; empty while paused.</summary>
    public string State { get; init; } = "";

    public string Error { get; init; } = "";

    /// <summary>Items that could not be synced.</summary>
    public int Errors { get; init; }

    public long GlobalBytes { get; init; }

    public long GlobalFiles { get; init; }

    public long LocalBytes { get; init; }

    public long LocalFiles { get; init; }

    public long NeedBytes { get; init; }

    public long NeedTotalItems { get; init; }

    public long InSyncBytes { get; init; }

    public long Sequence { get; init; }
}

/// <summary>GET db/completion.</summary>
public sealed record Completion
{
    /// <summary>Percent.</summary>
    [JsonPropertyName("completion")]
    public double Percent { get; init; }

    public long NeedBytes { get; init; }

    public long NeedItems { get; init; }

    public long NeedDeletes { get; init; }

    public string RemoteState { get; init; } = "";
}

/// <summary>An entry of config/devices. Unnamed fields are preserved.</summary>
public sealed record ConfiguredDevice
{
    [JsonPropertyName("deviceID")]
    public string DeviceId { get; init; } = "";

    public string? Name { get; init; }

    public List<string>? Addresses { get; init; }

    public bool? Paused { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

public sealed record SharedWith
{
    [JsonPropertyName("deviceID")]
    public string DeviceId { get; init; } = "";

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>An entry of config/folders. Unnamed fields are preserved.</summary>
public sealed record ConfiguredFolder
{
    public string Id { get; init; } = "";

    public string? Label { get; init; }

    public string? Path { get; init; }

    /// <summary>sendreceive, sendonly, receiveonly.</summary>
    public string? Type { get; init; }

    public List<SharedWith>? Devices { get; init; }

    public bool? Paused { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>The body of a PATCH that pauses or resumes.</summary>
public sealed record PausedPatch
{
    public required bool Paused { get; init; }
}

/// <summary>The body of a PATCH that changes a folder's devices.</summary>
public sealed record DevicesPatch
{
    public required List<SharedWith> Devices { get; init; }
}

/// <summary>GET db/need.</summary>
public sealed record NeedList
{
    /// <summary>Being fetched.</summary>
    public List<NeededFile>? Progress { get; init; }

    public List<NeededFile>? Queued { get; init; }

    public List<NeededFile>? Rest { get; init; }
}

public sealed record NeededFile
{
    public string Name { get; init; } = "";

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    public bool Deleted { get; init; }

    /// <summary>A sentence that says why it isn't here yet; null while it is being transferred.</summary>
    public string? Reason { get; init; }
}

/// <summary>GET folder/errors.</summary>
public sealed record FolderErrors
{
    public List<FolderError>? Errors { get; init; }
}

public sealed record FolderError
{
    public string Path { get; init; } = "";

    public string Error { get; init; } = "";
}

/// <summary>GET and POST db/ignores.</summary>
public sealed record IgnoreList
{
    /// <summary>The lines of .stignore.</summary>
    public List<string>? Ignore { get; init; }

    /// <summary>Why they are invalid.</summary>
    public string? Error { get; init; }
}

/// <summary>An entry of GET cluster/pending/devices.</summary>
public sealed record PendingDevice
{
    public string Name { get; init; } = "";

    public string Address { get; init; } = "";

    public DateTimeOffset Time { get; init; }
}

/// <summary>An entry of GET cluster/pending/folders.</summary>
public sealed record PendingFolder
{
    /// <summary>By device ID.</summary>
    public Dictionary<string, FolderOffer> OfferedBy { get; init; } = [];
}

public sealed record FolderOffer
{
    public string Label { get; init; } = "";

    public DateTimeOffset Time { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = false)]
[JsonSerializable(typeof(SystemStatus))]
[JsonSerializable(typeof(SystemVersion))]
[JsonSerializable(typeof(ConnectionList))]
[JsonSerializable(typeof(FolderStatus))]
[JsonSerializable(typeof(Completion))]
[JsonSerializable(typeof(List<ConfiguredDevice>))]
[JsonSerializable(typeof(List<ConfiguredFolder>))]
[JsonSerializable(typeof(PausedPatch))]
[JsonSerializable(typeof(DevicesPatch))]
[JsonSerializable(typeof(NeedList))]
[JsonSerializable(typeof(FolderErrors))]
[JsonSerializable(typeof(IgnoreList))]
[JsonSerializable(typeof(Dictionary<string, PendingDevice>))]
[JsonSerializable(typeof(Dictionary<string, PendingFolder>))]
internal sealed partial class ClientJson : JsonSerializerContext;
