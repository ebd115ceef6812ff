using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Contracts;

namespace FolderSync.Api.Extensions;

/// <summary>Pauses all connections for a while.</summary>
internal sealed class PauseRoutes(IPauseController pause, TimeProvider time) : IExtensionRoutes
{
    private const double MaxMinutes = 60 * 24 * 366;

    public void Map(RouteGroupBuilder api)
    {
        api.MapGet("/pause", State).Produces<PauseState>().WithSummary("Whether all syncing is paused, and until when.");
        api.MapPost("/pause", (Delegate)PauseAsync).WithRequestBody<PauseRequest>().Produces<PauseState>()
            .WithSummary("Pauses all syncing for that many minutes; without minutes until resumed. It survives restarts and ends automatically.");
        api.MapPost("/resume", async (CancellationToken cancellation) =>
        {
            await pause.ResumeAsync(cancellation);
            return State();
        }).Produces<PauseState>().WithSummary("Ends the pause.");
    }

    private IResult State() => JsonResults.Of(new PauseState(pause.IsPaused, pause.Until), JsonResults.Json.PauseState);

    private async Task<IResult> PauseAsync(HttpContext context)
    {
        var minutes = context.Request.ContentLength is 0 ? null : (await JsonResults.BodyAsync(context, JsonResults.Json.PauseRequest)).Minutes;
        if (minutes is <= 0 or > MaxMinutes or double.NaN)
            throw new BadHttpRequestException($"minutes must be more than 0 and at most {MaxMinutes}.");
        await pause.PauseAsync(minutes is { } m ? time.GetUtcNow().AddMinutes(m) : null, CancellationToken.None);
        return State();
    }
}
