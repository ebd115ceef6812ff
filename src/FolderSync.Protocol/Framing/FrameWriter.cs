using System.Buffers.Binary;
using FolderSync.Protocol.Messages;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Framing;

/// <summary>Puts frames (see <see cref="FrameReader"/>) into a buffer and on the stream. One caller at a time.</summary>
internal sealed class FrameWriter(Stream stream)
{
    private const int BufferSize = 64 << 10;

    /// <summary>Data up to this length is copied behind its header into one write; longer data is written from its own buffer.</summary>
    private const int MaxCopied = 16 << 10;

    /// <summary>Empty until the first frame: whoever connects must not cost that much before its Hello.</summary>
    private byte[] _buffer = [];
    private int _used;
    private long _sent;

    public long BytesSent => Volatile.Read(ref _sent);

    public async ValueTask WriteAsync(OutgoingBody body, Compression compression, CancellationToken cancellation)
    {
        var data = body.Message is BepMessage.Response response ? response.Data.Memory : default;
        var length = (long)body.Size + data.Length;
        if (length > FrameLimits.Message)
            throw new ArgumentException($"A message of {length} bytes is longer than the protocol permits.", nameof(body));
        if (_buffer.Length == 0)
            _buffer = new byte[BufferSize];
        if (IsWorthCompressing(body.Type, (int)length, compression) && await TryWriteCompressedAsync(body, data, cancellation))
            return;
        await WriteHeaderAsync(body, data.Length, cancellation);
        if (data.Length > 0)
            await WriteBytesAsync(data, cancellation);
    }

    /// <summary>Writes bytes that aren't a frame: the Hello.</summary>
    public async ValueTask WriteBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (bytes.Length > MaxCopied || _buffer.Length == 0)
        {
            await WriteOutAsync(cancellation);
            await SendAsync(bytes, cancellation);
            return;
        }
        if (bytes.Length > BufferSize - _used)
            await WriteOutAsync(cancellation);
        bytes.Span.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        await WriteOutAsync(cancellation);
        try
        {
            await stream.FlushAsync(cancellation);
        }
        catch (Exception e) when (StreamFault.IsFault(e))
        {
            throw StreamFault.Translate(e, cancellation);
        }
    }

    private static bool IsWorthCompressing(MessageType type, int length, Compression compression) =>
        length >= Lz4Body.MinRaw &&
        (compression == Compression.Always || (compression == Compression.Metadata && type != MessageType.Response));

    /// <summary>Writes the frame except a Response's data.</summary>
    private async ValueTask WriteHeaderAsync(OutgoingBody body, int dataLength, CancellationToken cancellation)
    {
        var length = FrameHeaderEncoder.Size(body.Type, false) + body.Size;
        if (length > BufferSize - _used)
            await WriteOutAsync(cancellation);
        if (length <= BufferSize)
        {
            Compose(_buffer.AsSpan(_used), body, dataLength);
            _used += length;
            return;
        }
        var frame = BodyPool.Rent(length);
        try
        {
            Compose(frame, body, dataLength);
            await SendAsync(frame.AsMemory(0, length), cancellation);
        }
        finally
        {
            BodyPool.Return(frame);
        }
    }

    private static void Compose(Span<byte> frame, OutgoingBody body, int dataLength)
    {
        var header = FrameHeaderEncoder.Write(frame, body.Type, false, body.Size + dataLength);
        body.WriteTo(frame.Slice(header, body.Size));
    }

    private async ValueTask<bool> TryWriteCompressedAsync(OutgoingBody body, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        var header = FrameHeaderEncoder.Size(body.Type, true);
        var rawLength = body.Size + data.Length;
        var raw = BodyPool.Rent(rawLength);
        var frame = BodyPool.Rent(header + Lz4Body.MaxLength(rawLength));
        try
        {
            body.WriteTo(raw.AsSpan(0, body.Size));
            data.Span.CopyTo(raw.AsSpan(body.Size));
            if (!Lz4Body.TryCompress(raw.AsSpan(0, rawLength), frame.AsSpan(header), out var length))
                return false;
            FrameHeaderEncoder.Write(frame, body.Type, true, length);
            await WriteBytesAsync(frame.AsMemory(0, header + length), cancellation);
            return true;
        }
        finally
        {
            BodyPool.Return(raw);
            BodyPool.Return(frame);
        }
    }

    private async ValueTask WriteOutAsync(CancellationToken cancellation)
    {
        if (_used == 0)
            return;
        await SendAsync(_buffer.AsMemory(0, _used), cancellation);
        _used = 0;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellation);
        }
        catch (Exception e) when (StreamFault.IsFault(e))
        {
            throw StreamFault.Translate(e, cancellation);
        }
        Volatile.Write(ref _sent, _sent + bytes.Length);
    }
}

/// <summary>Encodes the header of an outgoing frame.</summary>
internal static class FrameHeaderEncoder
{
    /// <summary>Bytes before the body.</summary>
    public static int Size(MessageType type, bool compressed) => 6 + MessageSize(type, compressed);

    public static int Write(Span<byte> frame, MessageType type, bool compressed, int bodyLength)
    {
        var message = MessageSize(type, compressed);
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)message);
        var writer = new ProtoWriter(frame.Slice(2, message));
        writer.Number(Tags.Header.Type, (long)type);
        writer.Flag(Tags.Header.Compression, compressed);
        BinaryPrimitives.WriteInt32BigEndian(frame[(2 + message)..], bodyLength);
        return 6 + message;
    }

    private static int MessageSize(MessageType type, bool compressed) =>
        ProtoSize.Number(Tags.Header.Type, (long)type) + ProtoSize.Flag(Tags.Header.Compression, compressed);
}
