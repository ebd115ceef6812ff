using FolderSync.Core.Model;

namespace FolderSync.Network.Discovery;

/// <summary>A device that was heard on this network, paired or not. What it says of itself is a hint and proves nothing.</summary>
/// <param name="Name">As mDNS tells it; empty where only Syncthing's discovery heard it, which tells no names.</param>
/// <param name="Addresses">"tcp://literal:port", the likeliest first.</param>
/// <param name="Via">"mdns" or "local" (Syncthing's); mdns where both heard it.</param>
/// <param name="Seen">When it was last heard.</param>
/// <param name="Kind">"foldersync" where it says so by mDNS, else "syncthing".</param>
public sealed record NearbyDevice(DeviceId Id, string Name, IReadOnlyList<string> Addresses, string Via, DateTimeOffset Seen, string Kind);

/// <summary>The devices on this network. Thread-safe.</summary>
public interface INearbyDevices
{
    /// <summary>By device ID.</summary>
    IReadOnlyList<NearbyDevice> Nearby { get; }
}
