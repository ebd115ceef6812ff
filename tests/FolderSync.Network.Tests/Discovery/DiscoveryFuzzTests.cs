using System.Net;
using System.Net.Sockets;
using FolderSync.Core.Model;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Mdns;
using FolderSync.Testing;
using Makaretu.Dns;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FolderSync.Network.Tests.Discovery;

/// <summary>
/// Good packets with a few bytes changed, and random bytes, for each of the two receivers: no exception, bounded memory, no name lookup. 50,000
/// packets each; FOLDERSYNC_FUZZ=1000000 for more.
/// </summary>
public class DiscoveryFuzzTests
{
    /// <summary>The bytes that one packet may make the receiver allocate, whatever lengths it claims.</summary>
    private const long MaxAllocated = 1 << 20;

    private static readonly int Packets = int.TryParse(Environment.GetEnvironmentVariable("FOLDERSYNC_FUZZ"), out var n) ? n : 50_000;

    private static readonly DeviceId Self = new(new byte[31].Append((byte)1).ToArray());
    private static readonly DeviceId Other = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    [Fact]
    public async Task Local_discovery()
    {
        var random = new Random(1);
        var time = new ManualTime();
        var cache = new DiscoveryCache(time, d => d == Other);
        var host = new FakeLan().Add("10.0.0.1", 8);
        var taken = 0;
        await using var receiver = new LocalDiscovery(
            Self, AddressFamily.InterNetwork, LocalDiscovery.DefaultPort, LocalDiscovery.DefaultGroup, host, () => [], 1,
            s =>
            {
                Assert.All(s.Addresses, IsLiteral);
                taken++;
                cache.Put(s);
            },
            new DiscoveryMethodStatus("IPv4 local", 1, NullLogger.Instance), time, NullLogger.Instance);
        byte[][] seeds =
        [
            new AnnouncementPacket(Other, ["tcp://0.0.0.0:22000"], 7).ToPacket(),
            new AnnouncementPacket(Other, ["tcp://192.168.1.2:22000", "tcp://[2001:db8::1]:22000", "quic://0.0.0.0:22000", "relay://1.2.3.4:22067/?id=x"], long.MaxValue).ToPacket(),
            new AnnouncementPacket(Other, [.. Enumerable.Range(0, 100).Select(i => $"tcp://[fe80::{i:x}]:22000")], 0).ToPacket(),
            [.. new AnnouncementPacket(Other, [], 1).ToPacket(), (9 << 3) | 2, 3, 1, 2, 3],
        ];
        var largest = Feed(random, seeds, packet => receiver.HandlePacket(new Datagram(packet, new IPEndPoint(Source(random), 21027), 2)));
        Assert.True(taken > Packets / 20, $"only {taken} of {Packets} got as far as the cache");
        Assert.InRange(cache.Count, 1, DiscoveryCache.MaxEntries);
        Assert.InRange(largest, 0, MaxAllocated);
    }

    [Fact]
    public void Mdns()
    {
        var random = new Random(2);
        var time = new ManualTime();
        var cache = new DiscoveryCache(time, d => d == Other);
        var taken = 0;
        var path = new NetworkLink(2, "eth0", true, [(IPAddress.Parse("10.0.0.1"), 8), (IPAddress.Parse("fe80::1"), 64)]);
        var link = new MdnsLink(path, AddressFamily.InterNetwork);
        var responder = new MdnsResponder(n => new MdnsService(Self, MdnsNames.InstanceLabel("laptop", n), 22000, "1"), time, random.Next);
        var browser = new MdnsBrowser(
            Self,
            s =>
            {
                Assert.All(s.Addresses, IsLiteral);
                taken++;
                cache.Put(s);
            },
            (d, from) => cache.Remove(d, DiscoveryMethod.Mdns, from), time, random.Next);
        responder.Start();
        browser.Start();
        var seeds = Seeds(path).Select(MdnsPacket.ToBytes).ToArray();
        var (read, answered) = (0, 0);
        var largest = Feed(random, seeds, packet =>
        {
            if (MdnsPacket.TryRead(packet) is { } message)
            {
                read++;
                var incoming = new Incoming(message, new IPEndPoint(Source(random), random.Next(10) == 0 ? 40_000 : MdnsPacket.Port), link);
                responder.Handle(incoming, [link]);
                browser.Handle(incoming);
            }
            time.Advance(TimeSpan.FromMilliseconds(random.Next(20)));
            foreach (var outgoing in responder.Due([link]).Concat(browser.Due([link])))
            {
                answered++;
                MdnsPacket.ToBytes(outgoing.Message);
            }
        });
        Assert.True(read > Packets / 10 && taken > Packets / 100 && answered > Packets / 1000, $"{read} read, {taken} to the cache, {answered} answers");
        Assert.InRange(browser.Count, 0, MdnsBrowser.MaxInstances);
        Assert.InRange(cache.Count, 0, DiscoveryCache.MaxEntries);
        Assert.InRange(largest, 0, MaxAllocated);
    }

