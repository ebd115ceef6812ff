namespace FolderSync.Api.Extensions;

/// <summary>The routes of one area below /rest/foldersync.</summary>
internal interface IExtensionRoutes
{
    void Map(RouteGroupBuilder api);
}
