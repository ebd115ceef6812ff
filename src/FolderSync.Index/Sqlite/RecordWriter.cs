using System.Buffers.Binary;

namespace FolderSync.Index.Sqlite;

/// <summary>A growing, reusable buffer in the records' own format; it has one owner.</summary>
internal sealed class RecordWriter
{
    private byte[] _buffer = new byte[512];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Truncate(int length) => Length = length;

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Fixed(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    public void FixedAt(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(offset, 8), value);

    /// <summary>7 bits a byte, the lowest first, the high bit set on all but the last.</summary>
    public void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }
        Byte((byte)value);
    }

    public void Varint(long value) => Varint((ulong)value);

    /// <summary>A varint that keeps small negative numbers short, too.</summary>
    public void Zigzag(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    public void Prefixed(ReadOnlySpan<byte> bytes)
    {
        Varint(bytes.Length);
        Bytes(bytes);
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        Length += count;
        return _buffer.AsSpan(Length - count, count);
    }
}
