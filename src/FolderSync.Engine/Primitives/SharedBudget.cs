namespace FolderSync.Engine.Primitives;

/// <summary>
/// An amount that many accounts draw from, such as bytes in memory by the devices that they are for. Each account has a share of its own besides the
/// common amount, and a limit: whoever keeps what it was granted, and whoever waits for a large amount, stops no other account. Thread-safe.
/// </summary>
/// <param name="capacity">The common amount.</param>
/// <param name="share">What each account may hold besides the common amount; in any case one grant of whatever size.</param>
internal sealed class SharedBudget(long capacity, long share)
{
    private readonly Lock _lock = new();

    /// <summary>Accounts with waiters, in the order of their turn.</summary>
    private readonly LinkedList<Account> _waiting = new();
    private long _capacity = capacity;
    private long _common;

    /// <summary>If it becomes smaller than what is granted, later callers wait.</summary>
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

    /// <param name="limit">The most that it may hold at a time, unless that is one grant.</param>
    public Account Open(long limit) => new(this) { Limit = limit };

    /// <summary>
    /// Waits until one of the accounts may hold that much more; of those that may now, the first one is taken. Null when the wait was interrupted: the
    /// caller chooses again.
    /// </summary>
    public async Task<Grant?> AcquireAsync(IReadOnlyList<Account> any, long amount, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var waiter = new Waiter(any, amount);
        lock (_lock)
        {
            foreach (var account in any)
            {
                if (account.Waiters.Count == 0 && TryGrant(account, amount) is { } grant)
                    return grant;
            }
            Enqueue(waiter);
        }
        await using (cancellation.Register(() => Withdraw(waiter, w => w.Done.TrySetCanceled(cancellation))))
            return await waiter.Done.Task;
    }

    /// <summary>Ends all waits: there may be another account to wait for, or one less.</summary>
    public void Interrupt()
    {
        List<Waiter> waiters;
        lock (_lock)
            waiters = [.. _waiting.SelectMany(a => a.Waiters).Distinct()];
        waiters.ForEach(waiter => Withdraw(waiter, w => w.Done.TrySetResult(null)));
    }

    /// <summary>The caller holds the lock, as for the next three.</summary>
    private Grant? TryGrant(Account account, long amount)
    {
        var isOwn = account.Held == 0 || account.Held + amount <= Math.Min(share, _capacity);
        if (!isOwn && (account.Held + amount > account.Limit || _common + amount > _capacity))
            return null;
        account.Held += amount;
        _common += isOwn ? 0 : amount;
        return new Grant(account, amount, isOwn);
    }

    private void Enqueue(Waiter waiter)
    {
        foreach (var account in waiter.Accounts)
        {
            account.Waiters.AddLast(waiter);
            if (account.Waiters.Count == 1)
                _waiting.AddLast(account);
        }
        waiter.IsWaiting = true;
    }

    private void Dequeue(Waiter waiter)
    {
        foreach (var account in waiter.Accounts)
        {
            account.Waiters.Remove(waiter);
            if (account.Waiters.Count == 0)
                _waiting.Remove(account);
        }
        waiter.IsWaiting = false;
    }

    /// <summary>Grants what fits, one account after the other.</summary>
    private void Admit()
    {
        // As long as none was granted in a whole turn.
        for (var left = _waiting.Count; left > 0 && _waiting.First is { } node; left--)
        {
            _waiting.RemoveFirst();
            _waiting.AddLast(node);
            var waiter = node.Value.Waiters.First!.Value;
            if (TryGrant(node.Value, waiter.Amount) is not { } grant)
                continue;
            Dequeue(waiter);
            waiter.Done.TrySetResult(grant);
            left = _waiting.Count + 1;
        }
    }

    private void Release(Account account, long amount, bool isOwn)
    {
        lock (_lock)
        {
            account.Held -= amount;
            _common -= isOwn ? 0 : amount;
            Admit();
        }
    }

    private void Withdraw(Waiter waiter, Action<Waiter> complete)
    {
        lock (_lock)
        {
            if (!waiter.IsWaiting)
                return;
            Dequeue(waiter);
            Admit();
        }
        complete(waiter);
    }

    /// <summary>One of those that share it.</summary>
    internal sealed class Account(SharedBudget budget)
    {
        private long _limit;

        /// <summary>If it becomes smaller than what is held, later callers wait.</summary>
        public long Limit
        {
            get
            {
                lock (budget._lock)
                    return _limit;
            }

            set
            {
                lock (budget._lock)
                {
                    _limit = value;
                    budget.Admit();
                }
            }
        }

        /// <summary>What it holds now.</summary>
        public long Outstanding
        {
            get
            {
                lock (budget._lock)
                    return Held;
            }
        }

        internal long Held { get; set; }

        internal LinkedList<Waiter> Waiters { get; } = new();

        /// <summary>Waits until this account may hold that much more.</summary>
        public async Task<Grant> AcquireAsync(long amount, CancellationToken cancellation)
        {
            while (true)
            {
                if (await budget.AcquireAsync([this], amount, cancellation) is { } grant)
                    return grant;
            }
        }

        internal void Release(long amount, bool isOwn) => budget.Release(this, amount, isOwn);
    }

    /// <summary>An amount that was granted, until it is disposed.</summary>
    internal sealed class Grant(Account account, long amount, bool isOwn) : IDisposable
    {
        private int _isReleased;

        public Account Account => account;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReleased, 1) == 0)
                account.Release(amount, isOwn);
        }
    }

    /// <summary>Somebody who waits for one of several accounts.</summary>
    internal sealed class Waiter(IReadOnlyList<Account> accounts, long amount)
    {
        public IReadOnlyList<Account> Accounts => accounts;

        public long Amount => amount;

        public bool IsWaiting { get; set; }

        public TaskCompletionSource<Grant?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
