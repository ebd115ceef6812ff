using System.Text.Json.Nodes;
using FolderSync.Engine.Events;

namespace FolderSync.Host.Rest;

/// <summary>/rest/events: long polling.</summary>
internal sealed class EventRoutes(EventBuffers buffers)
{
    private static readonly string[] DiskEvents = ["LocalChangeDetected", "RemoteChangeDetected"];

    public void Map(RouteGroupBuilder rest)
    {
        rest.MapGet("/events", (HttpContext context, string? events, long? since, int? limit, double? timeout) =>
            AnswerAsync(context, string.IsNullOrEmpty(events) ? null : events.Split(','), since, limit, timeout));
        rest.MapGet("/events/disk", (HttpContext context, long? since, int? limit, double? timeout) =>
            AnswerAsync(context, DiskEvents, since, limit, timeout));
    }

    /// <summary>The events that a client sees who names none.</summary>
    public static bool IsDefault(string type) => !DiskEvents.Contains(type);

    private async Task<IResult> AnswerAsync(HttpContext context, string[]? types, long? since, int? limit, double? timeout)
    {
        var wait = TimeSpan.FromSeconds(Math.Clamp(timeout ?? 60, 0, 3600));
        var found = await buffers.For(types).WaitAsync(since ?? 0, limit ?? 0, wait, context.RequestAborted);
        return RestJson.Of(new JsonArray([.. found.Select(f => Json(f.Id, f.Event))]));
    }

    private static JsonNode Json(long id, EngineEvent e) => new JsonObject
    {
        ["id"] = id,
        ["globalID"] = e.GlobalId,
        ["time"] = RestJson.Time(e.Time),
        ["type"] = e.Type,
        ["data"] = RestJson.Fields(e.Data),
    };
}
