using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using FolderSync.Core.Model;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>
/// Upgrades homes of earlier versions (tests/fixtures, created by `make-home` there): nothing is announced again, no peer sends its index again,
/// and the configuration doesn't change. After unpacking, every file has a different inode and ctime than in the index, as after restoring a
/// backup, so each is read once more and found unchanged.
/// </summary>
public sealed class OldHomeTests
{
    [Theory]
    [InlineData("home-0.1.0.tar.gz")]
    public async Task A_home_of_an_earlier_version_is_taken_over(string archive)
    {
        await using var cluster = new Cluster();
        var expected = await UnpackAsync(archive, cluster.Scratch.Path);
        var device = DeviceOf(expected, cluster.Scratch);
        cluster.Add(device);
        await using var peer = WirePeer.Of(cluster.Scratch.In("peer"));
        var config = Configure(device, cluster.Scratch.In("kept"));

        await cluster.RunAsync(async () =>
        {
            await device.StartAsync();
            Assert.Equal((string)expected["id"]!, (string)(await device.Rest.GetAsync("system/status"))["myID"]!);
            foreach (var folder in (string[])["docs", "inbox"])
                await device.ScanAsync(folder);
            await SameAsync(device, expected);
            Assert.DoesNotContain("damaged", device.Log, StringComparison.Ordinal);
            Assert.Equal(0, await device.TerminateAsync());
            // Once more: it accepts what it wrote itself.
            await device.StartAsync();
            await SameAsync(device, expected);
            await NothingIsAnnouncedAsync(device, peer, expected);
            Assert.Equal(0, await device.TerminateAsync());
            Assert.Equal(config, await File.ReadAllTextAsync(device.ConfigFile));
        });
    }

    [Fact]
    public async Task A_home_with_a_newer_configuration_or_state_is_refused_and_untouched()
    {
        using var scratch = new ScratchDirectory();
        var expected = await UnpackAsync("home-0.1.0.tar.gz", scratch.Path);
        var device = DeviceOf(expected, scratch);
        var config = Configure(device, scratch.In("kept"));

        await File.WriteAllTextAsync(device.ConfigFile, "format: 2\n" + config);
        await RefusedAsync(device.Home, $"{device.ConfigFile}:1:9: The configuration has format 2, written for a newer FolderSync.");

        await File.WriteAllTextAsync(device.ConfigFile, config);
        var state = Path.Combine(device.Home, "state.db");
        await using (var file = new FileStream(state, FileMode.Open, FileAccess.Write))
        {
            // LiteDB's USER_VERSION.
            file.Seek(76, SeekOrigin.Begin);
            file.WriteByte(2);
        }
        await RefusedAsync(device.Home, $"The service's state '{state}' has format 2, written by a newer FolderSync.");
    }

    [Fact]
    public async Task A_folder_with_a_newer_index_stands_still_and_says_so_and_the_others_go_on()
    {
        await using var cluster = new Cluster();
        var expected = await UnpackAsync("home-0.1.0.tar.gz", cluster.Scratch.Path);
        var device = DeviceOf(expected, cluster.Scratch);
        cluster.Add(device);
        Configure(device, cluster.Scratch.In("kept"));
        var index = Path.Combine(device.Home, "index", "index-docs.db");
        await using (var file = new FileStream(index, FileMode.Open, FileAccess.Write))
        {
            // SQLite's user_version, big-endian.
            file.Seek(63, SeekOrigin.Begin);
            file.WriteByte(3);
        }
        var before = Contents(Path.GetDirectoryName(index)!, "index-docs*");

        await cluster.RunAsync(async () =>
        {
            await device.StartAsync();
            await cluster.UntilAsync("that the folder says so", async () =>
                ((string)(await device.StatusAsync("docs"))["error"]!).Contains($"The index '{index}' has format 3, written by a newer FolderSync.", StringComparison.Ordinal));
            await device.ScanAsync("inbox");
            Assert.Equal("idle", await device.StateAsync("inbox"));
            Assert.Equal(0, await device.TerminateAsync());
        });
        Assert.Equal(before, Contents(Path.GetDirectoryName(index)!, "index-docs*"));
    }

    /// <summary>REST responses are the same as those of the earlier version just before it stopped.</summary>
    private static async Task SameAsync(SyncDevice device, JsonNode expected)
    {
        foreach (var (folder, fields) in expected["status"]!.AsObject())
        {
            var status = await device.StatusAsync(folder);
            foreach (var (name, value) in fields!.AsObject())
                Same(value, status[name], $"{folder}: {name}");
        }
        foreach (var (folder, files) in expected["files"]!.AsObject())
        {
            foreach (var (name, file) in files!.AsObject())
            {
                var now = await device.Rest.GetAsync($"db/file?folder={folder}&file={Uri.EscapeDataString(name)}");
                foreach (var part in (string[])["local", "global"])
                    Same(file![part], now[part], $"{folder}/{name}: {part}");
                Same(Ids(file!["availability"]), Ids(now["availability"]), $"{folder}/{name}: availability");
            }
        }
        Same(Versions(expected["versions"]), Versions(await device.Rest.GetAsync("folder/versions?folder=docs")), "versions");
        Same(expected["pendingDevices"], await device.Rest.GetAsync("cluster/pending/devices"), "pending devices");
        Same(expected["pendingFolders"], await device.Rest.GetAsync("cluster/pending/folders"), "pending folders");
        Same(expected["history"], await device.Rest.GetAsync("foldersync/changes?folder=docs"), "history");
        Same(expected["conflicts"], await device.Rest.GetAsync("foldersync/conflicts"), "conflicts");
        foreach (var (folder, statistics) in expected["statistics"]!.AsObject())
            Same(statistics!["lastFile"], (await device.Rest.GetAsync("stats/folder"))[folder]!["lastFile"], $"{folder}: last file");
    }

