using System.Globalization;
using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Contracts;
using FolderSync.Engine;
using FolderSync.Engine.Primitives;

namespace FolderSync.Api.Rest;

/// <summary>/rest/folder.</summary>
internal sealed class FolderRoutes(ISyncEngine engine) : IRoutes
{
    private const int MaxErrors = 1000;

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
        var kept = await JsonResults.OrConflictAsync(engine.VersionsAsync(RestErrors.Folder(engine, folder).Config.Id, cancellation));
        var all = kept.GroupBy(k => k.Version.Name.Value).ToDictionary(
            k => k.Key, k => (IReadOnlyList<KeptVersion>)[.. k.Select(v => new KeptVersion(v.Version.KeptAt, v.Version.Modified.ToDateTimeOffset(), v.Version.Size))]);
        return RestJson.Of(all, RestJson.Types.IReadOnlyDictionaryStringIReadOnlyListKeptVersion);
    }

    /// <returns>By name, what kept it from being restored.</returns>
    private async Task<IResult> RestoreVersionsAsync(HttpContext context, string? folder)
    {
        var id = RestErrors.Folder(engine, folder).Config.Id;
        var wanted = await RestJson.ObjectAsync(context.Request);
        var known = (await JsonResults.OrConflictAsync(engine.VersionsAsync(id, context.RequestAborted))).ToLookup(v => v.Version.Name.Value);
        var failed = new Dictionary<string, string>();
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
            catch (Exception e) when (e is EngineException or NothingThereException)
            {
                // Also what was there a moment ago, when the versions were listed.
                failed[name] = e.Message;
            }
        }
        return RestJson.Of(failed, RestJson.Types.IReadOnlyDictionaryStringString);
    }

    private IResult Errors(string? folder)
    {
        var snapshot = RestErrors.Folder(engine, folder);
        IEnumerable<FolderError> errors = [.. snapshot.PullProblems.Select(p => new FolderError(p.Name.Value, p.Reason)), .. snapshot.ScanProblems.Select(p => new FolderError(p.Path, p.Reason))];
        return RestJson.Of(new FolderErrors(snapshot.Config.Id.Value, [.. errors.Take(MaxErrors)], 1, MaxErrors), RestJson.Types.FolderErrors);
    }
}
