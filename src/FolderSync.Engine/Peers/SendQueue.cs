using System.Threading.Channels;
using FolderSync.Engine.Primitives;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>Outgoing messages of one link: small ones first, the others in bounded number. Anyone writes, the send loop reads.</summary>
internal sealed class SendQueue(TimeProvider time) : IDisposable
{
    private readonly Channel<BepMessage> _urgent = Channel.CreateUnbounded<BepMessage>();
    private readonly Channel<BepMessage> _bulk = Channel.CreateBounded<BepMessage>(8);
    private readonly Wakeup _wake = new(time);

    /// <summary>Small messages, sent before all others. Dropped when the link ends.</summary>
    public void Post(BepMessage message)
    {
        if (_urgent.Writer.TryWrite(message))
            _wake.Set();
    }

    /// <summary>Responses and indexes: waits while the line is busy.</summary>
    public async ValueTask SendAsync(BepMessage message, CancellationToken cancellation)
    {
        await _bulk.Writer.WriteAsync(message, cancellation);
        _wake.Set();
    }

    /// <summary>The last message: nothing may follow it.</summary>
    public void PostLast(BepMessage message)
    {
        _urgent.Writer.TryWrite(message);
        _urgent.Writer.TryComplete();
        _wake.Set();
    }

    public bool TryTake(out BepMessage? message) => _urgent.Reader.TryRead(out message) || _bulk.Reader.TryRead(out message);

    /// <summary>Returns when there may be a message, or the link has ended.</summary>
    public Task WaitAsync() => _wake.WaitUntilAsync(Deadline.Never, CancellationToken.None);

    /// <summary>Wakes everyone who waits for space or for a message.</summary>
    public void End()
    {
        _bulk.Writer.TryComplete();
        _wake.Set();
    }

    public void Dispose() => _wake.Dispose();
}
