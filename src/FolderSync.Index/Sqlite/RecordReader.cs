using System.Buffers.Binary;

namespace FolderSync.Index.Sqlite;

/// <summary>Reads the output of <see cref="RecordWriter"/>; throws <see cref="IndexDamagedException"/> when a record ends early.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Offset { get; private set; }

    public readonly bool AtEnd => Offset == _bytes.Length;

    public byte Byte() => Bytes(1)[0];

    public ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)(_bytes.Length - Offset))
            throw new IndexDamagedException("A record of the index ends too early.");
        Offset += count;
        return _bytes.Slice(Offset - count, count);
    }

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
        throw new IndexDamagedException("A record of the index holds a number that does not end.");
    }

    public long Signed() => (long)Varint();

    public int Int() => checked((int)Varint());

    public long Zigzag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ReadOnlySpan<byte> Prefixed() => Bytes(Int());
}
