using System.Net;
using System.Net.Sockets;
using FolderSync.Core.Model;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Mdns;
using FolderSync.Testing;
using Makaretu.Dns;
using Xunit;

namespace FolderSync.Network.Tests.Discovery;

/// <summary>Tests the responder against RFC 6762, with a clock that the test advances.</summary>
public class MdnsResponderTests
{
    private static readonly DeviceId Self = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly DeviceId Other = new([.. Enumerable.Range(100, 32).Select(i => (byte)i)]);
    private static readonly NetworkLink Path = new(2, "eth0", true, [(IPAddress.Parse("10.0.0.1"), 24), (IPAddress.Parse("fe80::1"), 64)]);
    private static readonly MdnsLink Link = new(Path, AddressFamily.InterNetwork);
    private static readonly IPEndPoint Neighbour = new(IPAddress.Parse("10.0.0.2"), MdnsPacket.Port);

    private readonly ManualTime _time = new();
    private readonly MdnsResponder _responder;

    public MdnsResponderTests()
    {
        _responder = new MdnsResponder(n => new MdnsService(Self, MdnsNames.InstanceLabel("laptop", n), 22000, "1.0"), _time, _ => 0);
        _responder.Start();
    }

    [Fact]
    public void Probes_thrice_then_announces_twice()
    {
        List<(double At, Message Message)> sent = Run(TimeSpan.FromSeconds(5));
        Assert.Equal([0, 0.25, 0.5, 0.75, 1.75], sent.Select(s => Math.Round(s.At, 2)));
        foreach (var probe in sent.Take(3).Select(s => s.Message))
        {
            Assert.False(probe.QR);
            Assert.Equal([DnsType.ANY, DnsType.ANY], probe.Questions.Select(q => q.Type));
            Assert.Equal([DnsType.SRV, DnsType.TXT, DnsType.A, DnsType.AAAA], probe.AuthorityRecords.Select(r => r.Type));
        }
        foreach (var announcement in sent.Skip(3).Select(s => s.Message))
        {
            Assert.True(announcement is { QR: true, AA: true } && announcement.Questions.Count == 0);
            // Checks the lifetimes, and the cache-flush bit on all unique records.
            Assert.All(announcement.Answers, r => Assert.Equal(r is not PTRRecord, MdnsPacket.HasTopBit(r.Class)));
            Assert.All(announcement.Answers, r => Assert.Equal(r.Type is DnsType.PTR or DnsType.TXT ? 4500 : 120, r.TTL.TotalSeconds));
            Assert.Equal(["txtvers=1", $"id={Self}", "port=22000", "version=1.0"], MdnsPacket.TextOf(announcement.Answers.Single(r => r.Type == DnsType.TXT)));
        }
    }

    [Fact]
    public void Gives_way_to_whoever_has_the_name()
    {
        Run(TimeSpan.FromSeconds(0.3));
        Assert.Equal("laptop", Hear(Theirs("LAPTOP", ServiceRecords.Server | ServiceRecords.Text)));
        Assert.Equal("laptop (2)", _responder.Service.Label);
        Assert.False(_responder.IsOwner);
        Assert.Equal("laptop (2)", Hear(Theirs("laptop (2)", ServiceRecords.Server)));
        Run(TimeSpan.FromSeconds(2));
        Assert.True(_responder.IsOwner);
        Assert.Equal("laptop (3)", _responder.Service.Label);
    }

    /// <summary>If another device uses the name later, the responder gives it up, too.</summary>
    [Fact]
    public void A_conflict_after_the_announcement_is_one_too()
    {
        Run(TimeSpan.FromSeconds(3));
        Assert.Equal("laptop", Hear(Theirs("laptop", ServiceRecords.Server | ServiceRecords.Text)));
        Assert.False(_responder.IsOwner);
    }

