using FolderSync.Core.Model;

namespace FolderSync.Engine.Configuring;

/// <summary>All that the engine is told to do. Immutable; the host makes a new one for each change and hands it in whole.</summary>
public sealed record EngineConfig
{
    /// <summary>This device's name, as the peers are told.</summary>
    public string Name { get; init; } = "";

    /// <summary>Peers; never this device.</summary>
    public EquatableArray<DeviceConfig> Devices { get; init; } = [];

    public EquatableArray<FolderConfig> Folders { get; init; } = [];

    /// <summary>"tcp://0.0.0.0:22000"; "default" stands for that.</summary>
    public EquatableArray<string> ListenAddresses { get; init; } = ["default"];

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
    public EquatableArray<DeviceId> IgnoredDevices { get; init; } = [];

    public DeviceConfig? Device(DeviceId id) => Devices.FirstOrDefault(d => d.Id == id);

    public FolderConfig? Folder(FolderId id) => Folders.FirstOrDefault(f => f.Id == id);
}
