namespace FolderSync.Engine.Primitives;

/// <summary>An amount that many share (bytes in flight, jobs at once), given out in the order of asking. Thread-safe.</summary>
internal sealed class AsyncBudget(long capacity)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Amount, TaskCompletionSource Waiter)> _queue = new();
    private long _capacity = capacity;
    private long _acquired;
    private TaskCompletionSource? _drained;

    /// <summary>What was acquired beyond a smaller capacity is waited for.</summary>
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

    /// <summary>True when the amount was free and is acquired now.</summary>
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

    /// <summary>Waits until the amount is free; one larger than the capacity is given when nothing else is acquired.</summary>
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

    /// <summary>Waits until nothing is acquired. One waiter.</summary>
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
