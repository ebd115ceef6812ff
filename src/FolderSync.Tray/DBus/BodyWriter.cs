using System.Buffers.Binary;
using System.Text;

namespace FolderSync.Tray.DBus;

/// <summary>Marshals values, little-endian.</summary>
internal sealed class BodyWriter
{
    private byte[] _data = new byte[256];
    private int _length;

    public ReadOnlyMemory<byte> Written => _data.AsMemory(0, _length);

    public void Write(string type, object value)
    {
        Align(Signatures.Alignment(type[0]));
        switch (type[0])
        {
            case 'y':
                Room(1)[0] = (byte)value;
                break;
            case 'b':
                UInt32((bool)value ? 1u : 0);
                break;
            case 'n':
                BinaryPrimitives.WriteInt16LittleEndian(Room(2), (short)value);
                break;
            case 'q':
                BinaryPrimitives.WriteUInt16LittleEndian(Room(2), (ushort)value);
                break;
            case 'i':
                UInt32((uint)(int)value);
                break;
            case 'u':
                UInt32((uint)value);
                break;
            case 'x':
                BinaryPrimitives.WriteInt64LittleEndian(Room(8), (long)value);
                break;
            case 't':
                BinaryPrimitives.WriteUInt64LittleEndian(Room(8), (ulong)value);
                break;
            case 'd':
                BinaryPrimitives.WriteDoubleLittleEndian(Room(8), (double)value);
                break;
            case 's':
                Text((string)value);
                break;
            case 'o':
                Text(((ObjectPath)value).Value);
                break;
            case 'g':
                Signature(((TypeSignature)value).Value);
                break;
            case 'v':
                var variant = (Variant)value;
                Signature(variant.Signature);
                Write(variant.Signature, variant.Value);
                break;
            case 'a':
                WriteArray(type[1..], value);
                break;
            case '(' or '{':
                foreach (var (member, part) in Signatures.Split(type[1..^1]).Zip((object[])value))
                    Write(member, part);
                break;
            default:
                throw new NotSupportedException($"A value of type '{type}' can't be sent.");
        }
    }

    public void Align(int alignment) => Room(-_length & (alignment - 1)).Clear();

    private void WriteArray(string element, object value)
    {
        UInt32(0);
        var lengthAt = _length - 4;
        Align(Signatures.Alignment(element[0]));
        var start = _length;
        if (value is byte[] bytes)
        {
            bytes.CopyTo(Room(bytes.Length));
        }
        else
        {
            foreach (var item in (object[])value)
                Write(element, item);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(lengthAt), (uint)(_length - start));
    }

    /// <summary>NUL would end it early, and a lone surrogate is no text: both become a mark.</summary>
    private void Text(string text)
    {
        text = text.Replace('\0', '\uFFFD');
        UInt32((uint)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetByteCount(text)));
        Room(1)[0] = 0;
    }

    private void Signature(string signature)
    {
        Room(1)[0] = checked((byte)signature.Length);
        Encoding.ASCII.GetBytes(signature, Room(signature.Length));
        Room(1)[0] = 0;
    }

    private void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);

    private Span<byte> Room(int count)
    {
        if (_length + count > _data.Length)
            Array.Resize(ref _data, Math.Max(_data.Length * 2, _length + count));
        var room = _data.AsSpan(_length, count);
        _length += count;
        return room;
    }
}
