using System.Text.Json;
using System.Text.Json.Serialization;

namespace FolderSync.Contracts;

/// <summary>GET foldersync/devices: a peer as an overview shows it.</summary>
/// <param name="Kind">tcp-client, tcp-server; empty while not connected.</param>
/// <param name="InBytesTotal">Since the service started.</param>
/// <param name="ReceiveRate">Bytes a second now.</param>
/// <param name="Completion">Percent of the shared folders that it has, as far as is known here.</param>
/// <param name="DialErrors">Address → why the last attempt failed.</param>
/// <param name="SharedFolders">IDs.</param>
/// <param name="NotAnsweringSince">It is connected and doesn't answer requests; others are asked instead.</param>
public sealed record DeviceRow(
    string Id,
    string Name,
    bool Paused,
    bool Connected,
    string Address,
    string Kind,
    bool IsLan,
    string Crypto,
    string ClientName,
    string ClientVersion,
    long InBytesTotal,
    long OutBytesTotal,
    double ReceiveRate,
    double SendRate,
    DateTimeOffset? LastSeen,
    double Completion,
    long NeedBytes,
    DateTimeOffset? ConnectedSince,
    IReadOnlyDictionary<string, string> DialErrors,
    IReadOnlyList<string> SharedFolders,
    DateTimeOffset? NotAnsweringSince = null);

/// <summary>GET foldersync/rates: the last five minutes over all devices, oldest first.</summary>
public sealed record RateList(int IntervalSeconds, IReadOnlyList<RatePoint> Points);

/// <param name="T">The end of the second.</param>
/// <param name="In">Bytes a second.</param>
/// <param name="Out">Bytes a second.</param>
public sealed record RatePoint(DateTimeOffset T, long In, long Out);

/// <param name="Device">ID of the device it has to do with, if one.</param>
/// <param name="Severity">error, warning.</param>
public sealed record ProblemItem(long Id, DateTimeOffset Time, string? Folder, string? Device, string Text, string Severity, bool Acknowledged);

/// <summary>POST foldersync/problems/ack: one, or all.</summary>
public sealed record AcknowledgeRequest(long? Id, bool? All);

/// <param name="Acknowledged">How many.</param>
public sealed record AcknowledgeResult(int Acknowledged);

/// <param name="Seq">Ascending; since=SEQ reads on.</param>
/// <param name="Level">trace, debug, info, warning, error, critical.</param>
public sealed record LogLine(long Seq, DateTimeOffset Time, string Level, string Area, string Text);

/// <param name="Name">Empty where it did not say one.</param>
/// <param name="Via">local, mdns.</param>
/// <param name="Kind">foldersync, syncthing.</param>
/// <param name="Paired">It is one of the configured devices.</param>
public sealed record NearbyItem(
    [property: JsonPropertyName("deviceID")] string DeviceId, string Name, IReadOnlyList<string> Addresses, string Via, DateTimeOffset Seen, string Kind, bool Paired);

/// <summary>GET foldersync/paths: what a directory picker needs.</summary>
/// <param name="Items">Directories that the given path may be completed to.</param>
/// <param name="Exists">The given path is a directory.</param>
/// <param name="Writable">It can be written to; where it does not exist: it can be made.</param>
/// <param name="Free">Bytes; null where that is not known.</param>
public sealed record PathList(IReadOnlyList<string> Items, string? Error, bool Exists, bool Writable, long? Free);

/// <param name="Line">From 1; 0 where the whole file is meant.</param>
/// <param name="Severity">error: the file as it stands is not in force; warning.</param>
public sealed record ConfigProblemItem(string File, int Line, int Column, string Message, string? Hint, string Severity);

/// <param name="Status">ok, warn, fail.</param>
/// <param name="Fix">How to mend it; null where nothing is to be done.</param>
public sealed record DoctorCheck(string Check, string Status, string Text, string? Fix);

/// <summary>GET, POST foldersync/pause and POST foldersync/resume.</summary>
/// <param name="Until">Null: until it is resumed.</param>
public sealed record PauseState(bool Paused, DateTimeOffset? Until);

/// <summary>POST foldersync/pause.</summary>
/// <param name="Minutes">Null: until it is resumed.</param>
public sealed record PauseRequest(double? Minutes);

/// <summary>The extensions' types as they are on the wire.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(IReadOnlyList<FolderRow>))]
[JsonSerializable(typeof(FolderDetails))]
[JsonSerializable(typeof(IReadOnlyList<DeviceRow>))]
[JsonSerializable(typeof(RateList))]
[JsonSerializable(typeof(NeedPage))]
[JsonSerializable(typeof(BrowsePage))]
[JsonSerializable(typeof(PreviewPage))]
[JsonSerializable(typeof(IgnorePreviewRequest))]
[JsonSerializable(typeof(IgnorePreview))]
[JsonSerializable(typeof(VersionPage))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(RestoreResult))]
[JsonSerializable(typeof(CleanResult))]
[JsonSerializable(typeof(IReadOnlyList<ChangeItem>))]
[JsonSerializable(typeof(IReadOnlyList<ConflictItem>))]
[JsonSerializable(typeof(ResolveRequest))]
[JsonSerializable(typeof(IReadOnlyList<ProblemItem>))]
[JsonSerializable(typeof(AcknowledgeRequest))]
[JsonSerializable(typeof(AcknowledgeResult))]
[JsonSerializable(typeof(IReadOnlyList<LogLine>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<NearbyItem>))]
[JsonSerializable(typeof(PathList))]
[JsonSerializable(typeof(IReadOnlyList<ConfigProblemItem>))]
[JsonSerializable(typeof(IReadOnlyList<DoctorCheck>))]
[JsonSerializable(typeof(PauseState))]
[JsonSerializable(typeof(PauseRequest))]
[JsonSerializable(typeof(PageMetadata))]
[JsonSerializable(typeof(LinkRequest))]
[JsonSerializable(typeof(PageLinkRequest))]
[JsonSerializable(typeof(PageLink))]
[JsonSerializable(typeof(PageKeyRequest))]
[JsonSerializable(typeof(PageKey))]
public sealed partial class ExtensionJson : JsonSerializerContext;
