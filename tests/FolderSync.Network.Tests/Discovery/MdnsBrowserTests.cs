using System.Net;
using System.Net.Sockets;
using FolderSync.Core.Model;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Mdns;
using FolderSync.Testing;
using Makaretu.Dns;
using Xunit;

namespace FolderSync.Network.Tests.Discovery;

public class MdnsBrowserTests
{
    private static readonly DeviceId Self = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly DeviceId Other = new([.. Enumerable.Range(100, 32).Select(i => (byte)i)]);
    private static readonly NetworkLink Path = new(2, "eth0", true, [(IPAddress.Parse("10.0.0.2"), 24)]);
    private static readonly MdnsLink Link = new(Path, AddressFamily.InterNetwork);
    private static readonly MdnsService Theirs = new(Other, "laptop", 22001, "2.0");

    private readonly ManualTime _time = new();
    private readonly List<Announcement> _seen = [];
    private readonly List<DeviceId> _removed = [];
    private readonly MdnsBrowser _browser;

    public MdnsBrowserTests()
    {
        _browser = new MdnsBrowser(Self, _seen.Add, (d, _) => _removed.Add(d), _time, _ => 0);
        _browser.Start();
    }

    [Fact]
    public void Asks_seldom_and_seldomer()
    {
        Assert.Equal([0.02, 1.02, 3.02, 7.02, 15.02, 31.02], Run(60).Select(s => Math.Round(s.At, 2)));
    }

    [Fact]
    public void An_announcement_is_a_sighting_of_what_it_says_and_of_who_sent_it()
    {
        Hear(ServiceRecords.Announced);
        var seen = Assert.Single(_seen);
        Assert.Equal((Other, "laptop", DiscoveryMethod.Mdns, TimeSpan.FromSeconds(120)), (seen.Device, seen.Name, seen.Via, seen.Life));
        Assert.Equal(["tcp://10.0.0.9:22001", "tcp://10.0.0.2:22001"], seen.Addresses);
    }

    [Fact]
    public void Of_whom_only_the_name_is_told_more_is_asked()
    {
        Hear(ServiceRecords.Pointer);
        Assert.Empty(_seen);
        var asked = Run(0.01).Single().Message;
        Assert.Equal([(Theirs.Instance, DnsType.SRV), (Theirs.Instance, DnsType.TXT)], asked.Questions.Select(q => (q.Name, q.Type)));
        Hear(ServiceRecords.Server | ServiceRecords.Text);
        Assert.Single(_seen);
    }

    /// <summary>At 80 % of its lifetime a record is queried again; without a response it expires.</summary>
    [Fact]
    public void What_gets_old_is_asked_for_once()
    {
        Hear(ServiceRecords.Announced);
        var asked = Run(119).Where(s => s.Message.Questions.Any(q => q.Type == DnsType.SRV)).ToList();
        Assert.Equal(96, Math.Round(Assert.Single(asked).At));
        Assert.Equal(1, _browser.Count);
        Run(2);
        Assert.Equal(0, _browser.Count);
    }

    [Fact]
    public void Known_answers_are_told_while_they_are_fresh()
    {
        Hear(ServiceRecords.Announced);
        var query = Run(1).First(s => s.Message.Questions[0].Type == DnsType.PTR).Message;
        Assert.Equal(Theirs.Instance, Assert.IsType<PTRRecord>(Assert.Single(query.Answers)).DomainName);
    }

    [Fact]
    public void A_goodbye_is_believed_of_the_one_who_was_there()
    {
        Hear(ServiceRecords.Announced);
        Hear(ServiceRecords.Announced, TimeSpan.Zero, "10.0.0.66");
        Assert.Empty(_removed);
        Hear(ServiceRecords.Announced, TimeSpan.Zero);
        Assert.Equal([Other], _removed);
    }

    /// <summary>A device found over two interfaces needs a goodbye on each.</summary>
    [Fact]
    public void Each_goodbye_takes_back_its_own()
    {
        Hear(ServiceRecords.Announced);
        Hear(ServiceRecords.Announced, from: "10.0.0.10");
        Assert.Equal(2, _browser.Count);
        Hear(ServiceRecords.Announced, TimeSpan.Zero);
        Hear(ServiceRecords.Announced, TimeSpan.Zero, "10.0.0.10");
        Assert.Equal([Other, Other], _removed);
        Assert.Equal(0, _browser.Count);
    }

    [Fact]
    public void Its_own_announcement_and_other_services_are_nobody()
    {
        Hear(new MdnsService(Self, "me", 1, "").Records(ServiceRecords.Announced, Path, flush: true));
        Hear([MdnsPacket.Text(MdnsNames.Instance("liar"), ["id=nonsense"]), new SRVRecord { Name = MdnsNames.Instance("liar"), Port = 1, Target = "x.local" }]);
        Hear([new SRVRecord { Name = new DomainName("printer", "_ipp", "_tcp", "local"), Port = 1, Target = "x.local" }]);
        Assert.Empty(_seen);
        Assert.Equal(0, _browser.Count);
    }

    /// <summary>Whoever answers for a known device would otherwise make this one dial whatever it likes.</summary>
    [Fact]
    public void Of_forged_addresses_only_those_of_this_network_count()
    {
        var elsewhere = new NetworkLink(2, "eth0", true,
            [(IPAddress.Parse("8.8.8.8"), 24), (IPAddress.Parse("10.0.0.40"), 24), (IPAddress.Parse("192.168.7.1"), 24), (IPAddress.Parse("2001:db8::1"), 64)]);
        Hear(Theirs.Records(ServiceRecords.Announced, elsewhere, flush: true), "10.0.0.66");
        Assert.Equal(["tcp://10.0.0.66:22001", "tcp://10.0.0.40:22001"], Assert.Single(_seen).Addresses);
    }

    [Fact]
    public void A_flood_of_instances_is_bounded()
    {
        for (var i = 0; i < 5000; i++)
            Hear(new MdnsService(Other, $"n{i}", 1, "").Records(ServiceRecords.Announced, Path, flush: true), $"10.0.{i % 200}.9");
        Assert.InRange(_browser.Count, 1, MdnsBrowser.MaxInstances);
    }

    private void Hear(ServiceRecords parts, TimeSpan? life = null, string from = "10.0.0.9") => Hear(Theirs.Records(parts, Path, flush: true, life), from);

    private void Hear(IEnumerable<ResourceRecord> records, string from = "10.0.0.9")
    {
        var message = new Message { QR = true };
        message.Answers.AddRange(records);
        _browser.Handle(new Incoming(MdnsPacket.TryRead(MdnsPacket.ToBytes(message))!, new IPEndPoint(IPAddress.Parse(from), MdnsPacket.Port), Link));
    }

    private List<(double At, Message Message)> Run(double seconds)
    {
        List<(double, Message)> sent = [];
        for (var i = 0; i <= seconds * 100; i++, _time.Advance(TimeSpan.FromMilliseconds(10)))
            sent.AddRange(_browser.Due([Link]).Select(o => (i / 100.0, o.Message)));
        return sent;
    }
}
