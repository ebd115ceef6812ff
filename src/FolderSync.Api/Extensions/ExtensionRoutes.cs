using FolderSync.Api.Http;

namespace FolderSync.Api.Extensions;

/// <summary>/rest/foldersync: what Syncthing's API doesn't have. Each area has a class; openapi.json describes them all.</summary>
internal sealed class ExtensionRoutes(IEnumerable<IExtensionRoutes> areas) : IRoutes
{
    public const string Prefix = "/foldersync";

    public static void Add(IServiceCollection services) => services
        .AddSingleton<IExtensionRoutes, OverviewRoutes>()
        .AddSingleton<IExtensionRoutes, NeedRoutes>()
        .AddSingleton<IExtensionRoutes, HistoryRoutes>()
        .AddSingleton<IExtensionRoutes, ContentRoutes>()
        .AddSingleton<IExtensionRoutes, VersionRoutes>()
        .AddSingleton<IExtensionRoutes, ConfigTextRoutes>()
        .AddSingleton<IExtensionRoutes, DoctorRoutes>()
        .AddSingleton<IExtensionRoutes, PauseRoutes>()
        .AddSingleton<IExtensionRoutes, PageRoutes>()
        .AddSingleton<IExtensionRoutes, NearbyRoutes>();

    public void Map(RouteGroupBuilder rest)
    {
        var api = rest.MapGroup(Prefix);
        foreach (var area in areas)
            area.Map(api);
        PathRoutes.Map(api);
        OpenApi.Map(api);
    }
}
