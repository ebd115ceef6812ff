using System.Net;
using System.Text;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Mdns;
using FolderSync.Testing;
using Makaretu.Dns;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FolderSync.Network.Tests.Discovery;

/// <summary>What is dropped before the library parses it, and what parsing the rest may cost.</summary>
public class DnsWireValidatorTests
{
    private const int Type = 12;

    /// <summary>The bytes that the parser may allocate for one valid packet.</summary>
    private const long MaxAllocated = 1 << 20;

    private static readonly int Packets = int.TryParse(Environment.GetEnvironmentVariable("FOLDERSYNC_FUZZ"), out var n) ? n : 50_000;

    public static TheoryData<string, string> Cases => new()
    {
        { "question", nameof(PacketFault.None) },
        { "root name", nameof(PacketFault.None) },
        { "label of 63 bytes", nameof(PacketFault.None) },
        { "label of 64 bytes", nameof(PacketFault.Label) },
        { "reserved kind of label", nameof(PacketFault.Label) },
        { "name of 255 bytes", nameof(PacketFault.None) },
        { "name of 256 bytes", nameof(PacketFault.NameLength) },
        { "name of 256 bytes by a pointer", nameof(PacketFault.NameLength) },
        { "name of 4480 labels", nameof(PacketFault.NameLength) },
        { "name without an end", nameof(PacketFault.Truncated) },
        { "pointer without its second byte", nameof(PacketFault.Truncated) },
        { "question without its class", nameof(PacketFault.Truncated) },
        { "pointer to itself", nameof(PacketFault.Pointer) },
        { "pointer forwards", nameof(PacketFault.Pointer) },
        { "pointer into the header", nameof(PacketFault.Pointer) },
        { "pointers in a circle", nameof(PacketFault.Pointer) },
        { "pointers to pointers", nameof(PacketFault.Pointer) },
        { "pointer to an earlier name", nameof(PacketFault.None) },
        { "no header", nameof(PacketFault.Size) },
        { "9001 bytes", nameof(PacketFault.Size) },
        { "more questions than bytes", nameof(PacketFault.RecordCount) },
        { "more records than bytes", nameof(PacketFault.RecordCount) },
        { "513 records", nameof(PacketFault.RecordCount) },
        { "512 records", nameof(PacketFault.None) },
        { "data behind the packet's end", nameof(PacketFault.Truncated) },
        { "A of 5 bytes", nameof(PacketFault.Data) },
        { "AAAA of 4 bytes", nameof(PacketFault.Data) },
        { "PTR with more behind its name", nameof(PacketFault.Data) },
        { "PTR whose name leaves its data", nameof(PacketFault.Truncated) },
        { "SRV without a name", nameof(PacketFault.Data) },
        { "SRV", nameof(PacketFault.None) },
        { "TXT of two strings", nameof(PacketFault.None) },
        { "TXT whose last string is too long", nameof(PacketFault.Data) },
        { "NSEC", nameof(PacketFault.None) },
        { "NSEC with a bitmap that is too long", nameof(PacketFault.Data) },
        { "NSEC with another window", nameof(PacketFault.Data) },
        { "unknown type", nameof(PacketFault.None) },
        { "35 names of 127 labels", nameof(PacketFault.Expansion) },
        { "511 pointers to a name of 127 labels", nameof(PacketFault.Expansion) },
        { "511 pointers to a name of 255 bytes and 4 labels", nameof(PacketFault.Expansion) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Table(string name, string expected)
    {
        var packet = Packet(name);
        Assert.Equal(expected, DnsWireValidator.Validate(packet).ToString());
        Assert.Equal(expected == nameof(PacketFault.None), MdnsPacket.TryRead(packet) is not null);
    }

    /// <summary>Our own packets are never dropped.</summary>
    [Fact]
    public void What_the_responder_sends_passes()
    {
        var path = new NetworkLink(2, "eth0", true,
            [.. Enumerable.Range(1, 40).Select(i => (IPAddress.Parse($"10.0.0.{i}"), 8)), .. Enumerable.Range(1, 40).Select(i => (IPAddress.Parse($"2001:db8::{i:x}"), 64))]);
        var service = new MdnsService(new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]), new string('ü', 31), 22000, "1.0");
        var message = new Message { QR = true };
        message.Answers.AddRange(service.Records(ServiceRecords.Announced | ServiceRecords.InstanceTypes | ServiceRecords.HostTypes, path, flush: true));
        Assert.Equal(PacketFault.None, DnsWireValidator.Validate(MdnsPacket.ToBytes(message)));
    }

