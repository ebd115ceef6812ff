namespace FolderSync.Platform;

/// <summary>Keeps a loop running that nothing else restarts: after a fault it starts again, with growing delays.</summary>
/// <param name="pause">Waits on the caller's context, for callers that must not leave it. Throws only when its token is cancelled.</param>
public sealed class RestartingLoop(TimeProvider time, Func<TimeSpan, CancellationToken, Task> pause)
{
    /// <summary>A loop that ran this long starts with the shortest delay again.</summary>
    public static readonly TimeSpan SteadyAfter = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstRestart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRestart = TimeSpan.FromMinutes(1);

    public RestartingLoop(TimeProvider time)
        : this(time, (wait, cancellation) => Task.Delay(wait, time, cancellation))
    {
    }

    /// <summary>
    /// Starts the loop on the thread pool and runs it like <see cref="RunAsync"/>. Not for the engine, whose loops have contexts of their own.
    /// </summary>
    public Task Start(Func<Task> loop, Action<Exception> onFault, CancellationToken ended) => Task.Run(() => RunAsync(loop, onFault, ended), CancellationToken.None);

    /// <summary>Returns when the loop returns or its end was requested; the task never fails.</summary>
    /// <param name="onFault">Reports each fault to the owner, before the wait. It must not throw.</param>
    /// <param name="ended">Cancelled when the loop is meant to end.</param>
    public async Task RunAsync(Func<Task> loop, Action<Exception> onFault, CancellationToken ended)
    {
        var backoff = new Backoff(FirstRestart, LastRestart);
        while (!ended.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                await loop();
                return;
            }
            catch (Exception e) when (ended.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception e)
            {
                onFault(e);
            }
            if (time.GetElapsedTime(began) >= SteadyAfter)
                backoff.Reset();
            try
            {
                await pause(backoff.Next(), ended);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
