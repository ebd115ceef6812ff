using System.Collections.Immutable;
using FolderSync.Core.Model;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine;

/// <summary>All that the engine is told to do. Immutable; the host makes a new one for each change and hands it in whole.</summary>
public sealed record EngineConfig
{
    /// <summary>This device's name, as the peers are told.</summary>
    public string Name { get; init; } = "";

    /// <summary>Peers; never this device.</summary>
    public ImmutableArray<DeviceConfig> Devices { get; init; } = [];

    public ImmutableArray<FolderConfig> Folders { get; init; } = [];

    /// <summary>"tcp://0.0.0.0:22000"; "default" stands for that.</summary>
    public ImmutableArray<string> ListenAddresses { get; init; } = ["default"];

    /// <summary>This device tells the LAN of itself and listens to others that do, as Syncthing's local discovery v4.</summary>
    public bool LocalDiscovery { get; init; } = true;

    /// <summary>UDP, the same on all devices that are to find each other.</summary>
    public int LocalDiscoveryPort { get; init; } = 21027;

    /// <summary>This device tells the LAN of itself by mDNS/DNS-SD, too, and looks for others there.</summary>
    public bool Mdns { get; init; } = true;

    /// <summary>Seconds between attempts at a device that is not connected; the back-off's ceiling.</summary>
    public int ReconnectIntervalSeconds { get; init; } = 60;

    /// <summary>KiB/s over all devices, 0 for no limit.</summary>
    public int MaxSendKbps { get; init; }

    /// <summary>KiB/s over all devices, 0 for no limit.</summary>
    public int MaxReceiveKbps { get; init; }

    /// <summary>The limits hold on the LAN too.</summary>
    public bool LimitBandwidthInLan { get; init; }

    /// <summary>Bytes of peers' requests answered at once, over all devices.</summary>
    public long MaxRequestBytes { get; init; } = 64 << 20;

    /// <summary>Folders that scan or hash at once; 0: as many as there are cores.</summary>
    public int MaxFolderConcurrency { get; init; }

    /// <summary>Keep the temp files of an interrupted transfer this long.</summary>
    public int KeepTemporariesHours { get; init; } = 24;

    /// <summary>Devices that are refused without a question; one that is configured is not ignored.</summary>
    public ImmutableArray<DeviceId> IgnoredDevices { get; init; } = [];

    public DeviceConfig? Device(DeviceId id) => Devices.FirstOrDefault(d => d.Id == id);

    public FolderConfig? Folder(FolderId id) => Folders.FirstOrDefault(f => f.Id == id);
}

/// <summary>A peer.</summary>
public sealed record DeviceConfig
{
    public required DeviceId Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>"dynamic" or "tcp://host:port".</summary>
    public ImmutableArray<string> Addresses { get; init; } = ["dynamic"];

    public Compression Compression { get; init; } = Compression.Metadata;

    public bool Paused { get; init; }

    /// <summary>Connections wanted to it; 0: the default of 1, at most 3 are used.</summary>
    public int NumConnections { get; init; }

    /// <summary>KiB/s, 0 for no limit.</summary>
    public int MaxSendKbps { get; init; }

    /// <summary>KiB/s, 0 for no limit.</summary>
    public int MaxReceiveKbps { get; init; }

    /// <summary>Networks that its address must be in (<see cref="FolderSync.Network.NetworkFilter"/>); empty: any address.</summary>
    public ImmutableArray<string> AllowedNetworks { get; init; } = [];

    /// <summary>Folders it offers are not shown as pending.</summary>
    public ImmutableArray<FolderId> IgnoredFolders { get; init; } = [];

    public bool Equals(DeviceConfig? other) =>
        other is not null && Id == other.Id && Name == other.Name && Addresses.SequenceEqual(other.Addresses) && Compression == other.Compression &&
        Paused == other.Paused && NumConnections == other.NumConnections && MaxSendKbps == other.MaxSendKbps &&
        MaxReceiveKbps == other.MaxReceiveKbps && AllowedNetworks.SequenceEqual(other.AllowedNetworks) && IgnoredFolders.SequenceEqual(other.IgnoredFolders);