    /// <summary>Whatever passes is cheap to parse, and its names are within the limits.</summary>
    [Fact]
    public void What_passes_is_cheap_to_parse()
    {
        var random = new Random(3);
        var (passed, parsed) = (0, 0);
        for (var i = 0; i < Packets; i++)
        {
            var packet = Random(random);
            if (DnsWireValidator.Validate(packet) is not PacketFault.None)
                continue;
            passed++;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var message = MdnsPacket.TryRead(packet);
            // The first packets also allocate what stays: tables, compiled code.
            if (passed > 100)
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
            if (message is null)
                continue;
            parsed++;
            foreach (var name in message.Questions.Select(q => q.Name).Concat(message.Answers.Select(a => a.Name)))
                Assert.InRange(1 + name.Labels.Sum(l => 1 + l.Length), 1, DnsWireValidator.MaxName);
        }

        Assert.True(passed > Packets / 10 && parsed > Packets / 20, $"{passed} passed, {parsed} parsed of {Packets}");
    }

    /// <summary>A valid packet at each of the limits is still cheap to parse.</summary>
    [Theory]
    [InlineData("name of 255 bytes")]
    [InlineData("512 records")]
    [InlineData("TXT of 8900 empty strings")]
    [InlineData("three pointers to a name of 126 labels")]
    public void The_costliest_that_pass(string name)
    {
        var packet = Packet(name);
        Assert.Equal(PacketFault.None, DnsWireValidator.Validate(packet));
        _ = MdnsPacket.TryRead(packet);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(MdnsPacket.TryRead(packet));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
    }

    [Fact]
    public void Dropped_packets_are_counted_and_reported_once_an_hour()
    {
        var time = new ManualTime();
        var log = new LogLines();
        var malformed = new MalformedPackets(time, log);
        for (var i = 0; i < 1000; i++)
        {
            malformed.Add();
            malformed.ReportWhenDue();
        }

        Assert.Empty(log.Written);
        time.Advance(TimeSpan.FromHours(1));
        malformed.ReportWhenDue();
        malformed.ReportWhenDue();
        Assert.Contains("1000 malformed mDNS packets", Assert.Single(log.Written));
        Assert.Equal(1000, malformed.Total);
    }

