using System.Text.Json.Nodes;
using FolderSync.Api.Http;

namespace FolderSync.Api.Rest;

/// <summary>
/// Fields of Syncthing's configuration that FolderSync does not act on, with the values that tell a client what holds here (no global
/// discovery, no relays, no usage reports).
/// </summary>
internal static class Defaults
{
    /// <summary>What new folders or devices start from, or the ignore lines meant for new folders: as a client set it.</summary>
    public static JsonObject Template(JsonObject extras, string kind)
    {
        var template = kind switch
        {
            "folder" => Folder(),
            "device" => Device(),
            _ => new JsonObject { ["lines"] = new JsonArray() },
        };
        if (extras["defaults"] is JsonObject all && all[kind] is JsonObject set)
            RestJson.Merge(template, set);
        return template;
    }

    public static JsonObject Ldap(JsonObject extras)
    {
        var ldap = new JsonObject { ["address"] = "", ["bindDN"] = "", ["transport"] = "plain", ["insecureSkipVerify"] = false, ["searchBaseDN"] = "", ["searchFilter"] = "" };
        if (extras["ldap"] is JsonObject set)
            RestJson.Merge(ldap, set);
        return ldap;
    }

    public static JsonObject Device() => new()
    {
        ["deviceID"] = "",
        ["name"] = "",
        ["addresses"] = new JsonArray("dynamic"),
        ["compression"] = "metadata",
        ["certName"] = "",
        ["introducer"] = false,
        ["skipIntroductionRemovals"] = false,
        ["introducedBy"] = "",
        ["paused"] = false,
        ["allowedNetworks"] = new JsonArray(),
        ["autoAcceptFolders"] = false,
        ["maxSendKbps"] = 0,
        ["maxRecvKbps"] = 0,
        ["ignoredFolders"] = new JsonArray(),
        ["maxRequestKiB"] = 0,
        ["untrusted"] = false,
        ["remoteGUIPort"] = 0,
        ["numConnections"] = 0,
    };

    public static JsonObject Folder() => new()
    {
        ["id"] = "",
        ["label"] = "",
        ["filesystemType"] = "basic",
        ["path"] = "",
        ["type"] = "sendreceive",
        ["devices"] = new JsonArray(),
        ["rescanIntervalS"] = 3600,
        ["fsWatcherEnabled"] = true,
        ["fsWatcherDelayS"] = 0.1,
        ["fsWatcherTimeoutS"] = 0,
        ["ignorePerms"] = false,
        ["autoNormalize"] = true,
        ["minDiskFree"] = new JsonObject { ["value"] = 1, ["unit"] = "%" },
        ["versioning"] = new JsonObject { ["type"] = "trashcan", ["params"] = new JsonObject { ["cleanoutDays"] = "30", ["maxSize"] = "10%" }, ["cleanupIntervalS"] = 3600, ["fsPath"] = "", ["fsType"] = "basic" },
        ["copiers"] = 0,
        ["pullerMaxPendingKiB"] = 0,
        ["hashers"] = 0,
        ["order"] = "random",
        ["ignoreDelete"] = false,
        ["scanProgressIntervalS"] = 0,
        ["pullerPauseS"] = 0,
        ["maxConflicts"] = 10,
        ["disableSparseFiles"] = false,
        ["disableTempIndexes"] = false,
        ["paused"] = false,
        ["weakHashThresholdPct"] = 25,
        ["markerName"] = ".stfolder",
        ["copyOwnershipFromParent"] = false,
        ["modTimeWindowS"] = 0,
        ["maxConcurrentWrites"] = 2,
        ["disableFsync"] = false,
        ["blockPullOrder"] = "standard",
        ["copyRangeMethod"] = "standard",
        ["caseSensitiveFS"] = false,
        ["junctionsAsDirs"] = false,
        ["syncOwnership"] = false,
        ["sendOwnership"] = false,
        ["syncXattrs"] = false,
        ["sendXattrs"] = false,
        ["xattrFilter"] = new JsonObject { ["entries"] = new JsonArray(), ["maxSingleEntrySize"] = 1024, ["maxTotalSize"] = 4096 },
    };

    public static JsonObject Options() => new()
    {
        ["listenAddresses"] = new JsonArray("default"),
        ["globalAnnounceServers"] = new JsonArray(),
        ["globalAnnounceEnabled"] = false,
        ["localAnnounceEnabled"] = true,
        ["localAnnouncePort"] = 21027,
        ["localAnnounceMCAddr"] = "[ff12::8384]:21027",
        ["maxSendKbps"] = 0,
        ["maxRecvKbps"] = 0,
        ["reconnectionIntervalS"] = 60,
        ["relaysEnabled"] = false,
        ["relayReconnectIntervalM"] = 10,
        ["startBrowser"] = true,
        ["natEnabled"] = false,
        ["natLeaseMinutes"] = 60,
        ["natRenewalMinutes"] = 30,
        ["natTimeoutSeconds"] = 10,
        ["urAccepted"] = -1,
        ["urSeen"] = 3,
        ["urUniqueId"] = "",
        ["urURL"] = "",
        ["autoUpgradeIntervalH"] = 0,
        ["upgradeToPreReleases"] = false,
        ["keepTemporariesH"] = 24,
        ["cacheIgnoredFiles"] = false,
        ["progressUpdateIntervalS"] = 1,
        ["limitBandwidthInLan"] = false,
        ["minHomeDiskFree"] = new JsonObject { ["value"] = 1, ["unit"] = "%" },
        ["releasesURL"] = "",
        ["alwaysLocalNets"] = new JsonArray(),
        ["overwriteRemoteDeviceNamesOnConnect"] = false,
        ["tempIndexMinBlocks"] = 8,
        ["unackedNotificationIDs"] = new JsonArray(),
        ["trafficClass"] = 0,
        ["setLowPriority"] = false,
        ["maxFolderConcurrency"] = 0,
        ["crashReportingURL"] = "",
        ["crashReportingEnabled"] = false,
        ["stunKeepaliveStartS"] = 0,
        ["stunKeepaliveMinS"] = 0,
        ["stunServers"] = new JsonArray(),
        ["databaseTuning"] = "auto",
        ["maxConcurrentIncomingRequestKiB"] = 0,
        ["announceLANAddresses"] = true,
        ["sendFullIndexOnUpgrade"] = false,
        ["connectionLimitEnough"] = 0,
        ["connectionLimitMax"] = 0,
        ["insecureAllowOldTLSVersions"] = false,
        ["connectionPriorityTcpLan"] = 10,
        ["connectionPriorityQuicLan"] = 20,
        ["connectionPriorityTcpWan"] = 30,
        ["connectionPriorityQuicWan"] = 40,
        ["connectionPriorityRelay"] = 50,
        ["connectionPriorityUpgradeThreshold"] = 0,
        ["featureFlags"] = new JsonArray(),
        ["crURL"] = "",
        ["urPostInsecurely"] = false,
        ["urInitialDelayS"] = 0,
    };

    public static JsonObject Gui() => new()
    {
        ["enabled"] = true,
        ["address"] = "",
        ["unixSocketPermissions"] = "",
        ["user"] = "",
        ["password"] = "",
        ["authMode"] = "static",
        ["useTLS"] = false,
        ["apiKey"] = "",
        ["insecureAdminAccess"] = false,
        ["theme"] = "default",
        ["debugging"] = false,
        ["insecureSkipHostcheck"] = false,
        ["insecureAllowFrameLoading"] = false,
        ["sendBasicAuthPrompt"] = false,
    };
}
