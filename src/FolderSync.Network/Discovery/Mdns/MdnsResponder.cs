using System.Net;
using Makaretu.Dns;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>
/// Publishes this device: finds a free name, announces it, answers, defends it, and says goodbye (RFC 6762, 6 to 10). Has no sockets and no timers:
/// it receives messages and the time, and returns the messages to send. Not thread-safe.
/// </summary>
/// <param name="random">0 ≤ result &lt; argument.</param>
internal sealed class MdnsResponder(Func<int, MdnsService> serviceOf, TimeProvider clock, Func<int, int> random)
{
    private const int Probes = 3;
    private const int Announcements = 2;

    private static readonly TimeSpan s_probeInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_announceInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_repetition = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_legacyTimeToLive = TimeSpan.FromSeconds(10);

    /// <summary>After this many conflicts in a row it probes more slowly.</summary>
    private const int ManyConflicts = 15;

    /// <summary>Pending answers: a flood of questions must not cause a flood of answers.</summary>
    private const int MaxAnswers = 256;

    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(5);

    private readonly List<PendingAnswer> _answers = [];
    private readonly Dictionary<((int, System.Net.Sockets.AddressFamily) Link, ServiceRecords Part), long> _multicastAt = [];
    private MdnsService _service = serviceOf(1);
    private int _number = 1;
    private int _conflicts;
    private int _done;
    private bool _isOwner;
    private long _nextStep = long.MaxValue;

    /// <summary>The current name. Others may still know another one while this is being probed.</summary>
    public MdnsService Service => _service;

    /// <summary>True once the name belongs to this device.</summary>
    public bool IsOwner => _isOwner;

    /// <summary>When <see cref="Due"/> has something to send; long.MaxValue: nothing is planned.</summary>
    public long NextDue => Math.Min(_nextStep, _answers.Count == 0 ? long.MaxValue : _answers.Min(a => a.Due));

    /// <summary>Starts over, as after each network change.</summary>
    public void Start()
    {
        (_isOwner, _done) = (false, 0);
        _answers.Clear();
        _multicastAt.Clear();
        _nextStep = In(TimeSpan.FromMilliseconds(random(250)));
    }

    /// <summary>All messages that are due.</summary>
    public List<Outgoing> Due(IReadOnlyList<MdnsLink> links)
    {
        List<Outgoing> outgoing = [];
        var now = clock.GetTimestamp();
        if (_nextStep <= now)
            Step(links, outgoing);
        foreach (var answering in _answers.Where(a => a.Due <= now).ToList())
        {
            _answers.Remove(answering);
            Answer(answering, outgoing);
        }

        return outgoing;
    }

    /// <returns>The name that another device already has, or null.</returns>
    public string? Handle(Incoming incoming, IReadOnlyList<MdnsLink> links)
    {
        if (incoming.Message.QR)
            return IsContested(incoming.Message.Answers.Concat(incoming.Message.AdditionalRecords), links) ? ChooseNextName() : null;
        if (!_isOwner)
            return LosesTiebreak(incoming) ? Wait() : null;
        Question(incoming);
        return null;
    }

    /// <summary>Withdraws what was announced.</summary>
    public List<Outgoing> Goodbye(IReadOnlyList<MdnsLink> links)
    {
        if (!_isOwner)
            return [];
        _isOwner = false;
        return [.. links.Select(l => new Outgoing(Response(_service.Records(ServiceRecords.Announced & ~ServiceRecords.Type, l.Interface, flush: true, TimeSpan.Zero)), l))];
    }

