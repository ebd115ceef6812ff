namespace FolderSync.Engine.Primitives;

/// <summary>An amount shared by many callers (bytes in flight, concurrent jobs), granted in order of request. Thread-safe.</summary>
internal sealed class AsyncBudget(long capacity)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Amount, TaskCompletionSource Waiter)> _queue = new();
    private long _capacity = capacity;
    private long _acquired;
    private TaskCompletionSource? _drained;

    /// <summary>If it becomes smaller than what is acquired, later callers wait.</summary>
    public long Capacity
    {
        get
        {
            lock (_lock)
                return _capacity;
        }

        set
        {
            lock (_lock)
            {
                _capacity = value;
                Admit();
            }
        }
    }

    /// <summary>True when the amount was available and has been acquired.</summary>
    public bool TryAcquire(long amount)
    {
        lock (_lock)
        {
            if (_queue.Count > 0 || !Fits(amount))
                return false;
            _acquired += amount;
            return true;
        }
    }

    /// <summary>Waits until the amount is available; one larger than the capacity is granted when nothing else is acquired.</summary>
    public async Task AcquireAsync(long amount, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        LinkedListNode<(long, TaskCompletionSource)> node;
        lock (_lock)
        {
            if (_queue.Count == 0 && Fits(amount))
            {
                _acquired += amount;
                return;
            }
            node = _queue.AddLast((amount, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        await using (cancellation.Register(() => Withdraw(node, cancellation)))
            await node.Value.Item2.Task;
    }

    public void Release(long amount)
    {
        TaskCompletionSource? drained = null;
        lock (_lock)
        {
            _acquired -= amount;
            Admit();
            if (_acquired == 0 && _queue.Count == 0)
                (drained, _drained) = (_drained, null);
        }
        drained?.TrySetResult();
    }

    /// <summary>Waits until nothing is acquired. Only one caller may wait.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        TaskCompletionSource drained;
        lock (_lock)
        {
            if (_acquired == 0 && _queue.Count == 0)
                return;
            drained = _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        await drained.OrCancelled(cancellation);
    }

    private bool Fits(long amount) => _acquired == 0 || _acquired + amount <= _capacity;

    private void Admit()
    {
        while (_queue.First is { } first && Fits(first.Value.Amount))
        {
            _queue.RemoveFirst();
            _acquired += first.Value.Amount;
            first.Value.Waiter.SetResult();
        }
    }

    private void Withdraw(LinkedListNode<(long, TaskCompletionSource)> node, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (node.List is null)
                return;
            _queue.Remove(node);
            Admit();
        }
        node.Value.Item2.TrySetCanceled(cancellation);
    }
}
