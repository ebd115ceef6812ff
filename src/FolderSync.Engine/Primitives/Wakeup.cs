namespace FolderSync.Engine.Primitives;

/// <summary>
/// A coalesced signal: however often it is set while nobody waits, one wait returns. One waiter. Thread-safe.
/// </summary>
/// <remarks>
/// Each wait names its end and never returns earlier: a timer may fire slightly early by the clock that its owner then reads, who would find
/// nothing due and wait forever. So waiting is the only way to set an alarm.
/// </remarks>
internal sealed class Wakeup(TimeProvider time) : IDisposable
{
    /// <summary>A TimeProvider's timer takes at most 2^32-2 ms; a longer wait checks the clock in between.</summary>
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
            // One whose wait was cancelled just now hasn't received it.
            _isSet = _waiter?.TrySetResult() != true;
            _waiter = null;
        }
    }

    /// <summary>Returns once it is set or that time has come, never earlier; both may be true.</summary>
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

    /// <summary>The caller holds the lock.</summary>
    private void SetTimer()
    {
        if (_due == Deadline.Never)
            return;
        var left = _due.Left(time);
        // Timers count whole milliseconds: rounded down, it would certainly fire early.
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
