using System.Buffers;

namespace FolderSync.Protocol.Framing;

/// <summary>Pools body buffers, except very long ones: a single huge index must not keep its memory forever.</summary>
internal static class BodyPool
{
    private const int MaxPooled = 64 << 20;

    public static byte[] Rent(int length) =>
        length <= MaxPooled ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);

    public static void Return(byte[] buffer)
    {
        if (buffer.Length <= MaxPooled)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>A longer buffer with the first <paramref name="used"/> bytes of the old one, which returns to the pool.</summary>
    public static byte[] Grow(byte[] buffer, int used, int length)
    {
        var longer = Rent(length);
        buffer.AsSpan(0, used).CopyTo(longer);
        Return(buffer);
        return longer;
    }
}
