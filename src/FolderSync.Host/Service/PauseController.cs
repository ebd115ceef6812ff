using System.Text.Json;
using FolderSync.Api.Service;
using FolderSync.Contracts;
using FolderSync.Engine;
using FolderSync.Index;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// "Pause for an hour": closes all connections until that time or until resumed, even across restarts. The configuration doesn't change.
/// </summary>
internal sealed class PauseController(ISyncEngine engine, IStateStore state, TimeProvider time, ILogger<PauseController> log) : IPauseController, IAsyncDisposable
{
    private const string Document = "pause";

    /// <summary>It checks the clock at least this often: timers don't count the time that a computer sleeps.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Cancels the wait for the end of the present pause.</summary>
    private CancellationTokenSource? _stopWaiting;
    private Task _waiting = Task.CompletedTask;
    private volatile Paused? _now;

    public bool IsPaused => _now is not null;

    /// <summary>Null: until resumed, or not paused.</summary>
    public DateTimeOffset? Until => _now?.Until;

    /// <summary>Restores the pause in force when the service ended. Call it before the engine gets its configuration.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        if (Read(state.GetDocument(Document)) is not { } kept)
            return;
        // Write nothing: a full disk must not prevent the service from starting.
        await SetAsync(kept.Until <= time.GetUtcNow() ? null : kept, isKept: true, cancellation);
    }

    /// <param name="until">Null: until it is resumed.</param>
    public Task PauseAsync(DateTimeOffset? until, CancellationToken cancellation) => SetAsync(new Paused(until), isKept: false, cancellation);

    public Task ResumeAsync(CancellationToken cancellation) => SetAsync(null, isKept: false, cancellation);

    public async ValueTask DisposeAsync()
    {
        _stopWaiting?.Cancel();
        await _waiting;
        _gate.Dispose();
    }

    /// <param name="isKept">It is already stored, or was read from there.</param>
    private async Task SetAsync(Paused? wanted, bool isKept, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            // First, so that a failure leaves everything unchanged.
            if (!isKept)
                state.PutDocument(Document, wanted is null ? "{}" : JsonSerializer.Serialize(new PauseState(true, wanted.Until), ExtensionJson.Default.PauseState));
            await engine.PauseAsync(wanted is not null, cancellation);
            _now = wanted;
            _stopWaiting?.Cancel();
            _stopWaiting = null;
            if (wanted?.Until is { } until)
                StartWaiting(until);
            engine.Events.Publish(new ServiceEvent.SyncPaused(wanted is not null, wanted?.Until));
        }
        finally
        {
            _gate.Release();
        }
    }

    private void StartWaiting(DateTimeOffset until)
    {
        var (begun, length) = (time.GetTimestamp(), until - time.GetUtcNow());
        var stop = _stopWaiting = new CancellationTokenSource();
        _waiting = new RestartingLoop(time).Start(() => EndInTimeAsync(until, begun, length, stop.Token), e => Log.LoopFault(log, "pause", e), stop.Token);
    }

    private async Task EndInTimeAsync(DateTimeOffset until, long begun, TimeSpan length, CancellationToken cancellation)
    {
        while (Left(until, begun, length) is var left && left > TimeSpan.Zero)
            await Task.Delay(NextCheck(left), time, cancellation);
        if (_now?.Until == until)
            await EndAsync();
    }

    /// <summary>On a full disk the stored pause remains; the next start checks its time.</summary>
    private async Task EndAsync()
    {
        await SetAsync(null, isKept: true, CancellationToken.None);
        try
        {
            state.PutDocument(Document, "{}");
        }
        catch (IOException)
        {
            // The store reports this as a problem of its own.
        }
    }

    private TimeSpan Left(DateTimeOffset until, long begun, TimeSpan length) => Left(until - time.GetUtcNow(), length - time.GetElapsedTime(begun));

    /// <summary>The first clock to expire is right: the wall clock may be set back, the monotonic one stops while the computer sleeps.</summary>
    internal static TimeSpan Left(TimeSpan byWall, TimeSpan byMonotonic) => byWall < byMonotonic ? byWall : byMonotonic;

    /// <summary>Whole milliseconds, rounded up, like timers.</summary>
    internal static TimeSpan NextCheck(TimeSpan left) =>
        left <= TimeSpan.Zero ? TimeSpan.Zero : left > MaxWait ? MaxWait : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));

    private static Paused? Read(string? json) =>
        json is not null && JsonSerializer.Deserialize(json, ExtensionJson.Default.PauseState) is { Paused: true } kept ? new Paused(kept.Until) : null;

    private sealed record Paused(DateTimeOffset? Until);
}
