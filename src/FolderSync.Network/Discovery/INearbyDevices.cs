using FolderSync.Core.Model;

namespace FolderSync.Network.Discovery;

/// <summary>How a device on the local network was found.</summary>
public enum DiscoveryMethod
{
    /// <summary>Syncthing's local discovery.</summary>
    Local,

    /// <summary>DNS-SD over multicast DNS.</summary>
    Mdns,
}

/// <summary>A device that announces itself on the local network. Nothing of it is verified.</summary>
/// <param name="Name">Empty when it announced no name.</param>
/// <param name="Addresses">Addresses that can be dialed: "tcp://192.0.2.1:22000".</param>
/// <param name="IsFolderSync">False: it is a Syncthing.</param>
public sealed record NearbyDevice(DeviceId Id, string Name, IReadOnlyList<string> Addresses, DiscoveryMethod Via, DateTimeOffset Seen, bool IsFolderSync);

/// <summary>The devices that discovery sees now. Thread-safe.</summary>
public interface INearbyDevices
{
    IReadOnlyList<NearbyDevice> Devices();
}

/// <summary>Discovery is off: no device is seen.</summary>
public sealed class NullNearbyDevices : INearbyDevices
{
    public IReadOnlyList<NearbyDevice> Devices() => [];
}
