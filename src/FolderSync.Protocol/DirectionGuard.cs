namespace FolderSync.Protocol;

/// <summary>Guards one direction of a connection: one caller at a time, and none after a failure.</summary>
internal sealed class DirectionGuard
{
    private int _busy;
    private string? _failure;

    /// <exception cref="InvalidOperationException">Two concurrent callers: a bug of the caller.</exception>
    /// <exception cref="BepException">This direction failed earlier.</exception>
    public void Enter()
    {
        if (Interlocked.Exchange(ref _busy, 1) == 1)
            throw new InvalidOperationException("A BEP connection takes one sender and one receiver at a time.");
        if (_failure is not { } failure)
            return;
        Leave();
        throw new BepException(failure);
    }

    public void Leave() => Volatile.Write(ref _busy, 0);

    /// <summary>Marks the direction as failed: a frame may be half sent or half read, so nothing after it would make sense.</summary>
    public void Fail(Exception e)
    {
        _failure = e is OperationCanceledException ? "The connection was abandoned in the middle of a message." : e.Message;
        Leave();
    }
}
