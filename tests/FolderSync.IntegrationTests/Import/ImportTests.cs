using System.Text.Json.Nodes;
using FolderSync.Client;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Import;

/// <summary>A real Syncthing becomes a FolderSync; another real Syncthing, its peer, must not notice.</summary>
public sealed class ImportTests
{
    private const string Folder = "main";

    [SkippableTheory]
    [InlineData("1.19", "1.29", KeyKind.P384)]
    [InlineData("1.29", "1.19", KeyKind.P384)]
    [InlineData("1.29", "1.29", KeyKind.Ed25519)]
    public async Task ThePeerKeepsItsDeviceAndGoesOn(string version, string peerVersion, KeyKind key)
    {
        await using var cluster = new Cluster();
        var old = await cluster.AddSyncthingAsync(version, "laptop", key);
        var peer = await cluster.AddSyncthingAsync(peerVersion, "peer");
        ImportedSyncthing? ours = null;
        await cluster.RunAsync(async () =>
        {
            await Cluster.PairAsync(old, peer);
            await Cluster.PairAsync(peer, old);
            await peer.Rest.PatchAsync($"config/devices/{old.Id}", new JsonObject { ["addresses"] = new JsonArray(old.PeerAddress) });
            await old.Rest.PatchAsync($"config/devices/{peer.Id}", new JsonObject { ["addresses"] = new JsonArray(peer.PeerAddress) });
            SampleFiles.WriteTree(cluster.PathOf(Folder, old));
            await cluster.ShareAsync(Folder, [old, peer]);
            await old.Rest.PostAsync($"db/ignores?folder={Folder}", new JsonObject { ["ignore"] = new JsonArray("*.scratch") });
            await cluster.ConnectedAsync(old, peer);
            await cluster.SyncedAsync(Folder);

            // A running Syncthing isn't imported.
            var refused = await FolderSyncProcess.RunAsync("import-syncthing", old.Home, "--home", cluster.Scratch.In("ours"), "--yes");
            Assert.True(refused.ExitCode == 2, refused.All);
            Assert.Contains("is running", refused.Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(cluster.Scratch.In("ours")));
            Assert.Equal(0, await old.TerminateAsync());

            // Edits that were not announced yet.
            SampleFiles.Write(Path.Combine(cluster.PathOf(Folder, old), "edited before the import.txt"), "new");
            SampleFiles.Write(Path.Combine(cluster.PathOf(Folder, old), "left alone.scratch"), "ignored");
            ours = await ImportedSyncthing.ImportAsync(old, cluster.Scratch.In("ours"));
            Assert.Contains(old.Id.ToString(), ours.Imported.Output, StringComparison.Ordinal);
            await ours.StartAsync();
            await UntilAsync(async () => (bool)(await peer.ConnectionAsync(old))["connected"]!);
            await UntilAsync(async () => await ours.StateAsync(Folder) == "idle" && await ours.SeesCompleteAsync(Folder, peer) && await peer.SeesCompleteAsync(Folder, old) &&
                File.Exists(Path.Combine(cluster.PathOf(Folder, peer), "edited before the import.txt")));
            await peer.ScanAsync(Folder);
            Assert.False(File.Exists(Path.Combine(cluster.PathOf(Folder, peer), "left alone.scratch")));
            File.Delete(Path.Combine(cluster.PathOf(Folder, old), "left alone.scratch"));
            await TreeDigest.AssertSameAsync(cluster.PathOf(Folder, old), cluster.PathOf(Folder, peer));
            Assert.Empty(Directory.EnumerateFiles(cluster.Scratch.Path, "*sync-conflict*", SearchOption.AllDirectories));

            // The peer sees no pending device and no pending folder.
            Assert.Empty((await peer.Rest.GetAsync("cluster/pending/devices")).AsObject());
            Assert.Empty((await peer.Rest.GetAsync("cluster/pending/folders")).AsObject());
            Assert.StartsWith("foldersync", (string)(await ours.Rest.GetAsync("system/version"))["longVersion"]!, StringComparison.OrdinalIgnoreCase);

            // Changes go both ways.
            SampleFiles.Write(Path.Combine(cluster.PathOf(Folder, peer), "by the peer.txt"), "hello");
            SampleFiles.Write(Path.Combine(cluster.PathOf(Folder, old), "by the imported.txt"), "hello");
            await peer.ScanAsync(Folder);
            await ours.ScanAsync(Folder);
            await UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(cluster.PathOf(Folder, old), "by the peer.txt")) && File.Exists(Path.Combine(cluster.PathOf(Folder, peer), "by the imported.txt"))));
        });
        if (ours is not null)
            await ours.DisposeAsync();

        Task UntilAsync(Func<Task<bool>> holds) => Wait.UntilAsync(() => Holds(holds), () => $"{ours?.Log}\n--- peer\n{peer.Log}");

        static async Task<bool> Holds(Func<Task<bool>> holds)
        {
            try
            {
                return await holds();
            }
            catch (Exception e) when (ConnectionFailure.Is(e))
            {
                return false;
            }
        }
    }

    [SkippableTheory]
    [InlineData("1.19")]
    [InlineData("1.29")]
    public async Task AFreshlyGeneratedHomeIsTakenOverWithoutAWordButTheInternet(string version)
    {
        SyncthingProcess.SkipUnlessThere(version);
        using var scratch = new ScratchDirectory();
        var user = scratch.Make("user");
        var made = await ChildProcess.RunAsync(TestSettings.Syncthing(version), ["generate", "--home", scratch.In("syncthing"), "--skip-port-probing"], new Dictionary<string, string?> { ["HOME"] = user, ["STNOUPGRADE"] = "1" });
        Assert.True(made.ExitCode == 0, made.All);
        var shown = await FolderSyncProcess.RunAsync("import-syncthing", scratch.In("syncthing"), "--home", scratch.In("ours"), "--dry-run");
        Assert.True(shown.ExitCode == 0, shown.All);
        Assert.Contains($"'{Path.Combine(user, "Sync")}', send-receive", shown.Output, StringComparison.Ordinal);
        var notes = shown.Output.Split('\n').SkipWhile(l => !l.StartsWith("Imported in another form", StringComparison.Ordinal)).Skip(1).Where(l => l.Length > 0).ToList();
        Assert.Contains("globalAnnounceEnabled, relaysEnabled, natEnabled", Assert.Single(notes, n => !n.Contains("path '", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.False(Directory.Exists(scratch.In("ours")));
    }

    /// <summary>Programs made for Syncthing read the address and the key from a home's config.xml.</summary>
    [SkippableTheory]
    [InlineData("1.19")]
    [InlineData("1.29")]
    public async Task SyncthingsOwnCommandLineFindsUsByOurHome(string version)
    {
        SyncthingProcess.SkipUnlessThere(version);
        using var scratch = new ScratchDirectory();
        await using var device = await FolderSyncProcess.StartAsync("device", scratch.In("home"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(device.Home, "config.xml")));
        Assert.Equal(device.Id.ToString(), (string)JsonNode.Parse(await CliAsync("show", "system"))!["myID"]!);
        Assert.StartsWith("foldersync", (string)JsonNode.Parse(await CliAsync("show", "version"))!["longVersion"]!, StringComparison.OrdinalIgnoreCase);
        await CliAsync("config", "folders", "add", "--id", "cli", "--path", scratch.Make("cli"));
        Assert.Contains("id: cli", await File.ReadAllTextAsync(device.ConfigFile), StringComparison.Ordinal);

        // It follows the configuration, and we may overwrite it; but not a Syncthing's own one.
        await File.WriteAllTextAsync(device.ConfigFile, (await File.ReadAllTextAsync(device.ConfigFile)).Replace("name: device ", "name: renamed ", StringComparison.Ordinal));
        await Wait.UntilAsync(async () => (await File.ReadAllTextAsync(Path.Combine(device.Home, "config.xml"))).Contains("name=\"renamed\"", StringComparison.Ordinal), () => device.Log);
        Assert.Equal(0, await device.TerminateAsync());
        await File.WriteAllTextAsync(Path.Combine(device.Home, "config.xml"), "<configuration version=\"37\"></configuration>");
        await device.StartAsync();
        Assert.Equal("<configuration version=\"37\"></configuration>", await File.ReadAllTextAsync(Path.Combine(device.Home, "config.xml")));
        await device.WrittenAsync("it exists, and FolderSync didn't create it");

        async Task<string> CliAsync(params string[] command)
        {
            var ended = await ChildProcess.RunAsync(TestSettings.Syncthing(version), ["cli", "--home", device.Home, .. command]);
            Assert.True(ended.ExitCode == 0, $"syncthing cli {string.Join(' ', command)}: {ended.All}\n{device.Log}");
            return ended.Output;
        }
    }
}
