using System.Net;
using FolderSync.Core.Model;
using Makaretu.Dns;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>
/// Finds other FolderSyncs through mDNS: queries at growing intervals, listens to announcements, and refreshes records that are about to expire.
/// Has no sockets and no timers, like <see cref="MdnsResponder"/>. Not thread-safe.
/// </summary>
internal sealed class MdnsBrowser(DeviceId self, Action<Announcement> onSighting, Action<DeviceId, IPAddress> onGone, TimeProvider clock, Func<int, int> random)
{
    public const int MaxInstances = 256;

    private const int MaxInstancesPerSource = 16;
    private const int MaxPerPacket = 32;
    private const int MaxKnownAnswers = 20;

    /// <summary>Instances known by name only that are queried at a time.</summary>
    private const int MaxUnresolved = 16;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_maxQueryInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_maxLifetime = TimeSpan.FromSeconds(4500);

    // The source is part of the key: a device's IPv4 and IPv6 records are separate, and each source withdraws only its own.
    private readonly Dictionary<(string Label, IPAddress Source), Instance> _instances = [];
    private readonly Dictionary<string, MdnsLink> _unresolved = new(StringComparer.OrdinalIgnoreCase);
    private long _nextQuery = long.MaxValue;
    private long _nextRefresh = long.MaxValue;
    private TimeSpan _interval = s_first;

    public int Count => _instances.Count;

    public long NextDue => _unresolved.Count > 0 ? clock.GetTimestamp() : Math.Min(_nextQuery, _nextRefresh);

    /// <summary>Starts over, as after each network change.</summary>
    public void Start()
    {
        _interval = s_first;
        _nextQuery = In(TimeSpan.FromMilliseconds(20 + random(100)));
    }

    public List<Outgoing> Due(IReadOnlyList<MdnsLink> links)
    {
        List<Outgoing> outgoing = [];
        var now = clock.GetTimestamp();
        Refresh(now, links, outgoing);
        foreach (var (label, link) in _unresolved)
            outgoing.Add(Ask(label, link));
        _unresolved.Clear();
        if (_nextQuery > now)
            return outgoing;
        outgoing.AddRange(links.Select(l => Browse(l, now)));
        _nextQuery = In(_interval);
        _interval = _interval * 2 < s_maxQueryInterval ? _interval * 2 : s_maxQueryInterval;
        return outgoing;
    }

    public void Handle(Incoming incoming)
    {
        if (!incoming.Message.QR)
            return;
        List<ResourceRecord> records = [.. incoming.Message.Answers, .. incoming.Message.AdditionalRecords];
        HashSet<string> labels = new(StringComparer.OrdinalIgnoreCase);
        foreach (var record in records)
        {
            var label = record is PTRRecord pointer && MdnsNames.Same(pointer.Name, MdnsNames.Service) ? MdnsNames.LabelOf(pointer.DomainName)
                : record.Type is DnsType.SRV or DnsType.TXT ? MdnsNames.LabelOf(record.Name) : null;
            if (label is not null && labels.Count < MaxPerPacket && labels.Add(label))
                Learn(label, records, incoming);
        }
    }

    private void Learn(string label, List<ResourceRecord> records, Incoming incoming)
    {
        var name = MdnsNames.Instance(label);
        var pointer = records.OfType<PTRRecord>().FirstOrDefault(p => MdnsNames.Same(p.Name, MdnsNames.Service) && MdnsNames.Same(p.DomainName, name));
        var server = records.OfType<SRVRecord>().FirstOrDefault(s => MdnsNames.Same(s.Name, name));
        var text = records.FirstOrDefault(r => r.Type == DnsType.TXT && MdnsNames.Same(r.Name, name));
        var source = incoming.From.Address;
        var key = (label.ToLowerInvariant(), source);
        _instances.TryGetValue(key, out var known);
        if (pointer?.TTL == TimeSpan.Zero || server?.TTL == TimeSpan.Zero)
        {
            Forget(key);
            return;
        }

        var told = text is null ? known?.TxtRecord : TxtRecord.TryRead(MdnsPacket.TextOf(text));
        if (told is null || (server is null && known is null))
        {
            if (text is null && pointer is not null && _unresolved.Count < MaxUnresolved)
                _unresolved.TryAdd(label, incoming.Link);
            return;
        }

        if (told.Device == self || server is null && text is null)
            return;
        var port = server?.Port ?? known!.Port;
        var life = server?.TTL ?? known!.Life;
        life = life < s_maxLifetime ? life : s_maxLifetime;
        if (!EvictOldest(key))
            return;
        var addresses = Addresses(server, records, port, source, [incoming.Link.Interface]);
        if (addresses.Count == 0)
            return;
        var now = clock.GetTimestamp();
        _instances[key] = new Instance(label, told, port, life, now, incoming.Link)
        {
            PointerLife = pointer?.TTL ?? known?.PointerLife ?? TimeSpan.Zero,
            PointerSeen = pointer is null && known is not null ? known.PointerSeen : now,
        };
        _nextRefresh = Math.Min(_nextRefresh, now + Ticks(life * 0.8));
        onSighting(new Announcement(told.Device, DiscoveryMethod.Mdns, source, label, addresses, 0, life));
    }

