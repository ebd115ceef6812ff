namespace FolderSync.Platform;

/// <summary>How long to wait before the next attempt: twice as long as before the last one, up to a limit. Not thread-safe.</summary>
public sealed class Backoff
{
    private readonly TimeSpan _first;
    private readonly TimeSpan _last;
    private TimeSpan _next;

    public Backoff(TimeSpan first, TimeSpan last) => (_first, _last, _next) = (first, last, first);

    /// <summary>The wait before the attempt that comes now; the one after it waits longer.</summary>
    public TimeSpan Next()
    {
        var wait = _next;
        _next = _next < _last / 2 ? _next * 2 : _last;
        return wait;
    }

    /// <summary>It worked: the next failure waits for the shortest time again.</summary>
    public void Reset() => _next = _first;
}