    public override int GetHashCode() => Id.GetHashCode();
}

/// <summary>In which order needed files are fetched.</summary>
public enum PullOrder
{
    Random,
    Alphabetic,
    SmallestFirst,
    LargestFirst,
    OldestFirst,
    NewestFirst,
}

public enum VersioningKind
{
    None,
    TrashCan,
}

/// <param name="CleanoutDays">0: kept for ever.</param>
/// <param name="Path">Where versions go; empty: `.stversions` in the folder.</param>
/// <param name="MaxSize">What all versions may take: percent of the disk, or bytes where <paramref name="MaxSizeIsBytes"/>; 0 for no limit.</param>
public sealed record VersioningConfig(VersioningKind Kind, int CleanoutDays = 30, string Path = "", double MaxSize = 10, bool MaxSizeIsBytes = false);

public sealed record FolderConfig
{
    public required FolderId Id { get; init; }

    public string Label { get; init; } = "";

    /// <summary>Absolute.</summary>
    public required string Path { get; init; }

    public FolderType Type { get; init; } = FolderType.SendReceive;

    /// <summary>Peers it is shared with; never this device.</summary>
    public ImmutableArray<DeviceId> Devices { get; init; } = [];

    public bool Paused { get; init; }

    public bool WatcherEnabled { get; init; } = true;

    /// <summary>Seconds between full scans, 0 for none. Jittered by a quarter.</summary>
    public int RescanIntervalSeconds { get; init; } = 3600;

    /// <summary>Hours between scans that read everything, 0 for none.</summary>
    public int FullVerifyIntervalHours { get; init; } = 24 * 30;

    public bool IgnorePermissions { get; init; }

    public VersioningConfig Versioning { get; init; } = new(VersioningKind.TrashCan);

    /// <summary>-1: any number; 0: none are made; over the number they are kept and warned of.</summary>
    public int MaxConflicts { get; init; } = 10;

    public PullOrder Order { get; init; } = PullOrder.Random;

    /// <summary>Percent of the disk, or bytes where <see cref="MinDiskFreeIsBytes"/>.</summary>
    public double MinDiskFree { get; init; } = 1;

    public bool MinDiskFreeIsBytes { get; init; }

    /// <summary>Peers' deletions are not carried out.</summary>
    public bool IgnoreDelete { get; init; }

    public bool SparseFiles { get; init; } = true;

    /// <summary>More files gone at once than this are held until confirmed; 0: never held.</summary>
    public int HoldDeletionsOver { get; init; } = 1000;

    /// <summary>More percent of the files gone at once than this (and at least 20 files) are held until confirmed; 0: never held.</summary>
    public int HoldDeletionsOverPercent { get; init; } = 50;

    /// <summary>Incoming deletions in one burst are held by the same numbers.</summary>
    public bool HoldIncomingDeletions { get; init; }

    /// <summary>Seconds two mtimes may differ and be the same; 0: by the filesystem.</summary>
    public int ModifiedWindowSeconds { get; init; }

    public string DisplayName => Label.Length > 0 ? Label : Id.Value;

    public bool Equals(FolderConfig? other) =>
        other is not null && (this with { Devices = [] }).Text() == (other with { Devices = [] }).Text() && Devices.SequenceEqual(other.Devices);

    public override int GetHashCode() => Id.GetHashCode();

    private string Text() => string.Join('\u0001', Id, Label, Path, Type, Paused, WatcherEnabled, RescanIntervalSeconds, FullVerifyIntervalHours,
        IgnorePermissions, Versioning, MaxConflicts, Order, MinDiskFree, MinDiskFreeIsBytes, IgnoreDelete, SparseFiles, HoldDeletionsOver,
        HoldDeletionsOverPercent, HoldIncomingDeletions, ModifiedWindowSeconds);
}
