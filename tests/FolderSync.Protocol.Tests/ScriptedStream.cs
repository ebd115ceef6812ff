namespace FolderSync.Protocol.Tests;

/// <summary>A peer that sends fixed data, and records what is written to it. Can return a few bytes at a time.</summary>
internal sealed class ScriptedStream(IEnumerable<byte[]> said, int chunk = int.MaxValue) : Stream
{
    private readonly byte[] _said = Join(said);
    private int _position;

    public MemoryStream Written { get; } = new();

    public int Writes { get; private set; }

    public int Flushes { get; private set; }

    /// <summary>Thrown by the next read or write.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Whether a read after the data waits for its cancellation.</summary>
    public bool StaysOpen { get; init; }

    /// <summary>The longest read, which shows how much memory the reader allocates.</summary>
    public int LongestRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Fault is { } fault)
            throw fault;
        LongestRead = Math.Max(LongestRead, buffer.Length);
        var count = Math.Min(Math.Min(buffer.Length, chunk), _said.Length - _position);
        if (count == 0 && StaysOpen)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        _said.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Fault is { } fault)
            throw fault;
        Writes++;
        Written.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        Flushes++;
        return Task.CompletedTask;
    }

    public override void Flush() => Flushes++;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] Join(IEnumerable<byte[]> parts)
    {
        var joined = new MemoryStream();
        foreach (var part in parts)
            joined.Write(part);
        return joined.ToArray();
    }
}
