using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Peers;

public sealed class ConnectionTests
{
    private const string Folder = "parallel";

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ThreeConnectionsToOneDevice(bool dials)
    {
        await using var cluster = new Cluster();
        var peer = await cluster.AddSyncthingAsync("1.29", "peer");
        var ours = await cluster.AddFolderSyncAsync("ours");
        await cluster.RunAsync(async () =>
        {
            await Cluster.PairAsync(dials ? ours : peer, dials ? peer : ours, connections: 3);
            foreach (var device in cluster.Devices)
                SampleFiles.WriteTree(Path.Combine(cluster.PathOf(Folder, device), device.Name));
            await cluster.ShareAsync(Folder, [ours, peer]);
            await cluster.UntilAsync("that there are three connections", async () =>
                (int)(await ours.ConnectionAsync(peer))["secondaryConnections"]! == 2 && ((await peer.ConnectionAsync(ours))["secondary"] as System.Text.Json.Nodes.JsonArray)?.Count == 2);
            SampleFiles.Write(Path.Combine(cluster.PathOf(Folder, peer), "large"), 40 << 20);
            SampleFiles.Write(Path.Combine(cluster.PathOf(Folder, ours), "large too"), 40 << 20);
            await cluster.SyncedAsync(Folder);
            await TreeDigest.AssertSameAsync(cluster.PathOf(Folder, ours), cluster.PathOf(Folder, peer));
        });
    }

    /// <summary>Both dial at once: one connection remains, and it works.</summary>
    [SkippableTheory]
    [InlineData("1.19")]
    [InlineData("1.29")]
    [InlineData("foldersync")]
    public async Task BothDial(string kind)
    {
        await using var cluster = new Cluster();
        SyncDevice peer = kind == "foldersync" ? await cluster.AddFolderSyncAsync("peer") : await cluster.AddSyncthingAsync(kind, "peer");
        var ours = await cluster.AddFolderSyncAsync("ours");
        await cluster.RunAsync(async () =>
        {
            await Task.WhenAll(ours.AddDeviceAsync(peer, peer.PeerAddress), peer.AddDeviceAsync(ours, ours.PeerAddress));
            SampleFiles.WriteTree(cluster.PathOf(Folder, ours));
            await cluster.ShareAsync(Folder, [ours, peer]);
            await cluster.ConnectedAsync(ours, peer);
            await cluster.SyncedAsync(Folder);
            await TreeDigest.AssertSameAsync(cluster.PathOf(Folder, ours), cluster.PathOf(Folder, peer));
            Assert.Equal(0, (int)(await ours.ConnectionAsync(peer))["secondaryConnections"]!);
        });
    }
}
