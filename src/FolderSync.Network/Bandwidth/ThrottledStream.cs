namespace FolderSync.Network.Bandwidth;

/// <summary>
/// Passes a stream's bytes only as fast as all of its limiters allow, and knows how long the other side lets it wait besides. Long writes go out in
/// parts, so that each part that the other side accepts counts as progress. Owns the stream, not the limiters. Stays on the caller's context.
/// </summary>
/// <param name="sending">For instance the global and the device's limit; for a LAN peer that isn't limited the caller omits them.</param>
public sealed class ThrottledStream(Stream inner, TimeProvider time, IReadOnlyList<BandwidthLimiter> sending, IReadOnlyList<BandwidthLimiter> receiving)
    : Stream, IStreamProgress
{
    private const int PartSize = 256 << 10;

    private int _owed;

    /// <summary>Timestamps of the operations under way; 0 for none.</summary>
    private long _readBegan, _writeBegan;

    public TimeSpan ReadWaits => Since(ref _readBegan);

    public TimeSpan WriteWaits => Since(ref _writeBegan);

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

        Begin(ref _readBegan);
        try
        {
            return _owed = await inner.ReadAsync(buffer[..ChunkSize(receiving, buffer.Length)], cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _readBegan, 0);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var part = ChunkSize(sending, Math.Min(PartSize, buffer.Length));
            await AcquireAsync(sending, part, cancellationToken);
            Begin(ref _writeBegan);
            try
            {
                await inner.WriteAsync(buffer[..part], cancellationToken);
            }
            finally
            {
                Volatile.Write(ref _writeBegan, 0);
            }

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

    private void Begin(ref long began) => Volatile.Write(ref began, Math.Max(1, time.GetTimestamp()));

    private TimeSpan Since(ref long began) => Volatile.Read(ref began) is not 0 and var since ? time.GetElapsedTime(since) : TimeSpan.Zero;

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
