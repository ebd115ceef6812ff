using System.Text.Json.Serialization;

namespace FolderSync.Contracts;

/// <summary>GET noauth/health.</summary>
public sealed record Health(string Status);

/// <summary>GET and POST system/ping.</summary>
public sealed record Pong(string Ping);

/// <summary>GET system/version.</summary>
/// <param name="Os">linux, windows, darwin.</param>
/// <param name="Arch">amd64, arm64.</param>
public sealed record SystemVersion(
    string Version,
    string LongVersion,
    string Codename,
    string Os,
    string Arch,
    bool IsBeta,
    bool IsCandidate,
    bool IsRelease,
    string Extra,
    IReadOnlyList<string> Tags,
    DateTimeOffset Date,
    string Stamp,
    string User,
    bool Container);

/// <summary>GET system/status.</summary>
/// <param name="Alloc">Bytes that objects take.</param>
/// <param name="Sys">Bytes of memory that the process has.</param>
/// <param name="Goroutines">Threads.</param>
/// <param name="Uptime">Seconds.</param>
/// <param name="Tilde">The user's home directory.</param>
/// <param name="CpuPercent">Always 0, as in Syncthing, which no longer measures it.</param>
/// <param name="ConnectionServiceStatus">By the address that is listened on.</param>
/// <param name="LastDialStatus">By address; only of attempts that failed.</param>
/// <param name="DiscoveryErrors">By kind of discovery; only of those that don't work.</param>
/// <param name="DiscoveryStatus">By kind of discovery.</param>
/// <param name="ConfigError">Why the configuration's file is not in force; null where it is.</param>
public sealed record SystemStatus(
    [property: JsonPropertyName("myID")] string DeviceId,
    long Alloc,
    long Sys,
    int Goroutines,
    long Uptime,
    DateTimeOffset StartTime,
    string Tilde,
    string PathSeparator,
    double CpuPercent,
    int UrVersionMax,
    IReadOnlyDictionary<string, ListenerStatus> ConnectionServiceStatus,
    IReadOnlyDictionary<string, DialStatus> LastDialStatus,
    bool DiscoveryEnabled,
    IReadOnlyDictionary<string, string> DiscoveryErrors,
    int DiscoveryMethods,
    IReadOnlyDictionary<string, DiscoveryStatus> DiscoveryStatus,
    bool GuiAddressOverridden,
    string GuiAddressUsed,
    string? ConfigError);

/// <param name="Error">Null where peers are listened for.</param>
public sealed record ListenerStatus(string? Error, IReadOnlyList<string> LanAddresses, IReadOnlyList<string> WanAddresses);

public sealed record DialStatus(DateTimeOffset When, string? Error, bool Ok);

/// <param name="Error">Null where it works.</param>
public sealed record DiscoveryStatus(string? Error);

/// <summary>An entry of GET system/discovery, which are by device ID.</summary>
public sealed record DiscoveredDevice(IReadOnlyList<string> Addresses);

/// <summary>GET system/connections.</summary>
/// <param name="Connections">By device ID.</param>
public sealed record ConnectionList(IReadOnlyDictionary<string, ConnectionStatus> Connections, TrafficTotal Total);

/// <summary>Bytes since the service started, over all devices.</summary>
public sealed record TrafficTotal(DateTimeOffset At, long InBytesTotal, long OutBytesTotal);

/// <summary>A device's connection. Syncthing tells the same of the device and of its first connection; here it is set once.</summary>
public sealed record ConnectionStatus
{
    public DateTimeOffset At => Primary.At;

    public long InBytesTotal => Primary.InBytesTotal;

    public long OutBytesTotal => Primary.OutBytesTotal;

    public DateTimeOffset StartedAt => Primary.StartedAt;

    public required bool Connected { get; init; }

    public required bool Paused { get; init; }

    public required string ClientVersion { get; init; }

    public required string ClientName { get; init; }

    public string Address => Primary.Address;

    public string Type => Primary.Type;

    public bool IsLocal => Primary.IsLocal;

    public string Crypto => Primary.Crypto;

    public required LinkStatus Primary { get; init; }

    public required int SecondaryConnections { get; init; }

    /// <summary>Why it is not connected, if that is known.</summary>
    public required string? LastError { get; init; }
}

/// <param name="InBytesTotal">Since the service started.</param>
/// <param name="StartedAt">1970 while not connected.</param>
/// <param name="Type">tcp-client, tcp-server; empty while not connected.</param>
public sealed record LinkStatus(
    DateTimeOffset At, long InBytesTotal, long OutBytesTotal, DateTimeOffset StartedAt, string Address, string Type, bool IsLocal, string Crypto);

/// <summary>POST system/shutdown and system/restart.</summary>
public sealed record EndAnswer(string Ok);

/// <summary>GET system/paths.</summary>
public sealed record SystemPaths(
    [property: JsonPropertyName("baseDir-config")] string ConfigDirectory,
    [property: JsonPropertyName("baseDir-data")] string DataDirectory,
    [property: JsonPropertyName("baseDir-userHome")] string UserHome,
    string CertFile,
    string KeyFile,
    string HttpsCertFile,
    string HttpsKeyFile,
    string LogFile,
    string LockFile,
    string DefFolder,
    string Config,
    string Database);

/// <summary>An entry of GET stats/device, which are by device ID.</summary>
public sealed record DeviceStats(DateTimeOffset LastSeen, double LastConnectionDurationS);

/// <summary>An entry of GET stats/folder, which are by folder ID.</summary>
public sealed record FolderStats(DateTimeOffset LastScan, LastFile LastFile);

/// <summary>What was brought in last; without a name where nothing was.</summary>
public sealed record LastFile(string Filename, DateTimeOffset At, bool Deleted);

/// <summary>A device that asks to be paired: an entry of GET cluster/pending/devices, which are by device ID.</summary>
public sealed record PendingDevice(DateTimeOffset Time, string Name, string Address);

/// <summary>A folder that is offered and not shared here: an entry of GET cluster/pending/folders, which are by folder ID.</summary>
/// <param name="OfferedBy">By device ID.</param>
public sealed record PendingFolder(IReadOnlyDictionary<string, FolderOffer> OfferedBy);

public sealed record FolderOffer(DateTimeOffset Time, string Label, bool ReceiveEncrypted, bool RemoteEncrypted);

/// <summary>GET svc/random/string.</summary>
public sealed record RandomText(string Random);

/// <summary>GET svc/deviceid: the ID as it is written usually, or why it is none.</summary>
public sealed record DeviceIdCheck(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);

/// <summary>GET system/log.</summary>
public sealed record LogMessages(IReadOnlyList<LogMessage> Messages);

/// <summary>GET system/error.</summary>
public sealed record ErrorMessages(IReadOnlyList<LogMessage> Errors);

/// <param name="Level">0: debug, 2: information, 3: warnings and errors.</param>
public sealed record LogMessage(DateTimeOffset When, string Message, int Level);

/// <summary>GET system/loglevels.</summary>
/// <param name="Packages">Area → what it is about.</param>
/// <param name="Levels">Area → DEBUG, INFO, WARN, ERROR.</param>
public sealed record LogLevels(IReadOnlyDictionary<string, string> Packages, IReadOnlyDictionary<string, string> Levels);

/// <summary>GET system/debug.</summary>
/// <param name="Enabled">The areas that are logged down to debug.</param>
/// <param name="Facilities">Area → what it is about.</param>
public sealed record DebugAreas(IReadOnlyList<string> Enabled, IReadOnlyDictionary<string, string> Facilities);

/// <summary>What every event begins with.</summary>
public sealed record EventHead(long Id, string Type);
