using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Discovery;

/// <summary>FolderSync and a real Syncthing find each other by local discovery alone, in a private network.</summary>
public class SyncthingDiscoveryTests
{
    /// <summary>An address without a device.</summary>
    private const string Nowhere = "tcp://10.99.0.254:1";

    /// <summary>A device with only `dynamic` must find the other one; a device with a wrong address can only be found.</summary>
    [SkippableTheory]
    [InlineData("1.19", true, true)]
    [InlineData("1.19", true, false)]
    [InlineData("1.19", false, true)]
    [InlineData("1.29", true, true)]
    [InlineData("1.29", true, false)]
    [InlineData("1.29", false, true)]
    public async Task Devices_with_dynamic_addresses_connect(string version, bool weFind, bool theyFind)
    {
        await using var lab = await NetworkLab.MakeAsync();
        using var scratch = new ScratchDirectory();
        var (a, b) = (await lab.AddHostAsync("a", "10.99.0.1/24"), await lab.AddHostAsync("b", "10.99.0.2/24"));
        await using var ours = await LabFolderSync.StartAsync(a, "ours", scratch.In("ours"));
        await using var theirs = await LabSyncthing.StartAsync(b, version, "theirs", scratch.In("theirs"));
        await ours.AddDeviceAsync(theirs, weFind ? null : Nowhere);
        await theirs.AddDeviceAsync(ours, theyFind ? null : Nowhere);
        await DeviceWaits.ConnectedAsync(ours, theirs);
        if (!weFind || !theyFind)
            Assert.Equal(weFind ? "tcp-client" : "tcp-server", (string?)(await ours.ConnectionAsync(theirs))["type"]);
        var nearby = (await ours.NearbyAsync(theirs))!;
        Assert.Contains("tcp://10.99.0.2:22000", ((JsonArray)nearby["addresses"]!).Select(n => (string)n!));
        Assert.Equal(("local", "syncthing", true), ((string)nearby["via"]!, (string)nearby["kind"]!, (bool)nearby["paired"]!));
        var events = (JsonArray)await ours.Rest.GetAsync("events?since=0&timeout=1");
        Assert.Contains(events, e => (string?)e!["type"] == "DeviceDiscovered" && (string?)e["data"]!["device"] == theirs.Id.ToString() && e["data"]!["addrs"]!.AsArray().Count > 0);
        await DeviceWaits.UntilAsync("that Syncthing shows our addresses", async () =>
            (await theirs.Rest.GetAsync("system/discovery"))[ours.Id.ToString()]?["addresses"]?.AsArray().Any(n => (string?)n == "tcp://10.99.0.1:22000") == true, () => theirs.Log);
    }

    /// <summary>
    /// Without IPv4, and in the first cases with link-local addresses only: multicast finds the devices, and the scope makes them reachable. (1.29
    /// announces itself only if it has more than a link-local address.)
    /// </summary>
    [SkippableTheory]
    [InlineData("1.19", true, "")]
    [InlineData("1.19", false, "")]
    [InlineData("1.29", false, "")]
    [InlineData("1.29", true, "fd99::")]
    public async Task Over_IPv6_alone(string version, bool weFind, string prefix)
    {
        await using var lab = await NetworkLab.MakeAsync();
        using var scratch = new ScratchDirectory();
        var (a, b) = (await lab.AddHostAsync("a", Addresses(1)), await lab.AddHostAsync("b", Addresses(2)));
        await using var ours = await LabFolderSync.StartAsync(a, "ours", scratch.In("ours"));
        await using var theirs = await LabSyncthing.StartAsync(b, version, "theirs", scratch.In("theirs"));
        await ours.AddDeviceAsync(theirs, weFind ? null : Nowhere);
        await theirs.AddDeviceAsync(ours, weFind ? Nowhere : null);
        await DeviceWaits.ConnectedAsync(ours, theirs);
        Assert.Contains(prefix.Length > 0 ? prefix : "fe80::", (string?)(await ours.ConnectionAsync(theirs))["address"], StringComparison.Ordinal);

        string[] Addresses(int host) => prefix.Length > 0 ? [$"{prefix}{host}/64"] : [];
    }
}
