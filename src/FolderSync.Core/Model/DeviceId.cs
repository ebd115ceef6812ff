using System.Buffers.Binary;

namespace FolderSync.Core.Model;

/// <summary>A device's identity: the SHA-256 of its certificate's DER encoding, 32 bytes.</summary>
/// <remarks>Text form (Parse, ToString) is in <see cref="DeviceIdText"/>. Ordered bytewise.</remarks>
public readonly record struct DeviceId : IComparable<DeviceId>
{
    public const int Length = 32;

    private readonly ulong _a, _b, _c, _d;

    public DeviceId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A device ID has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The first 8 bytes, big-endian: the device's key in version vectors.</summary>
    public ShortId Short => new(_a);

    /// <summary>True for 32 zero bytes, which name no device.</summary>
    public bool IsEmpty => (_a | _b | _c | _d) == 0;

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    public int CompareTo(DeviceId other)
    {
        var c = _a.CompareTo(other._a);
        if (c == 0) c = _b.CompareTo(other._b);
        if (c == 0) c = _c.CompareTo(other._c);
        return c != 0 ? c : _d.CompareTo(other._d);
    }

    public override string ToString() => DeviceIdText.Format(this);
}

/// <summary>The first 8 bytes of a device ID, big-endian, as version vectors and <c>modified_by</c> carry it.</summary>
public readonly record struct ShortId(ulong Value) : IComparable<ShortId>
{
    public int CompareTo(ShortId other) => Value.CompareTo(other.Value);

    /// <summary>The 7 base32 characters that conflict copies and Syncthing's API show.</summary>
    public override string ToString() => DeviceIdText.FormatShort(this);
}
