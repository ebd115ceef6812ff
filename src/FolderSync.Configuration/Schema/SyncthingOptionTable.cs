using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FolderSync.Configuration.Schema;

/// <summary>The rows.</summary>
public static partial class SyncthingOptions
{
    public const string Encryption = "folder.devices.encryptionPassword";
    public const string Untrusted = "device.untrusted";

    private const string Tuning = "FolderSync does this automatically.";
    private const string NoInternet = "FolderSync finds devices on the LAN and by configured addresses only.";
    private const string NoReports = "FolderSync doesn't report usage.";
    private const string NoUpgrade = "FolderSync doesn't upgrade itself.";
    private const string NoIntroduction = "FolderSync doesn't support introducers.";
    private const string NoLdap = "FolderSync can't log in by LDAP. Set a password under gui.";

    /// <summary>Options without a counterpart in config.yaml.</summary>
    private static readonly ImmutableArray<SyncthingOption> Written =
    [
        .. Rows(Folder, OptionTreatment.Supported, "", "devices devices.deviceID"),
        new(Encryption, OptionTreatment.Rejected, "FolderSync can't encrypt for a device yet; the folder would have gone out to it unencrypted. Share it without a password only if that device may read the files.", "\"\""),
        new("folder.versioning.type", OptionTreatment.Rejected, "only 'trashcan' and '' (none) are supported.", "\"\"", "\"trashcan\""),
        new("folder.filesystemType", OptionTreatment.Rejected, "only 'basic' is supported.", "\"basic\"", "\"\""),
        new("folder.versioning.fsType", OptionTreatment.Rejected, "only 'basic' is supported.", "\"basic\"", "\"\""),
        new("folder.markerName", OptionTreatment.Rejected, "FolderSync only uses the marker '.stfolder'.", "\".stfolder\"", "\"\""),
        new("folder.copyOwnershipFromParent", OptionTreatment.Rejected, "FolderSync doesn't change owners: files would belong to another user than you expect.", "false"),
        new("folder.syncOwnership", OptionTreatment.Rejected, "FolderSync doesn't change owners: files would belong to another user than you expect.", "false"),
        new("folder.sendOwnership", OptionTreatment.Rejected, "FolderSync doesn't send owners.", "false"),
        new("folder.syncXattrs", OptionTreatment.Rejected, "FolderSync doesn't sync extended attributes, and access lists are among them.", "false"),
        new("folder.sendXattrs", OptionTreatment.Rejected, "FolderSync doesn't send extended attributes, and access lists are among them.", "false"),
        new("folder.disableFsync", OptionTreatment.Rejected, "FolderSync always syncs files to disk before it relies on them.", "false"),
        new("folder.caseSensitiveFS", OptionTreatment.Rejected, "FolderSync detects whether a disk distinguishes 'File' and 'file', and always respects that.", "false"),
        new("folder.junctionsAsDirs", OptionTreatment.Rejected, "FolderSync never follows junctions: they lead out of the folder.", "false"),
        .. Rows(Folder, OptionTreatment.ReadOnly, "FolderSync doesn't support introducers.", "devices.introducedBy"),
        .. Rows(Folder, OptionTreatment.Stored, "FolderSync never changes the Unicode form of an existing name.", "autoNormalize"),
        .. Rows(Folder, OptionTreatment.Stored, "FolderSync cleans up old versions on its own schedule.", "versioning.cleanupIntervalS"),
        .. Rows(Folder, OptionTreatment.Stored, "It belongs to unsupported kinds of versioning.", "versioning.params.keep versioning.params.maxAge versioning.params.cleanInterval versioning.params.versionsPath versioning.params.command"),
        .. Rows(Folder, OptionTreatment.Stored, "Extended attributes are not synced at all.", "xattrFilter xattrFilter.entries xattrFilter.entries.match xattrFilter.entries.permit xattrFilter.maxSingleEntrySize xattrFilter.maxTotalSize"),
        .. Rows(Folder, OptionTreatment.Stored, "It is for display only.", "group"),
        .. Rows(Folder, OptionTreatment.Stored, Tuning, "fsWatcherDelayS fsWatcherTimeoutS copiers pullerMaxPendingKiB hashers scanProgressIntervalS pullerPauseS pullerDelayS disableTempIndexes " +
            "weakHashThresholdPct maxConcurrentWrites blockPullOrder copyRangeMethod blockIndexing"),

        .. Rows(Device, OptionTreatment.Supported, "", "ignoredFolders.id"),
        new(Untrusted, OptionTreatment.Rejected, "FolderSync can't encrypt for a device yet; folders would go out to it unencrypted.", "false"),
        new("device.introducer", OptionTreatment.Rejected, "FolderSync doesn't support introducers; pair devices yourself.", "false"),
        new("device.autoAcceptFolders", OptionTreatment.Rejected, "FolderSync asks about every folder that is offered.", "false"),
        new("device.certName", OptionTreatment.Rejected, "FolderSync identifies a device by its ID alone.", "\"\"", "\"syncthing\""),
        .. Rows(Device, OptionTreatment.Stored, NoIntroduction, "skipIntroductionRemovals introducedBy"),
        .. Rows(Device, OptionTreatment.Stored, "It is for display only.", "ignoredFolders.time ignoredFolders.label remoteGUIPort group"),
        .. Rows(Device, OptionTreatment.Stored, Tuning, "maxRequestKiB"),

        new("options.insecureAllowOldTLSVersions", OptionTreatment.Rejected, "FolderSync speaks TLS 1.3 only.", "false"),
        new("options.auditEnabled", OptionTreatment.Rejected, "FolderSync writes no audit log.", "false"),
        new("options.auditFile", OptionTreatment.Rejected, "FolderSync writes no audit log.", "\"\""),
        new("options.minHomeDiskFree.value", OptionTreatment.Rejected, "FolderSync has no such limit of its own.", "1"),
        new("options.minHomeDiskFree.unit", OptionTreatment.Rejected, "FolderSync has no such limit of its own.", "\"%\""),
        new("options.alwaysLocalNets", OptionTreatment.Rejected, "FolderSync detects local networks automatically.", "[]"),
        new("options.connectionLimitEnough", OptionTreatment.Rejected, "FolderSync has no such limit.", "0"),
        new("options.connectionLimitMax", OptionTreatment.Rejected, "FolderSync has no such limit.", "0"),
        .. Rows(Options, OptionTreatment.ReadOnly, NoInternet, "globalAnnounceEnabled relaysEnabled natEnabled"),
        .. Rows(Options, OptionTreatment.ReadOnly, NoReports, "urAccepted crashReportingEnabled"),
        .. Rows(Options, OptionTreatment.ReadOnly, NoUpgrade, "autoUpgradeIntervalH upgradeToPreReleases"),
        .. Rows(Options, OptionTreatment.Stored, NoInternet, "globalAnnounceServers localAnnounceMCAddr relayReconnectIntervalM natLeaseMinutes natRenewalMinutes natTimeoutSeconds stunKeepaliveStartS stunKeepaliveMinS " +
            "stunServers announceLANAddresses connectionPriorityTcpLan connectionPriorityQuicLan connectionPriorityTcpWan connectionPriorityQuicWan connectionPriorityRelay connectionPriorityUpgradeThreshold"),
        .. Rows(Options, OptionTreatment.Stored, NoReports, "urSeen urUniqueId urURL urPostInsecurely urInitialDelayS crURL crashReportingURL"),
        .. Rows(Options, OptionTreatment.Stored, NoUpgrade, "releasesURL sendFullIndexOnUpgrade"),
        .. Rows(Options, OptionTreatment.Stored, "Names set on this device stay.", "overwriteRemoteDeviceNamesOnConnect"),
        .. Rows(Options, OptionTreatment.Stored, Tuning, "minHomeDiskFree cacheIgnoredFiles progressUpdateIntervalS tempIndexMinBlocks unackedNotificationIDs trafficClass setLowPriority databaseTuning restartOnWakeup featureFlags"),

        new("gui.authMode", OptionTreatment.Rejected, NoLdap, "\"static\"", "\"\""),
        new("gui.insecureAdminAccess", OptionTreatment.Rejected, "FolderSync's page always requires a password from other computers.", "false"),
        new("gui.insecureSkipHostcheck", OptionTreatment.Rejected, "the page's host names are checked; add yours to page.allowed-hosts.", "false"),
        new("gui.insecureAllowFrameLoading", OptionTreatment.Rejected, "FolderSync's page is never shown inside another one.", "false"),
        new("gui.metricsWithoutAuth", OptionTreatment.Rejected, "metrics require a login or the API key.", "false"),
        new("gui.unixSocketPermissions", OptionTreatment.Rejected, "FolderSync's page has no Unix socket.", "\"\""),
        new("gui.sessionCookieDurationS", OptionTreatment.Rejected, "FolderSync's sessions have a length of their own.", "604800", "0"),
        new("gui.sessionCookiePath", OptionTreatment.Rejected, "FolderSync's cookie is for the whole page.", "\"/\"", "\"\""),
        .. Rows(Gui, OptionTreatment.Stored, "It is for display only.", "theme debugging sendBasicAuthPrompt"),

        new("ldap.address", OptionTreatment.Rejected, NoLdap, "\"\""),
        new("ldap.insecureSkipVerify", OptionTreatment.Rejected, NoLdap, "false"),
        .. Rows(Ldap, OptionTreatment.Stored, NoLdap, "bindDN transport searchBaseDN searchFilter"),

        .. Rows(IgnoredDevices, OptionTreatment.Supported, "", "deviceID"),
        .. Rows(IgnoredDevices, OptionTreatment.Stored, "It is for display only.", "time name address"),
        .. Rows(Ignores, OptionTreatment.Supported, "", "lines"),
    ];

