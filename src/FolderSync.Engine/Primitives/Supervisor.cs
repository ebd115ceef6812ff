using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Primitives;

/// <summary>
/// Starts the engine's loops, and the work that is not awaited where it begins. Each has a name and an owner: a fault is logged with its stack and
/// handed to the owner, which ends what the work belongs to (a link, a folder's flows, a round). The tasks returned never fail.
/// </summary>
internal sealed class Supervisor(IEngineScheduler scheduler, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan FirstRestart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRestart = TimeSpan.FromMinutes(1);

    /// <summary>A loop that ran this long begins with the shortest wait again.</summary>
    private static readonly TimeSpan SteadyAfter = TimeSpan.FromMinutes(5);

    /// <summary>Starts a loop on a context of its own.</summary>
    /// <param name="onFault">The owner hears of the fault, on the loop's context.</param>
    /// <param name="ended">Cancelled when the loop is meant to end.</param>
    public Task Start(string name, Func<Task> loop, Action<Exception> onFault, CancellationToken ended) =>
        scheduler.Start(name, () => RunAsync(name, loop, onFault, ended));

    /// <summary>Starts a loop that nothing else brings back: after a fault it begins again by itself, later each time.</summary>
    public Task StartRestarting(string name, Func<Task> loop, Action<Exception> onFault, CancellationToken ended) =>
        scheduler.Start(name, () => RestartAsync(name, loop, onFault, ended));

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
            // Its end was asked for.
        }
        catch (Exception e)
        {
            onFault(e);
        }
    }

    private async Task RestartAsync(string name, Func<Task> loop, Action<Exception> onFault, CancellationToken ended)
    {
        var wait = FirstRestart;
        while (!ended.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var failed = false;
            await RunAsync(name, loop, Fail, ended);
            if (!failed)
                return;
            if (time.GetElapsedTime(began) >= SteadyAfter)
                wait = FirstRestart;
            await PauseAsync(wait, ended);
            wait = wait * 2 < LastRestart ? wait * 2 : LastRestart;

            void Fail(Exception e)
            {
                failed = true;
                onFault(e);
            }
        }
    }

    private async Task PauseAsync(TimeSpan wait, CancellationToken ended)
    {
        try
        {
            await Waiting.PauseAsync(wait, time, ended);
        }
        catch (OperationCanceledException)
        {
            // Its end was asked for.
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
