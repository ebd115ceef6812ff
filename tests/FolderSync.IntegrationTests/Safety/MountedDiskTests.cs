using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>A real disk is mounted inside the peer's folder: all changes cross it, and when it goes its files are not deleted anywhere.</summary>
public sealed class MountedDiskTests(TwoDevices devices) : IClassFixture<TwoDevices>
{
    private FolderSyncProcess Ours => devices.Ours;

    private FolderSyncProcess Peer => devices.Peer;

    private Cluster Cluster => devices.Cluster;

    [SkippableTheory]
    [InlineData("ext4")]
    [InlineData("exfat")]
    [InlineData("bind")]
    public Task EditsDeletionsAndMovesCrossIt(string kind) => RunAsync(kind, "cross-" + kind, async (ours, peer, folder) =>
    {
        Write(ours, "m/edited", "first");
        Write(ours, "m/deleted", "deleted");
        Write(ours, "m/moved", "moved out");
        Write(ours, "plain", "moved in");
        await SameAsync(ours, peer, folder);
        await File.WriteAllTextAsync(Path.Combine(ours, "m/edited"), "second");
        File.Delete(Path.Combine(ours, "m/deleted"));
        File.Move(Path.Combine(ours, "m/moved"), Path.Combine(ours, "out"));
        File.Move(Path.Combine(ours, "plain"), Path.Combine(ours, "m/in"));
        await SameAsync(ours, peer, folder);
        Assert.Equal(["m/edited=second", "m/in=moved in", "out=moved out"], Tree(peer));
        Assert.Equal("first", await File.ReadAllTextAsync(Path.Combine(peer, ".stversions/m/edited")));
        Assert.Equal("deleted", await File.ReadAllTextAsync(Path.Combine(peer, ".stversions/m/deleted")));

        // A version is brought back onto it, and what changes there goes out.
        var versions = await Peer.Rest.GetAsync($"foldersync/versions?folder={folder}");
        var key = versions["items"]!.AsArray().Single(i => (string)i!["name"]! == "m/edited")!["key"]!.ToString();
        await Peer.Rest.PostAsync("foldersync/versions/restore", new JsonObject { ["folder"] = folder, ["key"] = key });
        await Cluster.UntilAsync("that the first version is back", () => Task.FromResult(Tree(ours).Contains("m/edited=first")));
        File.Move(Path.Combine(peer, "m/in"), Path.Combine(peer, "back"));
        await SameAsync(ours, peer, folder);
        Assert.Contains("back=moved in", Tree(ours));
    });

    [SkippableTheory]
    [InlineData("ext4")]
    [InlineData("bind")]
    public Task WhenItGoesNothingIsDeleted(string kind) => RunAsync(kind, "goes-" + kind, async (ours, peer, folder) =>
    {
        Write(ours, "m/one", "one");
        Write(ours, "m/sub/two", "two");
        Write(ours, "other", "other");
        await SameAsync(ours, peer, folder);
        await UnmountAsync(peer);
        await Peer.ScanAsync(folder);
        await Cluster.UntilAsync("that it says so", async () =>
            ((string?)(await Peer.Rest.GetAsync($"foldersync/folder?folder={folder}"))["hold"]?["why"])?.Contains("isn't mounted", StringComparison.Ordinal) == true);
        Write(ours, "m/three", "three");
        Write(ours, "more", "more");
        await Ours.ScanAsync(folder);
        await Cluster.UntilAsync("that the rest arrives", () => Task.FromResult(File.Exists(Path.Combine(peer, "more"))));
        await Peer.ScanAsync(folder);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(peer, "m")));
        Assert.Equal(["m/one=one", "m/sub/two=two", "m/three=three", "more=more", "other=other"], Tree(ours));
        await MountAsync(_source!, peer);
        await SameAsync(ours, peer, folder);
        Assert.Contains("m/three=three", Tree(peer));
    });

    private string? _source;

    private static void Write(string root, string path, string content) => SampleFiles.Write(Path.Combine(root, path), content);

    private static List<string> Tree(string root) =>
        [.. new DirectoryInfo(root).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(f => (Name: Path.GetRelativePath(root, f.FullName), f.FullName))
            .Where(f => !f.Name.StartsWith(".st", StringComparison.Ordinal) && !f.Name.Contains(".foldersync.", StringComparison.Ordinal))
            .Select(f => $"{f.Name}={File.ReadAllText(f.FullName)}").Order(StringComparer.Ordinal)];

    private static async Task MountAsync(string source, string peer)
    {
        var mounted = await ChildProcess.RunAsync("mount", ["--bind", source, Path.Combine(peer, "m")]);
        Skip.If(mounted.ExitCode != 0, $"a bind mount can't be made here: {mounted.Error}");
    }

    private static async Task UnmountAsync(string peer) => Assert.Equal(0, (await ChildProcess.RunAsync("umount", [Path.Combine(peer, "m")])).ExitCode);

    private async Task SameAsync(string ours, string peer, string folder)
    {
        foreach (var device in Cluster.Devices)
            await device.ScanAsync(folder);
        await Cluster.SyncedAsync(folder);
        await Cluster.UntilAsync("that both are the same", () => Task.FromResult(Tree(ours).SequenceEqual(Tree(peer))));
    }

    /// <summary>Shares a folder of that name, with such a disk mounted at "m" in the peer's, for one test.</summary>
    private Task RunAsync(string kind, string folder, Func<string, string, string, Task> test) => Cluster.RunAsync(async () =>
    {
        await using var disk = kind == "bind" ? null : await (kind == "exfat" ? LoopDisk.ExfatAsync() : LoopDisk.Ext4Async());
        using var scratch = new ScratchDirectory();
        var (ours, peer) = (Cluster.PathOf(folder, Ours), Cluster.PathOf(folder, Peer));
        _source = disk is null ? scratch.In("source") : Path.Combine(disk.Path, "source");
        Directory.CreateDirectory(_source);
        Directory.CreateDirectory(Path.Combine(peer, "m"));
        await MountAsync(_source, peer);
        try
        {
            await Ours.AddFolderAsync(folder, ours, [Peer]);
            await Peer.AddFolderAsync(folder, peer, [Ours]);
            await Cluster.ConnectedAsync(Ours, Peer);
            await Cluster.SyncedAsync(folder);
            await test(ours, peer, folder);
        }
        finally
        {
            foreach (var device in Cluster.Devices)
            {
                device.Folders.Remove(folder);
                await device.Rest.AskAsync(HttpMethod.Delete, $"config/folders/{folder}");
            }
            await ChildProcess.RunAsync("umount", ["-l", Path.Combine(peer, "m")]);
        }
    });
}
