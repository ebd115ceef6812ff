using System.Collections.Immutable;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Network;
using FolderSync.Protocol.Messages;

namespace FolderSync.Configuration.Schema;

/// <summary>
/// Every option: its name in the file, its meaning, its allowed values, and where it goes. Reading, writing, "did you mean", the JSON Schema and
/// environment variables all use these tables.
/// </summary>
public static class ConfigSchema
{
    /// <summary>The file's format, 1 if it names none. Raise it for a change that older programs would misread.</summary>
    public const string FormatOption = "format";
    public const int Format = 1;

    public const string DeviceSection = "device";
    public const string PageSection = "page";
    public const string NetworkSection = "network";
    public const string LimitsSection = "limits";
    public const string NotificationsSection = "notifications";
    public const string DevicesSection = "devices";
    public const string FoldersSection = "folders";
    public const string With = "with";
    public const string Id = "id";
    public const string Path = "path";
    public const string Address = "address";

    public const string DevicesDescription = "The other devices. `foldersync pair ID` writes an entry.";
    public const string FoldersDescription = "The synced folders. `foldersync share PATH --with NAME` writes an entry.";
    public const string WithDescription = "The devices it is shared with, by name or ID.";

    public static readonly ConfigFields<EngineConfig> Device = new(new EngineConfig(), SyncthingOptions.Options,
    [
        ConfigField.Text<EngineConfig>("name", "This device's name on other devices.", c => c.Name, (c, v) => c with { Name = v }, ValidateName),
    ]);

    public static readonly ConfigFields<PageConfig> Page = new(new PageConfig(), SyncthingOptions.Gui,
    [
        ConfigField.Bool<PageConfig>("enabled", "false disables the page and the REST interface.", c => c.Enabled, (c, v) => c with { Enabled = v })
            .InSyncthing("enabled").NeedsRestart().Labelled("Page and REST interface"),
        ConfigField.Text<PageConfig>(Address, "The address of the page and the REST interface, as host:port. Takes effect after a restart.",
            c => c.Address, (c, v) => c with { Address = v }, ConfigAddress.ValidateHostAndPort)
            .InSyncthing("address").As(new SyncthingForm<PageConfig>.Text(c => c.Address, (c, v) => v.Length > 0 ? c with { Address = v } : c, null)).ImportedByHand().NeedsRestart(),
        ConfigField.Text<PageConfig>("api-key", "The key that programs send as X-API-Key; created if missing.", c => c.ApiKey, (c, v) => c with { ApiKey = v }).Secret()
            .InSyncthing("apiKey").ImportedAs("apikey").As(new SyncthingForm<PageConfig>.Text(c => c.ApiKey, (c, v) => v.Length > 0 ? c with { ApiKey = v } : c, null)).Labelled("API key"),
        ConfigField.Text<PageConfig>("user", "The user name for the page's login.", c => c.User, (c, v) => c with { User = v })
            .InSyncthing("user"),
        ConfigField.Text<PageConfig>("password-hash", "The password's hash, written by the page's settings or `foldersync password`.",
            c => c.PasswordHash, (c, v) => c with { PasswordHash = v },
            v => v.Length == 0 || Password.IsHash(v) ? null : "This is not a password hash. Set one with `foldersync password`.").Secret()
            .InSyncthing("password").ByHand(),
        ConfigField.Bool<PageConfig>("tls", "Use HTTPS, with https-cert.pem and https-key.pem in the home. Takes effect after a restart.", c => c.Tls, (c, v) => c with { Tls = v })
            .InSyncthing("useTLS").ImportedAs("tls").NeedsRestart().Labelled("HTTPS"),
        ConfigField.Bool<PageConfig>("open-browser", "Open the page when `foldersync serve` starts in a desktop terminal.", c => c.OpenBrowser, (c, v) => c with { OpenBrowser = v })
            .InSyncthing("startBrowser", SyncthingOptions.Options).Labelled("Open the browser at startup"),
        ConfigField.TextList<PageConfig>("allowed-hosts", "Host names besides localhost that requests may use (a reverse proxy's).",
            c => c.AllowedHosts, (c, v) => c with { AllowedHosts = v })
            .Labelled("Allowed host names"),
    ]);

