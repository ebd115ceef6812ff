using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>Two FolderSyncs for a class of tests; each test shares its own folder.</summary>
public sealed class TwoDevices : IAsyncLifetime
{
    public Cluster Cluster { get; } = new();

    public FolderSyncProcess Ours { get; private set; } = null!;

    public FolderSyncProcess Peer { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Ours = await Cluster.AddFolderSyncAsync("ours");
        Peer = await Cluster.AddFolderSyncAsync("peer");
        await Cluster.PairAsync(Ours, Peer);
    }

    public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();
}

/// <summary>What a user must be able to rely on.</summary>
public sealed class SafetyTests(TwoDevices devices) : IClassFixture<TwoDevices>
{
    private FolderSyncProcess Ours => devices.Ours;

    private FolderSyncProcess Peer => devices.Peer;

    private Cluster Cluster => devices.Cluster;

    [Fact]
    public Task OverwrittenAndDeletedFilesAreKept() => RunAsync("kept", async (ours, peer) =>
    {
        SampleFiles.Write(Path.Combine(ours, "overwritten.txt"), "first");
        SampleFiles.Write(Path.Combine(ours, "sub", "deleted.txt"), "doomed");
        await Cluster.SyncedAsync("kept");
        SampleFiles.Write(Path.Combine(ours, "overwritten.txt"), "second");
        File.Delete(Path.Combine(ours, "sub", "deleted.txt"));
        await Cluster.SyncedAsync("kept");
        Assert.Equal("second", File.ReadAllText(Path.Combine(peer, "overwritten.txt")));
        Assert.False(File.Exists(Path.Combine(peer, "sub", "deleted.txt")));
        var kept = Directory.GetFiles(Path.Combine(peer, ".stversions"), "*", SearchOption.AllDirectories).Select(File.ReadAllText);
        Assert.Equal(["doomed", "first"], kept.Order());
        // The user's own changes on this device create no version.
        Assert.False(Directory.Exists(Path.Combine(ours, ".stversions")));
    });

    [Fact]
    public Task ReceiveOnlyRevert() => RunAsync("receive", async (ours, peer) =>
    {
        SampleFiles.Write(Path.Combine(ours, "changed.txt"), "theirs");
        SampleFiles.Write(Path.Combine(ours, "deleted.txt"), "theirs too");
        await Cluster.SyncedAsync("receive");
        SampleFiles.Write(Path.Combine(peer, "changed.txt"), "changed here");
        SampleFiles.Write(Path.Combine(peer, "new.txt"), "new here");
        File.Delete(Path.Combine(peer, "deleted.txt"));
        await Peer.ScanAsync("receive");
        var changed = await Peer.StatusAsync("receive");
        Assert.Equal(2, (int)changed["receiveOnlyChangedFiles"]!);
        Assert.Equal(1, (int)changed["receiveOnlyChangedDeletes"]!);
        await Ours.ScanAsync("receive");
        Assert.Equal("theirs", File.ReadAllText(Path.Combine(ours, "changed.txt")));
        Assert.False(File.Exists(Path.Combine(ours, "new.txt")));
        Assert.True(File.Exists(Path.Combine(ours, "deleted.txt")));

        await Peer.Rest.PostAsync("db/revert?folder=receive");
        await Cluster.UntilAsync("that the revert is done", async () => (int)(await Peer.StatusAsync("receive"))["receiveOnlyTotalItems"]! == 0);
        await Cluster.SyncedAsync("receive");
        await TreeDigest.AssertSameAsync(ours, peer);
        Assert.Equal("theirs", File.ReadAllText(Path.Combine(peer, "changed.txt")));
    }, ofPeer: new JsonObject { ["type"] = "receiveonly" });

    [Fact]
    public Task SendOnlyOverride() => RunAsync("send", async (ours, peer) =>
    {
        SampleFiles.Write(Path.Combine(ours, "a.txt"), "the truth");
        await Cluster.SyncedAsync("send");
        SampleFiles.Write(Path.Combine(peer, "a.txt"), "another opinion");
        SampleFiles.Write(Path.Combine(peer, "b.txt"), "one more");
        await Peer.ScanAsync("send");
        await Cluster.UntilAsync("that the sender sees the difference", async () => (int)(await Ours.StatusAsync("send"))["needTotalItems"]! == 2);
        Assert.Equal("the truth", File.ReadAllText(Path.Combine(ours, "a.txt")));
        Assert.False(File.Exists(Path.Combine(ours, "b.txt")));

        await Ours.Rest.PostAsync("db/override?folder=send");
        await Cluster.SyncedAsync("send");
        await TreeDigest.AssertSameAsync(ours, peer);
        Assert.Equal("the truth", File.ReadAllText(Path.Combine(peer, "a.txt")));
    }, ofOurs: new JsonObject { ["type"] = "sendonly" });

