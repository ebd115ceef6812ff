using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Protocol.Messages;

namespace FolderSync.Host.Config;

/// <summary>Every option: its name in the file, what it may say, and where it goes. Reading, writing and "did you mean" all go by these tables.</summary>
internal static class ConfigSchema
{
    public const string DeviceSection = "device";
    public const string PageSection = "page";
    public const string NetworkSection = "network";
    public const string LimitsSection = "limits";
    public const string DevicesSection = "devices";
    public const string FoldersSection = "folders";
    public const string With = "with";
    public const string Id = "id";
    public const string Path = "path";

    public static readonly string[] Sections = [DeviceSection, PageSection, NetworkSection, LimitsSection, DevicesSection, FoldersSection];

    public static readonly ConfigFields<EngineConfig> Device = new(new EngineConfig(),
    [
        ConfigField.Text<EngineConfig>("name", c => c.Name, (c, v) => c with { Name = v }),
    ]);

    public static readonly ConfigFields<PageConfig> Page = new(new PageConfig(),
    [
        ConfigField.Bool<PageConfig>("enabled", c => c.Enabled, (c, v) => c with { Enabled = v }),
        ConfigField.Text<PageConfig>("address", c => c.Address, (c, v) => c with { Address = v }, ConfigAddress.WhyNotHostAndPort),
        ConfigField.Text<PageConfig>("api-key", c => c.ApiKey, (c, v) => c with { ApiKey = v }),
        ConfigField.Text<PageConfig>("user", c => c.User, (c, v) => c with { User = v }),
        ConfigField.Text<PageConfig>("password-hash", c => c.PasswordHash, (c, v) => c with { PasswordHash = v },
            v => v.Length == 0 || Access.Password.IsHash(v) ? null : "This is no password hash. Write one with `foldersync password`."),
        ConfigField.Bool<PageConfig>("tls", c => c.Tls, (c, v) => c with { Tls = v }),
        ConfigField.Bool<PageConfig>("open-browser", c => c.OpenBrowser, (c, v) => c with { OpenBrowser = v }),
        ConfigField.Texts<PageConfig>("allowed-hosts", c => c.AllowedHosts, (c, v) => c with { AllowedHosts = v }),
    ]);

    public static readonly ConfigFields<EngineConfig> Network = new(new EngineConfig(),
    [
        ConfigField.Texts<EngineConfig>("listen", c => c.ListenAddresses, (c, v) => c with { ListenAddresses = v }, ConfigAddress.WhyNotListen),
        ConfigField.Duration<EngineConfig>("reconnect", 1, null, c => c.ReconnectIntervalSeconds, (c, v) => c with { ReconnectIntervalSeconds = v }),
    ]);

    public static readonly ConfigFields<EngineConfig> Limits = new(new EngineConfig(),
    [
        ConfigField.Rate<EngineConfig>("send", c => c.MaxSendKbps, (c, v) => c with { MaxSendKbps = v }),
        ConfigField.Rate<EngineConfig>("receive", c => c.MaxReceiveKbps, (c, v) => c with { MaxReceiveKbps = v }),
        ConfigField.Bool<EngineConfig>("also-in-lan", c => c.LimitBandwidthInLan, (c, v) => c with { LimitBandwidthInLan = v }),
        ConfigField.Size<EngineConfig>("requests", c => c.MaxRequestBytes, (c, v) => c with { MaxRequestBytes = v }),
        ConfigField.Int<EngineConfig>("folders-at-once", 0, 1000, c => c.MaxFolderConcurrency, (c, v) => c with { MaxFolderConcurrency = v }),
        ConfigField.Duration<EngineConfig>("keep-partial", 3600, "off", c => c.KeepTemporariesHours, (c, v) => c with { KeepTemporariesHours = v }),
    ]);

    public static readonly ConfigFields<DeviceConfig> Peer = new(new DeviceConfig { Id = default },
    [
        ConfigField.Device<DeviceConfig>(Id, c => c.Id, (c, v) => c with { Id = v }),
        ConfigField.Text<DeviceConfig>("name", c => c.Name, (c, v) => c with { Name = v }),
        ConfigField.Texts<DeviceConfig>("addresses", c => c.Addresses, (c, v) => c with { Addresses = v }, ConfigAddress.WhyNotDial),
        ConfigField.Word<DeviceConfig, Compression>("compression", ConfigWords.Compression, c => c.Compression, (c, v) => c with { Compression = v }),
        ConfigField.Bool<DeviceConfig>("paused", c => c.Paused, (c, v) => c with { Paused = v }),
        ConfigField.Int<DeviceConfig>("connections", 0, 128, c => c.NumConnections, (c, v) => c with { NumConnections = v }),
        ConfigField.Rate<DeviceConfig>("send", c => c.MaxSendKbps, (c, v) => c with { MaxSendKbps = v }),
        ConfigField.Rate<DeviceConfig>("receive", c => c.MaxReceiveKbps, (c, v) => c with { MaxReceiveKbps = v }),
        ConfigField.Texts<DeviceConfig>("ignored-folders", c => [.. c.IgnoredFolders.Select(f => f.Value)],
            (c, v) => c with { IgnoredFolders = [.. v.Select(id => new FolderId(id))] }),
    ]);

