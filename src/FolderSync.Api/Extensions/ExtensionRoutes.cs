namespace FolderSync.Api.Extensions;

/// <summary>/rest/foldersync: what Syncthing's API does not have. Each area is a class of its own; all of it is described by openapi.json.</summary>
internal static class ExtensionRoutes
{
    public const string Prefix = "/foldersync";

    public static void Map(RouteGroupBuilder rest, IServiceProvider services)
    {
        var api = rest.MapGroup(Prefix);
        Make<OverviewRoutes>(services).Map(api);
        Make<NeedRoutes>(services).Map(api);
        Make<HistoryRoutes>(services).Map(api);
        Make<ContentRoutes>(services).Map(api);
        Make<VersionRoutes>(services).Map(api);
        Make<ConfigTextRoutes>(services).Map(api);
        Make<DoctorRoutes>(services).Map(api);
        Make<PauseRoutes>(services).Map(api);
        Make<NearbyRoutes>(services).Map(api);
        PathRoutes.Map(api);
        OpenApi.Map(api);
    }

    private static T Make<T>(IServiceProvider services) => ActivatorUtilities.CreateInstance<T>(services);
}
