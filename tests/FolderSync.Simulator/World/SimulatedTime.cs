namespace FolderSync.Simulator.World;

/// <summary>
/// Virtual time that advances only in <see cref="RunNext"/>. Its timers fire up to 2 ms early or late, as the seed decides, because real ones do,
/// and code that then compares with the clock must not hang. Single-threaded.
/// </summary>
/// <param name="seed">Null for timers that fire exactly on time, unlike real ones.</param>
internal sealed class SimulatedTime(int? seed)
{
    private static readonly long MaxSkew = 2 * TimeSpan.TicksPerMillisecond;

    private readonly Random? _off = seed is { } s ? new Random(s) : null;
    private readonly PriorityQueue<SimulatedTimer, (long Due, long Order)> _timers = new();
    private long _order;

    /// <summary>Ticks since 1970 of the world's true clock.</summary>
    public long Now { get; private set; } = (new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).Ticks;

    /// <summary>When the next timer is due; null if there is none.</summary>
    public long? NextDue
    {
        get
        {
            while (_timers.TryPeek(out var timer, out var at))
            {
                if (timer.IsAt(at.Due, at.Order))
                    return at.Due;
                _timers.Dequeue();
            }
            return null;
        }
    }

    /// <summary>Advances the clock to the next timer and fires it.</summary>
    public void RunNext()
    {
        if (NextDue is not { } due)
            return;
        Now = Math.Max(Now, due);
        _timers.Dequeue().Fire();
    }

    public void Advance(TimeSpan by) => Now += by.Ticks;

    /// <summary>When a timer fires that is set now.</summary>
    private long FireAt(TimeSpan wait) => Now + Math.Max(0, wait.Ticks + (_off?.NextInt64(-MaxSkew, MaxSkew + 1) ?? 0));

    private void Enqueue(SimulatedTimer timer, long due, out long order)
    {
        order = ++_order;
        _timers.Enqueue(timer, (due, order));
    }

    /// <summary>One device's clock: off by <paramref name="skew"/>, and stopped with the device's process.</summary>
    public sealed class Clock(SimulatedTime world, TimeSpan skew) : TimeProvider
    {
        /// <summary>Set while it runs: the wall clock jumps, the monotonic one doesn't.</summary>
        public TimeSpan Skew { get; set; } = skew;

        public bool IsDead { get; set; }

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        /// <summary>Called before the clock is read; throws to make the caller fail.</summary>
        public Action? BeforeRead { get; set; }

        public override long GetTimestamp()
        {
            BeforeRead?.Invoke();
            return world.Now;
        }

        public override DateTimeOffset GetUtcNow()
        {
            BeforeRead?.Invoke();
            return DateTimeOffset.UnixEpoch.AddTicks(world.Now) + Skew;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new SimulatedTimer(world, this, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }
    }

    private sealed class SimulatedTimer(SimulatedTime world, Clock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _due = -1;
        private long _order;
        private TimeSpan _period;

        public bool IsAt(long due, long order) => !clock.IsDead && _due == due && _order == order;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            _due = -1;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            _due = world.FireAt(dueTime);
            world.Enqueue(this, _due, out _order);
            return true;
        }

        public void Fire()
        {
            _due = -1;
            if (_period > TimeSpan.Zero)
                Change(_period, _period);
            callback(state);
        }

        public void Dispose() => _due = -1;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
