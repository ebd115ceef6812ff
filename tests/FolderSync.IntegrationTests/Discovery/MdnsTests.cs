using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Discovery;

/// <summary>DNS-SD between two FolderSyncs, and with a real Avahi.</summary>
public class MdnsTests
{
    [SkippableFact]
    public async Task FolderSyncs_of_one_name_see_each_other_and_hear_the_goodbye()
    {
        await using var lab = await NetworkLab.MakeAsync();
        using var scratch = new ScratchDirectory();
        var (a, b) = (await lab.AddHostAsync("a", "10.99.0.1/24"), await lab.AddHostAsync("b", "10.99.0.2/24"));
        await using var one = await LabFolderSync.StartAsync(a, "Jürgens Laptop", scratch.In("one"));
        await using var two = await LabFolderSync.StartAsync(b, "Jürgens Laptop", scratch.In("two"));
        await DeviceWaits.UntilAsync("that they see each other", async () => Is(await one.NearbyAsync(two), "mdns") && Is(await two.NearbyAsync(one), "mdns"), () => one.Log + two.Log);
        // One of them took another name, and neither is paired.
        string[] names = [(string)(await one.NearbyAsync(two))!["name"]!, (string)(await two.NearbyAsync(one))!["name"]!];
        Assert.Equal(["Jürgens Laptop", "Jürgens Laptop (2)"], names.Order(StringComparer.Ordinal));
        Assert.False((bool)(await one.NearbyAsync(two))!["paired"]!);
        Assert.Equal("foldersync", (string?)(await one.NearbyAsync(two))!["kind"]);
        Assert.Equal(0, await two.TerminateAsync());
        await DeviceWaits.UntilAsync("that its goodbye is heard", async () => !Is(await one.NearbyAsync(two), "mdns"), () => one.Log);
    }

    /// <summary>Another program uses port 21027 on both: the log has a clear message, and mDNS alone works.</summary>
    [SkippableFact]
    public async Task By_mDNS_alone_they_connect()
    {
        await using var lab = await NetworkLab.MakeAsync();
        using var scratch = new ScratchDirectory();
        var (a, b) = (await lab.AddHostAsync("a", "10.99.0.1/24"), await lab.AddHostAsync("b", "10.99.0.2/24"));
        using var held = new PortHolders();
        foreach (var host in new[] { a, b })
        {
            held.Take(host, AddressFamily.InterNetwork, 21027);
            held.Take(host, AddressFamily.InterNetworkV6, 21027);
        }

        await using var one = await LabFolderSync.StartAsync(a, "one", scratch.In("one"));
        await using var two = await LabFolderSync.StartAsync(b, "two", scratch.In("two"));
        await one.AddDeviceAsync(two, null);
        await two.AddDeviceAsync(one, null);
        await DeviceWaits.ConnectedAsync(one, two);
        await DeviceWaits.UntilAsync("that it is seen", async () => Is(await one.NearbyAsync(two), "mdns"), () => one.Log + two.Log);
        Assert.Equal(("mdns", "two"), ((string)(await one.NearbyAsync(two))!["via"]!, (string)(await one.NearbyAsync(two))!["name"]!));
        await one.WrittenAsync("Discovery by IPv4 local does not work: UDP port 21027 is taken by another program");
        await one.WrittenAsync("Discovery by IPv6 local does not work: UDP port 21027 is taken by another program");
    }

    /// <summary>Another program uses port 5353 exclusively: the log has a clear message, and Syncthing's discovery alone works.</summary>
    [SkippableFact]
    public async Task Without_port_5353_they_connect()
    {
        await using var lab = await NetworkLab.MakeAsync();
        using var scratch = new ScratchDirectory();
        var (a, b) = (await lab.AddHostAsync("a", "10.99.0.1/24"), await lab.AddHostAsync("b", "10.99.0.2/24"));
        using var held = new PortHolders();
        held.Take(a, AddressFamily.InterNetwork, 5353);
        held.Take(a, AddressFamily.InterNetworkV6, 5353);
        await using var one = await LabFolderSync.StartAsync(a, "one", scratch.In("one"));
        await using var two = await LabFolderSync.StartAsync(b, "two", scratch.In("two"));
        await one.AddDeviceAsync(two, null);
        await two.AddDeviceAsync(one, null);
        await DeviceWaits.ConnectedAsync(one, two);
        await one.WrittenAsync("Discovery by mDNS IPv4 does not work: UDP port 5353 is taken by a program that does not share it.");
        await one.WrittenAsync("Discovery by mDNS IPv6 does not work: UDP port 5353 is taken");
    }

