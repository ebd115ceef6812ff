using System.Text.Json.Serialization;

namespace FolderSync.Contracts;

/// <summary>Syncthing's fields of a folder that are no option of config.yaml, with the values that hold here, or that a client finds as long as it sets none.</summary>
public sealed record OtherFolderFields
{
    public string Id { get; init; } = "";

    public string FilesystemType { get; init; } = "basic";

    public string Path { get; init; } = "";

    public IReadOnlyList<SharedWith> Devices { get; init; } = [];

    public required FolderVersioning Versioning { get; init; }

    public double FsWatcherDelayS { get; init; } = 0.1;

    public int FsWatcherTimeoutS { get; init; }

    public bool AutoNormalize { get; init; } = true;

    public int Copiers { get; init; }

    public int PullerMaxPendingKiB { get; init; }

    public int Hashers { get; init; }

    public int ScanProgressIntervalS { get; init; }

    public int PullerPauseS { get; init; }

    public bool DisableTempIndexes { get; init; }

    public int WeakHashThresholdPct { get; init; } = 25;

    public string MarkerName { get; init; } = ".stfolder";

    public bool CopyOwnershipFromParent { get; init; }

    public int MaxConcurrentWrites { get; init; } = 2;

    public bool DisableFsync { get; init; }

    public string BlockPullOrder { get; init; } = "standard";

    public string CopyRangeMethod { get; init; } = "standard";

    [JsonPropertyName("caseSensitiveFS")]
    public bool CaseSensitiveFs { get; init; }

    public bool JunctionsAsDirs { get; init; }

    public bool SyncOwnership { get; init; }

    public bool SendOwnership { get; init; }

    public bool SyncXattrs { get; init; }

    public bool SendXattrs { get; init; }

    public XattrFilter XattrFilter { get; init; } = new([], 1024, 4096);
}

/// <summary>Syncthing's fields of a device that are no option of config.yaml.</summary>
public sealed record OtherDeviceFields
{
    [JsonPropertyName("deviceID")]
    public string DeviceId { get; init; } = "";

    public string CertName { get; init; } = "";

    public bool Introducer { get; init; }

    public bool SkipIntroductionRemovals { get; init; }

    public string IntroducedBy { get; init; } = "";

    public bool AutoAcceptFolders { get; init; }

    public IReadOnlyList<IgnoredFolder> IgnoredFolders { get; init; } = [];

    public int MaxRequestKiB { get; init; }

    public bool Untrusted { get; init; }

    [JsonPropertyName("remoteGUIPort")]
    public int RemoteGuiPort { get; init; }
}

/// <summary>Syncthing's options that are none of config.yaml: no global discovery, no relays, no usage reports.</summary>
public sealed record OtherOptionFields
{
    public IReadOnlyList<string> GlobalAnnounceServers { get; init; } = [];

    public bool GlobalAnnounceEnabled { get; init; }

    [JsonPropertyName("localAnnounceMCAddr")]
    public string LocalAnnounceMcAddr { get; init; } = "[ff12::8384]:21027";

    public bool RelaysEnabled { get; init; }

    public int RelayReconnectIntervalM { get; init; } = 10;

    public bool NatEnabled { get; init; }

    public int NatLeaseMinutes { get; init; } = 60;

    public int NatRenewalMinutes { get; init; } = 30;

    public int NatTimeoutSeconds { get; init; } = 10;

    public int UrAccepted { get; init; } = -1;

    public int UrSeen { get; init; } = 3;

    public string UrUniqueId { get; init; } = "";

    [JsonPropertyName("urURL")]
    public string UrUrl { get; init; } = "";

    public int AutoUpgradeIntervalH { get; init; }

    public bool UpgradeToPreReleases { get; init; }

    public bool CacheIgnoredFiles { get; init; }

    public int ProgressUpdateIntervalS { get; init; } = 1;

    public DiskAmount MinHomeDiskFree { get; init; } = new(1, "%");

    [JsonPropertyName("releasesURL")]
    public string ReleasesUrl { get; init; } = "";

    public IReadOnlyList<string> AlwaysLocalNets { get; init; } = [];

    public bool OverwriteRemoteDeviceNamesOnConnect { get; init; }

    public int TempIndexMinBlocks { get; init; } = 8;

    [JsonPropertyName("unackedNotificationIDs")]
    public IReadOnlyList<string> UnackedNotificationIds { get; init; } = [];

    public int TrafficClass { get; init; }

    public bool SetLowPriority { get; init; }

    [JsonPropertyName("crashReportingURL")]
    public string CrashReportingUrl { get; init; } = "";

    public bool CrashReportingEnabled { get; init; }

    public int StunKeepaliveStartS { get; init; }

    public int StunKeepaliveMinS { get; init; }

    public IReadOnlyList<string> StunServers { get; init; } = [];

    public string DatabaseTuning { get; init; } = "auto";

    [JsonPropertyName("announceLANAddresses")]
    public bool AnnounceLanAddresses { get; init; } = true;

    public bool SendFullIndexOnUpgrade { get; init; }

    public int ConnectionLimitEnough { get; init; }

    public int ConnectionLimitMax { get; init; }

    [JsonPropertyName("insecureAllowOldTLSVersions")]
    public bool InsecureAllowOldTlsVersions { get; init; }

    public int ConnectionPriorityTcpLan { get; init; } = 10;

    public int ConnectionPriorityQuicLan { get; init; } = 20;

    public int ConnectionPriorityTcpWan { get; init; } = 30;

    public int ConnectionPriorityQuicWan { get; init; } = 40;

    public int ConnectionPriorityRelay { get; init; } = 50;

    public int ConnectionPriorityUpgradeThreshold { get; init; }

    public IReadOnlyList<string> FeatureFlags { get; init; } = [];

    [JsonPropertyName("crURL")]
    public string CrUrl { get; init; } = "";

    public bool UrPostInsecurely { get; init; }

    public int UrInitialDelayS { get; init; }
}

/// <summary>Syncthing's fields of its page that are no option of config.yaml.</summary>
public sealed record OtherGuiFields
{
    public string UnixSocketPermissions { get; init; } = "";

    public string Password { get; init; } = "";

    public string AuthMode { get; init; } = "static";

    public bool InsecureAdminAccess { get; init; }

    public string Theme { get; init; } = "default";

    public bool Debugging { get; init; }

    public bool InsecureSkipHostcheck { get; init; }

    public bool InsecureAllowFrameLoading { get; init; }

    public bool SendBasicAuthPrompt { get; init; }
}

/// <summary>Which extended attributes Syncthing would sync.</summary>
public sealed record XattrFilter(IReadOnlyList<string> Entries, int MaxSingleEntrySize, int MaxTotalSize);

/// <summary>GET config/ldap: FolderSync can't log in by it.</summary>
public sealed record LdapFields
{
    public string Address { get; init; } = "";

    [JsonPropertyName("bindDN")]
    public string BindDn { get; init; } = "";

    public string Transport { get; init; } = "plain";

    public bool InsecureSkipVerify { get; init; }

    [JsonPropertyName("searchBaseDN")]
    public string SearchBaseDn { get; init; } = "";

    public string SearchFilter { get; init; } = "";
}
