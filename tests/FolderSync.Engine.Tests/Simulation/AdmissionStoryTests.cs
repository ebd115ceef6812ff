using System.Net;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Which devices may connect, from where, and what others learn about this device.</summary>
public sealed class AdmissionStoryTests
{
    private static readonly IPAddress Home = IPAddress.Parse("192.168.1.5");
    private static readonly IPAddress Away = IPAddress.Parse("203.0.113.5");
    private readonly SimulatedWorld _world = new("anna", "bert");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Fact]
    public void A_device_is_met_in_its_networks_and_left_when_they_change()
    {
        _world.Network.Addresses[Bert.Id] = Home;
        Restrict(["192.168.0.0/16"]);
        _world.StartAll();
        _world.RunUntil("they are connected", () => IsConnected);

        List<LoggedEvent> events = [];
        using var listening = Anna.Engine!.Events.Listen(events.Add);
        Restrict(["10.0.0.0/8"]);
        _world.RunUntil("they are no longer", () => !IsConnected && Bert.Engine!.Devices.All(d => !d.Connected));
        Assert.Contains(events, e => e.Event is EngineEvent.DeviceDisconnected gone && gone.Reason.Contains("allowed-networks", StringComparison.Ordinal));
        _world.RunFor(TimeSpan.FromMinutes(5));
        Assert.False(IsConnected);
        Assert.Contains("allowed", Assert.Single(Anna.Engine!.Devices).DialErrors.Values.Single().Reason, StringComparison.Ordinal);

        Restrict(["!192.168.2.0/24", "192.168.0.0/16"]);
        _world.RunUntil("they are connected again", () => IsConnected);
        Restrict([]);
        _world.RunFor(TimeSpan.FromMinutes(1));
        Assert.True(IsConnected);
    }

    /// <summary>Another device may be at that address, so the TLS handshake completes, but the device's name is not sent.</summary>
    [Fact]
    public void A_device_outside_its_networks_learns_no_name()
    {
        var raw = new RawPeer(_world, "raw");
        _world.Network.Addresses[raw.Id] = Away;
        Anna.Configure([Anna], f => f, e => e with
        {
            Devices = [new DeviceConfig { Id = raw.Id, AllowedNetworks = ["192.168.0.0/16"], Addresses = [] }, new DeviceConfig { Id = Bert.Id, Addresses = [] }],
        });
        Anna.Start();
        _world.RunUntil("anna is there", () => Anna.Engine?.ListenAddresses.Count > 0);
        raw.Connect(Anna);
        _world.RunUntil("it is closed", () => raw.Ended is not null);
        Assert.Empty(raw.Received);
        Assert.Null(raw.Greeting);
        Assert.All(Anna.Engine!.Devices, d => Assert.False(d.Connected));
        Assert.Empty(Anna.State.PendingDevices());

        _world.Network.Addresses[raw.Id] = Home;
        raw.Connect(Anna);
        Assert.Equal("anna", raw.Greeting?.DeviceName);
        Assert.Null(raw.Ended);
    }

    [Fact]
    public void Where_no_device_may_be_nobody_is_answered()
    {
        var raw = new RawPeer(_world, "raw");
        _world.Network.Addresses[raw.Id] = Away;
        Anna.Configure([Anna], f => f, e => e with { Devices = [new DeviceConfig { Id = Bert.Id, Addresses = [], AllowedNetworks = ["192.168.0.0/16"] }] });
        Anna.Start();
        _world.RunUntil("anna is there", () => Anna.Engine?.ListenAddresses.Count > 0);
        raw.Connect(Anna);
        Assert.Contains("before a byte", raw.Ended, StringComparison.Ordinal);
        Assert.Empty(Anna.State.PendingDevices());
    }

    [Fact]
    public void An_ignored_device_is_refused_without_a_word_until_it_is_asked_about_again()
    {
        var raw = new RawPeer(_world, "raw");
        Anna.Configure([Anna], f => f);
        Anna.Start();
        _world.RunUntil("anna is there", () => Anna.Engine?.ListenAddresses.Count > 0);
        raw.Connect(Anna);
        _world.RunUntil("it is asked about", () => Anna.State.PendingDevices().Count == 1);

        Anna.Configure([Anna], f => f, e => e with { IgnoredDevices = [raw.Id] });
        _world.RunUntil("it is no longer", () => Anna.State.PendingDevices().Count == 0);
        List<LoggedEvent> events = [];
        using var listening = Anna.Engine!.Events.Listen(events.Add);
        for (var tries = 0; tries < 3; tries++)
        {
            raw.Connect(Anna);
            _world.RunUntil("it is closed", () => raw.Ended is not null);
            Assert.Null(raw.Greeting);
        }
        Assert.Empty(Anna.State.PendingDevices());
        Assert.DoesNotContain(events, e => e.Event is EngineEvent.UnknownDeviceConnected);

        // It survives a restart.
        Anna.Kill();
        Anna.Start();
        _world.RunUntil("anna is there again", () => Anna.Engine?.ListenAddresses.Count > 0);
        raw.Connect(Anna);
        _world.RunUntil("it is closed", () => raw.Ended is not null);
        Assert.Null(raw.Greeting);

        Anna.Configure([Anna], f => f);
        _world.RunFor(TimeSpan.FromSeconds(1));
        raw.Connect(Anna);
        _world.RunUntil("it is asked about again", () => Anna.State.PendingDevices().Count == 1);
    }

    /// <summary>Behind the same address as the honest one, with a new certificate each time.</summary>
    [Fact]
    public void A_flood_of_unknown_devices_pushes_out_none_that_waits_to_be_paired()
    {
        var honest = new RawPeer(_world, "honest");
        _world.Network.Addresses[honest.Id] = Home;
        Anna.Configure([Anna], f => f);
        Anna.Start();
        _world.RunUntil("anna is there", () => Anna.Engine?.ListenAddresses.Count > 0);
        List<LoggedEvent> events = [];
        using var listening = Anna.Engine!.Events.Listen(events.Add);
        honest.Connect(Anna);
        _world.RunFor(TimeSpan.FromMinutes(1));
        honest.Connect(Anna);
        for (var i = 0; i < 300; i++)
        {
            var raw = new RawPeer(_world, $"invented {i}");
            _world.Network.Addresses[raw.Id] = Home;
            raw.Connect(Anna);
        }
        Assert.Contains(Anna.State.PendingDevices(), d => d.Device == honest.Id);
        Assert.InRange(Anna.State.PendingDevices().Count, 2, 20);
        Assert.InRange(events.Count(e => e.Event is EngineEvent.UnknownDeviceConnected), 3, 20);
    }

    /// <summary>As one that isn't paired does, and as often as it can: the list and the events are for people.</summary>
    [Fact]
    public void An_unknown_device_that_comes_again_and_again_is_reported_twice_a_minute()
    {
        var raw = new RawPeer(_world, "raw");
        Anna.Configure([Anna], f => f);
        Anna.Start();
        _world.RunUntil("anna is there", () => Anna.Engine?.ListenAddresses.Count > 0);
        List<LoggedEvent> events = [];
        using var listening = Anna.Engine!.Events.Listen(events.Add);
        for (var i = 0; i < 60; i++)
        {
            raw.Connect(Anna);
            _world.RunFor(TimeSpan.FromSeconds(1));
        }
        Assert.InRange(events.Count(e => e.Event is EngineEvent.UnknownDeviceConnected), 2, 3);
        Assert.Equal(raw.Id, Assert.Single(Anna.State.PendingDevices()).Device);
    }

    [Fact]
    public void A_device_that_is_configured_is_not_ignored()
    {
        _world.Configure(f => f, e => e with { IgnoredDevices = [Anna.Id, Bert.Id] });
        _world.StartAll();
        _world.RunUntil("they are connected", () => IsConnected);
    }

    private bool IsConnected => Anna.Engine?.Devices.All(d => d.Connected) == true;

    private void Restrict(string[] networks) =>
        Anna.Configure(_world.Devices, f => f, e => e with { Devices = [.. e.Devices.Select(d => d with { AllowedNetworks = [.. networks] })] });
}
