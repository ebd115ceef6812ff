using System.Net.Sockets;

namespace FolderSync.Network.Tcp;

/// <summary>A connected socket that lets the peer read the last data sent before it closes.</summary>
/// <remarks>
/// Closing a socket with unread input makes the system send a reset, upon which the peer's system discards data that the peer hasn't read: the last
/// message would be lost whenever the other side is sending, too. So this closes the sending half first, then reads and drops input until the peer
/// closes, for a limited time and amount.
/// </remarks>
internal sealed class PeerSocketStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private const int MaxDropped = 16 << 20;

    private static readonly TimeSpan s_lingerTimeout = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _closing = new();
    private int _writing;
    private int _disposed;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return ReadOrCloseAsync(buffer, cancellationToken);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _writing);
        try
        {
            await base.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _writing);
        }
    }

    /// <summary>Closes it without waiting: the peer is gone.</summary>
    public void Abort()
    {
        Interlocked.Exchange(ref _disposed, 1);
        Socket.Close(0);
    }

    public new Socket Socket => base.Socket;

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _closing.CancelAsync().ConfigureAwait(false);
            // A stuck write rules out an orderly close.
            if (Volatile.Read(ref _writing) == 0)
                await LingerAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        Interlocked.Exchange(ref _disposed, 1);
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadOrCloseAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        using var either = cancellation.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token) : null;
        try
        {
            return await base.ReadAsync(buffer, either?.Token ?? _closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The connection was closed on this side.", innerException: null);
        }
    }

    private async Task LingerAsync()
    {
        using var patience = new CancellationTokenSource(s_lingerTimeout);
        try
        {
            Socket.Shutdown(SocketShutdown.Send);
            var dropped = new byte[16384];
            for (var total = 0; total < MaxDropped;)
            {
                var got = await Socket.ReceiveAsync(dropped, SocketFlags.None, patience.Token).ConfigureAwait(false);
                if (got == 0)
                    return;
                total += got;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is gone, or the peer doesn't close it.
        }
    }
}
