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

    public const string DevicesAbout = "The other devices. `foldersync pair ID` writes an entry.";
    public const string FoldersAbout = "What is kept the same. `foldersync share PATH --with NAME` writes an entry.";
    public const string WithAbout = "The devices it is shared with, by name or ID.";

    public static readonly ConfigFields<EngineConfig> Device = new(new EngineConfig(), SyncthingOptions.Options,
    [
        ConfigField.Text<EngineConfig>("name", "This device's name, as the others see it.", c => c.Name, (c, v) => c with { Name = v }, WhyNotName),
    ]);

    public static readonly ConfigFields<PageConfig> Page = new(new PageConfig(), SyncthingOptions.Gui,
    [
        ConfigField.Bool<PageConfig>("enabled", "false: neither page nor REST interface.", c => c.Enabled, (c, v) => c with { Enabled = v })
            .InSyncthing("enabled").NeedsRestart().Labelled("Page and REST interface"),
        ConfigField.Text<PageConfig>(Address, "Where the page and the REST interface are, as host:port. In force after a restart.",
            c => c.Address, (c, v) => c with { Address = v }, ConfigAddress.WhyNotHostAndPort)
            .InSyncthing("address").As(new SyncthingForm<PageConfig>.Text(c => c.Address, (c, v) => v.Length > 0 ? c with { Address = v } : c, null)).ImportedByHand().NeedsRestart(),
        ConfigField.Text<PageConfig>("api-key", "What programs send as X-API-Key; one is made where it is missing.", c => c.ApiKey, (c, v) => c with { ApiKey = v }).Secret()
            .InSyncthing("apiKey").ImportedAs("apikey").As(new SyncthingForm<PageConfig>.Text(c => c.ApiKey, (c, v) => v.Length > 0 ? c with { ApiKey = v } : c, null)).Labelled("API key"),
        ConfigField.Text<PageConfig>("user", "The name that the page asks for, with the password.", c => c.User, (c, v) => c with { User = v })
            .InSyncthing("user"),
        ConfigField.Text<PageConfig>("password-hash", "The password's hash, as the page's settings or `foldersync password` write it.",
            c => c.PasswordHash, (c, v) => c with { PasswordHash = v },
            v => v.Length == 0 || Password.IsHash(v) ? null : "This is no password hash. Write one with `foldersync password`.").Secret()
            .InSyncthing("password").ByHand(),
        ConfigField.Bool<PageConfig>("tls", "HTTPS, with https-cert.pem and https-key.pem of the home. In force after a restart.", c => c.Tls, (c, v) => c with { Tls = v })
            .InSyncthing("useTLS").ImportedAs("tls").NeedsRestart().Labelled("HTTPS"),
        ConfigField.Bool<PageConfig>("open-browser", "Open the page when `foldersync serve` starts in a desktop's terminal.", c => c.OpenBrowser, (c, v) => c with { OpenBrowser = v })
            .InSyncthing("startBrowser", SyncthingOptions.Options).Labelled("Open the browser at the start"),
        ConfigField.Texts<PageConfig>("allowed-hosts", "Names besides localhost under which a browser may call the page (a reverse proxy's).",
            c => c.AllowedHosts, (c, v) => c with { AllowedHosts = v })
            .Labelled("Other names of the page"),
    ]);

    public static readonly ConfigFields<EngineConfig> Network = new(new EngineConfig(), SyncthingOptions.Options,
    [
        ConfigField.Texts<EngineConfig>("listen", "Where peers are listened for: tcp://host:port, or default for tcp://0.0.0.0:22000.",
            c => c.ListenAddresses, (c, v) => c with { ListenAddresses = v }, ConfigAddress.WhyNotListen)
            .InSyncthing("listenAddresses").As(new SyncthingForm<EngineConfig>.Texts(c => c.ListenAddresses, (c, v) => c with { ListenAddresses = v }, null)).ImportedByHand("listenAddress").Labelled("Listen on"),
        ConfigField.Duration<EngineConfig>("reconnect", "How long at most between attempts at a device that is not connected.", 1, null,
            c => c.ReconnectIntervalSeconds, (c, v) => c with { ReconnectIntervalSeconds = v })
            .InSyncthing("reconnectionIntervalS").Labelled("Try to connect every"),
        ConfigField.Bool<EngineConfig>("local-discovery", "Tell the LAN of this device, and find others there, as Syncthing does.", c => c.LocalDiscovery, (c, v) => c with { LocalDiscovery = v })
            .InSyncthing("localAnnounceEnabled"),
        ConfigField.Int<EngineConfig>("local-discovery-port", "The UDP port of local discovery, the same on all devices.", 1, ushort.MaxValue,
            c => c.LocalDiscoveryPort, (c, v) => c with { LocalDiscoveryPort = v })
            .InSyncthing("localAnnouncePort").Labelled("Port of local discovery"),
        ConfigField.Bool<EngineConfig>("mdns", "Tell the LAN of this device, and find others there, by mDNS (Bonjour, Avahi).", c => c.Mdns, (c, v) => c with { Mdns = v })
            .InRest("mdnsEnabled").ImportedAs("localAnnounceEnabled").Labelled("mDNS"),
        ConfigField.Texts<EngineConfig>("ignored-devices", "IDs of devices that are refused without a question when they want to connect. One that is listed under devices is not ignored.",
            c => [.. c.IgnoredDevices.Select(d => d.ToString())], (c, v) => c with { IgnoredDevices = [.. v.Select(id => DeviceIdText.TryParse(id, out var device, out _) ? device : default).Distinct()] }, ConfigAddress.WhyNotDevice),
    ]);

    public static readonly ConfigFields<EngineConfig> Limits = new(new EngineConfig(), SyncthingOptions.Options,
    [
        ConfigField.Rate<EngineConfig>("send", "The rate of sending, over all devices.", c => c.MaxSendKbps, (c, v) => c with { MaxSendKbps = v })
            .InSyncthing("maxSendKbps").Labelled("Sending, at most"),
        ConfigField.Rate<EngineConfig>("receive", "The rate of receiving, over all devices.", c => c.MaxReceiveKbps, (c, v) => c with { MaxReceiveKbps = v })
            .InSyncthing("maxRecvKbps").Labelled("Receiving, at most"),
        ConfigField.Bool<EngineConfig>("also-in-lan", "The limits hold in the home's own network, too.", c => c.LimitBandwidthInLan, (c, v) => c with { LimitBandwidthInLan = v })
            .InSyncthing("limitBandwidthInLan").Labelled("Also in the local network"),
        ConfigField.Size<EngineConfig>("requests", "How much of peers' requests is answered at once, over all devices.", c => c.MaxRequestBytes, (c, v) => c with { MaxRequestBytes = v })
            .InSyncthing("maxConcurrentIncomingRequestKiB").As(new SyncthingForm<EngineConfig>.Whole(0, int.MaxValue, RequestKiB, WithRequestKiB)).Labelled("Requests answered at once"),
        ConfigField.Int<EngineConfig>("folders-at-once", "How many folders scan at once; 0: as many as there are cores.", 0, 1000,
            c => c.MaxFolderConcurrency, (c, v) => c with { MaxFolderConcurrency = v })
            .InSyncthing("maxFolderConcurrency").Labelled("Folders scanned at once"),
        ConfigField.Duration<EngineConfig>("keep-partial", "How long what an interrupted transfer has so far is kept.", 3600, "off",
            c => c.KeepTemporariesHours, (c, v) => c with { KeepTemporariesHours = v })
            .InSyncthing("keepTemporariesH").Labelled("Keep interrupted transfers for"),
    ]);

    public static readonly ConfigFields<NotificationsConfig> Notifications = new(new NotificationsConfig(), SyncthingOptions.Options,
    [
        ConfigField.Bool<NotificationsConfig>("pairing", "Tell when a device that is not known wants to connect.", c => c.Pairing, (c, v) => c with { Pairing = v })
            .InRest("notifications.pairing").Labelled("New devices"),
        ConfigField.Bool<NotificationsConfig>("folders", "Tell when a device offers a folder.", c => c.Folders, (c, v) => c with { Folders = v })
            .InRest("notifications.folders").Labelled("Offered folders"),
        ConfigField.Bool<NotificationsConfig>("conflicts", "Tell when two edits of one file met and a conflict copy was made.", c => c.Conflicts, (c, v) => c with { Conflicts = v })
            .InRest("notifications.conflicts"),
        ConfigField.Bool<NotificationsConfig>("errors", "Tell when something needs a person.", c => c.Errors, (c, v) => c with { Errors = v })
            .InRest("notifications.errors").Labelled("What needs you"),
    ]);

    public static readonly ConfigFields<DeviceConfig> Peer = new(new DeviceConfig { Id = default }, SyncthingOptions.Device,
    [
        ConfigField.Device<DeviceConfig>(Id, "The ID that `foldersync id` shows on that device.", c => c.Id, (c, v) => c with { Id = v })
            .InSyncthing("deviceID").ByHand().ImportedByHand("id"),
        ConfigField.Text<DeviceConfig>("name", "What it is called here.", c => c.Name, (c, v) => c with { Name = v }, WhyNotName)
            .InSyncthing("name").ImportedByHand(),
        ConfigField.Texts<DeviceConfig>("addresses", "Where it is: tcp://host:port, or dynamic to find it.", c => c.Addresses, (c, v) => c with { Addresses = v }, ConfigAddress.WhyNotDial)
            .InSyncthing("addresses").As(new SyncthingForm<DeviceConfig>.Texts(c => c.Addresses, (c, v) => c with { Addresses = v.IsEmpty ? ["dynamic"] : v }, null)).ImportedByHand("address"),
        ConfigField.Word<DeviceConfig, Compression>("compression", "What is compressed on the way to it.", ConfigWords.Compression, c => c.Compression, (c, v) => c with { Compression = v })
            .InSyncthing("compression").WithOlderWords(("true", "always"), ("false", "never")),
        ConfigField.Bool<DeviceConfig>("paused", "Known, and not talked to for now.", c => c.Paused, (c, v) => c with { Paused = v })
            .InSyncthing("paused"),
        ConfigField.Int<DeviceConfig>("connections", "How many connections at once; 0: one.", 0, 128, c => c.NumConnections, (c, v) => c with { NumConnections = v })
            .InSyncthing("numConnections").Labelled("Connections at once"),
        ConfigField.Rate<DeviceConfig>("send", "The rate of sending to this device.", c => c.MaxSendKbps, (c, v) => c with { MaxSendKbps = v })
            .InSyncthing("maxSendKbps").Labelled("Sending, at most"),
        ConfigField.Rate<DeviceConfig>("receive", "The rate of receiving from this device.", c => c.MaxReceiveKbps, (c, v) => c with { MaxReceiveKbps = v })
            .InSyncthing("maxRecvKbps").Labelled("Receiving, at most"),
        ConfigField.Texts<DeviceConfig>("allowed-networks", "Networks that its address must be in, such as 192.168.0.0/16; with ! before one that is excluded, and the first that fits decides. Empty: any address.",
            c => c.AllowedNetworks, (c, v) => c with { AllowedNetworks = v }, NetworkFilter.WhyNot)
            .InSyncthing("allowedNetworks").ImportedByHand("allowedNetwork"),
        ConfigField.Texts<DeviceConfig>("ignored-folders", "IDs of folders that it offers and that are not asked about again.", c => [.. c.IgnoredFolders.Select(f => f.Value)],
            // Before some IDs became invalid, folders with them could be offered and ignored; there is nothing left to ignore.
            (c, v) => c with { IgnoredFolders = [.. v.Where(id => FolderIdText.WhyNot(id) is null).Select(id => new FolderId(id))] })
            .InSyncthing("ignoredFolders").ByHand().ImportedByHand("ignoredFolder"),
    ]);

    /// <summary>Without <see cref="With"/>, whose items may be device names.</summary>
    public static readonly ConfigFields<FolderConfig> Folder = new(new FolderConfig { Id = new FolderId(""), Path = "" }, SyncthingOptions.Folder,
    [
        ConfigField.Text<FolderConfig>(Id, "A short word, the same on all devices.", c => c.Id.Value, (c, v) => c with { Id = new FolderId(v) },
            FolderIdText.WhyNot)
            .InSyncthing("id").ByHand(),
        ConfigField.Text<FolderConfig>("label", "What it is called here.", c => c.Label, (c, v) => c with { Label = v }, WhyNotLabel)
            .InSyncthing("label").ImportedByHand().Labelled("Name"),
        ConfigField.Path<FolderConfig>(Path, "Where its files are on this device; ~ is your own directory.", c => c.Path, (c, v) => c with { Path = v })
            .InSyncthing("path").ByHand().ReopensFolder(),
        ConfigField.Word<FolderConfig, FolderType>("type", "Which way changes go.", ConfigWords.FolderType, c => c.Type, (c, v) => c with { Type = v })
            .InSyncthing("type").WithoutWord("receiveencrypted", "FolderSync can't hold encrypted folders (receiveencrypted) yet.").WithOlderWords(("readwrite", "sendreceive"), ("readonly", "sendonly")).ReopensFolder().Labelled("Direction"),
        ConfigField.Bool<FolderConfig>("paused", "Neither scanned nor synced for now.", c => c.Paused, (c, v) => c with { Paused = v })
            .InSyncthing("paused").ReopensFolder(),
        ConfigField.Bool<FolderConfig>("watch", "Notice changes at once.", c => c.WatcherEnabled, (c, v) => c with { WatcherEnabled = v })
            .InSyncthing("fsWatcherEnabled").ReopensFolder().Labelled("Notice changes at once"),
        ConfigField.Duration<FolderConfig>("rescan", "How often the whole folder is looked through.", 1, "off", c => c.RescanIntervalSeconds, (c, v) => c with { RescanIntervalSeconds = v })
            .InSyncthing("rescanIntervalS").ReopensFolder().Labelled("Look for changes every"),
        ConfigField.Duration<FolderConfig>("full-verify", "How often everything is read, to find what went bad on the disk.", 3600, "off",
            c => c.FullVerifyIntervalHours, (c, v) => c with { FullVerifyIntervalHours = v })
            .InRest("fullVerifyIntervalH").Labelled("Read everything again every"),
        ConfigField.Word<FolderConfig, VersioningKind>("versions", "What becomes of a file that others delete or replace.", ConfigWords.Versioning, c => c.Versioning.Kind,
            (c, v) => c with { Versioning = c.Versioning with { Kind = v } })
            .InSyncthing("versioning.type").ByHand().ImportedByHand("versioning").ReopensFolder().Labelled("Deleted and replaced files"),
        ConfigField.Duration<FolderConfig>("keep-versions", "How long the trash can keeps a version. Time that a jump of the clock adds, or that the device was off for days, counts when the device has run for a week since.", 86400, "forever", c => c.Versioning.CleanoutDays,
            (c, v) => c with { Versioning = c.Versioning with { CleanoutDays = v } })
            .InSyncthing("versioning.params.cleanoutDays").ByHand().ImportedByHand("versioning").ReopensFolder().Labelled("Keep versions for"),
        ConfigField.Text<FolderConfig>("versions-path", "Where versions go; .stversions in the folder otherwise.", c => c.Versioning.Path,
            (c, v) => c with { Versioning = c.Versioning with { Path = v } })
            .InSyncthing("versioning.fsPath").ByHand().ImportedByHand("versioning").ReopensFolder().Labelled("Place of versions"),
        ConfigField.Free<FolderConfig>("versions-max-size", "What all versions may take of the disk: a percentage, a size, or off. Files with many versions are thinned out first; the newest version of each file stays, so the limit may be exceeded.",
            c => (c.Versioning.MaxSize, c.Versioning.MaxSizeIsBytes), (c, v) => c with { Versioning = c.Versioning with { MaxSize = v.Amount, MaxSizeIsBytes = v.IsBytes } })
            .InRest("versioning.params.maxSize").ByHand().ReopensFolder().Labelled("Room for versions"),
        ConfigField.Int<FolderConfig>("max-conflicts", "How many conflict copies of one file are made; -1: any number, 0: none.", -1, int.MaxValue,
            c => c.MaxConflicts, (c, v) => c with { MaxConflicts = v })
            .InSyncthing("maxConflicts").Labelled("Conflict copies of a file"),
        ConfigField.Word<FolderConfig, PullOrder>("order", "Which files are fetched first.", ConfigWords.Order, c => c.Order, (c, v) => c with { Order = v })
            .InSyncthing("order").Labelled("Order of files"),
        ConfigField.Free<FolderConfig>("min-free", "Space to keep free: a percentage, a size, or off. Files that would leave less wait; only superseded versions older than seven days are deleted to make room for them.", c => (c.MinDiskFree, c.MinDiskFreeIsBytes),
            (c, v) => c with { MinDiskFree = v.Amount, MinDiskFreeIsBytes = v.IsBytes })
            .InSyncthing("minDiskFree").Labelled("Keep free on the disk"),
        ConfigField.Bool<FolderConfig>("ignore-permissions", "Modes are not compared.", c => c.IgnorePermissions, (c, v) => c with { IgnorePermissions = v })
            .InSyncthing("ignorePerms").ReopensFolder(),
        ConfigField.Bool<FolderConfig>("ignore-delete", "What others delete stays here.", c => c.IgnoreDelete, (c, v) => c with { IgnoreDelete = v })
            .InSyncthing("ignoreDelete").Labelled("Ignore others’ deletions"),
        ConfigField.Bool<FolderConfig>("sparse", "Blocks of zeros take no room on the disk.", c => c.SparseFiles, (c, v) => c with { SparseFiles = v })
            .InSyncthing("disableSparseFiles").Negated().ReopensFolder().Labelled("Sparse files"),
        ConfigField.Int<FolderConfig>("hold-deletions-over", "More files gone at once than this wait for a person's word; 0: never.", 0, int.MaxValue,
            c => c.HoldDeletionsOver, (c, v) => c with { HoldDeletionsOver = v })
            .InRest("holdDeletionsOver").Labelled("Hold more deletions than"),
        ConfigField.Int<FolderConfig>("hold-deletions-over-percent", "The same in percent of the files; 0: never.", 0, 100,
            c => c.HoldDeletionsOverPercent, (c, v) => c with { HoldDeletionsOverPercent = v })
            .InRest("holdDeletionsOverPercent").Labelled("Hold more deletions than, in percent"),
        ConfigField.Bool<FolderConfig>("hold-incoming-deletions", "The same numbers hold for what others delete.", c => c.HoldIncomingDeletions, (c, v) => c with { HoldIncomingDeletions = v })
            .InRest("holdIncomingDeletions").Labelled("Hold others’ deletions, too"),
        ConfigField.Duration<FolderConfig>("mtime-window", "Times that differ by no more are the same, for disks that keep them roughly.", 1, "off",
            c => c.ModifiedWindowSeconds, (c, v) => c with { ModifiedWindowSeconds = v })
            .InSyncthing("modTimeWindowS").ReopensFolder().Labelled("Tolerance of times"),
    ]);

    /// <summary>The sections, in the file's order.</summary>
    public static readonly ImmutableArray<ConfigSection> Groups =
    [
        new ConfigSection<EngineConfig>(DeviceSection, "This device.", Device, c => c.Engine, (c, v) => c with { Engine = v }),
        new ConfigSection<PageConfig>(PageSection, "The web page and the REST interface.", Page, c => c.Page, (c, v) => c with { Page = v }),
        new ConfigSection<EngineConfig>(NetworkSection, "How devices find and reach each other.", Network, c => c.Engine, (c, v) => c with { Engine = v }),
        new ConfigSection<EngineConfig>(LimitsSection, "What may be used at most.", Limits, c => c.Engine, (c, v) => c with { Engine = v }),
        new ConfigSection<NotificationsConfig>(NotificationsSection, "What a person is told of on the desktop.", Notifications, c => c.Notifications, (c, v) => c with { Notifications = v }),
    ];

    public static readonly ImmutableArray<string> Sections = [.. Groups.Select(g => g.Name), DevicesSection, FoldersSection];

    /// <summary>In the order of their sections.</summary>
    public static readonly ImmutableArray<SyncthingField<ServiceConfig>> Syncthing = [.. Groups.SelectMany(g => g.Syncthing)];

    /// <summary>True when a difference requires closing and reopening the folder.</summary>
    public static bool NeedsReopening(FolderConfig before, FolderConfig now) => Folder.Changed(before, now).Any(f => f.Effect == OptionEffect.FolderReopens);

    /// <summary>Null for a device name that is short enough, otherwise a sentence.</summary>
    public static string? WhyNotName(string name) => TextLimits.WhyTooLong("A device's name", name, TextLimits.MaxName);

    public static string? WhyNotLabel(string label) => TextLimits.WhyTooLong("A folder's label", label, TextLimits.MaxLabel);

    /// <summary>0 stands for the default.</summary>
    private static int RequestKiB(EngineConfig engine) =>
        engine.MaxRequestBytes == new EngineConfig().MaxRequestBytes ? 0 : (int)Math.Clamp(engine.MaxRequestBytes / 1024, 1, int.MaxValue);

    /// <summary>Keeps a number of bytes that isn't a whole number of KiB unless another value is meant.</summary>
    private static EngineConfig WithRequestKiB(EngineConfig engine, int kib) => kib == RequestKiB(engine) ? engine
        : engine with { MaxRequestBytes = kib > 0 ? kib * 1024L : new EngineConfig().MaxRequestBytes };
}
