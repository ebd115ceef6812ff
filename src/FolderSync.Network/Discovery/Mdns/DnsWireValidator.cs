using System.Buffers.Binary;
using Makaretu.Dns;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>Why a packet is dropped before it is parsed.</summary>
internal enum PacketFault
{
    None,

    /// <summary>Shorter than a header, or longer than RFC 6762, 17, allows.</summary>
    Size,

    /// <summary>More questions and records than fit into its bytes, or than any neighbor sends.</summary>
    RecordCount,

    /// <summary>The packet ends inside a name or a record.</summary>
    Truncated,

    /// <summary>Neither a label of up to 63 bytes nor a pointer.</summary>
    Label,

    /// <summary>A name is longer than 255 bytes.</summary>
    NameLength,

    /// <summary>A pointer doesn't lead strictly backwards.</summary>
    Pointer,

    /// <summary>The record's data doesn't match its type.</summary>
    Data,

    /// <summary>All names together would expand far beyond the packet.</summary>
    Expansion,
}

/// <summary>
/// Checks a DNS message's bytes before the library's parser sees them, since what that parser allocates grows with the square of a name's labels:
/// 81 MB for one packet of 9 KB. Allocates nothing, and its work is bounded by the packet's length.
/// <code>
/// id  flags  questions  answers  authorities  additionals     2 bytes each
/// question:  name  type(2)  class(2)
/// record:    name  type(2)  class(2)  TTL(4)  length(2)  data
/// name:      (length(1) label)*  then 0, or a pointer: 11 and 14 bits of an earlier offset
/// </code>
/// </summary>
internal static class DnsWireValidator
{
    public const int MaxPacket = 9000;
    public const int MaxRecords = 512;
    public const int MaxLabel = 63;

    /// <summary>Includes the length bytes and the final zero (RFC 1035, 2.3.4).</summary>
    public const int MaxName = 255;

    /// <summary>The limit for all names written out. A packet of 512 records with the usual mDNS names stays below half of it.</summary>
    public const int MaxExpandedBytes = 64 * 1024;

    /// <summary>Label references that the parser may copy: it keeps a list for each label of a name that isn't behind a pointer.</summary>
    public const int MaxLabelCopies = 16 * 1024;

    /// <summary>Per name: a sane sender writes a label before every pointer but the first.</summary>
    public const int MaxPointers = 127;

    private const int HeaderSize = 12;
    private const int QuestionTail = 4;
    private const int RecordTail = 10;
    private const int MinName = 1;

    /// <summary>A bitmap as mDNS uses it: only types below 256 (RFC 6762, 6.1).</summary>
    private const int MaxBitmap = 2 + 32;

    public static PacketFault Validate(ReadOnlySpan<byte> packet)
    {
        if (packet.Length is < HeaderSize or > MaxPacket)
            return PacketFault.Size;
        var questions = UInt16(packet, 4);
        var records = UInt16(packet, 6) + UInt16(packet, 8) + UInt16(packet, 10);
        if (questions + records > MaxRecords || (questions * (MinName + QuestionTail)) + (records * (MinName + RecordTail)) > packet.Length - HeaderSize)
            return PacketFault.RecordCount;

        var cursor = new Cursor(packet);
        for (var i = 0; i < questions; i++)
        {
            if (cursor.Name(packet.Length) is var fault and not PacketFault.None)
                return fault;
            if (!cursor.TrySkip(QuestionTail))
                return PacketFault.Truncated;
        }

        for (var i = 0; i < records; i++)
        {
            if (Record(ref cursor) is var fault and not PacketFault.None)
                return fault;
        }

        return PacketFault.None;
    }

    private static PacketFault Record(ref Cursor cursor)
    {
        var packet = cursor.Packet;
        if (cursor.Name(packet.Length) is var fault and not PacketFault.None)
            return fault;
        var fields = cursor.At;
        if (!cursor.TrySkip(RecordTail))
            return PacketFault.Truncated;
        var end = cursor.At + UInt16(packet, fields + 8);
        if (end > packet.Length)
            return PacketFault.Truncated;
        fault = Data((DnsType)UInt16(packet, fields), ref cursor, end);
        cursor.At = end;
        return fault;
    }