    private long In(TimeSpan time) => clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency);

    private void Step(IReadOnlyList<MdnsLink> links, List<Outgoing> outgoing)
    {
        if (_done < Probes)
        {
            outgoing.AddRange(links.Select(Probe));
            _nextStep = In(s_probeInterval);
            _done++;
            return;
        }

        _isOwner = true;
        _conflicts = 0;
        foreach (var link in links)
        {
            outgoing.Add(new Outgoing(Response(_service.Records(ServiceRecords.Announced | ServiceRecords.InstanceTypes | ServiceRecords.HostTypes, link.Interface, flush: true)), link));
            RecordMulticast(link, ServiceRecords.Announced);
        }

        _nextStep = ++_done < Probes + Announcements ? In(s_announceInterval) : long.MaxValue;
    }

    /// <summary>
    /// Asks who has the names and proposes this device's records. The answer must not come by unicast: where Avahi shares the port, the system
    /// could deliver it to either program.
    /// </summary>
    private Outgoing Probe(MdnsLink link)
    {
        var message = new Message();
        message.Questions.Add(new Question { Name = _service.Instance, Type = DnsType.ANY, Class = DnsClass.IN });
        message.Questions.Add(new Question { Name = _service.Host, Type = DnsType.ANY, Class = DnsClass.IN });
        message.AuthorityRecords.AddRange(_service.Records(ServiceRecords.Server | ServiceRecords.Text | ServiceRecords.Address, link.Interface, flush: false));
        return new Outgoing(message, link);
    }

    /// <summary>Another device owns or claims this instance's name with different data.</summary>
    private bool IsContested(IEnumerable<ResourceRecord> records, IReadOnlyList<MdnsLink> links)
    {
        List<byte[]>? ours = null;
        foreach (var record in records)
        {
            if (record.Type is not (DnsType.SRV or DnsType.TXT) || record.TTL == TimeSpan.Zero || !MdnsNames.Same(record.Name, _service.Instance))
                continue;
            ours ??= links.Count == 0 ? [] : [.. _service.Records(ServiceRecords.Server | ServiceRecords.Text, links[0].Interface, flush: false).Select(r => r.GetData())];
            // Host names are case-insensitive.
            if (record is SRVRecord server && MdnsNames.Same(server.Target, _service.Host) && server.Port == _service.Port)
                continue;
            if (!ours.Any(o => o.AsSpan().SequenceEqual(record.GetData())))
                return true;
        }

        return false;
    }

    /// <summary>Two devices probe for one name at the same time: the one with the lower records waits (RFC 6762, 8.2).</summary>
    private bool LosesTiebreak(Incoming incoming)
    {
        var theirs = incoming.Message.AuthorityRecords.Where(r => MdnsNames.Same(r.Name, _service.Instance)).Select(Sortable).Order(ByteOrder.Instance).ToList();
        if (theirs.Count == 0 || _done == 0)
            return false;
        var ours = _service.Records(ServiceRecords.Server | ServiceRecords.Text, incoming.Link.Interface, flush: false).Select(Sortable).Order(ByteOrder.Instance).ToList();
        for (var i = 0; i < Math.Min(ours.Count, theirs.Count); i++)
        {
            var order = ByteOrder.Instance.Compare(ours[i], theirs[i]);
            if (order != 0)
                return order < 0;
        }

        return ours.Count < theirs.Count;
    }

    private static byte[] Sortable(ResourceRecord record)
    {
        var (kind, data) = ((ushort)record.Type, record.GetData());
        var @class = (ushort)record.Class & ~MdnsPacket.TopBit;
        return [(byte)(@class >> 8), (byte)@class, (byte)(kind >> 8), (byte)kind, .. data];
    }

    private string? Wait()
    {
        _done = 0;
        _nextStep = In(TimeSpan.FromSeconds(1));
        return null;
    }

    private string ChooseNextName()
    {
        var taken = _service.Label;
        _conflicts++;
        _service = serviceOf(++_number);
        Start();
        if (_conflicts >= ManyConflicts)
            _nextStep = In(s_slow);
        return taken;
    }

    private void Question(Incoming incoming)
    {
        if (_answers.Count >= MaxAnswers)
            return;
        var (query, from, link) = (incoming.Message, incoming.From, incoming.Link);
        var isLegacy = from.Port != MdnsPacket.Port;
        var isProbe = query.AuthorityRecords.Count > 0;
        var known = Known(query, link);
        ServiceRecords multicast = ServiceRecords.None, unicast = ServiceRecords.None;
        foreach (var question in query.Questions)
        {
            var answer = _service.Answer(question) & ~known;
            if (isLegacy || (MdnsPacket.HasTopBit(question.Class) && !isProbe))
                unicast |= answer;
            else
                multicast |= answer;
        }

        // The asker may send more known answers.
        foreach (var waiting in _answers.Where(a => a.Link.Key == link.Key && a.Asker.Equals(from.Address)))
            waiting.Parts &= ~known;
        if (unicast != ServiceRecords.None)
            _answers.Add(new PendingAnswer(clock.GetTimestamp(), link, unicast, from.Address) { To = from, Legacy = isLegacy ? query : null });
        if (multicast == ServiceRecords.None)
            return;
        var isUnique = (multicast & ServiceRecords.Shared) == ServiceRecords.None && query.Questions.Count == 1;
        var wait = query.TC ? 400 + random(100) : isUnique || isProbe ? 0 : 20 + random(100);
        _answers.Add(new PendingAnswer(In(TimeSpan.FromMilliseconds(wait)), link, multicast, from.Address) { IsDefence = isProbe });
    }

    /// <summary>The records that the asker already has for at least half of their lifetime.</summary>
    private ServiceRecords Known(Message query, MdnsLink link)
    {
        var known = ServiceRecords.None;
        if (query.Answers.Count == 0)
            return known;
        foreach (var part in (ReadOnlySpan<ServiceRecords>)[ServiceRecords.Type, ServiceRecords.Pointer, ServiceRecords.Server, ServiceRecords.Text, ServiceRecords.Address])
        {
            var ours = _service.Records(part, link.Interface, flush: false).ToList();
            if (ours.Count > 0 && ours.All(o => query.Answers.Any(a => a.Type == o.Type && a.TTL >= o.TTL / 2 && MdnsNames.Same(a.Name, o.Name) && SameData(a, o))))
                known |= part;
        }

        return known;
    }

    private static bool SameData(ResourceRecord a, ResourceRecord b) =>
        a is PTRRecord x && b is PTRRecord y ? MdnsNames.Same(x.DomainName, y.DomainName) : a.GetData().AsSpan().SequenceEqual(b.GetData());

    private void Answer(PendingAnswer answering, List<Outgoing> outgoing)
    {
        var link = answering.Link;
        var parts = answering.Parts;
        if (answering.To is { } to)
        {
            // Unicast answers don't refresh other caches: after a quarter of the lifetime send to all.
            if (answering.Legacy is null && MulticastWithin(link, parts, TimeSpan.FromSeconds(30)) != parts)
                answering.To = to = null;
            else
                outgoing.Add(new Outgoing(Direct(answering), link, to));
        }

        if (answering.To is not null)
            return;
        if (!answering.IsDefence)
            parts &= ~MulticastWithin(link, parts, s_repetition);
        if (parts == ServiceRecords.None)
            return;
        var more = MdnsService.Additional(parts);
        var message = Response(_service.Records(parts, link.Interface, flush: true));
        message.AdditionalRecords.AddRange(_service.Records(more, link.Interface, flush: true));
        outgoing.Add(new Outgoing(message, link));
        RecordMulticast(link, parts | more);
    }

    /// <summary>To the asker only. For a legacy resolver it repeats the question and shortens the lifetimes (RFC 6762, 6.7).</summary>
    private Message Direct(PendingAnswer answering)
    {
        var isLegacy = answering.Legacy is not null;
        TimeSpan? life = isLegacy ? s_legacyTimeToLive : null;
        var message = Response(_service.Records(answering.Parts, answering.Link.Interface, flush: !isLegacy, life));
        message.AdditionalRecords.AddRange(_service.Records(MdnsService.Additional(answering.Parts), answering.Link.Interface, flush: !isLegacy, life));
        if (answering.Legacy is { } query)
        {
            message.Id = query.Id;
            message.Questions.AddRange(query.Questions.Where(q => _service.Answer(q) != ServiceRecords.None));
        }

        return message;
    }

    private static Message Response(IEnumerable<ResourceRecord> answers)
    {
        var message = new Message { QR = true, AA = true };
        message.Answers.AddRange(answers);
        return message;
    }

    private void RecordMulticast(MdnsLink link, ServiceRecords parts)
    {
        var now = clock.GetTimestamp();
        for (var part = 1; part <= (int)ServiceRecords.HostTypes; part <<= 1)
        {
            if (((int)parts & part) != 0)
                _multicastAt[(link.Key, (ServiceRecords)part)] = now;
        }
    }

    private ServiceRecords MulticastWithin(MdnsLink link, ServiceRecords parts, TimeSpan time)
    {
        var told = ServiceRecords.None;
        for (var part = 1; part <= (int)ServiceRecords.HostTypes; part <<= 1)
        {
            if (((int)parts & part) != 0 && _multicastAt.TryGetValue((link.Key, (ServiceRecords)part), out var at) && clock.GetElapsedTime(at) < time)
                told |= (ServiceRecords)part;
        }

        return told;
    }

    private sealed class PendingAnswer(long due, MdnsLink link, ServiceRecords parts, IPAddress asker)
    {
        public long Due { get; } = due;

        public MdnsLink Link { get; } = link;

        public IPAddress Asker { get; } = asker;

        public ServiceRecords Parts { get; set; } = parts;

        /// <summary>An answer to a probe: sent again however recent the last one was.</summary>
        public bool IsDefence { get; init; }

        /// <summary>Null: send to all.</summary>
        public IPEndPoint? To { get; set; }

        public Message? Legacy { get; init; }
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? a, byte[]? b) => a.AsSpan().SequenceCompareTo(b);
    }
}
