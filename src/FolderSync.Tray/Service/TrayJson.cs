using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FolderSync.Tray.Service;

/// <summary>An entry of cluster/pending/devices.</summary>
internal sealed record PendingDevice(string? Name);

/// <summary>An entry of cluster/pending/folders.</summary>
internal sealed record PendingFolder(Dictionary<string, PendingOffer>? OfferedBy);

internal sealed record PendingOffer(string? Label);

/// <summary>An entry of events; only its existence matters here.</summary>
internal sealed record ServiceEvent(long Id, string Type);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Dictionary<string, PendingDevice>))]
[JsonSerializable(typeof(Dictionary<string, PendingFolder>))]
[JsonSerializable(typeof(List<ServiceEvent>))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class TrayJson : JsonSerializerContext;
