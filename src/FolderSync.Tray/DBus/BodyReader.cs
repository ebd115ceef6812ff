using System.Buffers.Binary;
using System.Text;

namespace FolderSync.Tray.DBus;

/// <summary>Reads marshalled values. Every length is held against what is there before anything is made of it.</summary>
internal ref struct BodyReader(ReadOnlySpan<byte> data, bool bigEndian)
{
    private const int MaxDepth = 64;

    /// <summary>Of an array whose elements are small on the wire but objects here.</summary>
    private const int MaxValues = 1 << 20;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _data = data;
    private int _at;
    private int _values;
    private int _depth;

    public readonly int Position => _at;

    /// <exception cref="DBusException">The bytes are not such a value.</exception>
    public object Read(string type)
    {
        if (++_values > MaxValues)
            throw new DBusException("A message holds too many values.");
        Align(Signatures.Alignment(type[0]));
        switch (type[0])
        {
            case 'y':
                return Take(1)[0];
            case 'b':
                return UInt32() switch { 0 => false, 1 => true, _ => throw new DBusException("A truth value is neither 0 nor 1.") };
            case 'n':
                return bigEndian ? BinaryPrimitives.ReadInt16BigEndian(Take(2)) : BinaryPrimitives.ReadInt16LittleEndian(Take(2));
            case 'q':
                return bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(Take(2)) : BinaryPrimitives.ReadUInt16LittleEndian(Take(2));
            case 'i':
                return (int)UInt32();
            case 'u' or 'h':
                return UInt32();
            case 'x':
                return (long)UInt64();
            case 't':
                return UInt64();
            case 'd':
                return BitConverter.UInt64BitsToDouble(UInt64());
            case 's':
                return Text(UInt32());
            case 'o':
                return new ObjectPath(Text(UInt32()));
            case 'g':
                return new TypeSignature(Text(Take(1)[0]));
            case 'v':
                return ReadVariant();
            case 'a':
                return ReadArray(type[1..]);
            default:
                return ReadStruct(type);
        }
    }

    public void Align(int alignment)
    {
        var padding = -_at & (alignment - 1);
        if (Take(padding).ContainsAnyExcept((byte)0))
            throw new DBusException("Padding is not zero.");
    }

    private Variant ReadVariant()
    {
        Deeper();
        var signature = Text(Take(1)[0]);
        if (Signatures.Split(signature) is not [var type])
            throw new DBusException("A variant holds other than one value.");
        var value = Read(type);
        _depth--;
        return new Variant(type, value);
    }

    private object ReadArray(string element)
    {
        Deeper();
        var length = UInt32();
        Align(Signatures.Alignment(element[0]));
        if (length > (uint)(_data.Length - _at))
            throw new DBusException("An array is longer than its message.");
        var end = _at + (int)length;
        _depth--;
        if (element == "y")
            return Take((int)length).ToArray();
        _depth++;
        var values = new List<object>();
        while (_at < end)
            values.Add(Read(element));
        if (_at != end)
            throw new DBusException("An array ends in the middle of an element.");
        _depth--;
        return values.ToArray();
    }

    private object[] ReadStruct(string type)
    {
        Deeper();
        var members = Signatures.Split(type[1..^1]);
        var values = new object[members.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Read(members[i]);
        _depth--;
        return values;
    }

    private string Text(uint length)
    {
        if (length >= (uint)(_data.Length - _at))
            throw new DBusException("A text is longer than its message.");
        var bytes = Take((int)length);
        if (Take(1)[0] != 0 || bytes.Contains((byte)0))
            throw new DBusException("A text does not end where it says.");
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new DBusException("A text is not UTF-8.", e);
        }
    }

    private uint UInt32()
    {
        Align(4);
        return bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(Take(4)) : BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    }

    private ulong UInt64() => bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(Take(8)) : BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _data.Length - _at)
            throw new DBusException("A message ends early.");
        var taken = _data.Slice(_at, count);
        _at += count;
        return taken;
    }

    private void Deeper()
    {
        if (++_depth > MaxDepth)
            throw new DBusException("Values are nested too deep.");
    }
}
