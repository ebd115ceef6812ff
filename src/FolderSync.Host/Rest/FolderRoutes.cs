using System.Text.Json.Nodes;
using FolderSync.Engine;

namespace FolderSync.Host.Rest;

/// <summary>/rest/folder and what is FolderSync's alone about folders.</summary>
internal sealed class FolderRoutes(ISyncEngine engine)
{
    public void Map(RouteGroupBuilder rest)
    {
        foreach (var path in (string[])["/folder/errors", "/folder/pullerrors"])
            rest.MapGet(path, (string? folder) => Errors(folder));
        rest.MapGet("/foldersync/folder", (string? folder) => Details(folder));
        rest.MapPost("/foldersync/deletions", async (string? folder, string? action) =>
        {
            if (action is not ("confirm" or "restore"))
                throw new BadHttpRequestException("Say what to do with the held deletions: action=confirm carries them out, action=restore brings the files back.");
            await engine.ConfirmDeletionsAsync(Refusals.Folder(engine, folder).Config.Id, action == "confirm", CancellationToken.None);
            return RestJson.Empty();
        });
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

    /// <summary>Transfers under way, reasons and held deletions, as the page shows them.</summary>
    private IResult Details(string? folder)
    {
        var snapshot = Refusals.Folder(engine, folder);
        return RestJson.Of(new JsonObject
        {
            ["transfers"] = new JsonArray([.. snapshot.Transfers.Select(t => new JsonObject
            {
                ["name"] = t.Name.Value,
                ["bytesDone"] = t.BytesDone,
                ["bytesTotal"] = t.BytesTotal,
                ["blocksTotal"] = t.BlocksTotal,
                ["blocksReused"] = t.BlocksReused,
                ["blocksCopied"] = t.BlocksCopied,
                ["blocksPulled"] = t.BlocksPulled,
            })]),
            ["problems"] = new JsonArray([.. snapshot.PullProblems.Take(500).Select(p => new JsonObject
            {
                ["name"] = p.Name.Value,
                ["reason"] = p.Reason,
                ["device"] = p.Device?.ToString(),
                ["retryAt"] = p.RetryAt is { } at ? RestJson.Time(at) : null,
                ["permanent"] = p.Permanent,
            })]),
            ["scanProblems"] = new JsonArray([.. snapshot.ScanProblems.Take(500).Select(p => new JsonObject { ["path"] = p.Path, ["reason"] = p.Reason })]),
            ["scan"] = snapshot.Scan is { } scan
                ? new JsonObject { ["entries"] = scan.Entries, ["hashedBytes"] = scan.HashedBytes, ["toHashBytes"] = scan.ToHashBytes }
                : null,
            ["hold"] = snapshot.Hold is { } hold
                ? new JsonObject
                {
                    ["incoming"] = hold.Incoming,
                    ["files"] = hold.Files,
                    ["totalFiles"] = hold.TotalFiles,
                    ["since"] = RestJson.Time(hold.Since),
                    ["names"] = new JsonArray([.. hold.Names.Select(n => JsonValue.Create(n.Value))]),
                }
                : null,
        });
    }
}
