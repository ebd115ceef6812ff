using FolderSync.Core.Model;

namespace FolderSync.Engine.Configuring;

/// <summary>The engine's configuration. Immutable; the host creates a new one for each change and passes it as a whole.</summary>
public sealed record EngineConfig
{
    /// <summary>This device's name for its peers.</summary>
    public string Name { get; init; } = "";

    /// <summary>Peers; never this device.</summary>
    public EquatableArray<DeviceConfig> Devices { get; init; } = [];

    public EquatableArray<FolderConfig> Folders { get; init; } = [];

    /// <summary>"tcp://0.0.0.0:22000"; "default" means that.</summary>
    public EquatableArray<string> ListenAddresses { get; init; } = ["default"];

    /// <summary>Announces this device on the LAN and listens to others, with Syncthing's local discovery v4.</summary>
    public bool LocalDiscovery { get; init; } = true;

    /// <summary>The UDP port, the same on all devices that should find each other.</summary>
    public int LocalDiscoveryPort { get; init; } = 21027;

    /// <summary>Announces this device and browses the LAN with mDNS/DNS-SD, too.</summary>
    public bool Mdns { get; init; } = true;

    /// <summary>Seconds between attempts to reach a disconnected device; the maximum of the backoff.</summary>
    public int ReconnectIntervalSeconds { get; init; } = 60;

    /// <summary>KiB/s over all devices, 0 for no limit.</summary>
    public int MaxSendKbps { get; init; }

    /// <summary>KiB/s over all devices, 0 for no limit.</summary>
    public int MaxReceiveKbps { get; init; }

    /// <summary>The limits also apply on the LAN.</summary>
    public bool LimitBandwidthInLan { get; init; }

    /// <summary>Bytes of peers' requests answered at the same time, over all devices.</summary>
    public long MaxRequestBytes { get; init; } = 64 << 20;

    /// <summary>Folders that scan or hash at the same time; 0: the number of cores.</summary>
    public int MaxFolderConcurrency { get; init; }

    /// <summary>How long the temp files of an interrupted transfer are kept.</summary>
    public int KeepTemporariesHours { get; init; } = 24;

    /// <summary>Devices refused without asking; a configured device isn't ignored.</summary>
    public EquatableArray<DeviceId> IgnoredDevices { get; init; } = [];

    public DeviceConfig? Device(DeviceId id) => Devices.FirstOrDefault(d => d.Id == id);

    public FolderConfig? Folder(FolderId id) => Folders.FirstOrDefault(f => f.Id == id);
}
