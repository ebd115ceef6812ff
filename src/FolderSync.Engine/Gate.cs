namespace FolderSync.Engine;

/// <summary>An amount that many share (bytes in flight, jobs at once), given out in the order of asking. Thread-safe.</summary>
internal sealed class Gate(long capacity)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Amount, TaskCompletionSource Waiter)> _queue = new();
    private long _capacity = capacity;
    private long _taken;
    private TaskCompletionSource? _drained;

    public long Taken
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    /// <summary>What is taken beyond a smaller one is waited for.</summary>
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

    /// <summary>True when the amount was free and is taken now.</summary>
    public bool TryTake(long amount)
    {
        lock (_lock)
        {
            if (_queue.Count > 0 || !Fits(amount))
                return false;
            _taken += amount;
            return true;
        }
    }

    /// <summary>Waits until the amount is free; one larger than the capacity goes when nothing else is taken.</summary>
    public async Task TakeAsync(long amount, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        LinkedListNode<(long, TaskCompletionSource)> node;
        lock (_lock)
        {
            if (_queue.Count == 0 && Fits(amount))
            {
                _taken += amount;
                return;
            }
            node = _queue.AddLast((amount, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        await using (cancellation.Register(() => Withdraw(node, cancellation)))
            await node.Value.Item2.Task;
    }

    public void Give(long amount)
    {
        TaskCompletionSource? drained = null;
        lock (_lock)
        {
            _taken -= amount;
            Admit();
            if (_taken == 0 && _queue.Count == 0)
                (drained, _drained) = (_drained, null);
        }
        drained?.TrySetResult();
    }

    /// <summary>Waits until nothing is taken. One waiter.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        TaskCompletionSource drained;
        lock (_lock)
        {
            if (_taken == 0 && _queue.Count == 0)
                return;
            drained = _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        await drained.OrCancelled(cancellation);
    }

    private bool Fits(long amount) => _taken == 0 || _taken + amount <= _capacity;

    private void Admit()
    {
        while (_queue.First is { } first && Fits(first.Value.Amount))
        {
            _queue.RemoveFirst();
            _taken += first.Value.Amount;
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
