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
        api.MapPost("/versions/restore", (Delegate)RestoreAsync).Takes<RestoreRequest>()
            .Produces<RestoreResult>().WithSummary("Restores a version; the present file is kept as a version first.");
        api.MapDelete("/versions", RemoveAsync).Produces(200).WithSummary("Permanently removes one version.");
        api.MapPost("/versions/clean", CleanAsync)
            .Produces<CleanResult>().WithSummary("Applies the folder's age and size limits to its versions now.");
        api.MapGet("/conflicts", (string? folder) => Answers.Of(Conflicts(folder), Answers.Json.IReadOnlyListConflictItem))
            .Produces<IReadOnlyList<ConflictItem>>().WithSummary("Conflict copies that are still there, newest first.");
        api.MapPost("/conflicts/resolve", (Delegate)ResolveAsync).Takes<ResolveRequest>().Produces(200)
            .WithSummary("Resolves a conflict: keep=copy keeps the copy's content, keep=current the present file. The other content becomes a version.");
    }

    private async Task<IResult> ListAsync(string? folder, string? prefix, int? page, int? perpage, CancellationToken cancellation)
    {
        var id = Refusals.Folder(engine, folder).Config.Id;
        var (number, take, skip) = Answers.Page(page, perpage);
        var all = await Answers.OrConflictAsync(engine.VersionsAsync(id, cancellation));
        var found = string.IsNullOrEmpty(prefix) ? all : [.. all.Where(v => v.Version.Name.Value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))];
        var items = found.Skip((int)Math.Min(skip, int.MaxValue)).Take(take).Select(v =>
            new VersionItem(v.Version.Name.Value, v.Version.Size, v.Version.Modified.ToDateTimeOffset(), v.Version.KeptAt, v.Key));
        return Answers.Of(new VersionPage(found.Count, found.Sum(v => v.Version.Size), number, take, [.. items]), Answers.Json.VersionPage);
    }

    private async Task<IResult> RestoreAsync(HttpContext context)
    {
        var request = await Answers.BodyAsync(context, Answers.Json.RestoreRequest);
        var id = Refusals.Folder(engine, request.Folder).Config.Id;
        var restored = await OrMissingAsync(engine.RestoreVersionAsync(id, request.Key ?? "", CancellationToken.None));
        return Answers.Of(new RestoreResult(restored.Value), Answers.Json.RestoreResult);
    }

    private async Task<IResult> RemoveAsync(string? folder, string? key)
    {
        var id = Refusals.Folder(engine, folder).Config.Id;
        await OrMissingAsync(Done(engine.RemoveVersionAsync(id, key ?? "", CancellationToken.None)));
        return RestJson.Empty();
    }

    private async Task<IResult> CleanAsync(string? folder)
    {
        var id = Refusals.Folder(engine, folder).Config.Id;
        var cleaned = await OrMissingAsync(engine.CleanVersionsAsync(id, CancellationToken.None));
        return Answers.Of(new CleanResult(cleaned.Removed, cleaned.Bytes), Answers.Json.CleanResult);
    }

    private IReadOnlyList<ConflictItem> Conflicts(string? folder)
    {
        var id = string.IsNullOrEmpty(folder) ? (FolderId?)null : Refusals.Folder(engine, folder).Config.Id;
        return
        [
            .. engine.State.Conflicts().Where(c => engine.Config.Folder(c.Folder) is not null && (id is null || c.Folder == id)).OrderByDescending(c => c.Time)
                .Select(c => new ConflictItem(c.Folder.Value, c.Path, c.Copy, c.Winner.ToString(), Answers.NameOf(engine, c.Winner), c.Time)),
        ];
    }

    private async Task<IResult> ResolveAsync(HttpContext context)
    {
        var request = await Answers.BodyAsync(context, Answers.Json.ResolveRequest);
        var id = Refusals.Folder(engine, request.Folder).Config.Id;
        if (request.Keep is not ("copy" or "current"))
            throw new BadHttpRequestException("Choose the content to keep: keep=copy or keep=current.");
        await OrMissingAsync(Done(engine.ResolveConflictAsync(id, Refusals.Name(request.Copy), request.Keep == "copy", CancellationToken.None)));
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
            return await Answers.OrConflictAsync(command);
        }
        catch (NothingThereException e)
        {
            throw new BadHttpRequestException(e.Message, (int)HttpStatusCode.NotFound, e);
        }
    }
}