    private static IEnumerable<Message> Seeds(NetworkLink path)
    {
        var other = new MdnsService(Other, "Jürgens Büro", 22001, "2");
        yield return Answer(other.Records(ServiceRecords.Announced, path, flush: true));
        yield return Answer(other.Records(ServiceRecords.Pointer, path, flush: true));
        yield return Answer(other.Records(ServiceRecords.Announced, path, flush: true, TimeSpan.Zero));
        yield return Answer(new MdnsService(Other, "laptop", 1, "2").Records(ServiceRecords.Server | ServiceRecords.Text, path, flush: true));
        yield return Answer(
        [
            MdnsPacket.Text(new DomainName("printer", "_ipp", "_tcp", "local"), ["ü=ß", ""]), new NSECRecord { Name = "a.local", NextOwnerName = "a.local", Types = { DnsType.A } },
            .. other.Records(ServiceRecords.Announced, path, flush: false),
        ]);
        foreach (var (name, type) in new[] { (MdnsNames.Service, DnsType.PTR), (MdnsNames.AllTypes, DnsType.PTR), (MdnsNames.Instance("laptop"), DnsType.ANY), (MdnsNames.Host(Self), DnsType.AAAA) })
        {
            var query = new Message();
            query.Questions.Add(new Question { Name = name, Type = type, Class = (DnsClass)0x8001 });
            query.Answers.AddRange(other.Records(ServiceRecords.Pointer, path, flush: false));
            query.AuthorityRecords.AddRange(type == DnsType.ANY ? other.Records(ServiceRecords.Server, path, flush: false) : []);
            yield return query;
        }
    }

    private static Message Answer(IEnumerable<ResourceRecord> records)
    {
        var message = new Message { QR = true, AA = true };
        message.Answers.AddRange(records);
        return message;
    }

    private static long Feed(Random random, byte[][] seeds, Action<byte[]> feed)
    {
        var largest = 0L;
        for (var i = 0; i < Packets; i++)
        {
            var packet = Mutate(seeds[random.Next(seeds.Length)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            feed(packet);
            // The first packets also allocate what stays: tables, compiled code.
            if (i > 1000)
                largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return largest;
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        if (random.Next(20) == 0)
        {
            var noise = new byte[random.Next(2000)];
            random.NextBytes(noise);
            return noise;
        }
        var bytes = (byte[])seed.Clone();
        for (var n = random.Next(4); n > 0 && bytes.Length > 1; n--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes[at] = (byte)(random.Next(2) == 0 ? 0 : 0xFF); break;
                case 3: bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 8))..]]; break;
                case 4: bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]]; break;
                // A compressed name that points anywhere: at itself, forward, in a circle.
                default: bytes = [.. bytes[..at], (byte)(0xC0 | random.Next(2)), (byte)random.Next(256), .. bytes[Math.Min(bytes.Length, at + 2)..]]; break;
            }
        }
        return bytes;
    }

    private static IPAddress Source(Random random) => new([10, (byte)random.Next(3), (byte)random.Next(256), (byte)random.Next(1, 255)]);

    private static void IsLiteral(string address) => Assert.True(IPEndPoint.TryParse(address["tcp://".Length..], out _), address);
}