    public static readonly ConfigFields<EngineConfig> Network = new(new EngineConfig(), SyncthingOptions.Options,
    [
        ConfigField.TextList<EngineConfig>("listen", "Addresses to listen on for other devices: tcp://host:port, or default for tcp://0.0.0.0:22000.",
            c => c.ListenAddresses, (c, v) => c with { ListenAddresses = v }, ConfigAddress.ValidateListenAddress)
            .InSyncthing("listenAddresses").As(new SyncthingForm<EngineConfig>.TextList(c => c.ListenAddresses, (c, v) => c with { ListenAddresses = v }, null)).ImportedByHand("listenAddress").Labelled("Listen on"),
        ConfigField.Duration<EngineConfig>("reconnect", "The maximum time between attempts to reach a disconnected device.", 1, null,
            c => c.ReconnectIntervalSeconds, (c, v) => c with { ReconnectIntervalSeconds = v })
            .InSyncthing("reconnectionIntervalS").Labelled("Try to connect every"),
        ConfigField.Bool<EngineConfig>("local-discovery", "Announce this device on the LAN and find others there, like Syncthing.", c => c.LocalDiscovery, (c, v) => c with { LocalDiscovery = v })
            .InSyncthing("localAnnounceEnabled"),
        ConfigField.Int<EngineConfig>("local-discovery-port", "The UDP port of local discovery, the same on all devices.", 1, ushort.MaxValue,
            c => c.LocalDiscoveryPort, (c, v) => c with { LocalDiscoveryPort = v })
            .InSyncthing("localAnnouncePort").Labelled("Local discovery port"),
        ConfigField.Bool<EngineConfig>("mdns", "Announce this device on the LAN and find others there with mDNS (Bonjour, Avahi).", c => c.Mdns, (c, v) => c with { Mdns = v })
            .InRest("mdnsEnabled").ImportedAs("localAnnounceEnabled").Labelled("mDNS"),
        ConfigField.TextList<EngineConfig>("ignored-devices", "IDs of devices whose connections are refused without asking. A device listed under devices is not ignored.",
            c => [.. c.IgnoredDevices.Select(d => d.ToString())], (c, v) => c with { IgnoredDevices = [.. v.Select(id => DeviceIdText.TryParse(id, out var device, out _) ? device : default).Distinct()] }, ConfigAddress.ValidateDeviceAddress),
    ]);

    public static readonly ConfigFields<EngineConfig> Limits = new(new EngineConfig(), SyncthingOptions.Options,
    [
        ConfigField.Rate<EngineConfig>("send", "The maximum send rate, over all devices.", c => c.MaxSendKbps, (c, v) => c with { MaxSendKbps = v })
            .InSyncthing("maxSendKbps").Labelled("Sending, at most"),
        ConfigField.Rate<EngineConfig>("receive", "The maximum receive rate, over all devices.", c => c.MaxReceiveKbps, (c, v) => c with { MaxReceiveKbps = v })
            .InSyncthing("maxRecvKbps").Labelled("Receiving, at most"),
        ConfigField.Bool<EngineConfig>("also-in-lan", "Apply the limits on the local network, too.", c => c.LimitBandwidthInLan, (c, v) => c with { LimitBandwidthInLan = v })
            .InSyncthing("limitBandwidthInLan").Labelled("Also in the local network"),
        ConfigField.Size<EngineConfig>("requests", "The bytes of requests answered at the same time, over all devices.", c => c.MaxRequestBytes, (c, v) => c with { MaxRequestBytes = v })
            .InSyncthing("maxConcurrentIncomingRequestKiB").As(new SyncthingForm<EngineConfig>.Integer(0, int.MaxValue, RequestKiB, WithRequestKiB)).Labelled("Concurrent requests"),
        ConfigField.Int<EngineConfig>("folders-at-once", "The number of folders that scan at the same time; 0: the number of cores.", 0, 1000,
            c => c.MaxFolderConcurrency, (c, v) => c with { MaxFolderConcurrency = v })
            .InSyncthing("maxFolderConcurrency").Labelled("Concurrent scans"),
        ConfigField.Duration<EngineConfig>("keep-partial", "How long the data of an interrupted transfer is kept.", 3600, "off",
            c => c.KeepTemporariesHours, (c, v) => c with { KeepTemporariesHours = v })
            .InSyncthing("keepTemporariesH").Labelled("Keep interrupted transfers for"),
    ]);

