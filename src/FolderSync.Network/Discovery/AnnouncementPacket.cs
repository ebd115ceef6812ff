using System.Buffers.Binary;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Network.Discovery;

/// <summary>What a device announces through Syncthing's local discovery, version 4.</summary>
/// <remarks>
/// <code>
/// 0       4
/// +-------+----------------------------------------------------------------+
/// | magic | protobuf: 1 id (bytes), 2 addresses (strings), 3 instance (int) |
/// +-------+----------------------------------------------------------------+
/// </code>
/// The datagram's end is the message's end. Fields of other numbers are passed over.
/// </remarks>
/// <param name="Addresses">As written; at most <see cref="MaxAddresses"/>, none longer than <see cref="MaxAddressLength"/>.</param>
/// <param name="Instance">Differs after each start.</param>
internal sealed record AnnouncementPacket(DeviceId Id, IReadOnlyList<string> Addresses, long Instance)
{
    public const uint Magic = 0x2EA7D90B;
    public const int MaxAddresses = 16;
    public const int MaxAddressLength = 255;

    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    /// <summary>Null when the packet isn't a complete announcement.</summary>
    public static AnnouncementPacket? TryParse(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(packet) != Magic)
            return null;
        var rest = packet[4..];
        DeviceId? id = null;
        List<string> addresses = [];
        long instance = 0;
        while (!rest.IsEmpty)
        {
            if (!TryReadVarint(ref rest, out var tag) || tag >> 3 is 0 or > int.MaxValue)
                return null;
            if (!TryReadField(ref rest, (int)(tag & 7), out var number, out var bytes))
                return null;
            switch (tag)
            {
                case (1 << 3) | Bytes:
                    if (bytes.Length != DeviceId.Length)
                        return null;
                    id = new DeviceId(bytes);
                    break;
                case (2 << 3) | Bytes:
                    if (bytes.Length <= MaxAddressLength && addresses.Count < MaxAddresses)
                        addresses.Add(Encoding.UTF8.GetString(bytes));
                    break;
                case (3 << 3) | Varint:
                    instance = (long)number;
                    break;
                default:
                    break;
            }
        }

        return id is { } known ? new AnnouncementPacket(known, addresses, instance) : null;
    }

    public byte[] ToPacket()
    {
        using var packet = new MemoryStream();
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(magic, Magic);
        packet.Write(magic);
        WriteBytes(packet, 1, Id.ToBytes());
        foreach (var address in Addresses)
            WriteBytes(packet, 2, Encoding.UTF8.GetBytes(address));
        packet.WriteByte((3 << 3) | Varint);
        WriteVarint(packet, (ulong)Instance);
        return packet.ToArray();
    }

    private static bool TryReadField(ref ReadOnlySpan<byte> rest, int kind, out ulong number, out ReadOnlySpan<byte> bytes)
    {
        number = 0;
        bytes = default;
        ulong length;
        switch (kind)
        {
            case Varint:
                return TryReadVarint(ref rest, out number);
            case Fixed64:
                length = 8;
                break;
            case Fixed32:
                length = 4;
                break;
            case Bytes when TryReadVarint(ref rest, out length):
                break;
            default:
                return false;
        }

        if (length > (ulong)rest.Length)
            return false;
        bytes = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] >= 0x80)
                continue;
            rest = rest[(i + 1)..];
            return true;
        }

        return false;
    }

    private static void WriteBytes(MemoryStream packet, int field, ReadOnlySpan<byte> bytes)
    {
        packet.WriteByte((byte)((field << 3) | Bytes));
        WriteVarint(packet, (ulong)bytes.Length);
        packet.Write(bytes);
    }

    private static void WriteVarint(MemoryStream packet, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            packet.WriteByte((byte)(value | 0x80));
        packet.WriteByte((byte)value);
    }
}
