using System.Threading.Channels;
using FolderSync.Engine.Primitives;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <param name="Budget">What the message counts against until it is written to the stream; null: nothing.</param>
internal readonly record struct Outgoing(BepMessage Message, IDisposable? Budget = null);

/// <summary>
/// Outgoing messages of one link: the introduction before anything else, then small ones first, the others in bounded number. Anyone writes, the send
/// loop reads.
/// </summary>
internal sealed class SendQueue(TimeProvider time) : IDisposable
{
    private readonly Channel<Outgoing> _urgent = Channel.CreateUnbounded<Outgoing>();
    private readonly Channel<Outgoing> _bulk = Channel.CreateBounded<Outgoing>(8);
    private readonly Wakeup _wake = new(time);
    private BepMessage.ClusterConfig? _introduction;
    private bool _isIntroduced;

    /// <summary>Nothing was taken for sending yet, and nothing may be before the introduction.</summary>
    public bool IsBeforeIntroduction => !Volatile.Read(ref _isIntroduced);

    /// <summary>The first message of the link, without which a peer accepts no other.</summary>
    public void Introduce(BepMessage.ClusterConfig config)
    {
        Volatile.Write(ref _introduction, config);
        _wake.Set();
    }

    /// <summary>Small messages, sent before all others. Dropped when the link ends.</summary>
    public void Post(BepMessage message)
    {
        if (_urgent.Writer.TryWrite(new Outgoing(message)))
            _wake.Set();
    }

    /// <summary>Responses and indexes: waits while the line is busy.</summary>
    public async ValueTask SendAsync(Outgoing message, CancellationToken cancellation)
    {
        await _bulk.Writer.WriteAsync(message, cancellation);
        _wake.Set();
    }

    /// <summary>The last message: nothing may follow it.</summary>
    public void PostLast(BepMessage message)
    {
        _urgent.Writer.TryWrite(new Outgoing(message));
        _urgent.Writer.TryComplete();
        _wake.Set();
    }

    public bool TryTake(out Outgoing message)
    {
        if (_isIntroduced)
            return _urgent.Reader.TryRead(out message) || _bulk.Reader.TryRead(out message);
        var introduction = Volatile.Read(ref _introduction);
        Volatile.Write(ref _isIntroduced, introduction is not null);
        message = introduction is null ? default : new Outgoing(introduction);
        return introduction is not null;
    }

    /// <summary>Returns when there may be a message, or the link has ended.</summary>
    public Task WaitAsync() => _wake.WaitUntilAsync(Deadline.Never, CancellationToken.None);

    /// <summary>Wakes everyone who waits for space or for a message.</summary>
    public void End()
    {
        _bulk.Writer.TryComplete();
        _wake.Set();
    }

    /// <summary>After the end, when nobody takes messages any more: what is left will never be written.</summary>
    public void Dispose()
    {
        while (_bulk.Reader.TryRead(out var left))
            left.Budget?.Dispose();
        _wake.Dispose();
    }
}
