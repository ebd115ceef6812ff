using System.Globalization;
using System.Text.Json.Nodes;
using FolderSync.Engine;
using FolderSync.Index;

namespace FolderSync.Host.Service;

/// <summary>"Pause for an hour": all connections rest until then or until resumed, over restarts too. The configuration does not change.</summary>
internal sealed class PauseSwitch(ISyncEngine engine, IStateStore state, TimeProvider time) : IDisposable
{
    private const string Document = "pause";

    /// <summary>A timer can't be set further ahead; it looks again then.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(20);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private ITimer? _timer;
    private volatile Paused? _now;

    public bool IsPaused => _now is not null;

    /// <summary>Null: until it is resumed, or not paused.</summary>
    public DateTimeOffset? Until => _now?.Until;

    /// <summary>Takes up what held when the service ended; to be called before the engine gets its configuration.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        if (Read(state.GetDocument(Document)) is not { } kept)
            return;
        // Nothing of it is written: a full disk must not keep the service from starting.
        await SetAsync(kept.Until <= time.GetUtcNow() ? null : kept, isKept: true, cancellation);
    }

    /// <param name="until">Null: until it is resumed.</param>
    public Task PauseAsync(DateTimeOffset? until, CancellationToken cancellation) => SetAsync(new Paused(until), isKept: false, cancellation);

    public Task ResumeAsync(CancellationToken cancellation) => SetAsync(null, isKept: false, cancellation);

    public void Dispose()
    {
        _timer?.Dispose();
        _gate.Dispose();
    }

    /// <param name="isKept">It stands in the document already, or comes from it.</param>
    private async Task SetAsync(Paused? wanted, bool isKept, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            // First, so that a failure leaves all as it is.
            if (!isKept)
                state.PutDocument(Document, wanted is null ? "{}" : new JsonObject { ["paused"] = true, ["until"] = wanted.Until?.ToString("O") }.ToJsonString());
            await engine.PauseAsync(wanted is not null, cancellation);
            _now = wanted;
            _timer?.Dispose();
            _timer = wanted?.Until is { } until ? time.CreateTimer(_ => _ = OnTimeAsync(until), null, Wait(until), Timeout.InfiniteTimeSpan) : null;
            engine.Events.Add("FolderSyncPaused", ("paused", wanted is not null), ("until", wanted?.Until));
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task OnTimeAsync(DateTimeOffset until)
    {
        try
        {
            if (_now?.Until != until)
                return;
            if (time.GetUtcNow() >= until)
                await SetAsync(null, isKept: true, CancellationToken.None);
            else
                _timer?.Change(Wait(until), Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The service ends; the next start looks at the time.
        }
    }

    private TimeSpan Wait(DateTimeOffset until)
    {
        var left = until - time.GetUtcNow();
        return left < TimeSpan.Zero ? TimeSpan.Zero : left > LongestWait ? LongestWait : left;
    }

    private static Paused? Read(string? json)
    {
        if (json is null || JsonNode.Parse(json) is not JsonObject o || o["paused"] is null)
            return null;
        return new Paused((string?)o["until"] is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null);
    }

    private sealed record Paused(DateTimeOffset? Until);
}