    public static readonly ConfigFields<NotificationsConfig> Notifications = new(new NotificationsConfig(), SyncthingOptions.Options,
    [
        ConfigField.Bool<NotificationsConfig>("pairing", "Notify when an unknown device wants to connect.", c => c.Pairing, (c, v) => c with { Pairing = v })
            .InRest("notifications.pairing").Labelled("New devices"),
        ConfigField.Bool<NotificationsConfig>("folders", "Notify when a device offers a folder.", c => c.Folders, (c, v) => c with { Folders = v })
            .InRest("notifications.folders").Labelled("Offered folders"),
        ConfigField.Bool<NotificationsConfig>("conflicts", "Notify when concurrent edits of a file caused a conflict copy.", c => c.Conflicts, (c, v) => c with { Conflicts = v })
            .InRest("notifications.conflicts"),
        ConfigField.Bool<NotificationsConfig>("errors", "Notify when something needs your attention.", c => c.Errors, (c, v) => c with { Errors = v })
            .InRest("notifications.errors").Labelled("What needs you"),
    ]);

    public static readonly ConfigFields<DeviceConfig> Peer = new(new DeviceConfig { Id = default }, SyncthingOptions.Device,
    [
        ConfigField.Device<DeviceConfig>(Id, "The ID that `foldersync id` shows on that device.", c => c.Id, (c, v) => c with { Id = v })
            .InSyncthing("deviceID").ByHand().ImportedByHand("id"),
        ConfigField.Text<DeviceConfig>("name", "Its name on this device.", c => c.Name, (c, v) => c with { Name = v }, ValidateName)
            .InSyncthing("name").ImportedByHand(),
        ConfigField.TextList<DeviceConfig>("addresses", "Its address: tcp://host:port, or dynamic to find it.", c => c.Addresses, (c, v) => c with { Addresses = v }, ConfigAddress.ValidateDialAddress)
            .InSyncthing("addresses").As(new SyncthingForm<DeviceConfig>.TextList(c => c.Addresses, (c, v) => c with { Addresses = v.IsEmpty ? ["dynamic"] : v }, null)).ImportedByHand("address"),
        ConfigField.Choice<DeviceConfig, Compression>("compression", "What to compress when sending to it.", EnumNames.Compression, c => c.Compression, (c, v) => c with { Compression = v })
            .InSyncthing("compression").WithOlderWords(("true", "always"), ("false", "never")),
        ConfigField.Bool<DeviceConfig>("paused", "Don't connect to it for now.", c => c.Paused, (c, v) => c with { Paused = v })
            .InSyncthing("paused"),
        ConfigField.Int<DeviceConfig>("connections", "The number of connections; 0: one.", 0, 128, c => c.NumConnections, (c, v) => c with { NumConnections = v })
            .InSyncthing("numConnections").Labelled("Connections at once"),
        ConfigField.Rate<DeviceConfig>("send", "The maximum send rate to this device.", c => c.MaxSendKbps, (c, v) => c with { MaxSendKbps = v })
            .InSyncthing("maxSendKbps").Labelled("Sending, at most"),
        ConfigField.Rate<DeviceConfig>("receive", "The maximum receive rate from this device.", c => c.MaxReceiveKbps, (c, v) => c with { MaxReceiveKbps = v })
            .InSyncthing("maxRecvKbps").Labelled("Receiving, at most"),
        ConfigField.TextList<DeviceConfig>("allowed-networks", "Networks that its address must be in, such as 192.168.0.0/16; ! excludes one, and the first match decides. Empty: any address.",
            c => c.AllowedNetworks, (c, v) => c with { AllowedNetworks = v }, NetworkFilter.Validate)
            .InSyncthing("allowedNetworks").ImportedByHand("allowedNetwork"),
        ConfigField.TextList<DeviceConfig>("ignored-folders", "IDs of offered folders to ignore.", c => [.. c.IgnoredFolders.Select(f => f.Value)],
            // Before some IDs became invalid, folders with them could be offered and ignored; there is nothing left to ignore.
            (c, v) => c with { IgnoredFolders = [.. v.Where(id => FolderIdText.Validate(id) is null).Select(id => new FolderId(id))] })
            .InSyncthing("ignoredFolders").ByHand().ImportedByHand("ignoredFolder"),
    ]);

