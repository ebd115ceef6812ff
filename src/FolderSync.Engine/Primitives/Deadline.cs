namespace FolderSync.Engine.Primitives;

/// <summary>A moment on the monotonic clock: no user, NTP, or time zone change moves it.</summary>
internal readonly record struct Deadline : IComparable<Deadline>
{
    /// <summary>No deadline: only its signal ends a wait.</summary>
    public static readonly Deadline Never = new(long.MaxValue);

    /// <summary>Always past.</summary>
    public static readonly Deadline Passed = new(long.MinValue);

    private readonly long _timestamp;

    private Deadline(long timestamp) => _timestamp = timestamp;

    /// <summary>A time from now; beyond what the clock can represent it is <see cref="Never"/>.</summary>
    public static Deadline In(TimeSpan wait, TimeProvider time)
    {
        var now = time.GetTimestamp();
        var ticks = Math.Ceiling(wait.TotalSeconds * time.TimestampFrequency);
        return ticks >= long.MaxValue - (double)Math.Max(0, now) ? Never : new Deadline(now + (long)Math.Max(0, ticks));
    }

    public static Deadline Earlier(Deadline a, Deadline b) => a.CompareTo(b) <= 0 ? a : b;

    public bool IsPast(TimeProvider time) => this != Never && time.GetTimestamp() >= _timestamp;

    /// <summary>Zero once it is past; <see cref="TimeSpan.MaxValue"/> if it is never.</summary>
    public TimeSpan Left(TimeProvider time)
    {
        if (this == Never)
            return TimeSpan.MaxValue;
        var now = time.GetTimestamp();
        return now >= _timestamp ? TimeSpan.Zero : time.GetElapsedTime(now, _timestamp);
    }

    public int CompareTo(Deadline other) => _timestamp.CompareTo(other._timestamp);
}
