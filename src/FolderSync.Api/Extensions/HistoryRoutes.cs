using System.Globalization;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine;

namespace FolderSync.Api.Extensions;

/// <summary>Changes, problems and the log.</summary>
internal sealed class HistoryRoutes(ISyncEngine engine, ProblemStore problems, LogBuffer log) : IExtensionRoutes
{
    private const int MaxChanges = 1000;

    public void Map(RouteGroupBuilder api)
    {
        api.MapGet("/changes", (string? folder, int? limit, string? before) => JsonResults.Of(Changes(folder, limit, before), JsonResults.Json.IReadOnlyListChangeItem))
            .Produces<IReadOnlyList<ChangeItem>>().WithSummary("The history, newest first. before: the ID or time to continue from.");
        api.MapGet("/problems", () => JsonResults.Of(Problems(), JsonResults.Json.IReadOnlyListProblemItem))
            .Produces<IReadOnlyList<ProblemItem>>().WithSummary("Problems, newest first. They stay until acknowledged, even across restarts.");
        api.MapPost("/problems/ack", (Delegate)AcknowledgeAsync)
            .WithRequestBody<AcknowledgeRequest>().Produces<AcknowledgeResult>().WithSummary("Acknowledges one problem by its ID, or all.");
        api.MapGet("/log", (long? since, int? limit) => JsonResults.Of(Log(since, limit), JsonResults.Json.IReadOnlyListLogLine))
            .Produces<IReadOnlyList<LogLine>>().WithSummary("The latest lines of the log, oldest first; since: only lines after that seq.");
        api.MapGet("/log/levels", () => JsonResults.Of(Levels(), JsonResults.Json.IReadOnlyDictionaryStringString))
            .Produces<IReadOnlyDictionary<string, string>>().WithSummary("The log level of each area: trace, debug, info, warning, error, critical, none.");
        api.MapPut("/log/levels", (Delegate)SetLevelsAsync)
            .WithRequestBody<IReadOnlyDictionary<string, string>>().Produces<IReadOnlyDictionary<string, string>>()
            .WithSummary("Sets the levels of the named areas and keeps the others. Survives restarts.");
    }

    private IReadOnlyList<ChangeItem> Changes(string? folder, int? limit, string? before)
    {
        var id = string.IsNullOrEmpty(folder) ? (FolderId?)null : RestErrors.Folder(engine, folder).Config.Id;
        var take = Math.Clamp(limit ?? 100, 1, MaxChanges);
        DateTimeOffset? time = null;
        var beforeId = long.MaxValue;
        if (!string.IsNullOrEmpty(before) && !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out beforeId))
        {
            beforeId = long.MaxValue;
            time = DateTimeOffset.TryParse(before, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
                ? parsed
                : throw new BadHttpRequestException($"'{before}' is neither a change's ID nor a time.");
        }
        var items = engine.State.History(id, time is null ? take : int.MaxValue, beforeId);
        return [.. items.Where(h => time is null || h.Time < time).Take(take).Select(Change)];
    }

    private ChangeItem Change(Index.HistoryItem h) => new(
        h.Id,
        h.Time,
        h.Folder.Value,
        engine.Config.Folder(h.Folder)?.DisplayName ?? h.Folder.Value,
        h.Path,
        h.Action,
        JsonResults.TypeWord(h.Type),
        h.By.ToString(),
        JsonResults.NameOf(engine, h.By),
        h.Local);

    private IReadOnlyList<ProblemItem> Problems() =>
        [.. problems.All().Select(p => new ProblemItem(p.Id, p.Time, p.Folder, p.Device, p.Text, p.Severity, p.Acknowledged))];

    private async Task<IResult> AcknowledgeAsync(HttpContext context)
    {
        var request = await JsonResults.BodyAsync(context, JsonResults.Json.AcknowledgeRequest);
        if (request.Id is null && request.All is not true)
            throw new BadHttpRequestException("Say which problem: {\"id\": N}, or {\"all\": true}.");
        if (request.Id is { } id && !problems.Contains(id))
            throw new NotFoundException($"There is no problem with the ID {id}.");
        return JsonResults.Of(new AcknowledgeResult(problems.Acknowledge(request.All is true ? null : request.Id)), JsonResults.Json.AcknowledgeResult);
    }

    private IReadOnlyList<LogLine> Log(long? since, int? limit) =>
        [.. log.Since(since ?? 0, Math.Clamp(limit ?? 500, 1, LogBuffer.Kept)).Select(e => new LogLine(e.Seq, e.Time, LogBuffer.LevelName(e.Level), e.Area, e.Text))];

    private IReadOnlyDictionary<string, string> Levels() => new SortedDictionary<string, string>(log.Levels.ToDictionary(l => l.Key, l => LogBuffer.LevelName(l.Value)), StringComparer.Ordinal);

    private async Task<IResult> SetLevelsAsync(HttpContext context)
    {
        var body = await JsonResults.BodyAsync(context, JsonResults.Json.IReadOnlyDictionaryStringString);
        var levels = new Dictionary<string, LogLevel>();
        foreach (var (area, word) in body)
        {
            if (!log.Levels.ContainsKey(area))
                throw new BadHttpRequestException($"There is no area '{area}' in the log; there are {string.Join(", ", log.Levels.Keys.Order())}.");
            levels[area] = LogBuffer.TryLevel(word, out var level) ? level
                : throw new BadHttpRequestException($"'{word}' is not a level; the levels are trace, debug, info, warning, error, critical, none.");
        }
        log.SetLevels(levels, engine.State);
        return JsonResults.Of(Levels(), JsonResults.Json.IReadOnlyDictionaryStringString);
    }
}
