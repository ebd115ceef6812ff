using System.Collections.Frozen;
using System.Xml.Linq;
using FolderSync.Configuration.Schema;

namespace FolderSync.Configuration.Import;

/// <summary>Names the Syncthing settings that FolderSync doesn't have, so that nobody misses them later.</summary>
internal static class UnmappedOptions
{
    /// <summary>Imported, or irrelevant here whatever its value.</summary>
    private const string Quiet = "\0";

    public static readonly FrozenDictionary<string, string> Folder = Table(Imported(ConfigSchema.Folder.Syncthing, SyncthingOptions.Folder),
        "device markerName filesystemType fsWatcherDelayS fsWatcherTimeoutS scanProgressIntervalS pullerPauseS copiers hashers pullerMaxPendingKiB " +
        "weakHashThresholdPct maxConcurrentWrites disableTempIndexes copyRangeMethod blockPullOrder blockIndexing xattrFilter group pullerDelayS",
        ("autoNormalize", "true"), ("copyOwnershipFromParent", "false"), ("disableFsync", "false"), ("caseSensitiveFS", "false"), ("junctionsAsDirs", "false"),
        ("syncOwnership", "false"), ("sendOwnership", "false"), ("syncXattrs", "false"), ("sendXattrs", "false"));

    public static readonly FrozenDictionary<string, string> Device = Table(Imported(ConfigSchema.Peer.Syncthing, SyncthingOptions.Device),
        "introducedBy skipIntroductionRemovals maxRequestKiB remoteGUIPort group",
        ("introducer", "false"), ("autoAcceptFolders", "false"), ("untrusted", "false"), ("certName", "syncthing"));

    public static readonly FrozenDictionary<string, string> Options = Table(Imported(ConfigSchema.Syncthing, SyncthingOptions.Options),
        "globalAnnounceEnabled relaysEnabled natEnabled globalAnnounceServer localAnnounceMCAddr relayReconnectIntervalM natLeaseMinutes natRenewalMinutes " +
        "natTimeoutSeconds urAccepted urSeen urUniqueID urURL urPostInsecurely urInitialDelayS restartOnWakeup autoUpgradeIntervalH upgradeToPreReleases " +
        "cacheIgnoredFiles progressUpdateIntervalS releasesURL tempIndexMinBlocks unackedNotificationID setLowPriority crashReportingURL crashReportingEnabled " +
        "stunKeepaliveStartS stunKeepaliveMinS stunServer databaseTuning announceLANAddresses sendFullIndexOnUpgrade connectionPriorityTcpLan " +
        "connectionPriorityQuicLan connectionPriorityTcpWan connectionPriorityQuicWan connectionPriorityRelay connectionPriorityUpgradeThreshold featureFlag",
        ("minHomeDiskFree", "1"), ("connectionLimitEnough", "0"), ("connectionLimitMax", "0"), ("overwriteRemoteDeviceNamesOnConnect", "false"), ("trafficClass", "0"), ("insecureAllowOldTLSVersions", "false"), ("alwaysLocalNet", ""), ("auditEnabled", "false"), ("auditFile", ""));

    public static readonly FrozenDictionary<string, string> Gui = Table(Imported(ConfigSchema.Syncthing, SyncthingOptions.Gui),
        "theme debugging sendBasicAuthPrompt",
        ("authMode", "static"), ("insecureAdminAccess", "false"), ("insecureSkipHostcheck", "false"), ("insecureAllowFrameLoading", "false"), ("metricsWithoutAuth", "false"), ("unixSocketPermissions", ""),
        ("sessionCookieDurationS", "604800"), ("sessionCookiePath", "/"));

    public static void Note(List<ImportNote> notes, XElement xml, string where, FrozenDictionary<string, string> table)
    {
        var named = xml.Attributes().Select(a => (Name: a.Name.LocalName, a.Value)).Concat(xml.Elements().Select(e => (Name: e.Name.LocalName, e.Value)));
        foreach (var group in named.GroupBy(n => n.Name, n => n.Value.Trim()))
        {
            var value = string.Join(", ", group);
            if (table.TryGetValue(group.Key, out var usual) ? usual == Quiet || value == usual || value.Length == 0 : value is "" or "0" or "false")
                continue;
            notes.Add(new ImportNote($"{where}, {group.Key} {value}", usual is null ? "FolderSync doesn't know this option." : Explain(group.Key)));
        }
    }

    private static string Explain(string name) => name switch
    {
        "introducer" => "FolderSync doesn't support introducers; pair devices yourself.",
        "autoAcceptFolders" => "FolderSync asks about folders that it offers.",
        "untrusted" => "no folder is shared with it: FolderSync can't encrypt for a device yet.",
        "insecureSkipHostcheck" => "the page's allowed host names are in page.allowed-hosts.",
        _ => SyncthingOptions.All.FirstOrDefault(o => o.Treatment == OptionTreatment.Rejected && o.Name == name)?.Why ?? "FolderSync has no such option.",
    };

    private static IEnumerable<string> Imported<T>(IEnumerable<SyncthingField<T>> fields, string scope) =>
        fields.Where(f => f.Scope == scope && f.Import is not null).Select(f => f.Import!);

    private static FrozenDictionary<string, string> Table(IEnumerable<string> imported, string quiet, params (string Name, string Usual)[] named)
    {
        var table = quiet.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(imported).Distinct().ToDictionary(n => n, _ => Quiet);
        foreach (var (name, usual) in named)
            table[name] = usual;
        return table.ToFrozenDictionary();
    }
}
