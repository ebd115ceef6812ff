using System.Net;
using FolderSync.Api.Http;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Primitives;

namespace FolderSync.Api.Extensions;

/// <summary>The trash can and unresolved conflicts.</summary>
internal sealed class VersionRoutes(ISyncEngine engine) : IExtensionRoutes
{
    public void Map(RouteGroupBuilder api)
    {
        api.MapGet("/versions", ListAsync)
            .Produces<VersionPage>().WithSummary("A page of the kept versions, by name and then newest first. prefix: only names with this prefix.");
        api.MapPost("/versions/restore", (Delegate)RestoreAsync).WithRequestBody<RestoreRequest>()
            .Produces<RestoreResult>().WithSummary("Restores a version; the present file is kept as a version first.");
        api.MapDelete("/versions", RemoveAsync).Produces(200).WithSummary("Permanently removes one version.");
        api.MapPost("/versions/clean", CleanAsync)
            .Produces<CleanResult>().WithSummary("Applies the folder's age and size limits to its versions now.");
        api.MapGet("/conflicts", (string? folder) => JsonResults.Of(Conflicts(folder), JsonResults.Json.IReadOnlyListConflictItem))
            .Produces<IReadOnlyList<ConflictItem>>().WithSummary("Conflict copies that are still there, newest first.");
        api.MapPost("/conflicts/resolve", (Delegate)ResolveAsync).WithRequestBody<ResolveRequest>().Produces(200)
            .WithSummary("Resolves a conflict: keep=copy keeps the copy's content, keep=current the present file. The other content becomes a version.");
    }

    private async Task<IResult> ListAsync(string? folder, string? prefix, int? page, int? perpage, CancellationToken cancellation)
    {
        var id = RestErrors.Folder(engine, folder).Config.Id;
        var (number, take, skip) = JsonResults.Page(page, perpage);
        var all = await JsonResults.OrConflictAsync(engine.VersionsAsync(id, cancellation));
        var found = string.IsNullOrEmpty(prefix) ? all : [.. all.Where(v => v.Version.Name.Value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))];
        var items = found.Skip((int)Math.Min(skip, int.MaxValue)).Take(take).Select(v =>
            new VersionItem(v.Version.Name.Value, v.Version.Size, v.Version.Modified.ToDateTimeOffset(), v.Version.KeptAt, v.Key));
        return JsonResults.Of(new VersionPage(found.Count, found.Sum(v => v.Version.Size), number, take, [.. items]), JsonResults.Json.VersionPage);
    }

    private async Task<IResult> RestoreAsync(HttpContext context)
    {
        var request = await JsonResults.BodyAsync(context, JsonResults.Json.RestoreRequest);
        var id = RestErrors.Folder(engine, request.Folder).Config.Id;
        var restored = await OrMissingAsync(engine.RestoreVersionAsync(id, request.Key ?? "", CancellationToken.None));
        return JsonResults.Of(new RestoreResult(restored.Value), JsonResults.Json.RestoreResult);
    }

    private async Task<IResult> RemoveAsync(string? folder, string? key)
    {
        var id = RestErrors.Folder(engine, folder).Config.Id;
        await OrMissingAsync(Done(engine.RemoveVersionAsync(id, key ?? "", CancellationToken.None)));
        return RestJson.Empty();
    }

    private async Task<IResult> CleanAsync(string? folder)
    {
        var id = RestErrors.Folder(engine, folder).Config.Id;
        var cleaned = await OrMissingAsync(engine.CleanVersionsAsync(id, CancellationToken.None));
        return JsonResults.Of(new CleanResult(cleaned.Removed, cleaned.Bytes), JsonResults.Json.CleanResult);
    }

    private IReadOnlyList<ConflictItem> Conflicts(string? folder)
    {
        var id = string.IsNullOrEmpty(folder) ? (FolderId?)null : RestErrors.Folder(engine, folder).Config.Id;
        return
        [
            .. engine.State.Conflicts().Where(c => engine.Config.Folder(c.Folder) is not null && (id is null || c.Folder == id)).OrderByDescending(c => c.Time)
                .Select(c => new ConflictItem(c.Folder.Value, c.Path, c.Copy, c.Winner.ToString(), JsonResults.NameOf(engine, c.Winner), c.Time)),
        ];
    }

    private async Task<IResult> ResolveAsync(HttpContext context)
    {
        var request = await JsonResults.BodyAsync(context, JsonResults.Json.ResolveRequest);
        var id = RestErrors.Folder(engine, request.Folder).Config.Id;
        if (request.Keep is not ("copy" or "current"))
            throw new BadHttpRequestException("Choose the content to keep: keep=copy or keep=current.");
        await OrMissingAsync(Done(engine.ResolveConflictAsync(id, RestErrors.Name(request.Copy), request.Keep == "copy", CancellationToken.None)));
        return RestJson.Empty();
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    private static async Task<T> OrMissingAsync<T>(Task<T> command)
    {
        try
        {
            return await JsonResults.OrConflictAsync(command);
        }
        catch (NothingThereException e)
        {
            throw new BadHttpRequestException(e.Message, (int)HttpStatusCode.NotFound, e);
        }
    }
}
