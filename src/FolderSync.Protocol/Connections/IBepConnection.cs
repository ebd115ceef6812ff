using FolderSync.Protocol.Messages;

namespace FolderSync.Protocol.Connections;

/// <summary>
/// One BEP connection over an authenticated duplex stream, after its Hello. One caller sends at a time and one receives at a time; no
/// tasks or timers of its own: deadlines come in as cancellation.
/// </summary>
public interface IBepConnection : IAsyncDisposable
{
    /// <summary>What the peer said of itself.</summary>
    Hello PeerHello { get; }

    /// <summary>How this side compresses what it sends; set once the configuration of the device is known.</summary>
    Compression Compression { get; set; }

    long BytesReceived { get; }

    long BytesSent { get; }

    /// <summary>Writes one message into the send buffer; <see cref="FlushAsync"/> puts it on the wire (large ones go by themselves).</summary>
    ValueTask SendAsync(BepMessage message, CancellationToken cancellation);

    ValueTask FlushAsync(CancellationToken cancellation);

    /// <summary>The next message; unknown types are skipped. <see cref="BepException"/> when the connection can't go on.</summary>
    ValueTask<BepMessage> ReceiveAsync(CancellationToken cancellation);
}
