namespace FolderSync.Api.Http;

/// <summary>The routes of one area under /rest.</summary>
internal interface IRoutes
{
    void Map(RouteGroupBuilder rest);
}
