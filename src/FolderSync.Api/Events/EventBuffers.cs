using System.Collections.Immutable;
using FolderSync.Engine.Events;

namespace FolderSync.Api.Events;

/// <summary>The latest events of each set of types that a client asked for, each set numbered separately as in Syncthing.</summary>
internal sealed class EventBuffers
{
    private const int MaxSets = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, EventBuffer> _buffers = new(StringComparer.Ordinal);
    private readonly IDisposable _listening;
    private ImmutableArray<EventBuffer> _all = [];
    private long _lastAsked;
    private long _lastId;
    private bool _isClosed;

    public EventBuffers(EventLog log)
    {
        For(null);
        _lastAsked = long.MinValue;
        _listening = log.Listen(Add);
    }

    /// <summary>A client asked for events within the last minute.</summary>
    public bool IsListenedTo => Interlocked.Read(ref _lastAsked) is var last && last != long.MinValue && (Environment.TickCount64 - last < 60_000 || _all.Any(b => b.HasWaiting));

    /// <param name="types">Null for the default types.</param>
    public EventBuffer For(IReadOnlyCollection<string>? types)
    {
        var key = types is null ? "" : string.Join(',', types.Order(StringComparer.Ordinal).Distinct());
        lock (_lock)
        {
            var now = Environment.TickCount64;
            Interlocked.Exchange(ref _lastAsked, now);
            if (_buffers.TryGetValue(key, out var known))
            {
                known.LastUsed = now;
                return known;
            }
            if (_buffers.Count >= MaxSets)
            {
                var oldest = _buffers.Where(b => b.Key.Length > 0).MinBy(b => b.Value.LastUsed);
                _buffers.Remove(oldest.Key);
                oldest.Value.Close();
            }
            var made = _buffers[key] = new EventBuffer(types?.ToHashSet(StringComparer.Ordinal)) { LastUsed = now };
            if (_isClosed)
                made.Close();
            _all = [.. _buffers.Values];
            return made;
        }
    }

    /// <summary>Ends all waiting requests: the service stops.</summary>
    public void Close()
    {
        _listening.Dispose();
        lock (_lock)
        {
            _isClosed = true;
            foreach (var buffer in _buffers.Values)
                buffer.Close();
        }
    }

    /// <summary>The event log calls this for one event at a time, in order.</summary>
    private void Add(LoggedEvent logged)
    {
        foreach (var shown in SyncthingEvents.Of(logged.Event))
        {
            var text = new EventText(++_lastId, logged, shown);
            foreach (var buffer in _all)
                buffer.Add(text);
        }
    }
}

/// <summary>
/// A ring buffer of events, bounded in number and in memory; readers wait for newer ones. Readers have no queue: a slow reader gets what the ring
/// still holds and sees from the IDs what it missed.
/// </summary>
/// <param name="wanted">Null for the default types.</param>
internal sealed class EventBuffer(IReadOnlySet<string>? wanted)
{
    private const int MaxEvents = 1000;
    private const long MaxWeight = 8 << 20;

    private readonly Lock _lock = new();
    private readonly Queue<(long Id, EventText Event)> _events = new();
    private TaskCompletionSource? _more;
    private long _weight;
    private long _last;
    private bool _isClosed;

    public long LastUsed { get; set; }

    public bool HasWaiting
    {
        get
        {
            lock (_lock)
                return _more is not null;
        }
    }

    /// <summary>The latest <paramref name="limit"/> events (0: all) with IDs above <paramref name="since"/>; waits for the first.</summary>
    public async Task<IReadOnlyList<(long Id, EventText Event)>> WaitAsync(long since, int limit, TimeSpan wait, CancellationToken cancellation)
    {
        using var deadline = wait > TimeSpan.Zero ? CancellationTokenSource.CreateLinkedTokenSource(cancellation) : null;
        deadline?.CancelAfter(wait);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_last > since || _isClosed || deadline is null)
                    return Found(since, limit);
                more = (_more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            try
            {
                await more.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return [];
            }
        }
    }

    public void Add(EventText e)
    {
        if (!(wanted?.Contains(e.Type) ?? EventRoutes.IsDefault(e.Type)))
            return;
        TaskCompletionSource? more;
        lock (_lock)
        {
            if (_isClosed)
                return;
            _events.Enqueue((++_last, e));
            _weight += e.Weight;
            while (_events.Count > MaxEvents || (_weight > MaxWeight && _events.Count > 1))
                _weight -= _events.Dequeue().Event.Weight;
            (more, _more) = (_more, null);
        }
        more?.TrySetResult();
    }

    public void Close()
    {
        TaskCompletionSource? more;
        lock (_lock)
        {
            _isClosed = true;
            (more, _more) = (_more, null);
        }
        more?.TrySetResult();
    }

    private List<(long Id, EventText Event)> Found(long since, int limit)
    {
        var count = (int)Math.Clamp(_last - Math.Max(0, since), 0, _events.Count);
        if (limit > 0)
            count = Math.Min(count, limit);
        return [.. _events.Skip(_events.Count - count)];
    }
}
