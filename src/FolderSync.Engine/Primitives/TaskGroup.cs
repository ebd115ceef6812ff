using System.Runtime.ExceptionServices;

namespace FolderSync.Engine.Primitives;

/// <summary>
/// Concurrent work that an owner runs on its own context and awaits. The first fault ends all of it and is thrown to the owner, so that no fault is
/// lost; an end requested by the owner isn't a fault. Thread-safe.
/// </summary>
internal sealed class TaskGroup : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Task> _tasks = [];
    private readonly CancellationTokenSource _end;
    private ExceptionDispatchInfo? _fault;

    /// <param name="cancellation">Ends the group.</param>
    public TaskGroup(CancellationToken cancellation)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Ended = _end.Token;
    }

    /// <summary>Cancelled when the owner ends the group or a member fails. Valid even after the group's disposal.</summary>
    public CancellationToken Ended { get; }

    public bool HasFailed => Volatile.Read(ref _fault) is not null;

    /// <summary>Starts the work at once, on the caller's context.</summary>
    public void Run(Func<Task> work)
    {
        var task = RunOneAsync(work);
        lock (_lock)
        {
            _tasks.RemoveAll(t => t.IsCompleted);
            if (!task.IsCompleted)
                _tasks.Add(task);
        }
    }

    /// <summary>Ends the group with a fault of something that works for it.</summary>
    public void Fail(Exception fault)
    {
        Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(fault), null);
        End();
    }

    /// <summary>Requests the end of all its work.</summary>
    public void End()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The owner has ended, and before it all its work.
        }
    }

    /// <summary>Returns when nothing is running; throws the first fault.</summary>
    public async Task WhenIdleAsync()
    {
        await WaitForAllAsync();
        Volatile.Read(ref _fault)?.Throw();
    }

    /// <summary>Returns when nothing is running, whatever the outcome.</summary>
    public async Task WaitForAllAsync()
    {
        while (Next() is { } task)
            await task;
    }

    public void Dispose() => _end.Dispose();

    private Task? Next()
    {
        lock (_lock)
        {
            _tasks.RemoveAll(t => t.IsCompleted);
            return _tasks.Count == 0 ? null : _tasks[0];
        }
    }

    private async Task RunOneAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // Its end was requested.
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }
}
