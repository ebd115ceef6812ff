using System.Net;
using FolderSync.Core.Model;
using FolderSync.Platform;

namespace FolderSync.Network.Discovery;

/// <summary>
/// Devices heard recently. Bounded in total, per source and per device, since anybody on the network can claim anything about anyone: what one
/// source says about a configured device is evicted only when eight sources make claims about it. Thread-safe.
/// </summary>
/// <param name="isWanted">True for configured devices.</param>
internal sealed class DiscoveryCache(TimeProvider clock, Func<DeviceId, bool> isWanted)
{
    public const int MaxEntries = 1024;
    public const int MaxEntriesPerSource = 64;
    public const int MaxSourcesPerDevice = 8;
    public const int MaxAddressesPerEntry = 16;

    private static readonly TimeSpan s_expiry = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<DeviceId, List<Entry>> _devices = [];
    private readonly Dictionary<IPAddress, int> _perSource = [];
    private int _count;
    private long _checkedAt = clock.GetTimestamp();

    public int Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    public CacheChange Put(Announcement sighting)
    {
        var source = SourceAddress.Group(sighting.Source);
        var now = clock.GetTimestamp();
        lock (_lock)
        {
            DropExpired(now);
            IReadOnlyList<Entry> known = _devices.GetValueOrDefault(sighting.Device) ?? [];
            var old = known.FirstOrDefault(e => e.Via == sighting.Via && e.Source.Equals(source));
            // A device's IPv4 and IPv6 announcements are two sightings of one start.
            var isAnew = known.Count == 0 || (old is not null && old.Instance != sighting.Instance && !known.Any(e => e.Instance == sighting.Instance));
            var before = known.SelectMany(e => e.Addresses).ToHashSet();
            if (old is not null)
                Remove(old);
            else if (!EvictOldest(sighting.Device, source))
                return CacheChange.Refused;
            var entry = new Entry(
                sighting.Device, sighting.Via, source, sighting.Name, [.. sighting.Addresses.Take(MaxAddressesPerEntry)], sighting.Instance, now, sighting.Life,
                clock.GetUtcNow());
            Add(entry);
            return isAnew ? CacheChange.Device : entry.Addresses.Any(a => !before.Contains(a)) ? CacheChange.Addresses : CacheChange.None;
        }
    }

    /// <summary>The device announced its end.</summary>
    public void Remove(DeviceId device, DiscoveryMethod via, IPAddress source)
    {
        var key = SourceAddress.Group(source);
        lock (_lock)
        {
            if (_devices.TryGetValue(device, out var entries) && entries.Find(e => e.Via == via && e.Source.Equals(key)) is { } gone)
                Remove(gone);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _devices.Clear();
            _perSource.Clear();
            _count = 0;
        }
    }

    /// <summary>The device's possible addresses, the likeliest first.</summary>
    public IReadOnlyList<string> Addresses(DeviceId device)
    {
        lock (_lock)
            return AddressesOf(Living(device));
    }

    /// <summary>All devices heard recently, by device ID.</summary>
    public IReadOnlyList<NearbyDevice> All()
    {
        lock (_lock)
        {
            return [.. _devices.Keys.Order().Select(d => (Device: d, Entries: Living(d))).Where(d => d.Entries.Count > 0).Select(d =>
            {
                var byMdns = d.Entries.Where(e => e.Via == DiscoveryMethod.Mdns).OrderByDescending(e => e.Seen).ToList();
                return new NearbyDevice(
                    d.Device,
                    byMdns.Select(e => e.Name).FirstOrDefault(n => n.Length > 0) ?? "",
                    AddressesOf(d.Entries),
                    byMdns.Count > 0 ? DiscoveryMethod.Mdns : DiscoveryMethod.Local,
                    d.Entries.Max(e => e.SeenAt),
                    byMdns.Count > 0);
            })];
        }
    }

    private List<Entry> Living(DeviceId device)
    {
        var now = clock.GetTimestamp();
        return [.. (_devices.GetValueOrDefault(device) ?? []).Where(e => clock.GetElapsedTime(e.Seen, now) < e.Life)];
    }

    private static List<string> AddressesOf(List<Entry> entries) =>
        [.. entries
            .OrderByDescending(e => e.Seen)
            .SelectMany(e => e.Addresses)
            .Distinct()
            // A link-local address is the last choice.
            .OrderBy(a => a.Contains("[fe80:", StringComparison.OrdinalIgnoreCase))];

    /// <summary>False when this source has used its share and none of its own entries may be evicted.</summary>
    private bool EvictOldest(DeviceId device, IPAddress source)
    {
        if (_perSource.GetValueOrDefault(source) >= MaxEntriesPerSource && !TakeOldest(e => e.Source.Equals(source), isWanted(device)))
            return false;
        if (_devices.TryGetValue(device, out var entries) && entries.Count >= MaxSourcesPerDevice)
            Remove(entries.MinBy(e => e.Seen)!);
        return _count < MaxEntries || TakeOldest(_ => true, isWanted(device));
    }

    /// <summary>
    /// Evicts the oldest of those. A configured device's entry makes room only for another configured device, and only if there is no other choice.
    /// </summary>
    private bool TakeOldest(Func<Entry, bool> which, bool isForWanted)
    {
        Entry? stranger = null, wanted = null;
        foreach (var (device, entries) in _devices)
        {
            var isOfWanted = isWanted(device);
            foreach (var entry in entries)
            {
                ref var oldest = ref isOfWanted ? ref wanted : ref stranger;
                if (which(entry) && (oldest is null || entry.Seen < oldest.Seen))
                    oldest = entry;
            }
        }

        var victim = stranger ?? (isForWanted ? wanted : null);
        if (victim is not null)
            Remove(victim);
        return victim is not null;
    }

    private void Add(Entry entry)
    {
        if (!_devices.TryGetValue(entry.Device, out var entries))
            _devices[entry.Device] = entries = [];
        entries.Add(entry);
        _perSource[entry.Source] = _perSource.GetValueOrDefault(entry.Source) + 1;
        _count++;
    }

    private void Remove(Entry entry)
    {
        var entries = _devices[entry.Device];
        entries.Remove(entry);
        if (entries.Count == 0)
            _devices.Remove(entry.Device);
        if (--_perSource[entry.Source] == 0)
            _perSource.Remove(entry.Source);
        _count--;
    }

    private void DropExpired(long now)
    {
        if (clock.GetElapsedTime(_checkedAt, now) < s_expiry)
            return;
        _checkedAt = now;
        foreach (var entry in _devices.Values.SelectMany(e => e).Where(e => clock.GetElapsedTime(e.Seen, now) >= e.Life).ToList())
            Remove(entry);
    }

    private sealed record Entry(
        DeviceId Device, DiscoveryMethod Via, IPAddress Source, string Name, IReadOnlyList<string> Addresses, long Instance, long Seen, TimeSpan Life, DateTimeOffset SeenAt);
}
