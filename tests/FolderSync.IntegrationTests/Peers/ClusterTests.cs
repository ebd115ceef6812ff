using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Peers;

/// <summary>Three devices: two Syncthings of different versions and a FolderSync.</summary>
public sealed class ClusterTests
{
    private const string Folder = "shared";

    /// <param name="ring">Every device knows every other; otherwise FolderSync connects two Syncthings that don't know each other.</param>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TwoSyncthingsAndOneFolderSync(bool ring)
    {
        await using var cluster = new Cluster();
        var old = await cluster.AddSyncthingAsync("1.19", "old");
        var young = await cluster.AddSyncthingAsync("1.29", "young", KeyKind.Ed25519);
        var ours = await cluster.AddFolderSyncAsync("ours");
        await cluster.RunAsync(async () =>
        {
            foreach (var device in cluster.Devices)
                SampleFiles.WriteTree(Path.Combine(cluster.PathOf(Folder, device), "of-" + device.Name));
            await Cluster.PairAsync(ours, old);
            await Cluster.PairAsync(young, ours);
            if (ring)
            {
                await Cluster.PairAsync(old, young);
                await cluster.ShareAsync(Folder, cluster.Devices);
            }
            else
            {
                await ours.AddFolderAsync(Folder, cluster.PathOf(Folder, ours), [old, young]);
                await old.AddFolderAsync(Folder, cluster.PathOf(Folder, old), [ours]);
                await young.AddFolderAsync(Folder, cluster.PathOf(Folder, young), [ours]);
            }
            await AgreeAsync(cluster, ours);

            // Each one changes and deletes what another one created.
            foreach (var (device, other) in cluster.Devices.Zip(cluster.Devices.Skip(1).Append(cluster.Devices[0])))
            {
                await File.AppendAllTextAsync(In(cluster, device, "of-" + other.Name, "modes", "script"), "echo " + device.Name);
                Directory.Delete(In(cluster, device, "of-" + other.Name, "names"), recursive: true);
                File.Move(In(cluster, device, "of-" + other.Name, "sizes", "6-700000"), In(cluster, device, "of-" + other.Name, "moved"));
            }
            await AgreeAsync(cluster, ours);
            Assert.Equal(3, Directory.GetFiles(cluster.PathOf(Folder, ours), "moved", SearchOption.AllDirectories).Length);

            // All three edit the same file while disconnected.
            await ours.PauseAsync(old);
            await ours.PauseAsync(young);
            if (ring)
                await old.PauseAsync(young);
            foreach (var device in cluster.Devices)
            {
                SampleFiles.Write(In(cluster, device, "conflict.txt"), "by " + device.Name);
                await device.ScanAsync(Folder);
            }
            await ours.ResumeAsync(old);
            await ours.ResumeAsync(young);
            if (ring)
                await old.ResumeAsync(young);
            await AgreeAsync(cluster, ours);
            var contents = Directory.GetFiles(cluster.PathOf(Folder, ours), "conflict*").Select(File.ReadAllText).Order();
            Assert.Equal(["by old", "by ours", "by young"], contents.Distinct());
        });
    }

    private static async Task AgreeAsync(Cluster cluster, SyncDevice ours)
    {
        // In a line a change needs a second step, which may not have happened when neighbors are compared.
        await cluster.UntilAsync("that all three trees are the same", async () =>
        {
            foreach (var other in cluster.Devices.Where(d => d != ours))
                await cluster.SyncedAsync(Folder, ours, other);
            foreach (var other in cluster.Devices.Where(d => d != ours))
            {
                if ((await TreeDigest.DifferencesAsync(cluster.PathOf(Folder, ours), cluster.PathOf(Folder, other))).Count > 0)
                    return false;
            }
            return true;
        });
        foreach (var other in cluster.Devices.Where(d => d != ours))
            await TreeDigest.AssertSameAsync(cluster.PathOf(Folder, ours), cluster.PathOf(Folder, other));
    }

    private static string In(Cluster cluster, SyncDevice device, params string[] below) => Path.Combine([cluster.PathOf(Folder, device), .. below]);
}
