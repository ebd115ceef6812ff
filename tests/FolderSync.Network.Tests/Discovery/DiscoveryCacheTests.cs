using System.Buffers.Binary;
using System.Net;
using FolderSync.Core.Model;
using FolderSync.Network.Discovery;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Network.Tests.Discovery;

public class DiscoveryCacheTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(90);
    private readonly ManualTime _time = new();

    [Fact]
    public void News_are_devices_starts_and_addresses()
    {
        var cache = Cache();
        Assert.Equal(CacheChange.Device, cache.Put(Seen(1, "10.0.0.1")));
        Assert.Equal(CacheChange.None, cache.Put(Seen(1, "10.0.0.1")));
        Assert.Equal(CacheChange.Addresses, cache.Put(Seen(1, "10.0.0.2")));
        Assert.Equal(CacheChange.None, cache.Put(Seen(1, "10.0.0.1")));
        Assert.Equal(CacheChange.Device, cache.Put(Seen(1, "10.0.0.1", instance: 2)));
        // The same start over the other address family is not a change.
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(CacheChange.Device, cache.Put(Seen(1, "10.0.0.2", instance: 2)));
        Assert.Equal(["tcp://10.0.0.2:22000", "tcp://10.0.0.1:22000"], cache.Addresses(Device(1)));
    }

    [Fact]
    public void Nothing_outlives_its_life()
    {
        var cache = Cache();
        cache.Put(Seen(1, "10.0.0.1"));
        _time.Advance(Lifetime - TimeSpan.FromSeconds(1));
        Assert.Single(cache.Addresses(Device(1)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(cache.Addresses(Device(1)));
        Assert.Empty(cache.All());
        Assert.Equal(CacheChange.Device, cache.Put(Seen(1, "10.0.0.1")));
    }

    [Fact]
    public void Link_local_addresses_come_last()
    {
        var cache = Cache();
        cache.Put(Seen(1, "10.0.0.1"));
        _time.Advance(TimeSpan.FromSeconds(1));
        cache.Put(Seen(1, "fe80::1%2"));
        Assert.Equal(["tcp://10.0.0.1:22000", "tcp://[fe80::1%2]:22000"], cache.Addresses(Device(1)));
    }

    /// <summary>A million made-up devices from any sources: memory is bounded, and the configured devices' addresses stay.</summary>
    [Fact]
    public void A_flood_is_bounded_and_displaces_no_configured_device()
    {
        var cache = Cache(d => d == Device(1) || d == Device(2));
        cache.Put(Seen(1, "10.0.0.1"));
        cache.Put(Seen(2, "10.0.0.9"));
        for (var i = 0; i < 3000; i++)
        {
            // First from one source, which is also a configured device's; then from many.
            cache.Put(Seen(1000 + i, "10.0.0.9"));
            cache.Put(Seen(100_000 + i, $"10.1.{i / 250}.{1 + (i % 250)}"));
        }
        Assert.InRange(cache.Count, 2, DiscoveryCache.MaxEntries);
        Assert.Equal(["tcp://10.0.0.1:22000"], cache.Addresses(Device(1)));
        Assert.Equal(["tcp://10.0.0.9:22000"], cache.Addresses(Device(2)));
        Assert.InRange(cache.All().Count(d => d.Addresses.Contains("tcp://10.0.0.9:22000")), 1, DiscoveryCache.MaxEntriesPerSource);
    }

    [Fact]
    public void Of_one_device_no_more_sources_and_addresses_than_are_of_use()
    {
        var cache = Cache();
        for (var i = 1; i <= 100; i++)
            cache.Put(Seen(1, $"10.0.0.{i}"));
        Assert.Equal(DiscoveryCache.MaxSourcesPerDevice, cache.Addresses(Device(1)).Count);
        cache.Put(Seen(2, "10.0.0.1") with { Addresses = [.. Enumerable.Range(1, 500).Select(i => $"tcp://10.0.0.1:{i}")] });
        Assert.Equal(DiscoveryCache.MaxAddressesPerEntry, cache.Addresses(Device(2)).Count);
    }

    [Fact]
    public void Names_and_kinds_come_from_mDNS()
    {
        var cache = Cache();
        cache.Put(Seen(1, "10.0.0.1"));
        Assert.Equal((DiscoveryMethod.Local, "", false), (cache.All()[0].Via, cache.All()[0].Name, cache.All()[0].IsFolderSync));
        cache.Put(Seen(1, "10.0.0.1") with { Via = DiscoveryMethod.Mdns, Name = "laptop", Instance = 0 });
        Assert.Equal((DiscoveryMethod.Mdns, "laptop", true), (cache.All()[0].Via, cache.All()[0].Name, cache.All()[0].IsFolderSync));
        cache.Remove(Device(1), DiscoveryMethod.Mdns, IPAddress.Parse("10.0.0.1"));
        Assert.Equal(DiscoveryMethod.Local, cache.All()[0].Via);
    }

    [Fact]
    public void A_flooding_source_is_not_read_and_hides_no_other()
    {
        var budget = new PacketRateLimiter(_time);
        var (loud, quiet) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"));
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => budget.TryAcquire(loud)), 1, 100);
        Assert.True(budget.TryAcquire(quiet));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(budget.TryAcquire(loud));
    }

    private static DeviceId Device(int n)
    {
        var bytes = new byte[DeviceId.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, n);
        return new DeviceId(bytes);
    }

    private static Announcement Seen(int device, string source, long instance = 1)
    {
        var address = IPAddress.Parse(source);
        return new Announcement(Device(device), DiscoveryMethod.Local, address, "", [AddressHint.TryCreate("tcp://:22000", address, [])!], instance, Lifetime);
    }

    private DiscoveryCache Cache(Func<DeviceId, bool>? isWanted = null) => new(_time, isWanted ?? (_ => false));
}
