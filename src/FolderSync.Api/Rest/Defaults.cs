using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Configuration.Schema;

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

    public static JsonObject Device() => Over(OptionJson.Write(ConfigSchema.Peer.Syncthing, ConfigSchema.Peer.Defaults), new()
    {
        ["deviceID"] = "",
        ["certName"] = "",
        ["introducer"] = false,
        ["skipIntroductionRemovals"] = false,
        ["introducedBy"] = "",
        ["autoAcceptFolders"] = false,
        ["ignoredFolders"] = new JsonArray(),
        ["maxRequestKiB"] = 0,
        ["untrusted"] = false,
        ["remoteGUIPort"] = 0,
    });

    public static JsonObject Folder() => Over(OptionJson.Write(ConfigSchema.Folder.Syncthing, ConfigSchema.Folder.Defaults), new()
    {
        ["id"] = "",
        ["filesystemType"] = "basic",
        ["path"] = "",
        ["devices"] = new JsonArray(),
        ["versioning"] = ConfigJson.Versioning(ConfigSchema.Folder.Defaults.Versioning, null),
        ["fsWatcherDelayS"] = 0.1,
        ["fsWatcherTimeoutS"] = 0,
        ["autoNormalize"] = true,
        ["copiers"] = 0,
        ["pullerMaxPendingKiB"] = 0,
        ["hashers"] = 0,
        ["scanProgressIntervalS"] = 0,
        ["pullerPauseS"] = 0,
        ["disableTempIndexes"] = false,
        ["weakHashThresholdPct"] = 25,
        ["markerName"] = ".stfolder",
        ["copyOwnershipFromParent"] = false,
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
    });

    public static JsonObject Options() => Over(OptionJson.Write(ConfigJson.InScope(SyncthingOptions.Options), new ServiceConfig()), new()
    {
        ["globalAnnounceServers"] = new JsonArray(),
        ["globalAnnounceEnabled"] = false,
        ["localAnnounceMCAddr"] = "[ff12::8384]:21027",
        ["relaysEnabled"] = false,
        ["relayReconnectIntervalM"] = 10,
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
        ["cacheIgnoredFiles"] = false,
        ["progressUpdateIntervalS"] = 1,
        ["minHomeDiskFree"] = new JsonObject { ["value"] = 1, ["unit"] = "%" },
        ["releasesURL"] = "",
        ["alwaysLocalNets"] = new JsonArray(),
        ["overwriteRemoteDeviceNamesOnConnect"] = false,
        ["tempIndexMinBlocks"] = 8,
        ["unackedNotificationIDs"] = new JsonArray(),
        ["trafficClass"] = 0,
        ["setLowPriority"] = false,
        ["crashReportingURL"] = "",
        ["crashReportingEnabled"] = false,
        ["stunKeepaliveStartS"] = 0,
        ["stunKeepaliveMinS"] = 0,
        ["stunServers"] = new JsonArray(),
        ["databaseTuning"] = "auto",
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
    });

    public static JsonObject Gui() => Over(OptionJson.Write(ConfigJson.InScope(SyncthingOptions.Gui), new ServiceConfig()), new()
    {
        ["unixSocketPermissions"] = "",
        ["password"] = "",
        ["authMode"] = "static",
        ["insecureAdminAccess"] = false,
        ["theme"] = "default",
        ["debugging"] = false,
        ["insecureSkipHostcheck"] = false,
        ["insecureAllowFrameLoading"] = false,
        ["sendBasicAuthPrompt"] = false,
    });

    /// <summary>What FolderSync acts on, by the options' rows, with what it only knows the usual value of.</summary>
    private static JsonObject Over(JsonObject known, JsonObject kept)
    {
        RestJson.Merge(known, kept);
        return known;
    }
}