    /// <summary>
    /// Interfaces without multicast, like some tunnels and access points: one clear message per method, and IPv4 broadcast alone works.
    /// </summary>
    [SkippableFact]
    public async Task Without_multicast_they_connect()
    {
        await using var lab = await NetworkLab.MakeAsync();
        using var scratch = new ScratchDirectory();
        var (a, b) = (await lab.AddHostAsync("a", "10.99.0.1/24"), await lab.AddHostAsync("b", "10.99.0.2/24"));
        await a.SetMulticastAsync(false);
        await b.SetMulticastAsync(false);
        await using var one = await LabFolderSync.StartAsync(a, "one", scratch.In("one"));
        await using var two = await LabFolderSync.StartAsync(b, "two", scratch.In("two"));
        await one.AddDeviceAsync(two, null);
        await two.AddDeviceAsync(one, null);
        await DeviceWaits.ConnectedAsync(one, two);
        await DeviceWaits.UntilAsync("that it is seen", async () => Is(await one.NearbyAsync(two), "local"), () => one.Log + two.Log);
        await DeviceWaits.UntilAsync("that it says so", () => Task.FromResult(new[] { "IPv6 local", "mDNS IPv4", "mDNS IPv6" }
            .All(m => one.Log.Contains($"Discovery by {m} does not work: no interface has an IPv{(m.Contains('4', StringComparison.Ordinal) ? 4 : 6)} address and supports multicast.", StringComparison.Ordinal))), () => one.Log);
        Assert.DoesNotContain("Discovery by IPv4 local does not work", one.Log, StringComparison.Ordinal);
    }

    /// <summary>Only the loopback interface: one message per method, and the service runs.</summary>
    [SkippableFact]
    public async Task Without_any_network_it_lives_and_says_so()
    {
        await using var lab = await NetworkLab.MakeAsync();
        using var scratch = new ScratchDirectory();
        var host = await lab.AddHostAsync("a");
        await host.SetLinkAsync(false);
        await using var one = await LabFolderSync.StartAsync(host, "one", scratch.In("one"));
        await DeviceWaits.UntilAsync("that it says so", () => Task.FromResult(new[] { "IPv4 local", "IPv6 local", "mDNS IPv4", "mDNS IPv6" }
            .All(m => one.Log.Contains($"Discovery by {m} does not work", StringComparison.Ordinal))), () => one.Log);
        Assert.Empty((JsonArray)await one.NearbyAsync());
    }

    /// <summary>Discovery is off: nothing is announced, no port is open.</summary>
    [SkippableFact]
    public async Task Switched_off_it_is_silent()
    {
        await using var lab = await NetworkLab.MakeAsync();
        using var scratch = new ScratchDirectory();
        var (a, b) = (await lab.AddHostAsync("a", "10.99.0.1/24"), await lab.AddHostAsync("b", "10.99.0.2/24"));
        await using var one = await LabFolderSync.StartAsync(a, "one", scratch.In("one"));
        await using var two = await LabFolderSync.StartAsync(b, "two", scratch.In("two"), "local-discovery: false");
        Assert.Empty(await Ports(b));
        // On, it is seen; off, it disappears: the first shows that the second means something.
        await two.Rest.PatchAsync("config/options", new JsonObject { ["localAnnounceEnabled"] = true });
        await DeviceWaits.UntilAsync("that it is seen", async () => Is(await one.NearbyAsync(two), "mdns"), () => one.Log + two.Log);
        await two.Rest.PatchAsync("config/options", new JsonObject { ["localAnnounceEnabled"] = false });
        await DeviceWaits.UntilAsync("that the goodbye is heard", async () => !Is(await one.NearbyAsync(two), "mdns"), () => one.Log + two.Log);
        await DeviceWaits.UntilAsync("that no port is open", async () => (await Ports(b)).Count == 0);

        static async Task<List<string>> Ports(LabHost host) =>
            [.. (await host.RunAsync("ss", "-Hlun")).Split('\n').Where(l => l.Contains(":21027", StringComparison.Ordinal) || l.Contains(":5353", StringComparison.Ordinal))];
    }

