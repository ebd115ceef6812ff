using System.Net;
using FolderSync.Core.Model;

namespace FolderSync.Network.Discovery;

/// <summary>A device heard once.</summary>
/// <param name="Source">Whom the packet came from.</param>
/// <param name="Addresses">Fit to be dialed.</param>
/// <param name="Instance">Another one when the device has started anew.</param>
/// <param name="Life">How long it holds.</param>
internal sealed record Sighting(DeviceId Device, FoundBy Via, IPAddress Source, string Name, IReadOnlyList<string> Addresses, long Instance, TimeSpan Life);

/// <summary>What a sighting changed.</summary>
internal enum Novelty
{
    /// <summary>Nothing but the time.</summary>
    None,

    /// <summary>The device has other addresses than before.</summary>
    Addresses,

    /// <summary>The device was not known, or has started anew.</summary>
    Device,

    /// <summary>Not taken: there is no room for what this source says.</summary>
    Refused,
}
