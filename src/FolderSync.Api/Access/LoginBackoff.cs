namespace FolderSync.Api.Access;

/// <summary>
/// Delays logins from one source after wrong passwords: the first few cost nothing, then each doubles the delay. Bounded; forgets a source after an
/// hour. What a source is, <see cref="ClientAddress.Key"/> says. Thread-safe.
/// </summary>
internal sealed class LoginBackoff(TimeProvider time)
{
    private const int FreeAttempts = 4;
    private const int MaxSources = 4096;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FailureLifetime = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Failures> _failures = new(StringComparer.Ordinal);

    /// <summary>How long passwords from this source are still refused unchecked; zero if they are checked.</summary>
    public TimeSpan RemainingDelay(string source)
    {
        lock (_lock)
        {
            // Uses the monotonic clock: setting the clock back must not prolong the delay.
            var left = _failures.TryGetValue(source, out var f) ? f.Pause - time.GetElapsedTime(f.Last) : TimeSpan.Zero;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void RecordFailure(string source)
    {
        lock (_lock)
        {
            var count = _failures.TryGetValue(source, out var f) && time.GetElapsedTime(f.Last) < FailureLifetime ? f.Count + 1 : 1;
            if (_failures.Count >= MaxSources && !_failures.ContainsKey(source))
                _failures.Remove(_failures.MinBy(x => x.Value.Last).Key);
            _failures[source] = new Failures(count, time.GetTimestamp(), Pause(count));
        }
    }

    public void RecordSuccess(string source)
    {
        lock (_lock)
            _failures.Remove(source);
    }

    private static TimeSpan Pause(int count) =>
        count < FreeAttempts ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(MaxDelay.TotalSeconds, Math.Pow(2, Math.Min(count - FreeAttempts, 20))));

    private readonly record struct Failures(int Count, long Last, TimeSpan Pause);
}
