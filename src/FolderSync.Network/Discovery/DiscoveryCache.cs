using System.Net;
using FolderSync.Core.Model;
using FolderSync.Network.Tcp;

namespace FolderSync.Network.Discovery;

/// <summary>
/// Who was heard lately. Bounded in all, a source and a device, for whoever is on the network can say anything of anyone: what one source
/// says never displaces what another said of a configured device. Thread-safe.
/// </summary>
/// <param name="isWanted">The device is configured here.</param>
internal sealed class DiscoveryCache(TimeProvider clock, Func<DeviceId, bool> isWanted)
{
    public const int MaxEntries = 1024;
    public const int MaxEntriesPerSource = 64;
    public const int MaxSourcesPerDevice = 8;
    public const int MaxAddressesPerEntry = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<(DeviceId Device, FoundBy Via, IPAddress Source), Entry> _entries = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    public Novelty Put(Sighting sighting)
    {
        var key = (sighting.Device, sighting.Via, HandshakeSlots.KeyOf(sighting.Source));
        var now = clock.GetTimestamp();
        lock (_lock)
        {
            DropExpired(now);
            var before = AddressesOf(sighting.Device);
            var isKnown = _entries.Keys.Any(k => k.Device == sighting.Device);
            var isAnew = _entries.TryGetValue(key, out var old) && old.Instance != sighting.Instance;
            if (old is null && !MakeRoom(key))
                return Novelty.Refused;
            // What one device says over IPv4 and over IPv6 are two sightings of one start.
            isAnew = isAnew && !_entries.Any(e => e.Key != key && e.Key.Device == sighting.Device && e.Value.Instance == sighting.Instance);
            _entries[key] = new Entry(sighting.Name, [.. sighting.Addresses.Take(MaxAddressesPerEntry)], sighting.Instance, now, sighting.Life, clock.GetUtcNow());
            if (!isKnown || isAnew)
                return Novelty.Device;
            return AddressesOf(sighting.Device).Except(before).Any() ? Novelty.Addresses : Novelty.None;
        }
    }

    /// <summary>It said that it is gone.</summary>
    public void Remove(DeviceId device, FoundBy via, IPAddress source)
    {
        lock (_lock)
            _entries.Remove((device, via, HandshakeSlots.KeyOf(source)));
    }

    public void Clear()
    {
        lock (_lock)
            _entries.Clear();
    }

    /// <summary>Where the device may be reached, the likeliest first.</summary>
    public IReadOnlyList<string> Addresses(DeviceId device)
    {
        lock (_lock)
        {
            DropExpired(clock.GetTimestamp());
            return AddressesOf(device);
        }
    }

    /// <summary>Everyone heard lately, by device ID.</summary>
    public IReadOnlyList<NearbyDevice> All()
    {
        lock (_lock)
        {
            DropExpired(clock.GetTimestamp());
            return [.. _entries.GroupBy(e => e.Key.Device).OrderBy(g => g.Key).Select(g =>
            {
                var byMdns = g.Where(e => e.Key.Via == FoundBy.Mdns).ToList();
                return new NearbyDevice(
                    g.Key,
                    byMdns.OrderByDescending(e => e.Value.Seen).Select(e => e.Value.Name).FirstOrDefault(n => n.Length > 0) ?? "",
                    AddressesOf(g.Key),
                    byMdns.Count > 0 ? FoundBy.Mdns : FoundBy.Local,
                    g.Max(e => e.Value.SeenAt),
                    byMdns.Count > 0);
            })];
        }
    }

    private List<string> AddressesOf(DeviceId device) =>
        [.. _entries.Where(e => e.Key.Device == device)
            .OrderByDescending(e => e.Value.Seen)
            .SelectMany(e => e.Value.Addresses)
            .Distinct()
            // A link-local address is the last that one would take.
            .OrderBy(a => a.Contains("[fe80:", StringComparison.OrdinalIgnoreCase))];

    /// <summary>False where this source has had its share and nothing of its own may go.</summary>
    private bool MakeRoom((DeviceId Device, FoundBy Via, IPAddress Source) key)
    {
        if (!TakeOldest(k => k.Source.Equals(key.Source), MaxEntriesPerSource, key.Device))
            return false;
        if (!TakeOldest(k => k.Device == key.Device, MaxSourcesPerDevice, default))
            return false;
        return TakeOldest(_ => true, MaxEntries, key.Device);
    }

    /// <summary>
    /// Removes the oldest of some entries if there are as many as there may be. Entries of configured devices go only for another entry
    /// of a configured device, and then the oldest one all the same.
    /// </summary>
    private bool TakeOldest(Func<(DeviceId Device, FoundBy Via, IPAddress Source), bool> which, int most, DeviceId comer)
    {
        var some = _entries.Where(e => which(e.Key)).ToList();
        if (some.Count < most)
            return true;
        var comerIsWanted = comer.IsEmpty || isWanted(comer);
        var victims = some.Where(e => !isWanted(e.Key.Device)).ToList();
        if (victims.Count == 0 && comerIsWanted)
            victims = some;
        if (victims.Count == 0)
            return false;
        _entries.Remove(victims.MinBy(e => e.Value.Seen).Key);
        return true;
    }

    private void DropExpired(long now)
    {
        List<(DeviceId, FoundBy, IPAddress)>? expired = null;
        foreach (var (key, entry) in _entries)
        {
            if (clock.GetElapsedTime(entry.Seen, now) >= entry.Life)
                (expired ??= []).Add(key);
        }

        expired?.ForEach(k => _entries.Remove(k));
    }

    private sealed record Entry(string Name, IReadOnlyList<string> Addresses, long Instance, long Seen, TimeSpan Life, DateTimeOffset SeenAt);
}
