namespace FolderSync.Engine;

/// <summary>A coalesced signal: however often it is set while nobody waits, one wait returns. One waiter. Thread-safe.</summary>
internal sealed class Wakeup(TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiter;
    private bool _isSet;
    private ITimer? _timer;
    private DateTimeOffset _due = DateTimeOffset.MaxValue;

    public void Set()
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            waiter = _waiter;
            _waiter = null;
            _isSet = waiter is null;
        }
        waiter?.TrySetResult();
    }

    /// <summary>Sets it at that time, or earlier where an earlier time was asked for.</summary>
    public void SetAt(DateTimeOffset due)
    {
        lock (_lock)
        {
            if (due >= _due)
                return;
            _due = due;
            _timer?.Dispose();
            var wait = due - time.GetUtcNow();
            // A TimeProvider's timer takes at most 2^32-2 ms; a longer wait wakes early, and whoever waits looks at the clock.
            wait = TimeSpan.FromMilliseconds(Math.Clamp(wait.TotalMilliseconds, 0, 2_000_000_000));
            _timer = time.CreateTimer(_ => Elapsed(), null, wait, Timeout.InfiniteTimeSpan);
        }
    }

    public async Task WaitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        TaskCompletionSource waiter;
        lock (_lock)
        {
            if (_isSet)
            {
                _isSet = false;
                return;
            }
            waiter = _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        await using var registration = cancellation.Register(() => waiter.TrySetCanceled(cancellation));
        await waiter.Task;
    }

    public void Dispose()
    {
        lock (_lock)
            _timer?.Dispose();
    }

    private void Elapsed()
    {
        lock (_lock)
        {
            _due = DateTimeOffset.MaxValue;
            _timer?.Dispose();
            _timer = null;
        }
        Set();
    }
}
