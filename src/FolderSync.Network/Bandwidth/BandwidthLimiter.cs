namespace FolderSync.Network.Bandwidth;

/// <summary>A token bucket shared by any number of streams; requests are served in order.</summary>
/// <remarks>Holds at most a quarter of a second's worth. A caller may run into debt, for which the next one waits.</remarks>
public sealed class BandwidthLimiter(TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private double _bytesPerSecond;
    private double _balance;
    private long _filledAt;
    private TaskCompletionSource _rateChanged = NewSignal();

    /// <summary>KiB/s; 0 for no limit. A change re-times waiting callers at once.</summary>
    public int RateKibPerSecond
    {
        get
        {
            lock (_lock)
                return (int)(_bytesPerSecond / 1024);
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            TaskCompletionSource changed;
            lock (_lock)
            {
                Refill();
                _bytesPerSecond = value * 1024.0;
                _balance = Math.Clamp(_balance, -Capacity, Capacity);
                (changed, _rateChanged) = (_rateChanged, NewSignal());
            }

            changed.TrySetResult();
        }
    }

    /// <summary>The most bytes to take at once, so that others get their turn: an eighth of a second's worth, at least 1 KiB.</summary>
    public int ChunkSize
    {
        get
        {
            lock (_lock)
                return _bytesPerSecond == 0 ? int.MaxValue : (int)Math.Clamp(_bytesPerSecond / 8, 1024, 1 << 20);
        }
    }

    private double Capacity => _bytesPerSecond / 4;

    /// <summary>Completes when that many bytes may pass.</summary>
    public ValueTask AcquireAsync(int bytes, CancellationToken cancellation)
    {
        // An unlimited bucket needs no queue.
        lock (_lock)
        {
            if (_bytesPerSecond == 0)
                return ValueTask.CompletedTask;
        }

        return new ValueTask(AcquireInTurnAsync(bytes, cancellation));
    }

    public void Dispose() => _turn.Dispose();

    private async Task AcquireInTurnAsync(int bytes, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            while (TryAcquire(bytes, out var wait, out var changed) is false)
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                await (await Task.WhenAny(Task.Delay(wait, clock, stop.Token), changed).ConfigureAwait(false)).ConfigureAwait(false);
                await stop.CancelAsync().ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private bool TryAcquire(int bytes, out TimeSpan wait, out Task changed)
    {
        lock (_lock)
        {
            Refill();
            (wait, changed) = (TimeSpan.Zero, _rateChanged.Task);
            if (_bytesPerSecond == 0)
                return true;
            if (_balance >= 0)
            {
                _balance -= bytes;
                return true;
            }

            // Round up: a timer that fires too early would only be set again.
            wait = TimeSpan.FromMilliseconds(Math.Ceiling(-_balance / _bytesPerSecond * 1000));
            return false;
        }
    }

    private void Refill()
    {
        var now = clock.GetTimestamp();
        _balance = Math.Min(Capacity, _balance + clock.GetElapsedTime(_filledAt, now).TotalSeconds * _bytesPerSecond);
        _filledAt = now;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
