using System.Collections.Immutable;

namespace FolderSync.Engine.Events;

/// <summary>An event and its time.</summary>
public readonly record struct LoggedEvent(DateTimeOffset Time, EngineEvent Event);

/// <summary>Passes each event to all listeners, in one order. Listeners must be quick and never throw: they enqueue. Thread-safe.</summary>
public sealed class EventLog(TimeProvider time)
{
    private readonly Lock _lock = new();
    private ImmutableArray<Action<LoggedEvent>> _listeners = [];

    /// <summary>Publishes an event that is only created if somebody listens.</summary>
    public void Publish(Func<EngineEvent> make)
    {
        if (_listeners.IsEmpty)
            return;
        Publish(make());
    }

    /// <summary>Publishes an event that costs nothing to create.</summary>
    public void Publish(EngineEvent happened)
    {
        lock (_lock)
        {
            var logged = new LoggedEvent(time.GetUtcNow(), happened);
            foreach (var listener in _listeners)
                listener(logged);
        }
    }

    /// <summary>Listens until the result is disposed.</summary>
    public IDisposable Listen(Action<LoggedEvent> listener)
    {
        lock (_lock)
            _listeners = _listeners.Add(listener);
        return new Subscription(this, listener);
    }

    private sealed class Subscription(EventLog log, Action<LoggedEvent> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (log._lock)
                log._listeners = log._listeners.Remove(listener);
        }
    }
}
