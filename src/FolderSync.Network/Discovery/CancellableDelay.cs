namespace FolderSync.Network.Discovery;

/// <summary>Waits on the injected clock.</summary>
internal static class CancellableDelay
{
    /// <summary>Ends early, without an exception, when cancelled.</summary>
    public static async Task DelayAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(time, clock, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller's loop sees the cancellation.
        }
    }

    /// <summary>Waits for the signal or the timeout.</summary>
    public static async Task WaitAsync(SemaphoreSlim signal, TimeSpan time, TimeProvider clock, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await signal.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The timeout has passed.
        }
    }
}
