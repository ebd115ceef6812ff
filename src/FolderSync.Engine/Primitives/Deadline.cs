namespace FolderSync.Engine.Primitives;

/// <summary>A moment on the monotonic clock: neither a person, nor NTP, nor a change of the time zone moves it.</summary>
internal readonly record struct Deadline : IComparable<Deadline>
{
    /// <summary>No end: a wait ends by its signal alone.</summary>
    public static readonly Deadline Never = new(long.MaxValue);

    /// <summary>Past already.</summary>
    public static readonly Deadline Passed = new(long.MinValue);

    private readonly long _timestamp;

    private Deadline(long timestamp) => _timestamp = timestamp;

    /// <summary>So long from now; what no clock will see is <see cref="Never"/>.</summary>
    public static Deadline In(TimeSpan wait, TimeProvider time)
    {
        var now = time.GetTimestamp();
        var ticks = Math.Ceiling(wait.TotalSeconds * time.TimestampFrequency);
        return ticks >= long.MaxValue - (double)Math.Max(0, now) ? Never : new Deadline(now + (long)Math.Max(0, ticks));
    }

    public static Deadline Earlier(Deadline a, Deadline b) => a.CompareTo(b) <= 0 ? a : b;

    public bool IsPast(TimeProvider time) => this != Never && time.GetTimestamp() >= _timestamp;

    /// <summary>Zero once it is past; <see cref="TimeSpan.MaxValue"/> where it never is.</summary>
    public TimeSpan Left(TimeProvider time)
    {
        if (this == Never)
            return TimeSpan.MaxValue;
        var now = time.GetTimestamp();
        return now >= _timestamp ? TimeSpan.Zero : time.GetElapsedTime(now, _timestamp);
    }

    public int CompareTo(Deadline other) => _timestamp.CompareTo(other._timestamp);
}
