namespace FolderSync.Engine.Primitives;

/// <summary>
/// A coalesced signal: however often it is set while nobody waits, one wait returns. One waiter. Thread-safe.
/// </summary>
/// <remarks>
/// Each wait names when it ends, and does not end before: a timer may ring a little early by the clock that its owner then looks at, who would
/// find nothing due, and wait for good. So there is no other way to set an alarm than to wait for it.
/// </remarks>
internal sealed class Wakeup(TimeProvider time) : IDisposable
{
    /// <summary>A TimeProvider's timer takes at most 2^32-2 ms; a longer wait looks at the clock in between.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(20);

    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiter;
    private bool _isSet;
    private ITimer? _timer;
    private Deadline _due = Deadline.Never;

    public void Set()
    {
        lock (_lock)
        {
            // One whose wait was cancelled in this moment has not heard it.
            _isSet = _waiter?.TrySetResult() != true;
            _waiter = null;
        }
    }

    /// <summary>Returns once it is set, or when that time has come by the clock. No earlier, and both may be so.</summary>
    public async Task WaitUntilAsync(Deadline due, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        TaskCompletionSource waiter;
        lock (_lock)
        {
            if (_isSet || due.IsPast(time))
            {
                _isSet = false;
                return;
            }
            waiter = _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _due = due;
            SetTimer();
        }
        try
        {
            await using var registration = cancellation.Register(() => waiter.TrySetCanceled(cancellation));
            await waiter.Task;
        }
        finally
        {
            lock (_lock)
            {
                if (_waiter == waiter)
                    _waiter = null;
                if (_waiter is null && _due != Deadline.Never)
                    _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _timer?.Dispose();
    }

    /// <summary>Under the lock.</summary>
    private void SetTimer()
    {
        if (_due == Deadline.Never)
            return;
        var left = _due.Left(time);
        // Timers count whole milliseconds: rounded down, it would ring before its time for sure.
        left = left > LongestTimer ? LongestTimer : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
#pragma warning disable RS0030 // The one place where an alarm is set: OnTimer looks at the clock and sets it anew.
        _timer ??= time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
#pragma warning restore RS0030
        _timer.Change(left, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (_waiter is null)
                return;
            if (!_due.IsPast(time))
            {
                SetTimer();
                return;
            }
            _waiter.TrySetResult();
            _waiter = null;
        }
    }
}
