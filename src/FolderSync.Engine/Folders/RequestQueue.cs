using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Folders;

/// <summary>Requests that wait for a folder, first come first served, whether it is open or not. Thread-safe.</summary>
internal sealed class RequestQueue<T>
    where T : FolderRequest
{
    private readonly Lock _lock = new();
    private readonly LinkedList<T> _waiting = new();
    private string? _closed;

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _waiting.Count == 0;
        }
    }

    /// <exception cref="EngineException">The queue is closed: nobody would ever answer.</exception>
    public void Add(T request)
    {
        lock (_lock)
        {
            if (_closed is { } reason)
                throw new EngineException(reason);
            _waiting.AddLast(request);
        }
    }

    /// <summary>They were taken and could not be carried out: they are the next ones again.</summary>
    public void PutBack(params IReadOnlyList<T> requests)
    {
        lock (_lock)
        {
            foreach (var request in requests.Reverse())
                _waiting.AddFirst(request);
        }
    }

    public T? TryTake()
    {
        lock (_lock)
        {
            if (_waiting.First is not { } first)
                return null;
            _waiting.RemoveFirst();
            return first.Value;
        }
    }

    public IReadOnlyList<T> TakeAll()
    {
        lock (_lock)
        {
            T[] all = [.. _waiting];
            _waiting.Clear();
            return all;
        }
    }

    /// <summary>The folder stopped and will be opened anew.</summary>
    public void OnStopped(string reason) => PutBack([.. TakeAll().Where(r => r.Outlives(reason))]);

    public void FailAll(string reason)
    {
        foreach (var request in TakeAll())
            request.Fail(reason);
    }

    /// <summary>Takes all of them, and no more come in.</summary>
    public IReadOnlyList<T> Close(string reason)
    {
        lock (_lock)
            _closed = reason;
        return TakeAll();
    }
}