    [Fact]
    public Task MissingMarkerStopsTheFolderAndDeletesNothing() => RunAsync("marker", async (ours, peer) =>
    {
        for (var i = 0; i < 5; i++)
            SampleFiles.Write(Path.Combine(ours, $"file-{i}"), $"content {i}");
        await Cluster.SyncedAsync("marker");
        // As when a disk is not mounted: the directory exists and is empty.
        Directory.Move(ours, ours + "-elsewhere");
        Directory.CreateDirectory(ours);
        await Ours.Rest.AskAsync(HttpMethod.Post, "db/scan?folder=marker");
        await Cluster.UntilAsync("that the folder stops", async () => await Ours.StateAsync("marker") == "error");
        Assert.NotEqual("", (string)(await Ours.StatusAsync("marker"))["error"]!);
        await Peer.ScanAsync("marker");
        Assert.Equal(0, (int)(await Peer.StatusAsync("marker"))["globalDeleted"]!);
        Assert.Equal(5, Directory.GetFiles(peer, "file-*").Length);

        Directory.Delete(ours, recursive: true);
        Directory.Move(ours + "-elsewhere", ours);
        await Cluster.UntilAsync("that the folder goes on by itself or at a scan", async () =>
        {
            await Ours.Rest.AskAsync(HttpMethod.Post, "db/scan?folder=marker");
            return await Ours.StateAsync("marker") == "idle";
        });
        await Cluster.SyncedAsync("marker");
        await TreeDigest.AssertSameAsync(ours, peer);
        Assert.Equal(5, Directory.GetFiles(ours, "file-*").Length);
    });

    [Theory]
    [InlineData("confirm", 0)]
    [InlineData("restore", 40)]
    public Task MassDeletionIsHeldUntilConfirmed(string action, int left) => RunAsync("mass-" + action, async (ours, peer) =>
    {
        var folder = "mass-" + action;
        for (var i = 0; i < 40; i++)
            SampleFiles.Write(Path.Combine(ours, $"file-{i}"), $"content {i}");
        await Cluster.SyncedAsync(folder);
        // This device has no watcher: it would see the first few before the rest is deleted.
        foreach (var file in Directory.GetFiles(ours, "file-*"))
            File.Delete(file);
        await Ours.ScanAsync(folder);
        Assert.Equal(40, (int)(await Ours.StatusAsync(folder))["holdFiles"]!);
        await Peer.ScanAsync(folder);
        Assert.Equal(40, Directory.GetFiles(peer, "file-*").Length);

        await Ours.Rest.PostAsync($"foldersync/deletions?folder={folder}&action={action}");
        await Cluster.UntilAsync("that the hold ends", async () => (int)(await Ours.StatusAsync(folder))["holdFiles"]! == 0);
        await Cluster.SyncedAsync(folder);
        await TreeDigest.AssertSameAsync(ours, peer);
        Assert.Equal(left, Directory.GetFiles(peer, "file-*").Length);
    }, ofOurs: new JsonObject { ["fsWatcherEnabled"] = false });

    [Fact]
    public Task PausedFolderExchangesNothing() => RunAsync("paused", async (ours, peer) =>
    {
        SampleFiles.Write(Path.Combine(ours, "before"), "before");
        await Cluster.SyncedAsync("paused");
        await Peer.SetFolderAsync("paused", "paused", true);
        Assert.Equal("", await Peer.StateAsync("paused"));
        SampleFiles.Write(Path.Combine(ours, "meanwhile"), "meanwhile");
        SampleFiles.Write(Path.Combine(peer, "here too"), "here too");
        await Ours.ScanAsync("paused");
        await Cluster.UntilAsync("that the pause is reported", async () =>
            (string)(await Ours.Rest.GetAsync($"db/completion?folder=paused&device={Peer.Id}"))["remoteState"]! == "paused");
        Assert.False(File.Exists(Path.Combine(peer, "meanwhile")));
        Assert.False(File.Exists(Path.Combine(ours, "here too")));
        await Peer.SetFolderAsync("paused", "paused", false);
        await Cluster.SyncedAsync("paused");
        await TreeDigest.AssertSameAsync(ours, peer);
        Assert.True(File.Exists(Path.Combine(ours, "here too")));
    });

    [Fact]
    public Task IgnoredFilesKeepADirectoryUnlessDisposable() => RunAsync("ignored", async (ours, peer) =>
    {
        await Peer.Rest.PostAsync("db/ignores?folder=ignored", new JsonObject { ["ignore"] = new JsonArray("(?d)*.cache", "*.private") });
        foreach (var directory in (string[])["goes", "stays"])
            SampleFiles.Write(Path.Combine(ours, directory, "file"), "content");
        await Cluster.SyncedAsync("ignored");
        SampleFiles.Write(Path.Combine(peer, "goes", "x.cache"), "disposable");
        SampleFiles.Write(Path.Combine(peer, "stays", "x.private"), "mine");
        await Cluster.SyncedAsync("ignored");
        Directory.Delete(Path.Combine(ours, "goes"), recursive: true);
        Directory.Delete(Path.Combine(ours, "stays"), recursive: true);
        await Ours.ScanAsync("ignored");
        await Cluster.UntilAsync("that the disposable goes", () => Task.FromResult(!Directory.Exists(Path.Combine(peer, "goes"))));
        await Cluster.UntilAsync("that the kept directory is reported", async () =>
            (await Peer.Rest.GetAsync("folder/errors?folder=ignored"))["errors"]!.AsArray().Any(e => (string)e!["path"]! == "stays"));
        Assert.False(File.Exists(Path.Combine(peer, "stays", "file")));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(peer, "stays", "x.private")));
    });

    /// <summary>Shares an empty folder with this name for one test.</summary>
    private Task RunAsync(string folder, Func<string, string, Task> test, JsonObject? ofOurs = null, JsonObject? ofPeer = null) => Cluster.RunAsync(async () =>
    {
        await Cluster.ShareAsync(folder, [Ours, Peer], d => d == Ours ? ofOurs : ofPeer);
        await Cluster.ConnectedAsync(Ours, Peer);
        await Cluster.SyncedAsync(folder);
        await test(Cluster.PathOf(folder, Ours), Cluster.PathOf(folder, Peer));
    });
}
