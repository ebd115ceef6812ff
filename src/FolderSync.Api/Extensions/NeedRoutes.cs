using FolderSync.Api.Http;
using FolderSync.Contracts;
using FolderSync.Core.Decide;
using FolderSync.Engine;
using FolderSync.Engine.Queries;
using FolderSync.Index;

namespace FolderSync.Api.Extensions;

/// <summary>The items that are out of sync on this device, each with its reason.</summary>
internal sealed class NeedRoutes(ISyncEngine engine) : IExtensionRoutes
{
    public void Map(RouteGroupBuilder api) => api.MapGet("/need", (string? folder, int? page, int? perpage) => JsonResults.Of(Need(folder, page, perpage), JsonResults.Json.NeedPage))
        .Produces<NeedPage>().WithSummary("A page of what is out of sync in a folder; every item has a reason.");

    private NeedPage Need(string? folder, int? page, int? perPage)
    {
        var snapshot = RestErrors.Folder(engine, folder);
        var index = RestErrors.Index(engine, folder);
        var (number, take, skip) = JsonResults.Page(page, perPage);
        var reasons = new NeedReasons(snapshot, engine.Devices);
        return new NeedPage(snapshot.Counts.Need.Items, number, take, [.. Read(index, skip, take).Select(n => Item(n, reasons, index))]);
    }

    /// <summary>Reads one page of the needed items.</summary>
    public static IReadOnlyList<NeededItem> Read(IFolderIndex index, long skip, int take)
    {
        if (skip == 0)
            return index.Needed(default, take);
        return index.NeededAt(skip - 1) is { } before ? index.Needed(before, take) : [];
    }

    private static NeedItem Item(NeededItem needed, NeedReasons reasons, IFolderIndex index)
    {
        var reason = reasons.Of(needed, index.Holders);
        return new NeedItem(
            needed.Global.Name.Value,
            JsonResults.TypeWord(needed.Global.Type),
            needed.Global.Size,
            Action(needed, reasons.Decide(needed).Kind),
            reason.Text,
            reason.State switch { NeedState.Transferring => "transferring", NeedState.Blocked => "blocked", _ => "waiting" },
            reason.BytesDone,
            reason.Device?.ToString(),
            reason.RetryAt);
    }

    private static string Action(NeededItem needed, PullKind kind)
    {
        if (needed.Global.Deleted)
            return "delete";
        if (needed.Local is null or { Deleted: true })
            return "add";
        return kind is PullKind.Metadata or PullKind.Adopt or PullKind.KeepLocal || needed.Local.SameContent(needed.Global) ? "metadata" : "update";
    }
}
