using FolderSync.Index.State;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Index.Tests;

/// <summary>Which unknown devices stay in the list when somebody fills it with invented ones.</summary>
public sealed class PendingDeviceRetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<PendingDevice> _list = [];

    [Fact]
    public void A_device_that_keeps_trying_outlives_a_flood_from_its_own_address()
    {
        Put(0, "10.0.0.9:1000", Now - TimeSpan.FromMinutes(5), Now);
        for (var i = 1; i <= 5000; i++)
            Put(i, $"10.0.0.9:{i}", Now.AddSeconds(i), Now.AddSeconds(i));
        Assert.Contains(_list, d => d.Device == Entries.Device(0));
        Assert.Equal(PendingDeviceRetention.MaxOfAddress, _list.Count);
        // Of those that came once, the latest are there: somebody new can still be seen.
        Assert.Contains(_list, d => d.Device == Entries.Device(5000));
    }

    [Fact]
    public void Invented_devices_that_keep_trying_do_not_displace_those_that_were_there_before()
    {
        Put(0, "10.0.0.9:1000", Now - TimeSpan.FromMinutes(5), Now);
        for (var i = 1; i <= 100; i++)
            Put(i, $"10.0.0.9:{i}", Now.AddSeconds(i), Now.AddSeconds(i + 90));
        Assert.Contains(_list, d => d.Device == Entries.Device(0));
    }

    [Fact]
    public void A_flood_from_one_address_or_network_costs_others_nothing()
    {
        for (var i = 0; i < 60; i++)
            Put(i, $"192.0.2.{i}:22000", Now, Now);
        for (var i = 0; i < 1000; i++)
            Put(1000 + i, $"[2001:db8::{i:x}]:22000", Now.AddSeconds(i), Now.AddSeconds(i));
        Assert.Equal(60, _list.Count(d => d.Address.StartsWith("192", StringComparison.Ordinal)));
        Assert.Equal(60 + PendingDeviceRetention.MaxOfAddress, _list.Count);
    }

    [Fact]
    public void One_that_is_long_gone_makes_room_first()
    {
        Put(0, "10.0.0.9:1", Now - TimeSpan.FromDays(9), Now - TimeSpan.FromDays(2));
        for (var i = 1; i <= PendingDeviceRetention.MaxOfAddress; i++)
            Put(i, "10.0.0.9:1", Now, Now);
        Assert.DoesNotContain(_list, d => d.Device == Entries.Device(0));
    }

    private void Put(int device, string address, DateTimeOffset first, DateTimeOffset last)
    {
        _list.Add(new PendingDevice(Entries.Device(device), "", address, last) { FirstTime = first });
        foreach (var excess in PendingDeviceRetention.Excess(_list))
            _list.Remove(excess);
    }
}
