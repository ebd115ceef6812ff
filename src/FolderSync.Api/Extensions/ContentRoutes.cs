using FolderSync.Api.Http;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Queries;
using FolderSync.Engine.Status;
using FolderSync.Index;

namespace FolderSync.Api.Extensions;

/// <summary>A folder's content, and previews of what commands would do to it.</summary>
internal sealed class ContentRoutes(ISyncEngine engine) : IExtensionRoutes
{
    private const int MaxLines = 10_000;

    public void Map(RouteGroupBuilder api)
    {
        api.MapGet("/browse", BrowseAsync)
            .Produces<BrowsePage>().WithSummary("One level of a folder (prefix: the directory): what is on disk and what others have, each with its state.");
        api.MapPost("/ignores/preview", (Delegate)PreviewIgnoresAsync).WithRequestBody<IgnorePreviewRequest>()
            .Produces<IgnorePreview>().WithSummary("The present files that the given ignore patterns would ignore. Changes nothing.");
        api.MapGet("/override/preview", (string? folder, int? page, int? perpage) => JsonResults.Of(Override(folder, page, perpage), JsonResults.Json.PreviewPage))
            .Produces<PreviewPage>().WithSummary("What Override of a send-only folder would do on the other devices.");
        api.MapGet("/revert/preview", (string? folder, int? page, int? perpage) => JsonResults.Of(Revert(folder, page, perpage), JsonResults.Json.PreviewPage))
            .Produces<PreviewPage>().WithSummary("What Revert of a receive-only folder would do here.");
    }

    private async Task<IResult> BrowseAsync(string? folder, string? prefix, int? page, int? perpage, CancellationToken cancellation)
    {
        var id = RestErrors.Folder(engine, folder).Config.Id;
        var directory = prefix?.Trim('/') is { Length: > 0 } text ? RestErrors.Name(text) : default;
        var (number, take, skip) = JsonResults.Page(page, perpage);
        var level = await JsonResults.OrConflictAsync(engine.BrowseAsync(id, directory, skip, take, cancellation));
        return JsonResults.Of(new BrowsePage(level.Total, number, take, [.. level.Items.Select(Item)]), JsonResults.Json.BrowsePage);
    }

    private static BrowseItem Item(BrowsedItem item) => new(
        item.Leaf,
        JsonResults.TypeWord(item.Type),
        item.Size,
        item.Modified.ToDateTimeOffset(),
        item.State switch
        {
            BrowsedState.Needed => "needed",
            BrowsedState.Ignored => "ignored",
            BrowsedState.LocalOnly => "localOnly",
            BrowsedState.Conflict => "conflict",
            _ => "inSync",
        });

    private async Task<IResult> PreviewIgnoresAsync(HttpContext context)
    {
        var request = await JsonResults.BodyAsync(context, JsonResults.Json.IgnorePreviewRequest);
        var id = RestErrors.Folder(engine, request.Folder).Config.Id;
        if (request.Lines is not { Count: <= MaxLines } lines || lines.Any(l => l is null))
            throw new BadHttpRequestException($"lines must be a list of at most {MaxLines} texts.");
        var (number, take, skip) = JsonResults.Page(request.Page, request.Perpage);
        var preview = await JsonResults.OrConflictAsync(engine.PreviewIgnoresAsync(id, lines, skip, take, context.RequestAborted));
        return JsonResults.Of(
            new IgnorePreview(
                preview.Error,
                preview.Line,
                preview.Total,
                number,
                take,
                [.. preview.Items.Select(i => new IgnoredItem(i.Name.Value, JsonResults.TypeWord(i.Type), true, i.Pattern))],
                preview.Files,
                preview.Bytes),
            JsonResults.Json.IgnorePreview);
    }

    private PreviewPage Override(string? folder, int? page, int? perPage)
    {
        var (snapshot, index) = OfType(folder, FolderType.SendOnly, "Only a send-only folder can be overridden");
        var (number, take, skip) = JsonResults.Page(page, perPage);
        var needed = NeedRoutes.Read(index, skip, take);
        return new PreviewPage(snapshot.Counts.Need.Items, snapshot.Counts.Need.Bytes, number, take, [.. needed.Select(n => Previews.OfOverride(n)).Select(Item)]);
    }

    private PreviewPage Revert(string? folder, int? page, int? perPage)
    {
        var (snapshot, index) = OfType(folder, FolderType.ReceiveOnly, "Only a receive-only folder can be reverted");
        var (number, take, skip) = JsonResults.Page(page, perPage);
        var items = new List<PreviewItem>();
        var after = default(FileName);
        while (items.Count < take && index.ReceiveOnlyChanged(after, (int)Math.Min(5000, skip + take)) is { Count: > 0 } part)
        {
            after = part[^1].Name;
            items.AddRange(part.Skip((int)Math.Min(skip, part.Count)).Take(take - items.Count).Select(e => Item(Previews.OfRevert(e, index.Versions(e.Name), engine.Self))));
            skip = Math.Max(0, skip - part.Count);
        }
        return new PreviewPage(snapshot.Counts.ReceiveOnlyChanged.Items, snapshot.Counts.ReceiveOnlyChanged.Bytes, number, take, items);
    }

    private (FolderSnapshot Snapshot, IFolderIndex Index) OfType(string? folder, FolderType type, string why)
    {
        var snapshot = RestErrors.Folder(engine, folder);
        return snapshot.Config.Type == type
            ? (snapshot, RestErrors.Index(engine, folder))
            : throw new BadHttpRequestException($"{why}; {snapshot.Config.DisplayName} is not one.", StatusCodes.Status409Conflict);
    }

    private static PreviewItem Item(PreviewedItem item) => new(
        item.Name.Value,
        item.Action switch { PreviewedAction.Delete => "delete", PreviewedAction.Restore => "restore", _ => "replace" },
        JsonResults.TypeWord(item.Type),
        item.Size);
}