    /// <summary>Without <see cref="With"/>, whose items may be device names.</summary>
    public static readonly ConfigFields<FolderConfig> Folder = new(new FolderConfig { Id = new FolderId(""), Path = "" }, SyncthingOptions.Folder,
    [
        ConfigField.Text<FolderConfig>(Id, "A short ID, the same on all devices.", c => c.Id.Value, (c, v) => c with { Id = new FolderId(v) },
            FolderIdText.Validate)
            .InSyncthing("id").ByHand(),
        ConfigField.Text<FolderConfig>("label", "Its name on this device.", c => c.Label, (c, v) => c with { Label = v }, ValidateLabel)
            .InSyncthing("label").ImportedByHand().Labelled("Name"),
        ConfigField.Path<FolderConfig>(Path, "The directory of its files on this device; ~ is your home directory.", c => c.Path, (c, v) => c with { Path = v })
            .InSyncthing("path").ByHand().ReopensFolder(),
        ConfigField.Choice<FolderConfig, FolderType>("type", "The direction in which changes are synced.", EnumNames.FolderType, c => c.Type, (c, v) => c with { Type = v })
            .InSyncthing("type").WithoutWord("receiveencrypted", "FolderSync doesn't support encrypted folders (receiveencrypted) yet.").WithOlderWords(("readwrite", "sendreceive"), ("readonly", "sendonly")).ReopensFolder().Labelled("Direction"),
        ConfigField.Bool<FolderConfig>("paused", "Don't scan or sync it for now.", c => c.Paused, (c, v) => c with { Paused = v })
            .InSyncthing("paused").ReopensFolder(),
        ConfigField.Bool<FolderConfig>("watch", "Detect changes at once.", c => c.WatcherEnabled, (c, v) => c with { WatcherEnabled = v })
            .InSyncthing("fsWatcherEnabled").ReopensFolder().Labelled("Detect changes at once"),
        ConfigField.Duration<FolderConfig>("rescan", "How often the whole folder is scanned.", 1, "off", c => c.RescanIntervalSeconds, (c, v) => c with { RescanIntervalSeconds = v })
            .InSyncthing("rescanIntervalS").ReopensFolder().Labelled("Scan for changes every"),
        ConfigField.Duration<FolderConfig>("full-verify", "How often all files are read, to detect corruption on disk.", 3600, "off",
            c => c.FullVerifyIntervalHours, (c, v) => c with { FullVerifyIntervalHours = v })
            .InRest("fullVerifyIntervalH").Labelled("Read everything again every"),
        ConfigField.Choice<FolderConfig, VersioningKind>("versions", "What to do with files that other devices delete or replace.", EnumNames.Versioning, c => c.Versioning.Kind,
            (c, v) => c with { Versioning = c.Versioning with { Kind = v } })
            .InSyncthing("versioning.type").ByHand().ImportedByHand("versioning").ReopensFolder().Labelled("Deleted and replaced files"),
        ConfigField.Duration<FolderConfig>("keep-versions", "How long the trash can keeps a version. Time added by a jump of the clock, or days for which the device was off, count after the device has run for a week since.", 86400, "forever", c => c.Versioning.CleanoutDays,
            (c, v) => c with { Versioning = c.Versioning with { CleanoutDays = v } })
            .InSyncthing("versioning.params.cleanoutDays").ByHand().ImportedByHand("versioning").ReopensFolder().Labelled("Keep versions for"),
        ConfigField.Text<FolderConfig>("versions-path", "Where versions are stored. Default: .stversions in the folder.", c => c.Versioning.Path,
            (c, v) => c with { Versioning = c.Versioning with { Path = v } })
            .InSyncthing("versioning.fsPath").ByHand().ImportedByHand("versioning").ReopensFolder().Labelled("Place of versions"),
        ConfigField.Free<FolderConfig>("versions-max-size", "The maximum disk space for all versions: a percentage, a size, or off. Files with many versions are thinned out first; the newest version of each file and what it was before the changes of the last 30 days stay, so the limit may be exceeded.",
            c => (c.Versioning.MaxSize, c.Versioning.MaxSizeIsBytes), (c, v) => c with { Versioning = c.Versioning with { MaxSize = v.Amount, MaxSizeIsBytes = v.IsBytes } })
            .InRest("versioning.params.maxSize").ByHand().ReopensFolder().Labelled("Room for versions"),
        ConfigField.Int<FolderConfig>("max-conflicts", "The maximum number of conflict copies per file; -1: any number, 0: none.", -1, int.MaxValue,
            c => c.MaxConflicts, (c, v) => c with { MaxConflicts = v })
            .InSyncthing("maxConflicts").Labelled("Conflict copies per file"),
        ConfigField.Choice<FolderConfig, PullOrder>("order", "Which files are fetched first.", EnumNames.Order, c => c.Order, (c, v) => c with { Order = v })
            .InSyncthing("order").Labelled("Order of files"),
        ConfigField.Free<FolderConfig>("min-free", "Disk space to keep free: a percentage, a size, or off. Files that would leave less wait; only superseded versions older than seven days, and no file's state before the changes of the last 30 days, are deleted to free space for them.", c => (c.MinDiskFree, c.MinDiskFreeIsBytes),
            (c, v) => c with { MinDiskFree = v.Amount, MinDiskFreeIsBytes = v.IsBytes })
            .InSyncthing("minDiskFree").Labelled("Keep free on the disk"),
        ConfigField.Bool<FolderConfig>("ignore-permissions", "File permissions are ignored.", c => c.IgnorePermissions, (c, v) => c with { IgnorePermissions = v })
            .InSyncthing("ignorePerms").ReopensFolder(),
        ConfigField.Bool<FolderConfig>("ignore-delete", "Keep files that other devices delete.", c => c.IgnoreDelete, (c, v) => c with { IgnoreDelete = v })
            .InSyncthing("ignoreDelete").Labelled("Ignore others’ deletions"),
        ConfigField.Bool<FolderConfig>("sparse", "Store blocks of zeros without using disk space.", c => c.SparseFiles, (c, v) => c with { SparseFiles = v })
            .InSyncthing("disableSparseFiles").Negated().ReopensFolder().Labelled("Sparse files"),
        ConfigField.Int<FolderConfig>("hold-deletions-over", "Hold deletions for confirmation when more files than this vanish at once; 0: never.", 0, int.MaxValue,
            c => c.HoldDeletionsOver, (c, v) => c with { HoldDeletionsOver = v })
            .InRest("holdDeletionsOver").Labelled("Hold more deletions than"),
        ConfigField.Int<FolderConfig>("hold-deletions-over-percent", "The same as a percentage of the files; 0: never.", 0, 100,
            c => c.HoldDeletionsOverPercent, (c, v) => c with { HoldDeletionsOverPercent = v })
            .InRest("holdDeletionsOverPercent").Labelled("Hold more deletions than, in percent"),
        ConfigField.Bool<FolderConfig>("hold-incoming-deletions", "Apply the same limits to deletions by other devices.", c => c.HoldIncomingDeletions, (c, v) => c with { HoldIncomingDeletions = v })
            .InRest("holdIncomingDeletions").Labelled("Hold others’ deletions, too"),
        ConfigField.Int<FolderConfig>("hold-incoming-from", "Hold for confirmation what other devices replace or delete when it is at least this many files within ten minutes and hold-incoming-from-percent is reached, too; 0: never.", 0, int.MaxValue,
            c => c.HoldIncomingFrom, (c, v) => c with { HoldIncomingFrom = v })
            .InRest("holdIncomingFrom").Labelled("Hold others’ changes from this many files on"),
        ConfigField.Int<FolderConfig>("hold-incoming-from-percent", "The percentage of the files that must be reached, too; 0: any.", 0, 100,
            c => c.HoldIncomingFromPercent, (c, v) => c with { HoldIncomingFromPercent = v })
            .InRest("holdIncomingFromPercent").Labelled("Hold others’ changes from this percentage on"),
        ConfigField.Duration<FolderConfig>("mtime-window", "Modification times that differ by no more than this count as equal, for disks that store them imprecisely.", 1, "off",
            c => c.ModifiedWindowSeconds, (c, v) => c with { ModifiedWindowSeconds = v })
            .InSyncthing("modTimeWindowS").ReopensFolder().Labelled("Tolerance of times"),
    ]);

