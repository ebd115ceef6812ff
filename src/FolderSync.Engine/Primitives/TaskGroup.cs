using System.Runtime.ExceptionServices;

namespace FolderSync.Engine.Primitives;

/// <summary>
/// Work that an owner runs side by side on its own context and waits for. The first fault ends all of it and is thrown to the owner, so that none
/// is lost; the end that the owner asks for is no fault. Thread-safe.
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

    /// <summary>Cancelled when the owner ends the group, or one of its members failed. Valid after the group's disposal, too.</summary>
    public CancellationToken Ended { get; }

    public bool HasFailed => Volatile.Read(ref _fault) is not null;

    /// <summary>Begins the work at once, on the caller's context.</summary>
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

    /// <summary>Asks all of it to end.</summary>
    public void End()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The owner has ended, and all its work before it.
        }
    }

    /// <summary>Returns when nothing runs any more; throws the first fault.</summary>
    public async Task WhenIdleAsync()
    {
        await SettleAsync();
        Volatile.Read(ref _fault)?.Throw();
    }

    /// <summary>Returns when nothing runs any more, whatever became of it.</summary>
    public async Task SettleAsync()
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
            // Its end was asked for.
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }
}
