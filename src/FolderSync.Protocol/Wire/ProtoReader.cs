namespace FolderSync.Protocol.Wire;

/// <summary>Reads the fields of one protobuf message from a span. Malformed input is a violation.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> data)
{
    /// <summary>Only deprecated groups nest while they are skipped.</summary>
    private const int MaxGroupDepth = 32;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;

    public readonly bool AtEnd => _position >= _data.Length;

    public readonly int Position => _position;

    /// <summary>The bytes that haven't been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _data[_position..];

    /// <summary>The next field's tag: field number * 8 + wire type.</summary>
    public uint ReadTag()
    {
        var tag = ReadVarint();
        if (tag is < 8 or > uint.MaxValue)
            throw BepException.Violation("A message holds a field number that can't be.");
        return (uint)tag;
    }

    public ulong ReadVarint()
    {
        var data = _data;
        var position = _position;
        if ((uint)position < (uint)data.Length && data[position] < 0x80)
        {
            _position = position + 1;
            return data[position];
        }
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if ((uint)position >= (uint)data.Length)
                throw BepException.Violation("A message ends within a number.");
            var b = data[position++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                _position = position;
                return value;
            }
        }
        throw BepException.Violation("A message holds a number of more than 10 bytes.");
    }

    public int ReadInt32() => (int)ReadVarint();

    public long ReadInt64() => (long)ReadVarint();

    public bool ReadBool() => ReadVarint() != 0;

    /// <summary>A length-delimited field's content, not copied.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadVarint();
        if (length > (ulong)(_data.Length - _position))
            throw BepException.Violation("A message's field is longer than what encloses it.");
        var bytes = _data.Slice(_position, (int)length);
        _position += (int)length;
        return bytes;
    }

    /// <summary>Skips the content of an unknown field.</summary>
    public void Skip(uint tag)
    {
        if ((tag & 7) == 3)
            SkipGroup(tag);
        else
            SkipScalar(tag);
    }

    private void SkipScalar(uint tag)
    {
        switch (tag & 7)
        {
            case 0: ReadVarint(); break;
            case 1: Advance(8); break;
            case 2: ReadBytes(); break;
            case 5: Advance(4); break;
            default: throw BepException.Violation($"A message holds a field of the unknown wire type {tag & 7}.");
        }
    }

    private void SkipGroup(uint start)
    {
        Span<uint> open = stackalloc uint[MaxGroupDepth];
        open[0] = start >> 3;
        for (var depth = 1; depth > 0;)
        {
            var tag = ReadTag();
            if ((tag & 7) == 4)
            {
                if (open[--depth] != tag >> 3)
                    throw BepException.Violation("A message's groups do not match.");
            }
            else if ((tag & 7) != 3)
            {
                SkipScalar(tag);
            }
            else if (depth == MaxGroupDepth)
            {
                throw BepException.Violation($"A message nests deeper than {MaxGroupDepth}.");
            }
            else
            {
                open[depth++] = tag >> 3;
            }
        }
    }

    private void Advance(int count)
    {
        if (count > _data.Length - _position)
            throw BepException.Violation("A message ends within a field.");
        _position += count;
    }
}
