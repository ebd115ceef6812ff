namespace FolderSync.Platform;

/// <summary>
/// Lets one message of a kind (or a few) pass per interval and counts the others. For messages that strangers can cause as often as they like: they don't fill
/// the disk, and the count says how many there were. Thread-safe.
/// </summary>
/// <param name="onOmitted">Logs how many messages did not pass in an interval; called at its end, from a timer, and only if there were any.</param>
/// <param name="most">Messages that pass in an interval.</param>
public sealed class LogThrottle(TimeProvider time, Action<long> onOmitted, int most = 1) : IDisposable
{
    /// <summary>One line of a kind per minute.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private ITimer? _interval;
    private int _passed;
    private long _omitted;
    private bool _disposed;

    /// <summary>True: log this message. False: it is counted.</summary>
    public bool TryPass()
    {
        lock (_lock)
        {
            if (_disposed)
                return false;
            if (_passed >= most)
            {
                _omitted++;
                return false;
            }
            _interval ??= time.CreateTimer(_ => OnIntervalEnded(), null, Interval, Timeout.InfiniteTimeSpan);
            _passed++;
            return true;
        }
    }

    /// <summary>Reports what was left out until now.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            _interval?.Dispose();
        }
        Report(Interlocked.Exchange(ref _omitted, 0));
    }

    private void OnIntervalEnded()
    {
        long omitted;
        lock (_lock)
        {
            if (_disposed)
                return;
            (omitted, _omitted) = (_omitted, 0);
            if (omitted > 0)
            {
                // The count is a line of the next interval already.
                _passed = 1;
                _interval!.Change(Interval, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _passed = 0;
                _interval!.Dispose();
                _interval = null;
            }
        }
        Report(omitted);
    }

    private void Report(long omitted)
    {
        if (omitted > 0)
            onOmitted(omitted);
    }
}