    [Fact]
    public void Its_own_words_are_no_conflict()
    {
        Run(TimeSpan.FromSeconds(3));
        Assert.Null(Hear(Answer(_responder.Service.Records(ServiceRecords.Announced, Path, flush: true))));
        Assert.Null(Hear(Theirs("someone", ServiceRecords.Announced)));
        // A goodbye for the name is no conflict.
        Assert.Null(Hear(Answer(new MdnsService(Other, "laptop", 1, "").Records(ServiceRecords.Server, Path, flush: true, TimeSpan.Zero))));
        Assert.True(_responder.IsOwner);
    }

    /// <summary>
    /// Two devices probe at once: the one with the lower data waits a second, the other one continues. The data of TXT, the lower type, decides
    /// here.
    /// </summary>
    [Fact]
    public void Of_two_that_probe_at_once_one_waits()
    {
        Run(TimeSpan.FromSeconds(0.1));
        var higher = new Message();
        higher.Questions.Add(new Question { Name = MdnsNames.Instance("laptop"), Type = DnsType.ANY });
        higher.AuthorityRecords.Add(new SRVRecord { Name = MdnsNames.Instance("laptop"), Priority = 9, Port = 1, Target = "x.local" });
        higher.AuthorityRecords.Add(MdnsPacket.Text(MdnsNames.Instance("laptop"), [new string('z', 50)]));
        Assert.Null(Hear(higher));
        Assert.Equal([1, 1.25, 1.5, 1.75, 2.75], Run(TimeSpan.FromSeconds(4)).Select(s => Math.Round(s.At, 2)));

        _responder.Start();
        Run(TimeSpan.FromSeconds(0.1));
        Assert.Null(Hear(Probe(_responder.Service)));
        Assert.InRange(Run(TimeSpan.FromSeconds(4))[0].At, 0.1, 0.2);
    }

    [Fact]
    public void Answers_with_all_that_one_would_ask_next()
    {
        Run(TimeSpan.FromSeconds(5));
        Hear(Query(MdnsNames.Service, DnsType.PTR));
        var (at, answer) = Assert.Single(Run(TimeSpan.FromSeconds(1)));
        // A response that others send, too, is delayed a little.
        Assert.Equal(0.02, Math.Round(at, 3));
        Assert.Equal(_responder.Service.Instance, Assert.IsType<PTRRecord>(Assert.Single(answer.Answers)).DomainName);
        Assert.Equal([DnsType.SRV, DnsType.TXT, DnsType.A, DnsType.AAAA], answer.AdditionalRecords.Select(r => r.Type));
    }

    [Fact]
    public void What_is_this_devices_alone_is_answered_at_once()
    {
        Run(TimeSpan.FromSeconds(5));
        Hear(Query(MdnsNames.Instance("LapTop"), DnsType.SRV));
        var (at, answer) = Assert.Single(Run(TimeSpan.FromSeconds(1)));
        Assert.Equal(0, at);
        Assert.Equal([DnsType.SRV], answer.Answers.Select(r => r.Type));
        Assert.Equal([DnsType.A, DnsType.AAAA], answer.AdditionalRecords.Select(r => r.Type));
    }

    [Theory]
    [InlineData(DnsType.AAAA, true)]
    [InlineData(DnsType.MX, true)]
    [InlineData(DnsType.TXT, false)]
    public void Says_what_it_has_not(DnsType asked, bool isNegative)
    {
        Run(TimeSpan.FromSeconds(5));
        Hear(Query(MdnsNames.Instance("laptop"), asked));
        var answer = Assert.Single(Run(TimeSpan.FromSeconds(1))).Message.Answers.Single();
        Assert.Equal(isNegative ? DnsType.NSEC : asked, answer.Type);
    }

    [Theory]
    [InlineData(4500, false)]
    [InlineData(2250, false)]
    [InlineData(2249, true)]
    public void Whoever_knows_the_answer_for_long_gets_none(int left, bool isAnswered)
    {
        Run(TimeSpan.FromSeconds(5));
        var query = Query(MdnsNames.Service, DnsType.PTR);
        query.Answers.Add(new PTRRecord { Name = MdnsNames.Service, DomainName = MdnsNames.Instance("Laptop"), TTL = TimeSpan.FromSeconds(left) });
        Hear(query);
        Assert.Equal(isAnswered ? 1 : 0, Run(TimeSpan.FromSeconds(1)).Count);
    }

