using FolderSync.Platform;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Primitives;

/// <summary>
/// Starts the engine's loops and work that isn't awaited where it starts. Each has a name and an owner: a fault is logged with its stack and passed
/// to the owner, which ends whatever the work belongs to (a link, a folder's flows, a round). The returned tasks never fail.
/// </summary>
internal sealed class Supervisor(IEngineScheduler scheduler, TimeProvider time, ILogger log)
{
    private readonly RestartingLoop _restarting = new(time, (wait, cancellation) => Waiting.PauseAsync(wait, time, cancellation));

    /// <summary>Starts a loop on a context of its own.</summary>
    /// <param name="onFault">Reports the fault to the owner, on the loop's context.</param>
    /// <param name="ended">Cancelled when the loop should end.</param>
    public Task Start(string name, Func<Task> loop, Action<Exception> onFault, CancellationToken ended) =>
        scheduler.Start(name, () => RunAsync(name, loop, onFault, ended));

    /// <summary>Starts a loop that nothing else restarts: after a fault it starts over by itself, with growing delays.</summary>
    public Task StartRestarting(string name, Func<Task> loop, Action<Exception> onFault, CancellationToken ended) =>
        scheduler.Start(name, () => _restarting.RunAsync(loop, e => Report(name, onFault, e), ended));

    /// <summary>Runs work on the caller's context.</summary>
    public Task RunAsync(string name, Func<Task> work, Action<Exception> onFault, CancellationToken ended) =>
        RunAsync(work, e => Report(name, onFault, e), ended);

    /// <summary>Runs work on the caller's context for an owner that throws the fault itself where it is logged.</summary>
    public static async Task RunAsync(Func<Task> work, Action<Exception> onFault, CancellationToken ended)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Its end was requested.
        }
        catch (Exception e)
        {
            onFault(e);
        }
    }

    private void Report(string name, Action<Exception> onFault, Exception fault)
    {
        Log.LoopFault(log, name, fault);
        try
        {
            onFault(fault);
        }
        catch (Exception e)
        {
            // The owner's own fault must not hide the first one.
            Log.LoopFault(log, name, e);
        }
    }
}
