using FolderSync.Protocol.Framing;
using FolderSync.Protocol.Messages;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Connections;

/// <summary>The one implementation of <see cref="IBepConnection"/>: frames over a stream it owns.</summary>
/// <remarks>
/// The two directions share nothing. A receive that is cancelled before a message has begun may be repeated; any other failure or cancellation makes
/// that direction unusable, and further calls say so.
/// </remarks>
internal sealed class BepConnection(Stream stream, FrameReader reader, FrameWriter writer, Hello peerHello) : IBepConnection
{
    private readonly RequestCodec _requests = new();
    private readonly DirectionGuard _sending = new(), _receiving = new();
    private volatile Compression _compression;

    /// <summary>Bytes of whole responses, and what was received before the one under way; negative while there is none.</summary>
    private long _answerBytes, _answerBegan = -1;

    /// <summary>A long index message, of which pieces are left.</summary>
    private (byte[] Body, int Length, IndexPieces Pieces)? _long;

    public Hello PeerHello { get; } = peerHello;

    public Compression Compression
    {
        get => _compression;
        set => _compression = value;
    }

    public long BytesReceived => reader.BytesReceived;

    public long BytesSent => writer.BytesSent;

    public long AnswerBytesReceived => Volatile.Read(ref _answerBytes) + (Volatile.Read(ref _answerBegan) is >= 0 and var began ? reader.BytesReceived - began : 0);

    public async ValueTask SendAsync(BepMessage message, CancellationToken cancellation)
    {
        var body = OutgoingBody.Of(message);
        _sending.Enter();
        try
        {
            await writer.WriteAsync(body, Compression, cancellation);
            _sending.Leave();
        }
        catch (Exception e)
        {
            _sending.Fail(e);
            throw;
        }
    }

    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        _sending.Enter();
        try
        {
            await writer.FlushAsync(cancellation);
            _sending.Leave();
        }
        catch (Exception e)
        {
            _sending.Fail(e);
            throw;
        }
    }

    public async ValueTask<BepMessage> ReceiveAsync(CancellationToken cancellation)
    {
        _receiving.Enter();
        var inMessage = false;
        try
        {
            if (TakePiece() is { } piece)
            {
                _receiving.Leave();
                return piece;
            }
            while (true)
            {
                inMessage = false;
                var head = await reader.ReadHeaderAsync(cancellation);
                inMessage = true;
                if (head.Type == MessageType.Response)
                    Volatile.Write(ref _answerBegan, reader.BytesReceived);
                if (await ReadMessageAsync(head, cancellation) is { } message)
                {
                    CountAnswer(head);
                    _receiving.Leave();
                    return message;
                }
            }
        }
        catch (StreamEndedException e)
        {
            var reason = inMessage || reader.HasPartialHeader
                ? "The connection was closed in the middle of a message."
                : "The connection was closed by the other device.";
            var ended = new BepException(reason, inner: e) { IsClosedByPeer = true };
            _receiving.Fail(ended);
            throw ended;
        }
        catch (OperationCanceledException) when (!inMessage)
        {
            _receiving.Leave();
            throw;
        }
        catch (Exception e)
        {
            _receiving.Fail(e);
            throw;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private void CountAnswer(FrameHeader head)
    {
        if (head.Type != MessageType.Response)
            return;
        Volatile.Write(ref _answerBegan, -1);
        Volatile.Write(ref _answerBytes, _answerBytes + head.Length);
    }

    /// <summary>Null for a message of an unknown type, which is skipped.</summary>
    private async ValueTask<BepMessage?> ReadMessageAsync(FrameHeader head, CancellationToken cancellation)
    {
        if (!head.IsKnown)
        {
            await reader.SkipAsync(head.Length, cancellation);
            return null;
        }
        if (head is { Type: MessageType.Response, IsCompressed: false })
            return await ReadResponseAsync(head.Length, cancellation);
        var body = await reader.ReadBodyAsync(head.Length, cancellation);
        if (!head.IsCompressed)
            return Take(head.Type, body, head.Length);
        try
        {
            var raw = Lz4Body.Decompress(body.AsSpan(0, head.Length), head.Type, out var length);
            return Take(head.Type, raw, length);
        }
        finally
        {
            BodyPool.Return(body);
        }
    }

    /// <summary>Decodes a body and returns it to its pool, at once or with the last piece of a long index.</summary>
    private BepMessage Take(MessageType type, byte[] body, int length)
    {
        if (type is MessageType.Index or MessageType.IndexUpdate && length > IndexCodec.PieceBytes)
        {
            _long = (body, length, new IndexPieces(body.AsSpan(0, length), type == MessageType.IndexUpdate, IndexCodec.PieceBytes));
            return TakePiece()!;
        }
        try
        {
            return Decode(type, body.AsSpan(0, length));
        }
        finally
        {
            BodyPool.Return(body);
        }
    }

    private BepMessage? TakePiece()
    {
        if (_long is not { } it)
            return null;
        var message = it.Pieces.Next(it.Body.AsSpan(0, it.Length));
        if (!it.Pieces.IsAtEnd)
            return message;
        _long = null;
        BodyPool.Return(it.Body);
        return message;
    }

    /// <summary>Receives the data directly into the buffer that will be used. Falls back to buffering when the fields are out of order.</summary>
    private async ValueTask<BepMessage> ReadResponseAsync(int length, CancellationToken cancellation)
    {
        var fields = default(ResponseFields);
        var start = Math.Min(length, ResponseCodec.MaxPrefix);
        await reader.FillAsync(start, cancellation);
        if (!ResponseCodec.TryReadPrefix(reader.Buffered[..start], length, ref fields, out var prefix, out var dataLength))
        {
            var body = await reader.ReadBodyAsync(length, cancellation);
            try
            {
                return Decode(MessageType.Response, body.AsSpan(0, length));
            }
            finally
            {
                BodyPool.Return(body);
            }
        }
        reader.Consume(prefix);
        var data = PooledBytes.Adopt(await reader.ReadBodyAsync(dataLength, cancellation), dataLength);
        try
        {
            var tail = length - prefix - dataLength;
            if (tail > ResponseCodec.MaxTail)
                throw BepException.Violation($"The other device sent a response with {tail} bytes after its data.");
            await reader.FillAsync(tail, cancellation);
            ResponseCodec.ReadTail(reader.Buffered[..tail], ref fields);
            reader.Consume(tail);
            return new BepMessage.Response(fields.Id, data, fields.Code);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private BepMessage Decode(MessageType type, ReadOnlySpan<byte> body) => type switch
    {
        MessageType.ClusterConfig => ClusterConfigDecoder.Read(body),
        MessageType.Index => IndexCodec.Read(body, isUpdate: false),
        MessageType.IndexUpdate => IndexCodec.Read(body, isUpdate: true),
        MessageType.Request => _requests.Read(body),
        MessageType.Response => ResponseCodec.ReadWhole(body),
        MessageType.DownloadProgress => DownloadProgressDecoder.Read(body),
        MessageType.Ping => new BepMessage.Ping(),
        _ => ControlMessageCodec.ReadClose(body),
    };
}
