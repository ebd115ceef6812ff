using System.Buffers.Binary;

namespace FolderSync.Protocol.Framing;

/// <summary>Reads frames from a stream. One caller at a time.</summary>
/// <remarks>
/// All numbers are big-endian:
/// <code>
///   0        2                2+h              6+h                6+h+n
///   +--------+----------------+----------------+------------------+
///   | h: u16 | Header, h bytes| n: i32         | body, n bytes    |
///   +--------+----------------+----------------+------------------+
/// </code>
/// Bytes leave the buffer only when a whole head is there, so a read that is cancelled before may be repeated.
/// </remarks>
internal sealed class FrameReader(Stream stream)
{
    /// <summary>Bytes; the longest header fits.</summary>
    private const int BufferSize = 64 << 10;

    /// <summary>Until the first frame: a usual Hello fits. Whoever connects must not cost more than that.</summary>
    private const int HelloBufferSize = 512;

    /// <summary>Allocated on the peer's word alone; more follows only as data arrives.</summary>
    private const int FirstChunk = 1 << 20;

    private byte[] _buffer = new byte[HelloBufferSize];
    private int _start, _end;
    private long _received;

    public long BytesReceived => Volatile.Read(ref _received);

    /// <summary>The buffered bytes that haven't been consumed.</summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>True when a frame has begun and isn't complete.</summary>
    public bool HasPartialHeader => _end > _start;

    public async ValueTask<FrameHeader> ReadHeaderAsync(CancellationToken cancellation)
    {
        if (_buffer.Length < BufferSize)
            Resize(BufferSize);
        await FillAsync(2, cancellation);
        var headerLength = BinaryPrimitives.ReadUInt16BigEndian(Buffered);
        if (headerLength > FrameLimits.Header)
            throw BepException.Violation($"The other device sent a header of {headerLength} bytes.");
        await FillAsync(2 + headerLength + 4, cancellation);
        var head = FrameHeader.Parse(Buffered.Slice(2, headerLength), BinaryPrimitives.ReadInt32BigEndian(Buffered[(2 + headerLength)..]));
        Consume(2 + headerLength + 4);
        return head;
    }

    /// <summary>Makes at least that many bytes (at most the buffer's size) available in <see cref="Buffered"/>.</summary>
    public async ValueTask FillAsync(int count, CancellationToken cancellation)
    {
        if (_end - _start >= count)
            return;
        if (count > _buffer.Length)
            Resize(BufferSize);
        if (_start + count > _buffer.Length || _start == _end)
        {
            Buffered.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        while (_end - _start < count)
            _end += await ReceiveAsync(_buffer.AsMemory(_end), cancellation);
    }

    public void Consume(int count) => _start += count;

    /// <summary>The next <paramref name="length"/> bytes, in a buffer from <see cref="BodyPool"/> that the caller owns.</summary>
    public async ValueTask<byte[]> ReadBodyAsync(int length, CancellationToken cancellation)
    {
        var body = BodyPool.Rent(Math.Min(length, FirstChunk));
        try
        {
            var filled = 0;
            while (true)
            {
                var upTo = Math.Min(length, body.Length);
                await ReadExactlyAsync(body.AsMemory(filled, upTo - filled), cancellation);
                filled = upTo;
                if (filled == length)
                    return body;
                body = BodyPool.Grow(body, filled, (int)Math.Min(length, 2L * filled));
            }
        }
        catch
        {
            BodyPool.Return(body);
            throw;
        }
    }

    /// <summary>Skips bytes without keeping them.</summary>
    public async ValueTask SkipAsync(int count, CancellationToken cancellation)
    {
        while (count > 0)
        {
            await FillAsync(1, cancellation);
            var now = Math.Min(count, _end - _start);
            Consume(now);
            count -= now;
        }
    }

    private void Resize(int size)
    {
        var buffer = new byte[size];
        Buffered.CopyTo(buffer);
        (_buffer, _start, _end) = (buffer, 0, _end - _start);
    }

    private async ValueTask ReadExactlyAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        var buffered = Math.Min(destination.Length, _end - _start);
        Buffered[..buffered].CopyTo(destination.Span);
        Consume(buffered);
        destination = destination[buffered..];
        while (destination.Length >= BufferSize)
            destination = destination[await ReceiveAsync(destination, cancellation)..];
        while (destination.Length > 0)
        {
            // Read the rest through the buffer, since the next frame's header is likely to arrive with it.
            await FillAsync(1, cancellation);
            var now = Math.Min(destination.Length, _end - _start);
            Buffered[..now].CopyTo(destination.Span);
            Consume(now);
            destination = destination[now..];
        }
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        int count;
        try
        {
            count = await stream.ReadAsync(destination, cancellation);
        }
        catch (Exception e) when (StreamFault.IsFault(e))
        {
            throw StreamFault.Translate(e, cancellation);
        }
        Volatile.Write(ref _received, _received + count);
        return count > 0 ? count : throw new StreamEndedException();
    }
}

/// <summary>The stream ended; the reader knows what that means at its position.</summary>
internal sealed class StreamEndedException() : Exception("The stream ended.");