    private static byte[] Packet(string name) => name switch
    {
        "question" => [.. Header(1, 0), .. Labels("_foldersync", "_tcp", "local"), 0, Type, 0, 1],
        "root name" => [.. Header(1, 0), 0, 0, Type, 0, 1],
        "label of 63 bytes" => [.. Header(1, 0), .. Labels(new string('a', 63)), 0, Type, 0, 1],
        "label of 64 bytes" => [.. Header(1, 0), 64, .. Enumerable.Repeat((byte)'a', 64), 0, 0, Type, 0, 1],
        "reserved kind of label" => [.. Header(1, 0), 0x81, (byte)'a', 0, 0, Type, 0, 1],
        "name of 255 bytes" => [.. Header(1, 0), .. Long(62), 0, Type, 0, 1],
        "name of 256 bytes" => [.. Header(1, 0), .. Long(63), 0, Type, 0, 1],
        "name of 256 bytes by a pointer" => [.. Header(2, 0), .. Long(61), 0, Type, 0, 1, 1, (byte)'a', 0xC0, 12, 0, Type, 0, 1],
        "name of 4480 labels" => [.. Header(1, 0), .. Ones(4480), 0, Type, 0, 1],
        "name without an end" => [.. Header(1, 0), 5, (byte)'a', 0, 0, 0],
        "pointer without its second byte" => [.. Header(1, 0), 3, (byte)'a', (byte)'a', (byte)'a', 0xC0],
        "question without its class" => [.. Header(1, 0), 2, (byte)'a', (byte)'a', 0, 0, Type],
        "pointer to itself" => [.. Header(1, 0), 0xC0, 12, 0, Type, 0, 1],
        "pointer forwards" => [.. Header(2, 0), 0xC0, 18, 0, Type, 0, 1, 0, 0, Type, 0, 1],
        "pointer into the header" => [.. Header(1, 0), 0xC0, 4, 0, Type, 0, 1],
        "pointers in a circle" => [.. Header(2, 0), 1, (byte)'a', 0xC0, 20, 0, Type, 0, 1, 0xC0, 12, 0, Type, 0, 1],
        "pointers to pointers" => [.. Header(200, 0), 0, 0, Type, 0, 1, .. Enumerable.Range(0, 199).SelectMany(i => Question(Pointer(i == 0 ? 12 : 17 + ((i - 1) * 6))))],
        "pointer to an earlier name" => [.. Header(2, 0), .. Question(Labels("a", "local")), .. Question([1, (byte)'b', .. Pointer(14)])],
        "no header" => new byte[11],
        "9001 bytes" => [.. Header(0, 0), .. new byte[8989]],
        "more questions than bytes" => [.. Header(2, 0), 0, 0, Type, 0, 1],
        "more records than bytes" => [.. Header(0, 2), .. Record(1, [1, 2, 3, 4])],
        "513 records" => [.. Header(0, 513), .. Enumerable.Range(0, 513).SelectMany(_ => Record(1, [1, 2, 3, 4]))],
        "512 records" => [.. Header(0, 512), .. Enumerable.Range(0, 512).SelectMany(_ => Record(1, [1, 2, 3, 4]))],
        "data behind the packet's end" => [.. Header(0, 1), .. Record(99, [1, 2, 3, 4])[..^1]],
        "A of 5 bytes" => [.. Header(0, 1), .. Record(1, new byte[5])],
        "AAAA of 4 bytes" => [.. Header(0, 1), .. Record(28, new byte[4])],
        "PTR with more behind its name" => [.. Header(0, 1), .. Record(12, [.. Labels("a"), 0])],
        "PTR whose name leaves its data" => [.. Header(0, 2), .. Record(12, [1, (byte)'a']), .. Record(1, [1, 2, 3, 4])],
        "SRV without a name" => [.. Header(0, 1), .. Record(33, new byte[6])],
        "SRV" => [.. Header(0, 1), .. Record(33, [0, 0, 0, 0, 0, 1, .. Labels("a", "local")])],
        "TXT of two strings" => [.. Header(0, 1), .. Record(16, [1, (byte)'a', 0])],
        "TXT whose last string is too long" => [.. Header(0, 1), .. Record(16, [1, (byte)'a', 2, 1])],
        "TXT of 8900 empty strings" => [.. Header(0, 1), .. Record(16, new byte[8900])],
        "NSEC" => [.. Header(0, 1), .. Record(47, [.. Labels("a"), 0, 1, 64])],
        "NSEC with a bitmap that is too long" => [.. Header(0, 1), .. Record(47, [.. Labels("a"), 0, 33, .. new byte[33]])],
        "NSEC with another window" => [.. Header(0, 1), .. Record(47, [.. Labels("a"), 1, 1, 64])],
        "unknown type" => [.. Header(0, 1), .. Record(13, [0xC0, 0xFF, 0xC0])],
        "35 names of 127 labels" => [.. Header(35, 0), .. Enumerable.Range(0, 34).SelectMany(_ => Question(Ones(127))), .. Question([0])],
        "511 pointers to a name of 127 labels" => [.. Header(1, 511), .. Question(Ones(127)), .. Enumerable.Range(0, 511).SelectMany(_ => Record(1, [1, 2, 3, 4], Pointer(12)))],
        "511 pointers to a name of 255 bytes and 4 labels" => [.. Header(1, 511), .. Question(Long(62)), .. Enumerable.Range(0, 511).SelectMany(_ => Record(1, [1, 2, 3, 4], Pointer(12)))],
        "three pointers to a name of 126 labels" => [.. Header(1, 3), .. Question(Ones(126)), .. Enumerable.Range(0, 3).SelectMany(_ => Record(1, [1, 2, 3, 4], Pointer(12)))],
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <summary>Random questions and records with names of all kinds, most of them valid.</summary>
    private static byte[] Random(Random random)
    {
        var (questions, records) = (random.Next(4), random.Next(12));
        List<byte> packet = [.. Header(questions, records)];
        List<int> names = [];
        for (var i = 0; i < questions + records; i++)
        {
            AddName(packet, names, random);
            if (i < questions)
            {
                packet.AddRange([0, Type, 0, 1]);
                continue;
            }

            var type = random.Next(8) switch { 0 => 1, 1 => 28, 2 => 12, 3 => 33, 4 => 16, 5 => 47, 6 => 5, _ => random.Next(256) };
            packet.AddRange([0, (byte)type, 0, 1, 0, 0, 0, 120, 0, 0]);
            var start = packet.Count;
            AddData(packet, names, type, random);
            (packet[start - 2], packet[start - 1]) = ((byte)((packet.Count - start) >> 8), (byte)(packet.Count - start));
        }

        var bytes = packet.ToArray();
        for (var i = random.Next(6) == 0 ? random.Next(4) : 0; i > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static void AddData(List<byte> packet, List<int> names, int type, Random random)
    {
        switch (type)
        {
            case 1 or 28:
                packet.AddRange(new byte[type == 1 ? 4 : 16]);
                break;
            case 12 or 5:
                AddName(packet, names, random);
                break;
            case 33:
                packet.AddRange(new byte[6]);
                AddName(packet, names, random);
                break;
            case 47:
                AddName(packet, names, random);
                packet.AddRange([0, 1, 64]);
                break;
            default:
                packet.AddRange(Enumerable.Range(0, random.Next(4)).SelectMany(_ => Labels(Text(random))[..^1]));
                break;
        }
    }

    private static void AddName(List<byte> packet, List<int> names, Random random)
    {
        for (var labels = random.Next(30) == 0 ? random.Next(130) : random.Next(5); labels > 0; labels--)
        {
            names.Add(packet.Count);
            packet.AddRange(Labels(Text(random))[..^1]);
        }

        if (names.Count > 0 && random.Next(2) == 0)
            packet.AddRange(Pointer(random.Next(50) == 0 ? random.Next(packet.Count + 10) : names[random.Next(names.Count)]));
        else
            packet.Add(0);
    }

    private static string Text(Random random) => new((char)('a' + random.Next(26)), random.Next(40) == 0 ? random.Next(1, 64) : random.Next(1, 4));

    private static byte[] Header(int questions, int answers) =>
        [0, 0, 0x84, 0, (byte)(questions >> 8), (byte)questions, (byte)(answers >> 8), (byte)answers, 0, 0, 0, 0];

    private static byte[] Labels(params string[] labels) => [.. labels.SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.ASCII.GetBytes(l)]), 0];

    private static byte[] Ones(int count) => Labels([.. Enumerable.Repeat("a", count)]);

    /// <summary>Three labels of 63 bytes and one of the given length minus one; 62 makes 255 in total.</summary>
    private static byte[] Long(int last) => Labels(new string('a', 63), new string('a', 63), new string('a', 63), new string('a', last - 1));

    private static byte[] Pointer(int target) => [(byte)(0xC0 | (target >> 8)), (byte)target];

    private static byte[] Question(byte[] name) => [.. name, 0, Type, 0, 1];

    private static byte[] Record(int type, byte[] data, byte[]? name = null) =>
        [.. name ?? [1, (byte)'a', 0], 0, (byte)type, 0, 1, 0, 0, 0, 120, (byte)(data.Length >> 8), (byte)data.Length, .. data];

    private sealed class LogLines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Written.Add(formatter(state, exception));
    }
}
