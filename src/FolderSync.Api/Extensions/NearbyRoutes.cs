using FolderSync.Api.Http;
using FolderSync.Contracts;
using FolderSync.Engine;
using FolderSync.Network.Discovery;

namespace FolderSync.Api.Extensions;

/// <summary>Devices that announce themselves on the local network.</summary>
internal sealed class NearbyRoutes(ISyncEngine engine, INearbyDevices nearby) : IExtensionRoutes
{
    public void Map(RouteGroupBuilder api) => api.MapGet("/nearby", () => JsonResults.Of(Devices(), JsonResults.Json.IReadOnlyListNearbyItem))
        .Produces<IReadOnlyList<NearbyItem>>().WithSummary("Devices that were seen on the local network, paired or not.");

    private IReadOnlyList<NearbyItem> Devices() =>
    [
        .. nearby.Devices().Where(d => d.Id != engine.Self).OrderBy(d => d.Id).Select(d => new NearbyItem(
            d.Id.ToString(),
            d.Name,
            d.Addresses,
            d.Via == DiscoveryMethod.Mdns ? "mdns" : "local",
            d.Seen,
            d.IsFolderSync ? "foldersync" : "syncthing",
            engine.Config.Device(d.Id) is not null)),
    ];
}