    /// <summary>
    /// Avahi and FolderSync share a computer and a port; another computer runs a FolderSync. Avahi's browser resolves both. FolderSync finds what
    /// Avahi publishes, renames itself if Avahi has its name, and its goodbye removes it from Avahi's list.
    /// </summary>
    [SkippableFact]
    public async Task Avahi_and_FolderSync_find_each_other()
    {
        await using var lab = await NetworkLab.MakeAsync();
        using var scratch = new ScratchDirectory();
        var (a, b) = (await lab.AddHostAsync("a", "10.99.0.1/24"), await lab.AddHostAsync("b", "10.99.0.2/24"));
        await using var avahi = await AvahiHost.StartAsync(b, scratch.Make("avahi"));
        const string Published = "P56IOI7-MZJNU2Y-IQGDREY-DM2MGTI-MGL3BXN-PQ6W5BM-TBBZ4TJ-XZWICQ2";
        await using var publishing = avahi.Publish("laptop", 22001, $"id={Published}", "port=22001", "version=9");
        await DeviceWaits.UntilAsync("that Avahi has its own", async () => (await avahi.BrowseAsync()).Any(r => r.Label == "laptop"), () => publishing.Log);
        await using var far = await LabFolderSync.StartAsync(a, "laptop", scratch.In("far"));
        await using var near = await LabFolderSync.StartAsync(b, "Büro", scratch.In("near"));

        await DeviceWaits.UntilAsync("that Avahi resolves both", async () =>
        {
            var seen = await avahi.BrowseAsync();
            return Resolves(seen, "laptop (2)", far, "10.99.0.1") && Resolves(seen, "Büro", near, "10.99.0.2");
        }, () => string.Join('\n', avahi.LastLines) + far.Log + near.Log);
        await DeviceWaits.UntilAsync("that FolderSync sees Avahi's", async () => ((JsonArray)await far.NearbyAsync()).Any(n =>
            (string?)n!["deviceID"] == Published && (string?)n["name"] == "laptop" && n["addresses"]!.AsArray().Any(x => (string?)x == "tcp://10.99.0.2:22001")), () => far.Log);
        await DeviceWaits.UntilAsync("that the FolderSyncs see each other", async () => Is(await far.NearbyAsync(near), "mdns") && Is(await near.NearbyAsync(far), "mdns"), () => far.Log + near.Log);
        Assert.Equal(0, await far.TerminateAsync());
        await DeviceWaits.UntilAsync("that Avahi heard the goodbye", async () => (await avahi.BrowseAsync()).All(r => r.Label != "laptop (2)"));
    }

    private static bool Is(JsonNode? nearby, string via) => (string?)nearby?["via"] == via;

    private static bool Resolves(IReadOnlyList<AvahiHost.Resolved> seen, string label, SyncDevice device, string address) =>
        seen.Any(r => r.Label == label && r.Address == address && r.Port == 22000 && r.Text.Contains($"\"id={device.Id}\"", StringComparison.Ordinal) &&
            r.Text.Contains("\"port=22000\"", StringComparison.Ordinal) && r.Text.Contains("\"version=", StringComparison.Ordinal));

    /// <summary>Holds UDP ports of hosts exclusively.</summary>
    private sealed class PortHolders : IDisposable
    {
        private readonly List<Socket> _held = [];

        public void Take(LabHost host, AddressFamily family, int port) => _held.Add(host.InNamespace(() =>
        {
            var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            if (family == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            return socket;
        }));

        public void Dispose() => _held.ForEach(s => s.Dispose());
    }
}
