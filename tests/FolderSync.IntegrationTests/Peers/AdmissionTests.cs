using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Peers;

/// <summary>Which devices may connect, and from where, between real programs: dialing and being dialed.</summary>
public sealed class AdmissionTests
{
    [SkippableTheory]
    [InlineData("foldersync", true)]
    [InlineData("foldersync", false)]
    [InlineData("1.29", true)]
    [InlineData("1.29", false)]
    public async Task ADeviceIsMetInItsNetworksOnly(string kind, bool dials)
    {
        await using var cluster = new Cluster();
        SyncDevice peer = kind == "foldersync" ? await cluster.AddFolderSyncAsync("peer") : await cluster.AddSyncthingAsync(kind, "peer");
        var ours = await cluster.AddFolderSyncAsync("ours");
        await cluster.RunAsync(async () =>
        {
            await Cluster.PairAsync(dials ? ours : peer, dials ? peer : ours);
            await cluster.ConnectedAsync(ours, peer);
            await AllowAsync("10.0.0.0/8");
            await cluster.UntilAsync("that the connection is closed", async () => !await IsConnectedAsync());
            await cluster.UntilAsync("that the device learns why, or was dialed in vain", async () =>
                dials ? (await ours.Rest.GetAsync("foldersync/devices")).ToJsonString().Contains("allowed-networks", StringComparison.Ordinal)
                    : ours.Log.Contains("allowed-networks", StringComparison.Ordinal));
            Assert.False(await IsConnectedAsync());
            await AllowAsync("!10.0.0.0/8", "127.0.0.0/8");
            await cluster.ConnectedAsync(ours, peer);
        });

        async Task AllowAsync(params string[] networks) => await ours.Rest.PatchAsync($"config/devices/{peer.Id}", new JsonObject { ["allowedNetworks"] = new JsonArray([.. networks.Select(n => JsonValue.Create(n))]) });
        async Task<bool> IsConnectedAsync() => (bool)(await ours.ConnectionAsync(peer))["connected"]!;
    }

    /// <summary>Like Syncthing's page: posts the whole configuration, with the device among the ignored ones.</summary>
    [Fact]
    public async Task AnIgnoredDeviceIsNotAskedAboutAfterARestartEither()
    {
        await using var cluster = new Cluster();
        var (ours, peer) = (await cluster.AddFolderSyncAsync("ours"), await cluster.AddFolderSyncAsync("peer"));
        await cluster.RunAsync(async () =>
        {
            await peer.AddDeviceAsync(ours, ours.PeerAddress);
            await cluster.UntilAsync("that it is asked about", IsPendingAsync);
            await ChangeAsync(ignored => ignored.Add(new JsonObject { ["deviceID"] = peer.Id.ToString(), ["name"] = "peer", ["address"] = "a", ["time"] = "2024-01-01T00:00:00Z" }));
            await ours.Rest.SendAsync(HttpMethod.Delete, $"cluster/pending/devices?device={peer.Id}", null);
            await ours.TerminateAsync();
            await ours.StartAsync();
            var ignored = Assert.Single((await ours.Rest.GetAsync("config"))["remoteIgnoredDevices"]!.AsArray())!;
            Assert.Equal((peer.Id.ToString(), "peer"), ((string)ignored["deviceID"]!, (string)ignored["name"]!));
            Assert.Contains($"ignored-devices: [{peer.Id}]", await File.ReadAllTextAsync(ours.ConfigFile), StringComparison.Ordinal);

            // The peer reports that the connection was closed, and no user here was asked.
            await cluster.UntilAsync("that it tried in vain", async () => ((string?)(await peer.ConnectionAsync(ours))["lastError"])?.Contains("was closed before", StringComparison.Ordinal) == true);
            Assert.False(await IsPendingAsync());
            await ChangeAsync(ignored => ignored.Clear());
            await cluster.UntilAsync("that it is asked about again", IsPendingAsync);

            // Adding a device stops ignoring it.
            await ChangeAsync(ignored => ignored.Add(new JsonObject { ["deviceID"] = peer.Id.ToString() }));
            await ours.AddDeviceAsync(peer, null);
            Assert.Empty((await ours.Rest.GetAsync("config"))["remoteIgnoredDevices"]!.AsArray());
            await cluster.ConnectedAsync(ours, peer);
        });

        async Task<bool> IsPendingAsync() => (await ours.Rest.GetAsync("cluster/pending/devices")).AsObject().ContainsKey(peer.Id.ToString());

        async Task ChangeAsync(Action<JsonArray> change)
        {
            var config = await ours.Rest.GetAsync("config");
            change(config["remoteIgnoredDevices"]!.AsArray());
            await ours.Rest.SendAsync(HttpMethod.Put, "config", config);
        }
    }
}
