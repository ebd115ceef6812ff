using System.Text;
using Makaretu.Dns;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>Converts DNS messages with the library, which isn't trusted with foreign bytes.</summary>
internal static class MdnsPacket
{
    public const int Port = 5353;

    /// <summary>In a record: forget all other records of that name and type. In a question: a unicast answer is welcome.</summary>
    public const ushort TopBit = 0x8000;

    /// <summary>
    /// The types that the library parses. Everything else stays bytes, so that <see cref="DnsWireValidator"/> checks every name that it reads.
    /// </summary>
    private static readonly DnsType[] s_parsed =
        [DnsType.A, DnsType.AAAA, DnsType.PTR, DnsType.CNAME, DnsType.DNAME, DnsType.NS, DnsType.MX, DnsType.SRV, DnsType.NSEC];

    static MdnsPacket()
    {
        foreach (var type in ResourceRegistry.Records.Keys.Except(s_parsed).ToList())
            ResourceRegistry.Records.Remove(type);
        ResourceRegistry.Records[DnsType.TXT] = () => new TextBytes();
    }

    /// <summary>Null when it is malformed or not an mDNS message.</summary>
    public static Message? TryRead(ReadOnlyMemory<byte> packet)
    {
        if (DnsWireValidator.Validate(packet.Span) is not PacketFault.None)
            return null;
        try
        {
            var message = new Message();
            message.Read(packet.ToArray(), 0, packet.Length);
            return message.Opcode == MessageOperation.Query ? message : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A pointer into the middle of a label, or to bytes that the library didn't read as a name.
            return null;
        }
    }

    public static byte[] ToBytes(Message message) => message.ToByteArray();

    public static bool HasTopBit(DnsClass value) => ((ushort)value & TopBit) != 0;

    public static bool IsInternet(DnsClass value) => ((ushort)value & ~TopBit) is (ushort)DnsClass.IN or (ushort)DnsClass.ANY;

    /// <summary>The strings of a TXT record, "key=value" each.</summary>
    public static IReadOnlyList<string> TextOf(ResourceRecord record) => record is TextBytes text ? text.Strings : [];

    public static ResourceRecord Text(DomainName name, IEnumerable<string> strings) => new TextBytes { Name = name, Strings = [.. strings] };

    /// <summary>A TXT record of any bytes: the library's takes ASCII only, and other services send more in the same packet.</summary>
    private sealed class TextBytes : ResourceRecord
    {
        public TextBytes() => Type = DnsType.TXT;

        public List<string> Strings { get; init; } = [];

        public override void ReadData(WireReader reader, int length)
        {
            while (length > 0)
            {
                var bytes = reader.ReadByteLengthPrefixedBytes();
                Strings.Add(Encoding.UTF8.GetString(bytes));
                length -= bytes.Length + 1;
            }
        }

        public override void WriteData(WireWriter writer)
        {
            foreach (var text in Strings)
                writer.WriteByteLengthPrefixedBytes(Encoding.UTF8.GetBytes(text));
        }
    }
}
