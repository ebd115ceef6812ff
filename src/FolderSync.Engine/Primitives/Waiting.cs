namespace FolderSync.Engine.Primitives;

/// <summary>Waits without leaving the waiter's context: Task.WaitAsync would use the thread pool.</summary>
internal static class Waiting
{
    /// <summary>The source must run continuations asynchronously.</summary>
    public static async Task OrCancelled(this TaskCompletionSource source, CancellationToken cancellation)
    {
        await using (cancellation.Register(() => source.TrySetCanceled(cancellation)))
            await source.Task;
    }

    /// <summary>Returns when that much time has passed, never earlier.</summary>
    public static async Task PauseAsync(TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        using var pause = new Wakeup(time);
        await pause.WaitUntilAsync(Deadline.In(wait, time), cancellation);
    }
}
