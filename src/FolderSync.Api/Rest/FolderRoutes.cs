using System.Globalization;
using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Engine;
using FolderSync.Engine.Primitives;

namespace FolderSync.Api.Rest;

/// <summary>/rest/folder.</summary>
internal sealed class FolderRoutes(ISyncEngine engine) : IRoutes
{
    public void Map(RouteGroupBuilder rest)
    {
        foreach (var path in (string[])["/folder/errors", "/folder/pullerrors"])
            rest.MapGet(path, (string? folder) => Errors(folder));
        rest.MapGet("/folder/versions", VersionsAsync);
        rest.MapPost("/folder/versions", RestoreVersionsAsync);
    }

    /// <summary>What is kept of each name, as Syncthing lists it.</summary>
    private async Task<IResult> VersionsAsync(string? folder, CancellationToken cancellation)
    {
        var all = new JsonObject();
        foreach (var kept in await Answers.OrConflictAsync(engine.VersionsAsync(Refusals.Folder(engine, folder).Config.Id, cancellation)))
        {
            var name = kept.Version.Name.Value;
            if (all[name] is not JsonArray versions)
                all[name] = versions = [];
            versions.Add((JsonNode)new JsonObject
            {
                ["versionTime"] = RestJson.Time(kept.Version.KeptAt),
                ["modTime"] = RestJson.Time(kept.Version.Modified.ToDateTimeOffset()),
                ["size"] = kept.Version.Size,
            });
        }
        return RestJson.Of(all);
    }

    /// <returns>By name, what kept it from being restored.</returns>
    private async Task<IResult> RestoreVersionsAsync(HttpContext context, string? folder)
    {
        var id = Refusals.Folder(engine, folder).Config.Id;
        var wanted = await ConfigChanges.Body(context);
        var known = (await Answers.OrConflictAsync(engine.VersionsAsync(id, context.RequestAborted))).ToLookup(v => v.Version.Name.Value);
        var failed = new JsonObject();
        foreach (var (name, at) in wanted)
        {
            var time = at is JsonValue v && v.TryGetValue<string>(out var text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
                ? parsed : throw new BadHttpRequestException($"'{name}' is to be the versionTime of one of its versions.");
            if (known[name].Where(k => k.Version.KeptAt == time).Select(k => k.Key).FirstOrDefault() is not { } version)
            {
                failed[name] = "There is no such version.";
                continue;
            }
            try
            {
                await engine.RestoreVersionAsync(id, version, CancellationToken.None);
            }
            catch (EngineException e)
            {
                failed[name] = e.Message;
            }
        }
        return RestJson.Of(failed);
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