    /// <summary>
    /// To the peer that it synced with, which claims to have everything: index IDs and sequences are the same as before on both sides, and no entry
    /// is sent.
    /// </summary>
    private static async Task NothingIsAnnouncedAsync(FolderSyncProcess device, WirePeer peer, JsonNode expected)
    {
        await peer.ConnectAsync(device, async () =>
        {
            var claims = new List<ClaimedIndex>();
            foreach (var (folder, indexId) in expected["indexIds"]!.AsObject())
            {
                var own = await peer.KnownIndexAsync(folder, device.Id);
                var theirs = await peer.KnownIndexAsync(folder, peer.Id);
                var status = expected["status"]![folder]!;
                var remote = (ulong)(long)status["remoteSequence"]![peer.Id.ToString()]!;
                // REST's value is the sum over all devices.
                Assert.Equal((ulong.Parse((string)indexId!, System.Globalization.CultureInfo.InvariantCulture), (ulong)(long)status["sequence"]! - remote), own);
                Assert.Equal(remote, theirs.Sequence);
                Assert.NotEqual(0ul, theirs.IndexId);
                claims.Add(new ClaimedIndex(folder, theirs.IndexId, theirs.Sequence, own.IndexId, own.Sequence));
            }
            return claims;
        });
        // An edit proves that announcements arrive, and that nothing comes before it.
        await File.WriteAllTextAsync(Path.Combine(device.Home, "..", "docs", "ignored.tmp"), "Still nobody's business.\n");
        await File.WriteAllTextAsync(Path.Combine(device.Home, "..", "docs", "probe.txt"), "New.\n");
        await device.ScanAsync("docs");
        await Wait.UntilAsync(() => peer.Announced.Contains("docs/probe.txt"), () => $"The new file was not announced; what was: {string.Join(", ", peer.Announced)}; {peer.Ended}");
        Assert.Equal(["docs/probe.txt"], peer.Announced);
    }

    private static FolderSyncProcess DeviceOf(JsonNode expected, ScratchDirectory scratch)
    {
        Assert.True(DeviceIdText.TryParse((string)expected["id"]!, out var id, out _));
        return FolderSyncProcess.Of("kept", scratch.In("kept", "home"), id);
    }

    private static async Task RefusedAsync(string home, string why)
    {
        var before = Contents(home, "*");
        var ended = await FolderSyncProcess.RunAsync("serve", "--home", home, "--no-browser");
        Assert.True(ended.ExitCode != 0 && ended.All.Contains(why, StringComparison.Ordinal), ended.All);
        Assert.Equal(before, Contents(home, "*"));
    }

    /// <summary>Locks and the file that tells clients of a running service belong to the process, not to the home.</summary>
    private static IReadOnlyList<(string Name, string Bytes)> Contents(string directory, string pattern) =>
    [
        .. Directory.EnumerateFiles(directory, pattern, SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "lock" && Path.GetExtension(f) != ".lock").Order(StringComparer.Ordinal)
            .Select(f => (f, Convert.ToHexString(File.ReadAllBytes(f)))),
    ];

    private static async Task<JsonNode> UnpackAsync(string archive, string directory)
    {
        await using var file = File.OpenRead(Path.Combine(TestSettings.Repository, "tests/fixtures", archive));
        await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(unzipped, directory, overwriteFiles: false);
        return JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(directory, "expected.json")))!;
    }

    /// <summary>Writes this test's paths and ports into the configuration, which must stay unchanged from then on.</summary>
    private static string Configure(FolderSyncProcess device, string root)
    {
        foreach (var file in Directory.EnumerateFiles(device.Home, "*.yaml", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file).Replace("@ROOT@", root, StringComparison.Ordinal);
            text = System.Text.RegularExpressions.Regex.Replace(text, "listen: .*", $"listen: [\"{device.PeerAddress}\"]");
            File.WriteAllText(file, System.Text.RegularExpressions.Regex.Replace(text, "address: 127.*", $"address: 127.0.0.1:{device.PagePort}"));
        }
        return File.ReadAllText(device.ConfigFile);
    }

    /// <summary>A version's time is its ctime, which is that of unpacking.</summary>
    private static JsonNode Versions(JsonNode? versions)
    {
        var known = versions!.DeepClone();
        foreach (var version in known.AsObject().SelectMany(f => f.Value!.AsArray()))
            version!.AsObject().Remove("versionTime");
        return known;
    }

    private static JsonNode Ids(JsonNode? availability) => new JsonArray([.. (availability?.AsArray() ?? []).Select(a => a!["id"]!.DeepClone())]);

    private static void Same(JsonNode? expected, JsonNode? actual, string what) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{what} was {expected?.ToJsonString() ?? "null"}, and is {actual?.ToJsonString() ?? "null"}.");
}
