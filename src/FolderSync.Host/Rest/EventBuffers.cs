using FolderSync.Engine.Events;

namespace FolderSync.Host.Rest;

/// <summary>The latest events for each set of types that somebody asked for, with IDs of their own, as Syncthing numbers them.</summary>
internal sealed class EventBuffers
{
    private const int MaxSets = 64;

    private readonly EventLog _log;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, EventBuffer> _buffers = new(StringComparer.Ordinal);

    public EventBuffers(EventLog log)
    {
        _log = log;
        For(null);
    }

    /// <param name="types">Null: all that are shown by default.</param>
    public EventBuffer For(IReadOnlyCollection<string>? types)
    {
        var key = types is null ? "" : string.Join(',', types.Order(StringComparer.Ordinal).Distinct());
        lock (_lock)
        {
            if (_buffers.TryGetValue(key, out var known))
            {
                known.LastUsed = Environment.TickCount64;
                return known;
            }
            if (_buffers.Count >= MaxSets)
            {
                var oldest = _buffers.Where(b => b.Key.Length > 0).MinBy(b => b.Value.LastUsed);
                _buffers.Remove(oldest.Key);
                oldest.Value.Dispose();
            }
            var wanted = types?.ToHashSet(StringComparer.Ordinal);
            return _buffers[key] = new EventBuffer(_log, type => wanted?.Contains(type) ?? EventRoutes.IsDefault(type)) { LastUsed = Environment.TickCount64 };
        }
    }

    /// <summary>Whoever waits gets an answer now: the service ends.</summary>
    public void Close()
    {
        lock (_lock)
        {
            foreach (var buffer in _buffers.Values)
                buffer.Dispose();
        }
    }
}

/// <summary>A bounded ring of events; readers wait for newer ones.</summary>
internal sealed class EventBuffer : IDisposable
{
    private const int Capacity = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<(long Id, EngineEvent Event)> _events = new();
    private readonly Func<string, bool> _wants;
    private readonly IDisposable _listening;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;
    private bool _isClosed;

    public EventBuffer(EventLog log, Func<string, bool> wants)
    {
        _wants = wants;
        _listening = log.Listen(Add);
    }

    public long LastUsed { get; set; }

    /// <summary>Events with IDs over <paramref name="since"/>, the latest <paramref name="limit"/> of them (0: all); waits for the first.</summary>
    public async Task<IReadOnlyList<(long Id, EngineEvent Event)>> WaitAsync(long since, int limit, TimeSpan wait, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(wait);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                // A client that was at a higher ID knew an earlier run of this service.
                var from = since > _last ? 0 : since;
                var found = _events.Where(e => e.Id > from).ToList();
                if (found.Count > 0 || _isClosed || wait == TimeSpan.Zero)
                    return limit > 0 && found.Count > limit ? found[^limit..] : found;
                more = _more.Task;
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

    public void Dispose()
    {
        _listening.Dispose();
        lock (_lock)
            _isClosed = true;
        _more.TrySetResult();
    }

    private void Add(EngineEvent e)
    {
        if (!_wants(e.Type))
            return;
        TaskCompletionSource more;
        lock (_lock)
        {
            _events.Enqueue((++_last, e));
            if (_events.Count > Capacity)
                _events.Dequeue();
            more = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        more.TrySetResult();
    }
}
