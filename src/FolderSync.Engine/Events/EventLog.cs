using System.Collections.Immutable;

namespace FolderSync.Engine.Events;

/// <summary>Something that happened, named and shaped as Syncthing's event API has it.</summary>
/// <param name="GlobalId">Ascending from 1 over all types.</param>
/// <param name="Data">JSON-able: strings, numbers, booleans, dates, lists and dictionaries of them.</param>
public sealed record EngineEvent(long GlobalId, DateTimeOffset Time, string Type, IReadOnlyDictionary<string, object?> Data);

/// <summary>Hands each event to everyone who listens, in one order. Listeners must be quick and never throw: they enqueue.</summary>
public sealed class EventLog(TimeProvider time)
{
    private readonly Lock _lock = new();
    private ImmutableArray<Action<EngineEvent>> _listeners = [];
    private long _last;

    public void Add(string type, params ReadOnlySpan<(string Key, object? Value)> data)
    {
        var fields = new Dictionary<string, object?>(data.Length);
        foreach (var (key, value) in data)
            fields[key] = value;
        lock (_lock)
        {
            var e = new EngineEvent(++_last, time.GetUtcNow(), type, fields);
            foreach (var listener in _listeners)
                listener(e);
        }
    }

    /// <summary>Until the result is disposed.</summary>
    public IDisposable Listen(Action<EngineEvent> listener)
    {
        lock (_lock)
            _listeners = _listeners.Add(listener);
        return new Subscription(this, listener);
    }

    private sealed class Subscription(EventLog log, Action<EngineEvent> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (log._lock)
                log._listeners = log._listeners.Remove(listener);
        }
    }
}
