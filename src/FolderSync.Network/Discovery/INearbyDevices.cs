using FolderSync.Core.Model;

namespace FolderSync.Network.Discovery;

/// <summary>How a device on the local network was found.</summary>
public enum FoundBy
{
    /// <summary>Syncthing's local discovery.</summary>
    Local,

    /// <summary>DNS-SD over multicast DNS.</summary>
    Mdns,
}

/// <summary>A device that announces itself on the local network. All of it is hearsay.</summary>
/// <param name="Name">Empty where it did not say one.</param>
/// <param name="Addresses">As they can be dialed: "tcp://192.0.2.1:22000".</param>
/// <param name="IsFolderSync">False: a Syncthing.</param>
public sealed record NearbyDevice(DeviceId Id, string Name, IReadOnlyList<string> Addresses, FoundBy Via, DateTimeOffset Seen, bool IsFolderSync);

/// <summary>What discovery sees on the local network now. Thread-safe.</summary>
public interface INearbyDevices
{
    IReadOnlyList<NearbyDevice> Devices();
}

/// <summary>Discovery is switched off: nobody is seen.</summary>
public sealed class NobodyNearby : INearbyDevices
{
    public IReadOnlyList<NearbyDevice> Devices() => [];
}