    /// <summary>Without <see cref="With"/>, whose items may be devices' names.</summary>
    public static readonly ConfigFields<FolderConfig> Folder = new(new FolderConfig { Id = new FolderId(""), Path = "" },
    [
        ConfigField.Text<FolderConfig>(Id, c => c.Id.Value, (c, v) => c with { Id = new FolderId(v) }, v => v.Length > 0 ? null : "A folder's id can't be empty."),
        ConfigField.Text<FolderConfig>("label", c => c.Label, (c, v) => c with { Label = v }),
        ConfigField.Path<FolderConfig>(Path, c => c.Path, (c, v) => c with { Path = v }),
        ConfigField.Word<FolderConfig, FolderType>("type", ConfigWords.FolderType, c => c.Type, (c, v) => c with { Type = v }),
        ConfigField.Bool<FolderConfig>("paused", c => c.Paused, (c, v) => c with { Paused = v }),
        ConfigField.Bool<FolderConfig>("watch", c => c.WatcherEnabled, (c, v) => c with { WatcherEnabled = v }),
        ConfigField.Duration<FolderConfig>("rescan", 1, "off", c => c.RescanIntervalSeconds, (c, v) => c with { RescanIntervalSeconds = v }),
        ConfigField.Duration<FolderConfig>("full-verify", 3600, "off", c => c.FullVerifyIntervalHours, (c, v) => c with { FullVerifyIntervalHours = v }),
        ConfigField.Word<FolderConfig, VersioningKind>("versions", ConfigWords.Versioning, c => c.Versioning.Kind,
            (c, v) => c with { Versioning = c.Versioning with { Kind = v } }),
        ConfigField.Duration<FolderConfig>("keep-versions", 86400, "forever", c => c.Versioning.CleanoutDays,
            (c, v) => c with { Versioning = c.Versioning with { CleanoutDays = v } }),
        ConfigField.Text<FolderConfig>("versions-path", c => c.Versioning.Path, (c, v) => c with { Versioning = c.Versioning with { Path = v } }),
        ConfigField.Int<FolderConfig>("max-conflicts", -1, int.MaxValue, c => c.MaxConflicts, (c, v) => c with { MaxConflicts = v }),
        ConfigField.Word<FolderConfig, PullOrder>("order", ConfigWords.Order, c => c.Order, (c, v) => c with { Order = v }),
        ConfigField.Free<FolderConfig>("min-free", c => (c.MinDiskFree, c.MinDiskFreeIsBytes),
            (c, v) => c with { MinDiskFree = v.Amount, MinDiskFreeIsBytes = v.IsBytes }),
        ConfigField.Bool<FolderConfig>("ignore-permissions", c => c.IgnorePermissions, (c, v) => c with { IgnorePermissions = v }),
        ConfigField.Bool<FolderConfig>("ignore-delete", c => c.IgnoreDelete, (c, v) => c with { IgnoreDelete = v }),
        ConfigField.Bool<FolderConfig>("sparse", c => c.SparseFiles, (c, v) => c with { SparseFiles = v }),
        ConfigField.Int<FolderConfig>("hold-deletions-over", 0, int.MaxValue, c => c.HoldDeletionsOver, (c, v) => c with { HoldDeletionsOver = v }),
        ConfigField.Int<FolderConfig>("hold-deletions-over-percent", 0, 100, c => c.HoldDeletionsOverPercent, (c, v) => c with { HoldDeletionsOverPercent = v }),
        ConfigField.Bool<FolderConfig>("hold-incoming-deletions", c => c.HoldIncomingDeletions, (c, v) => c with { HoldIncomingDeletions = v }),
        ConfigField.Duration<FolderConfig>("mtime-window", 1, "off", c => c.ModifiedWindowSeconds, (c, v) => c with { ModifiedWindowSeconds = v }),
    ]);
}

/// <summary>Enumerations' words in the file.</summary>
internal static class ConfigWords
{
    public static readonly (string Word, Compression Value)[] Compression =
        [("metadata", Protocol.Messages.Compression.Metadata), ("always", Protocol.Messages.Compression.Always), ("never", Protocol.Messages.Compression.Never)];

    public static readonly (string Word, FolderType Value)[] FolderType =
        [("send-receive", Core.Model.FolderType.SendReceive), ("send-only", Core.Model.FolderType.SendOnly), ("receive-only", Core.Model.FolderType.ReceiveOnly)];

    public static readonly (string Word, VersioningKind Value)[] Versioning = [("trash-can", VersioningKind.TrashCan), ("none", VersioningKind.None)];

    public static readonly (string Word, PullOrder Value)[] Order =
    [
        ("random", PullOrder.Random), ("alphabetic", PullOrder.Alphabetic), ("smallest-first", PullOrder.SmallestFirst),
        ("largest-first", PullOrder.LargestFirst), ("oldest-first", PullOrder.OldestFirst), ("newest-first", PullOrder.NewestFirst),
    ];
}