    /// <summary>The types that <see cref="MdnsPacket"/> parses; all others stay bytes.</summary>
    private static PacketFault Data(DnsType type, ref Cursor cursor, int end)
    {
        switch (type)
        {
            case DnsType.A:
                return end - cursor.At == 4 ? PacketFault.None : PacketFault.Data;
            case DnsType.AAAA:
                return end - cursor.At == 16 ? PacketFault.None : PacketFault.Data;
            case DnsType.PTR or DnsType.CNAME or DnsType.DNAME or DnsType.NS:
                return cursor.LastName(0, end);
            case DnsType.MX:
                return cursor.LastName(2, end);
            case DnsType.SRV:
                return cursor.LastName(6, end);
            case DnsType.NSEC:
                var fault = cursor.Name(end);
                return fault is PacketFault.None && !IsBitmap(cursor.Packet[cursor.At..end]) ? PacketFault.Data : fault;
            case DnsType.TXT:
                return AreStrings(cursor.Packet[cursor.At..end]) ? PacketFault.None : PacketFault.Data;
            default:
                return PacketFault.None;
        }
    }

    private static bool IsBitmap(ReadOnlySpan<byte> data) => data.IsEmpty || (data.Length is > 2 and <= MaxBitmap && data[0] == 0 && data[1] == data.Length - 2);

    private static bool AreStrings(ReadOnlySpan<byte> data)
    {
        var at = 0;
        while (at < data.Length)
            at += 1 + data[at];
        return at == data.Length;
    }

    private static int UInt16(ReadOnlySpan<byte> packet, int at) => BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);

    private ref struct Cursor(ReadOnlySpan<byte> packet)
    {
        private const byte Kind = 0xC0;

        private int _expandedBytes;
        private int _labelCopies;

        public readonly ReadOnlySpan<byte> Packet { get; } = packet;

        public int At { get; set; } = HeaderSize;

        public bool TrySkip(int count)
        {
            At += count;
            return At <= Packet.Length;
        }

        /// <summary>A name that ends the record's data.</summary>
        public PacketFault LastName(int before, int end)
        {
            At += before;
            var fault = At < end ? Name(end) : PacketFault.Data;
            return fault is PacketFault.None && At != end ? PacketFault.Data : fault;
        }

        /// <param name="end">The name's own bytes, up to its zero or pointer, end before this offset.</param>
        public PacketFault Name(int end)
        {
            var (at, start, length, labels, ownLabels, pointers) = (At, At, 1, 0, 0, 0);
            var isOwn = true;
            while (true)
            {
                if (at >= (isOwn ? end : Packet.Length))
                    return PacketFault.Truncated;
                var first = Packet[at];
                if (first == 0)
                    break;
                if ((first & Kind) == Kind)
                {
                    if (at + 1 >= (isOwn ? end : Packet.Length))
                        return PacketFault.Truncated;
                    var target = ((first & ~Kind) << 8) | Packet[at + 1];
                    if (isOwn)
                        (At, ownLabels, isOwn) = (at + 2, labels, false);
                    // Each pointer leads before everything read for this name, so this ends.
                    if (target < HeaderSize || target >= start || ++pointers > MaxPointers)
                        return PacketFault.Pointer;
                    at = start = target;
                    continue;
                }

                if ((first & Kind) != 0)
                    return PacketFault.Label;
                labels++;
                length += 1 + first;
                if (length > MaxName)
                    return PacketFault.NameLength;
                at += 1 + first;
            }

            if (isOwn)
                (At, ownLabels) = (at + 1, labels);
            _expandedBytes += length;
            _labelCopies += (ownLabels + 1) * labels;
            return _expandedBytes > MaxExpandedBytes || _labelCopies > MaxLabelCopies ? PacketFault.Expansion : PacketFault.None;
        }
    }
}