    /// <summary>The addresses in the host's records, and the sender's: that one is on this network at least.</summary>
    private static List<string> Addresses(SRVRecord? server, List<ResourceRecord> records, int port, IPAddress source, IReadOnlyList<NetworkLink> links)
    {
        List<string> addresses = [];
        foreach (var record in records.OfType<AddressRecord>())
        {
            if (server is not null && addresses.Count < DiscoveryCache.MaxAddressesPerEntry && MdnsNames.Same(record.Name, server.Target) && record.TTL > TimeSpan.Zero &&
                AddressHint.TryCreate("tcp", record.Address, port, source, links) is { } address)
            {
                addresses.Add(address);
            }
        }

        if (AddressHint.TryCreate("tcp", source, port, source, links) is { } sender && !addresses.Contains(sender))
            addresses.Insert(0, sender);
        return [.. addresses.Distinct()];
    }

    private void Forget((string Label, IPAddress Source) key)
    {
        if (_instances.Remove(key, out var known))
            onGone(known.TxtRecord.Device, key.Source);
    }

    private bool EvictOldest((string Label, IPAddress Source) key)
    {
        if (_instances.ContainsKey(key))
            return true;
        if (_instances.Keys.Count(k => k.Source.Equals(key.Source)) >= MaxInstancesPerSource)
            return false;
        if (_instances.Count >= MaxInstances)
            _instances.Remove(_instances.MinBy(i => i.Value.Seen).Key);
        return true;
    }

    /// <summary>Queries once for records at four fifths of their lifetime and removes expired ones.</summary>
    private void Refresh(long now, IReadOnlyList<MdnsLink> links, List<Outgoing> outgoing)
    {
        if (_nextRefresh > now)
            return;
        _nextRefresh = long.MaxValue;
        foreach (var (key, instance) in _instances.ToList())
        {
            var end = instance.Seen + Ticks(instance.Life);
            var refresh = instance.Seen + Ticks(instance.Life * 0.8);
            if (end <= now)
            {
                _instances.Remove(key);
                continue;
            }

            if (refresh <= now && !instance.IsAsked)
            {
                instance.IsAsked = true;
                if (links.Any(l => l.Key == instance.Link.Key))
                    outgoing.Add(Ask(instance.Label, instance.Link));
            }

            _nextRefresh = Math.Min(_nextRefresh, instance.IsAsked ? end : refresh);
        }
    }

    private static Outgoing Ask(string label, MdnsLink link)
    {
        var message = new Message();
        message.Questions.Add(new Question { Name = MdnsNames.Instance(label), Type = DnsType.SRV, Class = DnsClass.IN });
        message.Questions.Add(new Question { Name = MdnsNames.Instance(label), Type = DnsType.TXT, Class = DnsClass.IN });
        return new Outgoing(message, link);
    }

    /// <summary>Asks who is there and lists known answers, which needn't be repeated.</summary>
    private Outgoing Browse(MdnsLink link, long now)
    {
        var message = new Message();
        message.Questions.Add(new Question { Name = MdnsNames.Service, Type = DnsType.PTR, Class = DnsClass.IN });
        foreach (var instance in _instances.Values)
        {
            var left = instance.PointerLife - clock.GetElapsedTime(instance.PointerSeen, now);
            if (left > instance.PointerLife / 2 && instance.Link.Key == link.Key && message.Answers.Count < MaxKnownAnswers)
                message.Answers.Add(new PTRRecord { Name = MdnsNames.Service, DomainName = MdnsNames.Instance(instance.Label), TTL = TimeSpan.FromSeconds((int)left.TotalSeconds) });
        }

        return new Outgoing(message, link);
    }

    private long In(TimeSpan time) => clock.GetTimestamp() + Ticks(time);

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    /// <summary>The content of a TXT record.</summary>
    private sealed record TxtRecord(DeviceId Device, string Version)
    {
        private const int MaxValue = 100;

        public static TxtRecord? TryRead(IReadOnlyList<string> strings)
        {
            var id = Value(strings, "id");
            return id is not null && DeviceIdText.TryParse(id, out var device, out _) && !device.IsEmpty ? new TxtRecord(device, Value(strings, "version") ?? "") : null;
        }

        private static string? Value(IReadOnlyList<string> strings, string key)
        {
            foreach (var text in strings)
            {
                if (text.Length <= key.Length + 1 + MaxValue && text.Length > key.Length && text[key.Length] == '=' && text.StartsWith(key, StringComparison.OrdinalIgnoreCase))
                    return text[(key.Length + 1)..];
            }

            return null;
        }
    }

    private sealed record Instance(string Label, TxtRecord TxtRecord, int Port, TimeSpan Life, long Seen, MdnsLink Link)
    {
        public TimeSpan PointerLife { get; init; }

        public long PointerSeen { get; init; }

        public bool IsAsked { get; set; }
    }
}
