using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Scan;

namespace FolderSync.Engine.Supervision;

/// <summary>The users' commands for a folder, run one after the other on the folder's context. Enqueuing is thread-safe.</summary>
internal sealed class CommandQueue(TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Wakeup _wake = new(time);
    private readonly Queue<(Func<FolderCommands, Task> Run, TaskCompletionSource Done)> _commands = new();

    /// <summary>Returns when the command is done; throws its failure.</summary>
    public async Task RunAsync(Func<FolderCommands, Task> command, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _commands.Enqueue((command, done));
        _wake.Set();
        await done.OrCancelled(cancellation);
    }

    /// <summary>Runs commands until cancelled.</summary>
    public async Task ServeAsync(FolderCommands commands, CancellationToken cancellation)
    {
        while (true)
        {
            if (TryTake() is not { } next)
            {
                await _wake.WaitUntilAsync(Deadline.Never, cancellation);
                continue;
            }
            try
            {
                await next.Run(commands);
                next.Done.TrySetResult();
            }
            catch (Exception e) when (e is EngineException or FileSystemException or RootGoneException)
            {
                next.Done.TrySetException(new EngineException(e.Message));
            }
            catch (Exception e)
            {
                next.Done.TrySetException(e is OperationCanceledException ? new EngineException("The folder was stopped.") : e);
                throw;
            }
        }
    }

    /// <summary>The folder stops: reports the reason to all waiting callers.</summary>
    public void FailAll(string reason)
    {
        List<TaskCompletionSource> waiting;
        lock (_lock)
        {
            waiting = [.. _commands.Select(c => c.Done)];
            _commands.Clear();
        }
        waiting.ForEach(w => w.TrySetException(new EngineException(reason)));
    }

    public void Dispose() => _wake.Dispose();

    private (Func<FolderCommands, Task> Run, TaskCompletionSource Done)? TryTake()
    {
        lock (_lock)
            return _commands.TryDequeue(out var command) ? command : null;
    }
}
