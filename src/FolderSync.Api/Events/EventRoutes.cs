using System.Globalization;
using System.Text;
using FolderSync.Api.Http;

namespace FolderSync.Api.Events;

/// <summary>/rest/events: long polling.</summary>
internal sealed class EventRoutes(EventBuffers buffers) : IRoutes
{
    private static readonly string[] DiskEvents = ["LocalChangeDetected", "RemoteChangeDetected"];

    public void Map(RouteGroupBuilder rest)
    {
        rest.MapGet("/events", (HttpContext context, string? events, long? since, int? limit, double? timeout) =>
            AnswerAsync(context, string.IsNullOrEmpty(events) ? null : events.Split(','), since, limit, timeout));
        rest.MapGet("/events/disk", (HttpContext context, long? since, int? limit, double? timeout) =>
            AnswerAsync(context, DiskEvents, since, limit, timeout));
    }

    /// <summary>Whether clients that name no types get this one.</summary>
    public static bool IsDefault(string type) => !DiskEvents.Contains(type);

    private async Task AnswerAsync(HttpContext context, string[]? types, long? since, int? limit, double? timeout)
    {
        var wait = TimeSpan.FromSeconds(timeout is { } given && double.IsFinite(given) ? Math.Clamp(given, 0, 3600) : 60);
        context.Response.ContentType = "application/json; charset=utf-8";
        // Sends the headers before waiting, so that the client knows its request has arrived.
        await context.Response.StartAsync(context.RequestAborted);
        var found = await buffers.For(types).WaitAsync(since ?? 0, limit ?? 0, wait, context.RequestAborted);
        var body = context.Response.BodyWriter;
        Put("[");
        for (var i = 0; i < found.Count; i++)
        {
            Put(string.Create(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}{{\"id\":{found[i].Id},"));
            // Waits for a slow reader: no more than the response's small buffer is kept for it.
            await body.WriteAsync(SecretAccess.IsAllowed(context) ? found[i].Event.Text : found[i].Event.MaskedText, context.RequestAborted);
        }
        Put("]");
        await body.FlushAsync(context.RequestAborted);

        void Put(string text) => body.Advance(Encoding.UTF8.GetBytes(text, body.GetSpan(64)));
    }
}
