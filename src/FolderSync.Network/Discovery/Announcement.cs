using System.Net;
using FolderSync.Core.Model;

namespace FolderSync.Network.Discovery;

/// <summary>One announcement heard from a device.</summary>
/// <param name="Source">The sender of the packet.</param>
/// <param name="Addresses">Addresses that can be dialed.</param>
/// <param name="Instance">Differs after each start of the device.</param>
/// <param name="Life">How long it is valid.</param>
internal sealed record Announcement(DeviceId Device, DiscoveryMethod Via, IPAddress Source, string Name, IReadOnlyList<string> Addresses, long Instance, TimeSpan Life);

/// <summary>What an announcement changed.</summary>
internal enum CacheChange
{
    /// <summary>Only the time.</summary>
    None,

    /// <summary>The device has new addresses.</summary>
    Addresses,

    /// <summary>The device is new or has restarted.</summary>
    Device,

    /// <summary>Rejected: this source has no room left.</summary>
    Refused,
}
