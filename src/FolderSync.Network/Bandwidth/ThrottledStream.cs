namespace FolderSync.Network.Bandwidth;

/// <summary>
/// Passes a stream's bytes only as fast as all of its limiters allow. Owns the stream, not the limiters. Stays on the caller's context.
/// </summary>
/// <param name="sending">For instance the global and the device's limit; for a LAN peer that isn't limited the caller omits them.</param>
public sealed class ThrottledStream(Stream inner, IReadOnlyList<BandwidthLimiter> sending, IReadOnlyList<BandwidthLimiter> receiving) : Stream
{
    private int _owed;

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Charges the bytes of a read before the next one: a cancelled wait loses no bytes, and TCP slows the peer down.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_owed > 0)
        {
            await AcquireAsync(receiving, _owed, cancellationToken);
            _owed = 0;
        }

        return _owed = await inner.ReadAsync(buffer[..ChunkSize(receiving, buffer.Length)], cancellationToken);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var part = ChunkSize(sending, buffer.Length);
            await AcquireAsync(sending, part, cancellationToken);
            await inner.WriteAsync(buffer[..part], cancellationToken);
            buffer = buffer[part..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private static int ChunkSize(IReadOnlyList<BandwidthLimiter> limiters, int wanted)
    {
        foreach (var limiter in limiters)
            wanted = Math.Min(wanted, limiter.ChunkSize);
        return wanted;
    }

    private static async ValueTask AcquireAsync(IReadOnlyList<BandwidthLimiter> limiters, int bytes, CancellationToken cancellation)
    {
        foreach (var limiter in limiters)
            await limiter.AcquireAsync(bytes, cancellation);
    }
}
