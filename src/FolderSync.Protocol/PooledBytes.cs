using System.Buffers;

namespace FolderSync.Protocol;

/// <summary>Bytes in a pooled buffer, which its one owner disposes once.</summary>
public sealed class PooledBytes : IDisposable
{
    private byte[]? _buffer;

    private PooledBytes(byte[] buffer, int length)
    {
        _buffer = buffer;
        Length = length;
    }

    public static PooledBytes Empty => new([], 0);

    public int Length { get; }

    public Memory<byte> Memory => (_buffer ?? throw new ObjectDisposedException(nameof(PooledBytes))).AsMemory(0, Length);

    public Span<byte> Span => Memory.Span;

    public static PooledBytes Rent(int length) => length == 0 ? Empty : new PooledBytes(ArrayPool<byte>.Shared.Rent(length), length);

    /// <summary>Takes ownership of a buffer that was rented from the shared pool.</summary>
    internal static PooledBytes Adopt(byte[] rented, int length) => new(rented, length);

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, null);
        if (buffer is { Length: > 0 })
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
