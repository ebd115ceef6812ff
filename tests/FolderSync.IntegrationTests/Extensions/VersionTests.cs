using System.Net;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Extensions;

/// <summary>Versions, conflicts, contents and previews over REST: the user's decisions, and their results on both disks.</summary>
public sealed class VersionTests(ExtensionDevice device) : IClassFixture<ExtensionDevice>
{
    private Cluster Cluster => device.Cluster;

    private Task RunAsync(Func<Task> steps) => Cluster.RunAsync(steps);

    [Fact]
    public Task A_version_is_restored_and_what_was_there_is_kept() => RunAsync(async () =>
    {
        var (ours, peer) = await device.ShareAsync("restore", files: [("d/a.txt", "first"), ("b.txt", "stays")]);
        SampleFiles.Write(Path.Combine(peer, "d/a.txt"), "second, theirs");
        File.Delete(Path.Combine(peer, "b.txt"));
        await Cluster.SyncedAsync("restore");
        Assert.Equal("second, theirs", File.ReadAllText(Path.Combine(ours, "d/a.txt")));
        var versions = await device.GetAsync("versions?folder=restore");
        Assert.Equal((2, 10), ((int)versions["total"]!, (int)versions["totalBytes"]!));
        var first = (await device.GetAsync("versions?folder=restore&prefix=d/"))["items"]!.AsArray().Single()!;
        Assert.Equal(("d/a.txt", 5), ((string)first["name"]!, (int)first["size"]!));
        Assert.Equal("b.txt", (string)(await device.GetAsync("versions?folder=restore&perpage=1"))["items"]!.AsArray().Single()!["name"]!);

        var restored = await device.AskAsync(HttpMethod.Post, "versions/restore", new JsonObject { ["folder"] = "restore", ["key"] = (string)first["key"]! });
        Assert.Equal("d/a.txt", (string)restored!["restored"]!);
        Assert.Equal("first", File.ReadAllText(Path.Combine(ours, "d/a.txt")));
        await Cluster.SyncedAsync("restore");
        Assert.Equal("first", File.ReadAllText(Path.Combine(peer, "d/a.txt")));
        var kept = (await device.GetAsync("versions?folder=restore&prefix=d/"))["items"]!.AsArray().Single()!;
        Assert.Equal("second, theirs".Length, (int)kept["size"]!);
        Assert.Equal("second, theirs", File.ReadAllText(Path.Combine(ours, ".stversions", (string)kept["key"]!)));

        // A deleted file is restored on all devices; a version can be deleted for good.
        await device.AskAsync(HttpMethod.Post, "versions/restore", new JsonObject { ["folder"] = "restore", ["key"] = "b.txt" });
        await Cluster.SyncedAsync("restore");
        Assert.Equal("stays", File.ReadAllText(Path.Combine(peer, "b.txt")));
        await device.AskAsync(HttpMethod.Delete, $"versions?folder=restore&key={Uri.EscapeDataString((string)kept["key"]!)}");
        Assert.Equal(0, (int)(await device.GetAsync("versions?folder=restore"))["total"]!);
        await device.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Delete, $"versions?folder=restore&key={Uri.EscapeDataString((string)kept["key"]!)}");
    });

    [Fact]
    public Task A_version_in_a_directory_that_is_gone_comes_back_with_it() => RunAsync(async () =>
    {
        var (ours, peer) = await device.ShareAsync("gone", files: [("deep/er/a.txt", "deep"), ("x", "x")]);
        Directory.Delete(Path.Combine(peer, "deep"), recursive: true);
        await Cluster.SyncedAsync("gone");
        Assert.False(Directory.Exists(Path.Combine(ours, "deep")));
        await device.AskAsync(HttpMethod.Post, "versions/restore", new JsonObject { ["folder"] = "gone", ["key"] = "deep/er/a.txt" });
        await Cluster.SyncedAsync("gone");
        Assert.Equal("deep", File.ReadAllText(Path.Combine(peer, "deep/er/a.txt")));
    });

    /// <summary>The size stays bounded automatically.</summary>
    [Fact]
    public Task Versions_are_thinned_to_their_size_and_an_original_never_goes() => RunAsync(async () =>
    {
        var (ours, peer) = await device.ShareAsync("bounded", files: [("a", "a")]);
        await SetInYamlAsync("bounded", "versions-max-size: 100 kB");
        byte[] original = [];
        for (var round = 0; round < 12; round++)
        {
            SampleFiles.Write(Path.Combine(peer, "big"), 40_000);
            await Cluster.SyncedAsync("bounded");
            original = round == 0 ? File.ReadAllBytes(Path.Combine(ours, "big")) : original;
        }
        // Of eleven the newest, what the file was before all of that, and what stood for a long time compared with all that came after it.
        Assert.InRange(await TotalAsync(), 2, 8);
        await SetInYamlAsync("bounded", "versions-max-size: 100 kB", "versions-max-size: 50 kB");
        await device.AskAsync(HttpMethod.Post, "versions/clean?folder=bounded");
        Assert.InRange(await TotalAsync(), 2, 8);
        Assert.Contains(Directory.GetFiles(Path.Combine(ours, ".stversions")), v => File.ReadAllBytes(v).AsSpan().SequenceEqual(original));
        Assert.True(File.Exists(Path.Combine(ours, "big")));

        async Task<int> TotalAsync() => (int)(await device.GetAsync("versions?folder=bounded"))["total"]!;
    });

    [Theory]
    [InlineData("copy")]
    [InlineData("current")]
    public Task A_conflict_is_resolved_and_nothing_is_lost(string keep) => RunAsync(async () =>
    {
        var folder = "conflict-" + keep;
        var (ours, peer) = await device.ShareAsync(folder, files: [("a.txt", "before")]);
        await device.Ours.PauseAsync(device.Peer);
        SampleFiles.Write(Path.Combine(ours, "a.txt"), "what we wrote");
        await device.Ours.ScanAsync(folder);
        SampleFiles.Write(Path.Combine(peer, "a.txt"), "what they wrote, later");
        File.SetLastWriteTimeUtc(Path.Combine(peer, "a.txt"), DateTime.UtcNow.AddMinutes(1));
        await device.Peer.ScanAsync(folder);
        await device.Ours.ResumeAsync(device.Peer);
        JsonNode? conflict = null;
        await Cluster.UntilAsync("that the conflict is there on both sides", async () =>
        {
            conflict = (await device.GetAsync($"conflicts?folder={folder}")).AsArray().SingleOrDefault();
            return conflict is not null && Directory.GetFiles(peer, "*.sync-conflict-*").Length == 1;
        });
        await Cluster.SyncedAsync(folder);
        Assert.Equal(1, (int)(await device.GetAsync("folders")).AsArray().Single(f => (string)f!["id"]! == folder)!["conflicts"]!);
        var copy = (string)conflict!["copy"]!;
        Assert.Equal(("a.txt", "conflict"), ((string)conflict["item"]!,
            (string)(await device.GetAsync($"browse?folder={folder}"))["items"]!.AsArray().Single(i => (string)i!["name"]! == copy)!["state"]!));
        var (current, other) = (File.ReadAllText(Path.Combine(ours, "a.txt")), File.ReadAllText(Path.Combine(ours, copy)));
        Assert.Equal(["what they wrote, later", "what we wrote"], new[] { current, other }.Order());

        await device.AskAsync(HttpMethod.Post, "conflicts/resolve", new JsonObject { ["folder"] = folder, ["copy"] = copy, ["keep"] = keep });
        await Cluster.SyncedAsync(folder);
        await TreeDigest.AssertSameAsync(ours, peer);
        Assert.Equal(keep == "copy" ? other : current, File.ReadAllText(Path.Combine(peer, "a.txt")));
        Assert.Equal(["a.txt"], Directory.GetFiles(peer).Select(Path.GetFileName));
        Assert.Empty((await device.GetAsync($"conflicts?folder={folder}")).AsArray());
        Assert.Contains(Directory.GetFiles(Path.Combine(ours, ".stversions")), f => File.ReadAllText(f) == (keep == "copy" ? current : other));
    });

    [Fact]
    public Task Contents_have_states() => RunAsync(async () =>
    {
        var peer = Cluster.PathOf("states", device.Peer);
        foreach (var name in (string[])["same", "dir/below", "other/x"])
            SampleFiles.Write(Path.Combine(peer, name), "theirs");
        var (ours, _) = await device.ShareAsync("states", ofOurs: new JsonObject { ["type"] = "receiveonly" });
        SampleFiles.Write(Path.Combine(ours, "mine"), "local only");
        SampleFiles.Write(Path.Combine(ours, "left.out"), "ignored");
        await device.Ours.Rest.PostAsync("db/ignores?folder=states", new JsonObject { ["ignore"] = new JsonArray("*.out") });
        await device.Ours.ScanAsync("states");
        var level = await device.GetAsync("browse?folder=states");
        var states = level["items"]!.AsArray().ToDictionary(i => (string)i!["name"]!, i => (string)i!["state"]!);
        Assert.Equal("inSync", states["same"]);
        Assert.Equal("localOnly", states["mine"]);
        Assert.Equal("ignored", states["left.out"]);
        Assert.Equal("inSync", states["dir"]);
        Assert.Equal((int)level["total"]!, states.Count);
        Assert.Equal(["below"], (await device.GetAsync("browse?folder=states&prefix=dir"))["items"]!.AsArray().Select(i => (string)i!["name"]!));
        Assert.Equal("dir", (string)(await device.GetAsync("browse?folder=states&page=1&perpage=1"))["items"]!.AsArray().Single()!["name"]!);

        // A send-only folder lists the others' changes as needed, with their parent directories.
        await device.ShareAsync("lacking", ofOurs: new JsonObject { ["type"] = "sendonly" }, files: [("same", "s"), ("dir/below", "b")]);
        SampleFiles.Write(Path.Combine(Cluster.PathOf("lacking", device.Peer), "dir/deep/theirs"), "t");
        SampleFiles.Write(Path.Combine(Cluster.PathOf("lacking", device.Peer), "theirs"), "tt");
        await device.Peer.ScanAsync("lacking");
        JsonArray items = [];
        await Cluster.UntilAsync("that the peer's files are known", async () => (items = (await device.GetAsync("browse?folder=lacking"))["items"]!.AsArray()).Count == 3);
        Assert.Equal([("dir", "needed"), ("same", "inSync"), ("theirs", "needed")], items.Select(i => ((string)i!["name"]!, (string)i["state"]!)));
        Assert.Equal([("deep", "needed"), ("below", "inSync")],
            (await device.GetAsync("browse?folder=lacking&prefix=dir"))["items"]!.AsArray().Select(i => ((string)i!["name"]!, (string)i["state"]!)));

        var preview = await device.GetAsync("revert/preview?folder=states");
        Assert.Equal((1, "mine", "delete", 10), ((int)preview["total"]!, (string)preview["items"]![0]!["name"]!, (string)preview["items"]![0]!["action"]!, (int)preview["bytes"]!));
    });

    [Fact]
    public Task Ignore_patterns_are_tried_without_a_change() => RunAsync(async () =>
    {
        var (ours, _) = await device.ShareAsync("tried", files: [("a.log", "12345"), ("keep.txt", "k"), ("node/one.js", "1"), ("node/two.js", "22"), ("x/b.log", "123")]);
        SampleFiles.Write(Path.Combine(ours, "more"), "// more\n*.txt\n");
        var preview = await Try("*.log", "node", "#include more");
        Assert.Equal(["a.log", "keep.txt", "node", "x/b.log"], preview["items"]!.AsArray().Select(i => (string)i!["name"]!));
        Assert.Equal((4, 5, 12), ((int)preview["total"]!, (int)preview["ignoredFiles"]!, (int)preview["ignoredBytes"]!));
        Assert.Equal("more:2: *.txt", (string)preview["items"]![1]!["pattern"]!);
        Assert.Equal(["a.log"], (await Try("!x/b.log", "*.log"))["items"]!.AsArray().Select(i => (string)i!["name"]!));
        Assert.Equal(2, (int)(await Try("fine", "[bad"))["line"]!);
        Assert.Contains("outside of the folder", (string)(await Try("#include ../../../etc/passwd"))["error"]!, StringComparison.Ordinal);
        Directory.CreateSymbolicLink(Path.Combine(ours, "link"), "/etc");
        Assert.Contains("does not exist", (string)(await Try("#include link/passwd"))["error"]!, StringComparison.Ordinal);
        Assert.Equal(["keep.txt"], (await device.AskAsync(HttpMethod.Post, "ignores/preview",
            new JsonObject { ["folder"] = "tried", ["lines"] = new JsonArray("*.log", "node", "*.txt"), ["page"] = 2, ["perpage"] = 1 }))!["items"]!.AsArray().Select(i => (string)i!["name"]!));
        Assert.False(File.Exists(Path.Combine(ours, ".stignore")));

        async Task<JsonNode> Try(params string[] lines) => (await device.AskAsync(HttpMethod.Post, "ignores/preview",
            new JsonObject { ["folder"] = "tried", ["lines"] = new JsonArray([.. lines.Select(l => (JsonNode)l)]) }))!;
    });

    private async Task SetInYamlAsync(string folder, string line, string? instead = null)
    {
        var yaml = await File.ReadAllTextAsync(device.Ours.ConfigFile);
        var changed = instead is null ? yaml.Replace($"- id: {folder}\n", $"- id: {folder}\n    {line}\n", StringComparison.Ordinal) : yaml.Replace(line, instead, StringComparison.Ordinal);
        Assert.NotEqual(yaml, changed);
        await File.WriteAllTextAsync(device.Ours.ConfigFile, changed);
        await Cluster.UntilAsync("that the configuration is in force", async () =>
            (await device.Ours.Rest.AskAsync(HttpMethod.Get, "foldersync/config/yaml")).Text.Contains(instead ?? line, StringComparison.Ordinal) && await device.Ours.StateAsync(folder) == "idle");
    }
}
