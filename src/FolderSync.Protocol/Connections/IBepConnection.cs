using FolderSync.Protocol.Messages;

namespace FolderSync.Protocol.Connections;

/// <summary>
/// One BEP connection over an authenticated duplex stream, after its Hello. One caller may send and one may receive at a time. It has no tasks or
/// timers: deadlines come in as cancellation.
/// </summary>
public interface IBepConnection : IAsyncDisposable
{
    /// <summary>The peer's Hello.</summary>
    Hello PeerHello { get; }

    /// <summary>How this side compresses what it sends. Set it once the device's configuration is known.</summary>
    Compression Compression { get; set; }

    long BytesReceived { get; }

    long BytesSent { get; }

    /// <summary>Bytes of responses received, that of one under way included: they grow as long as answers come, however slowly. Thread-safe.</summary>
    long AnswerBytesReceived { get; }

    /// <summary>Writes one message into the send buffer; <see cref="FlushAsync"/> puts it on the wire (large messages are sent at once).</summary>
    ValueTask SendAsync(BepMessage message, CancellationToken cancellation);

    ValueTask FlushAsync(CancellationToken cancellation);

    /// <summary>The next message; skips unknown types. Throws <see cref="BepException"/> when the connection can't continue.</summary>
    ValueTask<BepMessage> ReceiveAsync(CancellationToken cancellation);
}
