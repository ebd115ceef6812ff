namespace FolderSync.Testing;

/// <summary>A clock that a test advances; its timers fire inside <see cref="Advance"/>.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private long _now = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The number of timers that are set and not yet due.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    /// <summary>The offset of the wall clock: a user may set it, while timers and timestamps continue.</summary>
    public TimeSpan WallClockOff { get; set; }

    public override long GetTimestamp()
    {
        lock (_lock)
            return _now;
    }

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(GetTimestamp()) + WallClockOff;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (_lock)
        {
            _now += by.Ticks;
            due = [.. _timers.Where(t => t.Due <= _now)];
            _timers.RemoveAll(due.Contains);
        }

        foreach (var timer in due)
            timer.Fire();
    }

    /// <summary>Advances to the next due timer; returns false if none is set.</summary>
    public bool AdvanceToNext()
    {
        TimeSpan by;
        lock (_lock)
        {
            if (_timers.Count == 0)
                return false;
            by = TimeSpan.FromTicks(Math.Max(0, _timers.Min(t => t.Due) - _now));
        }

        Advance(by);
        return true;
    }

    private sealed class Timer(ManualTime owner, TimerCallback callback, object? state) : ITimer
    {
        public long Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._lock)
            {
                owner._timers.Remove(this);
                if (dueTime < TimeSpan.Zero)
                    return true;
                Due = owner._now + dueTime.Ticks;
                owner._timers.Add(this);
            }

            return true;
        }

        public void Dispose()
        {
            lock (owner._lock)
                owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