    /// <summary>More known answers follow in the next packet.</summary>
    [Fact]
    public void A_truncated_question_waits_for_what_else_is_known()
    {
        Run(TimeSpan.FromSeconds(5));
        var query = Query(MdnsNames.Service, DnsType.PTR);
        query.TC = true;
        Hear(query);
        Assert.Empty(Run(TimeSpan.FromSeconds(0.3)));
        var more = new Message();
        more.Answers.Add(new PTRRecord { Name = MdnsNames.Service, DomainName = MdnsNames.Instance("laptop"), TTL = TimeSpan.FromSeconds(4500) });
        Hear(more);
        Assert.Empty(Run(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Nothing_is_told_to_all_twice_in_a_second()
    {
        Run(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 5; i++)
            Hear(Query(MdnsNames.Service, DnsType.PTR));
        Assert.Single(Run(TimeSpan.FromSeconds(0.5)));
        Hear(Query(MdnsNames.Service, DnsType.PTR));
        Assert.Empty(Run(TimeSpan.FromSeconds(0.4)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Hear(Query(MdnsNames.Service, DnsType.PTR));
        Assert.Single(Run(TimeSpan.FromSeconds(0.5)));
    }

    /// <summary>A probe for our name gets a response at once, however recently it was sent.</summary>
    [Fact]
    public void The_name_is_defended()
    {
        Run(TimeSpan.FromSeconds(1.8));
        Hear(Probe(new MdnsService(Other, "laptop", 22001, "")));
        Assert.Equal([DnsType.SRV, DnsType.TXT], Assert.Single(Run(TimeSpan.FromSeconds(0.01))).Message.Answers.Select(r => r.Type));
    }

    [Fact]
    public void An_answer_by_unicast_where_it_is_asked_for()
    {
        Run(TimeSpan.FromSeconds(5));
        Hear(Query(MdnsNames.Service, DnsType.PTR, (DnsClass)0x8001));
        Assert.Equal(Neighbour, Assert.Single(Outgoing(TimeSpan.FromSeconds(0.1))).To);
        // No other device has received it for long: send to all.
        _time.Advance(TimeSpan.FromMinutes(10));
        Hear(Query(MdnsNames.Service, DnsType.PTR, (DnsClass)0x8001));
        Assert.Null(Assert.Single(Outgoing(TimeSpan.FromSeconds(0.1))).To);
    }

    /// <summary>
    /// A query from a port other than 5353: an old resolver that doesn't know the bits and caches records for their full lifetime.
    /// </summary>
    [Fact]
    public void An_old_resolver_gets_what_it_understands()
    {
        Run(TimeSpan.FromSeconds(5));
        var query = Query(MdnsNames.Service, DnsType.PTR);
        query.Id = 4711;
        _responder.Handle(new Incoming(query, new IPEndPoint(Neighbour.Address, 50_000), Link), [Link]);
        var answer = Assert.Single(Outgoing(TimeSpan.FromSeconds(0.1)));
        Assert.Equal(50_000, answer.To!.Port);
        Assert.Equal(4711, answer.Message.Id);
        Assert.Equal(MdnsNames.Service, Assert.Single(answer.Message.Questions).Name);
        Assert.All(answer.Message.Answers.Concat(answer.Message.AdditionalRecords), r => Assert.True(r.TTL <= TimeSpan.FromSeconds(10) && !MdnsPacket.HasTopBit(r.Class)));
    }

    [Fact]
    public void Goodbye_takes_back_what_was_told()
    {
        Assert.Empty(_responder.Goodbye([Link]));
        Run(TimeSpan.FromSeconds(5));
        var goodbye = Assert.Single(_responder.Goodbye([Link])).Message;
        Assert.All(goodbye.Answers, r => Assert.Equal(TimeSpan.Zero, r.TTL));
        // All devices share the service type: it stays.
        Assert.Equal([DnsType.PTR, DnsType.SRV, DnsType.TXT, DnsType.A, DnsType.AAAA], goodbye.Answers.Select(r => r.Type));
    }

    [Fact]
    public void A_flood_of_questions_gets_no_flood_of_answers()
    {
        Run(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 10_000; i++)
            Hear(Query(MdnsNames.Service, DnsType.PTR, (DnsClass)0x8001));
        Assert.InRange(Run(TimeSpan.FromSeconds(1)).Count, 1, 256);
    }

    [Theory]
    [InlineData("laptop", 1, "laptop")]
    [InlineData("laptop", 2, "laptop (2)")]
    [InlineData("a\u0000\nb", 1, "ab")]
    [InlineData("", 1, "FolderSync")]
    public void Names(string device, int number, string expected) => Assert.Equal(expected, MdnsNames.InstanceLabel(device, number));

    [Fact]
    public void Long_names_are_cut_between_letters()
    {
        var label = MdnsNames.InstanceLabel(string.Concat(Enumerable.Repeat("😀", 40)), 12);
        Assert.EndsWith("😀 (12)", label);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(label), 58, 63);
    }

    /// <summary>The user's text is one label, whatever it contains.</summary>
    [Theory]
    [InlineData("laptop 2.0")]
    [InlineData("a\\.b\\\\c")]
    [InlineData("Jürgens Büro (2)")]
    [InlineData("_tcp.local")]
    public void A_name_is_one_label(string label)
    {
        var message = Answer(new MdnsService(Other, label, 22001, "1.0").Records(ServiceRecords.Announced, Path, flush: true));
        Assert.Equal(label, MdnsNames.LabelOf(message.Answers.OfType<SRVRecord>().Single().Name));
        Assert.Equal(label, MdnsNames.LabelOf(message.Answers.OfType<PTRRecord>().First(p => MdnsNames.Same(p.Name, MdnsNames.Service)).DomainName));
        Assert.Equal(MdnsNames.Host(Other), message.Answers.OfType<SRVRecord>().Single().Target);
        Assert.Equal([22001], message.Answers.OfType<SRVRecord>().Select(r => (int)r.Port));
    }

    private static Message Query(DomainName name, DnsType type, DnsClass @class = DnsClass.IN)
    {
        var query = new Message();
        query.Questions.Add(new Question { Name = name, Type = type, Class = @class });
        return Wire(query);
    }

    private static Message Probe(MdnsService service)
    {
        var probe = new Message();
        probe.Questions.Add(new Question { Name = service.Instance, Type = DnsType.ANY, Class = DnsClass.IN });
        probe.AuthorityRecords.AddRange(service.Records(ServiceRecords.Server | ServiceRecords.Text, Path, flush: false));
        return Wire(probe);
    }

    private static Message Theirs(string label, ServiceRecords parts) => Answer(new MdnsService(Other, label, 22001, "").Records(parts, Path, flush: true));

    private static Message Answer(IEnumerable<ResourceRecord> records)
    {
        var message = new Message { QR = true, AA = true };
        message.Answers.AddRange(records);
        return Wire(message);
    }

    /// <summary>Serializes and parses the message.</summary>
    private static Message Wire(Message message) => MdnsPacket.TryRead(MdnsPacket.ToBytes(message))!;

    private string? Hear(Message message) => _responder.Handle(new Incoming(message, Neighbour, Link), [Link]);

    private List<Outgoing> Outgoing(TimeSpan time)
    {
        List<Outgoing> sent = [];
        for (var passed = TimeSpan.Zero; passed <= time; passed += TimeSpan.FromMilliseconds(5), _time.Advance(TimeSpan.FromMilliseconds(5)))
            sent.AddRange(_responder.Due([Link]));
        return sent;
    }

    private List<(double At, Message Message)> Run(TimeSpan time)
    {
        List<(double, Message)> sent = [];
        for (var passed = TimeSpan.Zero; passed <= time; passed += TimeSpan.FromMilliseconds(5), _time.Advance(TimeSpan.FromMilliseconds(5)))
            sent.AddRange(_responder.Due([Link]).Select(o => (passed.TotalSeconds, o.Message)));
        return sent;
    }
}
