using System.Text.Json.Nodes;
using FolderSync.Engine;

namespace FolderSync.Host.Rest;

/// <summary>/rest/folder.</summary>
internal sealed class FolderRoutes(ISyncEngine engine)
{
    public void Map(RouteGroupBuilder rest)
    {
        foreach (var path in (string[])["/folder/errors", "/folder/pullerrors"])
            rest.MapGet(path, (string? folder) => Errors(folder));
    }

    private IResult Errors(string? folder)
    {
        var snapshot = Refusals.Folder(engine, folder);
        var errors = snapshot.PullProblems.Select(p => (Path: p.Name.Value, p.Reason)).Concat(snapshot.ScanProblems.Select(p => (p.Path, p.Reason)));
        return RestJson.Of(new JsonObject
        {
            ["folder"] = folder,
            ["errors"] = new JsonArray([.. errors.Take(1000).Select(e => new JsonObject { ["path"] = e.Path, ["error"] = e.Reason })]),
            ["page"] = 1,
            ["perpage"] = 1000,
        });
    }
}
