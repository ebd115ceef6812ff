using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;

namespace FolderSync.Engine.Peers;

/// <summary>What is known about dialing one device: whether to try at once, and why the last attempts failed. Thread-safe.</summary>
internal sealed class DialState(TimeProvider time)
{
    /// <summary>Anyone on the network can make discovery report a device, so this must cost little.</summary>
    private static readonly TimeSpan RediscoveryInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, DialError> _errors = new(StringComparer.Ordinal);
    private bool _hasReason;
    private CancellationTokenSource? _current;

    /// <summary>Timestamp; 0: never.</summary>
    private long _found;

    /// <summary>Set when dialing at once may succeed.</summary>
    public Wakeup Wake { get; } = new(time);

    /// <summary>Address → why the last attempt failed.</summary>
    public IReadOnlyDictionary<string, DialError> Errors
    {
        get
        {
            lock (_lock)
                return new Dictionary<string, DialError>(_errors);
        }
    }

    /// <summary>Something changed that makes dialing at once worthwhile.</summary>
    public void AddReason()
    {
        lock (_lock)
            _hasReason = true;
        Wake.Set();
    }

    /// <summary>True once after something made dialing at once worthwhile.</summary>
    public bool TakeReason()
    {
        lock (_lock)
        {
            var has = _hasReason;
            _hasReason = false;
            return has;
        }
    }

    /// <summary>Discovery heard the device. False if that just happened.</summary>
    /// <param name="isWanted">True when it isn't connected.</param>
    public bool OnFound(bool isWanted)
    {
        lock (_lock)
        {
            if (_found != 0 && time.GetElapsedTime(_found) < RediscoveryInterval)
                return false;
            _found = Math.Max(1, time.GetTimestamp());
            _hasReason |= isWanted;
        }
        Wake.Set();
        return true;
    }

    /// <summary>Starts a dial that a network change cancels; the caller disposes it after <see cref="End"/>.</summary>
    public CancellationTokenSource Begin(CancellationToken cancellation)
    {
        var dialing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        lock (_lock)
            _current = dialing;
        return dialing;
    }

    public void End()
    {
        lock (_lock)
            _current = null;
    }

    /// <summary>The network changed: a dial that started on the old one starts over.</summary>
    public void Restart()
    {
        CancellationTokenSource? current;
        lock (_lock)
        {
            _hasReason = true;
            (current, _current) = (_current, null);
        }
        try
        {
            current?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }
        Wake.Set();
    }

    /// <param name="error">Null: it succeeded.</param>
    public void Note(string address, string? error)
    {
        lock (_lock)
        {
            if (error is null)
                _errors.Remove(address);
            else
                _errors[address] = new DialError(error, time.GetUtcNow());
        }
    }

    /// <summary>Forgets errors of other addresses than these: discovered addresses come and go without end.</summary>
    public void KeepErrors(IReadOnlyCollection<string> addresses)
    {
        lock (_lock)
        {
            foreach (var gone in _errors.Keys.Except(addresses).ToList())
                _errors.Remove(gone);
        }
    }
}
