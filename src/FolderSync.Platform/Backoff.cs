namespace FolderSync.Platform;

/// <summary>The wait before the next attempt: twice the previous one, up to a limit. Not thread-safe.</summary>
public sealed class Backoff
{
    private readonly TimeSpan _first;
    private readonly TimeSpan _last;
    private TimeSpan _next;

    public Backoff(TimeSpan first, TimeSpan last) => (_first, _last, _next) = (first, last, first);

    /// <summary>The wait before the coming attempt; the following one waits longer.</summary>
    public TimeSpan Next()
    {
        var wait = _next;
        _next = _next < _last / 2 ? _next * 2 : _last;
        return wait;
    }

    /// <summary>The attempt succeeded: the next failure waits for the shortest time again.</summary>
    public void Reset() => _next = _first;
}