    /// <summary>The options of config.yaml that REST knows are supported, as their own rows say.</summary>
    public static readonly ImmutableArray<SyncthingOption> All = [.. InForce().ExceptBy(Written.Select(o => o.Path), o => o.Path), .. Written];

    private static readonly FrozenDictionary<string, SyncthingOption> Table = All.ToFrozenDictionary(o => o.Path, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Syncthing's names of options that config.yaml calls differently, where a line without effect would give a false sense of safety.
    /// </summary>
    private static readonly FrozenDictionary<string, string> OwnNames = new Dictionary<string, string>
    {
        ["allowednetworks"] = "'allowed-networks' of the device",
        ["allowednetwork"] = "'allowed-networks' of the device",
        ["remoteignoreddevices"] = "'ignored-devices' under 'network'",
        ["remoteignoreddevice"] = "'ignored-devices' under 'network'",
        ["ignoreddevices"] = "'ignored-devices' under 'network'",
    }.ToFrozenDictionary();

    /// <summary>Options missing in 1.19 or 2.x: their absence doesn't mean the default.</summary>
    private static readonly FrozenSet<string> Somewhere = Rows("", OptionTreatment.Stored, "",
        "folder.fsWatcherTimeoutS folder.sendOwnership folder.syncOwnership folder.sendXattrs folder.syncXattrs folder.xattrFilter folder.group folder.pullerDelayS folder.blockIndexing " +
        "folder.weakHashThresholdPct device.numConnections device.group options.connectionPriorityTcpLan options.connectionPriorityQuicLan options.connectionPriorityTcpWan " +
        "options.connectionPriorityQuicWan options.connectionPriorityRelay options.connectionPriorityUpgradeThreshold options.restartOnWakeup options.databaseTuning options.cacheIgnoredFiles " +
        "options.auditEnabled options.auditFile gui.sendBasicAuthPrompt gui.metricsWithoutAuth gui.sessionCookieDurationS gui.sessionCookiePath gui.debugging")
        .Select(r => r.Path[1..]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static bool IsEverywhere(string path) => !Somewhere.Contains(path) && Find(path) is { IsOwn: false };

    /// <summary>Each option's path and the paths of its enclosing objects, once.</summary>
    private static IEnumerable<SyncthingOption> InForce() =>
        Paths(ConfigSchema.Folder).Concat(Paths(ConfigSchema.Peer)).Concat(ConfigSchema.Syncthing.SelectMany(Paths)).GroupBy(p => p.Path)
            .Select(p => new SyncthingOption(p.Key, OptionTreatment.Supported, "") { IsOwn = p.All(o => o.IsOwn) });

    private static IEnumerable<(string Path, bool IsOwn)> Paths<T>(ConfigFields<T> fields) => fields.Syncthing.SelectMany(Paths);

    private static IEnumerable<(string Path, bool IsOwn)> Paths<T>(SyncthingField<T> field)
    {
        var steps = field.Path.Split('.');
        for (var i = 2; i <= steps.Length; i++)
            yield return (string.Join('.', steps[..i]), field.IsOwn);
        foreach (var part in field.Form is SyncthingForm<T>.Amount ? (string[])["value", "unit"] : [])
            yield return ($"{field.Path}.{part}", field.IsOwn);
    }

    private static IEnumerable<SyncthingOption> Rows(string scope, OptionTreatment treatment, string why, string names) =>
        names.Split(' ').Select(n => new SyncthingOption($"{scope}.{n}", treatment, why));
}