    /// <summary>The sections, in the file's order.</summary>
    public static readonly ImmutableArray<ConfigSection> Groups =
    [
        new ConfigSection<EngineConfig>(DeviceSection, "This device.", Device, c => c.Engine, (c, v) => c with { Engine = v }),
        new ConfigSection<PageConfig>(PageSection, "The web page and the REST interface.", Page, c => c.Page, (c, v) => c with { Page = v }),
        new ConfigSection<EngineConfig>(NetworkSection, "How devices find and reach each other.", Network, c => c.Engine, (c, v) => c with { Engine = v }),
        new ConfigSection<EngineConfig>(LimitsSection, "Limits of bandwidth and concurrency.", Limits, c => c.Engine, (c, v) => c with { Engine = v }),
        new ConfigSection<NotificationsConfig>(NotificationsSection, "Which desktop notifications to show.", Notifications, c => c.Notifications, (c, v) => c with { Notifications = v }),
    ];

    public static readonly ImmutableArray<string> Sections = [.. Groups.Select(g => g.Name), DevicesSection, FoldersSection];

    /// <summary>In the order of their sections.</summary>
    public static readonly ImmutableArray<SyncthingField<ServiceConfig>> Syncthing = [.. Groups.SelectMany(g => g.Syncthing)];

    /// <summary>True when a difference requires closing and reopening the folder.</summary>
    public static bool NeedsReopening(FolderConfig before, FolderConfig now) => Folder.Changed(before, now).Any(f => f.Effect == OptionEffect.FolderReopens);

    /// <summary>Null for a device name that is short enough, otherwise a sentence.</summary>
    public static string? ValidateName(string name) => TextLimits.ValidateLength("A device's name", name, TextLimits.MaxName);

    public static string? ValidateLabel(string label) => TextLimits.ValidateLength("A folder's label", label, TextLimits.MaxLabel);

    /// <summary>0 stands for the default.</summary>
    private static int RequestKiB(EngineConfig engine) =>
        engine.MaxRequestBytes == new EngineConfig().MaxRequestBytes ? 0 : (int)Math.Clamp(engine.MaxRequestBytes / 1024, 1, int.MaxValue);

    /// <summary>Keeps a number of bytes that isn't a whole number of KiB unless another value is meant.</summary>
    private static EngineConfig WithRequestKiB(EngineConfig engine, int kib) => kib == RequestKiB(engine) ? engine
        : engine with { MaxRequestBytes = kib > 0 ? kib * 1024L : new EngineConfig().MaxRequestBytes };
}
