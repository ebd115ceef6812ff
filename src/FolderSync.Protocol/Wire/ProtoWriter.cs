using System.Numerics;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Protocol.Wire;

/// <summary>Writes the fields of one protobuf message into a span of exactly its size. Fields with the default value are left out.</summary>
internal ref struct ProtoWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private int _position;

    public readonly int Position => _position;

    public void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _destination[_position++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _destination[_position++] = (byte)value;
    }

    /// <summary>A number field. Negative numbers take 10 bytes, as protobuf's int32 and int64 do.</summary>
    public void Number(uint tag, long value) => Number(tag, (ulong)value);

    public void Number(uint tag, ulong value)
    {
        if (value == 0)
            return;
        Varint(tag);
        Varint(value);
    }

    public void Flag(uint tag, bool value) => Number(tag, value ? 1UL : 0);

    public void Bytes(uint tag, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return;
        Length(tag, value.Length);
        value.CopyTo(_destination[_position..]);
        _position += value.Length;
    }

    public void Text(uint tag, string value)
    {
        if (value.Length == 0)
            return;
        Length(tag, Encoding.UTF8.GetByteCount(value));
        _position += Encoding.UTF8.GetBytes(value, _destination[_position..]);
    }

    public void Hash(uint tag, BlockHash value)
    {
        if (value.IsNone)
            return;
        Length(tag, BlockHash.Length);
        value.CopyTo(_destination[_position..]);
        _position += BlockHash.Length;
    }

    /// <summary>The start of a length-delimited field whose content is written next.</summary>
    public void Length(uint tag, int length)
    {
        Varint(tag);
        Varint((ulong)length);
    }
}

/// <summary>The bytes that <see cref="ProtoWriter"/> takes for a field, including its tag.</summary>
internal static class ProtoSize
{
    public static int Varint(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) >> 6;

    public static int Number(uint tag, long value) => Number(tag, (ulong)value);

    public static int Number(uint tag, ulong value) => value == 0 ? 0 : Varint(tag) + Varint(value);

    public static int Flag(uint tag, bool value) => value ? Varint(tag) + 1 : 0;

    public static int Bytes(uint tag, int length) => length == 0 ? 0 : Message(tag, length);

    public static int Text(uint tag, string value) => value.Length == 0 ? 0 : Message(tag, Encoding.UTF8.GetByteCount(value));

    public static int Hash(uint tag, BlockHash value) => value.IsNone ? 0 : Message(tag, BlockHash.Length);

    /// <summary>A length-delimited field that is written even if it is empty.</summary>
    public static int Message(uint tag, int length) => Varint(tag) + Varint((ulong)length) + length;
}
