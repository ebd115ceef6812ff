using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>A home and its folder are copied to another computer, and both run on: two services with one device ID, and a third device.</summary>
public sealed class SharedIdentityTests
{
    [Fact]
    public async Task OnACopiedHomeBothContentsAreKeptAndTheCauseIsReported()
    {
        await using var cluster = new Cluster();
        await cluster.RunAsync(async () =>
        {
            var anna = await cluster.AddFolderSyncAsync("anna");
            var bert = await cluster.AddFolderSyncAsync("bert");
            await Cluster.PairAsync(anna, bert);
            await cluster.ShareAsync("shared", [anna, bert]);
            SampleFiles.Write(Path.Combine(anna.Folders["shared"], "f.txt"), "before the copy");
            await cluster.SyncedAsync("shared");
            Assert.Equal(0, await anna.TerminateAsync());
            Assert.Equal(0, await bert.TerminateAsync());
            var twin = await CopyAsync(cluster, anna);
            cluster.Add(twin);

            // Each for itself.
            await EditAsync(anna, "anna's edit", "anna's own.txt");
            Assert.Equal(0, await anna.TerminateAsync());
            await EditAsync(twin, "the twin's edit", "the twin's own.txt");
            Assert.Equal(0, await twin.TerminateAsync());

            await bert.StartAsync();
            string[] contents = ["anna's edit", "anna's own.txt", "the twin's edit", "the twin's own.txt"];
            foreach (var (device, has) in ((FolderSyncProcess, int)[])[(anna, 2), (twin, 3), (anna, 4), (twin, 4)])
            {
                await device.StartAsync();
                await cluster.UntilAsync($"that {device.Name} and bert have {has} contents", () => Task.FromResult(Contents(device).Count >= has && Contents(bert).Count >= has));
                Assert.Equal(0, await device.TerminateAsync());
            }
            foreach (var device in (SyncDevice[])[anna, twin, bert])
                Assert.Equal(contents, Contents(device));

            // Both at once: they connect in turn.
            await anna.StartAsync();
            await twin.StartAsync();
            await cluster.UntilAsync("that all of them report it", async () =>
                await ReportsAsync(bert, "connect in turn", anna) && (await ReportsAsync(anna, "this device's ID", anna) || await ReportsAsync(twin, "this device's ID", anna)));
            foreach (var device in (SyncDevice[])[anna, twin, bert])
                Assert.Equal(contents, Contents(device));
        });
    }

    private static async Task EditAsync(SyncDevice device, string content, string own)
    {
        await device.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(device.Folders["shared"], "f.txt"), content);
        await File.WriteAllTextAsync(Path.Combine(device.Folders["shared"], own), own);
        await device.ScanAsync("shared");
    }

    private static async Task<bool> ReportsAsync(SyncDevice device, string text, SyncDevice whose) =>
        (await device.Rest.GetAsync("foldersync/problems")).AsArray().Any(p =>
            (string)p!["severity"]! == "error" && ((string)p["text"]!).Contains(text, StringComparison.Ordinal) && ((string)p["text"]!).Contains($"{whose.Id}", StringComparison.Ordinal));

    private static List<string> Contents(SyncDevice device) =>
        [.. Directory.EnumerateFiles(device.Folders["shared"]).Where(f => !Path.GetFileName(f).StartsWith('.')).Select(File.ReadAllText).Where(t => t != "before the copy").Order(StringComparer.Ordinal)];

    /// <summary>The home and the folder, as a backup program copies them, with other ports and another path.</summary>
    private static async Task<FolderSyncProcess> CopyAsync(Cluster cluster, FolderSyncProcess original)
    {
        var (home, folder) = (cluster.Scratch.In("twin-home"), cluster.Scratch.In("twin", "shared"));
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        foreach (var (from, to) in ((string, string)[])[(original.Home, home), (original.Folders["shared"], folder)])
            Assert.Equal(0, (await ChildProcess.RunAsync("cp", ["-a", from, to])).ExitCode);
        var twin = FolderSyncProcess.Of("twin", home, original.Id);
        twin.Folders["shared"] = folder;
        var config = await File.ReadAllTextAsync(twin.ConfigFile);
        await File.WriteAllTextAsync(twin.ConfigFile, config.Replace(original.PeerAddress, twin.PeerAddress, StringComparison.Ordinal).Replace(original.Folders["shared"], folder, StringComparison.Ordinal));
        return twin;
    }
}
