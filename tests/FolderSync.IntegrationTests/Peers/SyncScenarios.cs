using System.Diagnostics;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Peers;

/// <summary>What two devices must get right, each scenario in both directions, with equal trees at the end.</summary>
internal static class SyncScenarios
{
    public static readonly IReadOnlyList<Func<Pair, Task>> All =
    [
        InitialAsync, EditAsync, DeleteAsync, RenameAsync, TypeChangeAsync, MetadataAsync, LinksAsync, ConflictAsync, EditAgainstDeleteAsync, OldEditAgainstDeleteAsync,
        IgnoreAsync, ManySmallFilesAsync, LargeFileAsync, KilledReceiverAsync, KilledSenderAsync,
    ];

    private static int Small => TestSettings.Full ? 5000 : 1000;

    private static int Large => TestSettings.Full ? 300 << 20 : 48 << 20;

    public static async Task InitialAsync(Pair pair)
    {
        await pair.AssertSameAsync("first-of-ours");
        await pair.AssertSameAsync("first-of-peer");
        Assert.NotEmpty(await TreeDigest.OfAsync(pair.PathOn(pair.Peer), "first-of-ours"));
        Assert.NotEmpty(await TreeDigest.OfAsync(pair.PathOn(pair.Ours), "first-of-peer"));
    }

    public static async Task EditAsync(Pair pair)
    {
        foreach (var (from, to) in pair.Directions)
        {
            var file = Path.Combine("edit", "by-" + from.Name);
            SampleFiles.Write(pair.PathOn(from, file), 600_000);
            await pair.AssertSameAsync("edit");
            // In the middle, longer, shorter, empty, and from empty.
            await using (var stream = File.OpenWrite(pair.PathOn(from, file)))
            {
                stream.Seek(300_000, SeekOrigin.Begin);
                stream.Write("changed"u8);
            }
            await pair.AssertSameAsync("edit");
            await File.AppendAllTextAsync(pair.PathOn(from, file), "longer");
            await pair.AssertSameAsync("edit");
            await File.WriteAllTextAsync(pair.PathOn(from, file), "");
            await pair.AssertSameAsync("edit");
            await File.WriteAllTextAsync(pair.PathOn(to, file), "and back");
            await pair.AssertSameAsync("edit");
            Assert.Equal("and back", await File.ReadAllTextAsync(pair.PathOn(from, file)));
        }
    }

    public static async Task DeleteAsync(Pair pair)
    {
        foreach (var (from, to) in pair.Directions)
        {
            var directory = Path.Combine("delete", from.Name);
            SampleFiles.WriteTree(pair.PathOn(from, directory));
            await pair.AssertSameAsync("delete");
            // Its creator deletes some, the other one the rest.
            Directory.Delete(pair.PathOn(from, directory, "names"), recursive: true);
            File.Delete(pair.PathOn(from, directory, "links", "to-directory"));
            await pair.AssertSameAsync("delete");
            Assert.False(Directory.Exists(pair.PathOn(to, directory, "names")));
            Directory.Delete(pair.PathOn(to, directory), recursive: true);
            await pair.AssertSameAsync("delete");
            Assert.False(Directory.Exists(pair.PathOn(from, directory)));
            SampleFiles.Write(pair.PathOn(to, directory, "again"), "recreated");
            await pair.AssertSameAsync("delete");
        }
    }

    public static async Task RenameAsync(Pair pair)
    {
        foreach (var (from, to) in pair.Directions)
        {
            var directory = Path.Combine("rename", from.Name);
            SampleFiles.Write(pair.PathOn(from, directory, "big"), 3 << 20);
            for (var i = 0; i < 20; i++)
                SampleFiles.Write(pair.PathOn(from, directory, "many", $"file-{i}"), 200_000);
            await pair.AssertSameAsync("rename");
            var before = await to.ReceivedAsync(from);
            File.Move(pair.PathOn(from, directory, "big"), pair.PathOn(from, directory, "bigger"));
            Directory.Move(pair.PathOn(from, directory, "many"), pair.PathOn(from, directory, "lots"));
            await pair.AssertSameAsync("rename");
            Assert.False(Path.Exists(pair.PathOn(to, directory, "big")) || Path.Exists(pair.PathOn(to, directory, "many")));
            if (to.IsFolderSync)
                Assert.InRange(await to.ReceivedAsync(from) - before, 0, 500_000);
        }
    }

    public static async Task TypeChangeAsync(Pair pair)
    {
        foreach (var (from, _) in pair.Directions)
        {
            var directory = Path.Combine("types", from.Name);
            SampleFiles.Write(pair.PathOn(from, directory, "file-to-directory"), "a file");
            SampleFiles.Write(pair.PathOn(from, directory, "directory-to-file", "child"), "a child");
            File.CreateSymbolicLink(pair.PathOn(from, directory, "link-to-file"), "elsewhere");
            await pair.AssertSameAsync("types");
            File.Delete(pair.PathOn(from, directory, "file-to-directory"));
            SampleFiles.Write(pair.PathOn(from, directory, "file-to-directory", "inside"), "now inside");
            Directory.Delete(pair.PathOn(from, directory, "directory-to-file"), recursive: true);
            SampleFiles.Write(pair.PathOn(from, directory, "directory-to-file"), "now a file");
            File.Delete(pair.PathOn(from, directory, "link-to-file"));
            SampleFiles.Write(pair.PathOn(from, directory, "link-to-file"), "no link any more");
            await pair.AssertSameAsync("types");
        }
    }

    public static async Task MetadataAsync(Pair pair)
    {
        foreach (var (from, _) in pair.Directions)
        {
            var file = pair.PathOn(from, "metadata", from.Name);
            SampleFiles.Write(file, 400_000);
            await pair.AssertSameAsync("metadata");
            File.SetUnixFileMode(file, (UnixFileMode)0b111_101_000);
            await pair.AssertSameAsync("metadata");
            File.SetLastWriteTimeUtc(file, new DateTime(2011, 1, 2, 3, 4, 5, DateTimeKind.Utc));
            await pair.AssertSameAsync("metadata");
        }
    }

    public static async Task LinksAsync(Pair pair)
    {
        foreach (var (from, to) in pair.Directions)
        {
            var link = Path.Combine("links", from.Name);
            Directory.CreateDirectory(pair.PathOn(from, "links"));
            File.CreateSymbolicLink(pair.PathOn(from, link), "/somewhere/else");
            await pair.AssertSameAsync("links");
            File.Delete(pair.PathOn(from, link));
            File.CreateSymbolicLink(pair.PathOn(from, link), "another ü place");
            await pair.AssertSameAsync("links");
            Assert.Equal("another ü place", new FileInfo(pair.PathOn(to, link)).LinkTarget);
        }
    }

    public static async Task ConflictAsync(Pair pair)
    {
        SampleFiles.Write(pair.PathOn(pair.Ours, "conflict", "both.txt"), "before");
        await pair.AssertSameAsync("conflict");
        await pair.Ours.PauseAsync(pair.Peer);
        foreach (var device in pair.Cluster.Devices)
        {
            SampleFiles.Write(pair.PathOn(device, "conflict", "both.txt"), "by " + device.Name);
            await device.ScanAsync(Pair.Folder);
        }
        await pair.Ours.ResumeAsync(pair.Peer);
        await pair.LetDialAsync();
        await pair.AssertSameAsync("conflict");
        var contents = Directory.GetFiles(pair.PathOn(pair.Ours, "conflict")).Select(File.ReadAllText).Order();
        Assert.Equal(["by ours", "by peer"], contents);
        Assert.Single(Directory.GetFiles(pair.PathOn(pair.Ours, "conflict"), "both.sync-conflict-*.txt"));
    }

    public static async Task EditAgainstDeleteAsync(Pair pair)
    {
        foreach (var (deletes, edits) in pair.Directions)
        {
            var file = Path.Combine("edit-delete", "deleted-by-" + deletes.Name);
            SampleFiles.Write(pair.PathOn(deletes, file), "before");
            await pair.AssertSameAsync("edit-delete");
            await pair.Ours.PauseAsync(pair.Peer);
            File.Delete(pair.PathOn(deletes, file));
            SampleFiles.Write(pair.PathOn(edits, file), "edited meanwhile");
            await deletes.ScanAsync(Pair.Folder);
            await edits.ScanAsync(Pair.Folder);
            await pair.Ours.ResumeAsync(pair.Peer);
            await pair.LetDialAsync();
            await pair.AssertSameAsync("edit-delete");
            Assert.Equal("edited meanwhile", await File.ReadAllTextAsync(pair.PathOn(deletes, file)));
        }
    }

    /// <summary>The peer's edit had lost to what was deleted. A Syncthing 1 waits for this device to take the edit back.</summary>
    public static async Task OldEditAgainstDeleteAsync(Pair pair)
    {
        var file = Path.Combine("old-edit", "f.txt");
        SampleFiles.Write(pair.PathOn(pair.Ours, file), "before");
        await pair.AssertSameAsync("old-edit");
        await pair.Ours.PauseAsync(pair.Peer);
        SampleFiles.Write(pair.PathOn(pair.Peer, file), "old edit");
        File.SetLastWriteTimeUtc(pair.PathOn(pair.Peer, file), DateTime.UtcNow.AddHours(-2));
        SampleFiles.Write(pair.PathOn(pair.Ours, file), "newer edit");
        File.SetLastWriteTimeUtc(pair.PathOn(pair.Ours, file), DateTime.UtcNow.AddHours(-1));
        await pair.Peer.ScanAsync(Pair.Folder);
        await pair.Ours.ScanAsync(Pair.Folder);
        File.Delete(pair.PathOn(pair.Ours, file));
        await pair.Ours.ScanAsync(Pair.Folder);
        await pair.Ours.ResumeAsync(pair.Peer);
        await pair.LetDialAsync();
        await pair.Cluster.UntilAsync("that only a conflict copy of the old edit is left", () => Task.FromResult(pair.Cluster.Devices.All(d => IsOnlyCopy(Directory.GetFiles(pair.PathOn(d, "old-edit"))))));
        await pair.AssertSameAsync("old-edit");

        static bool IsOnlyCopy(string[] files) => files is [var copy] && Path.GetFileName(copy).StartsWith("f.sync-conflict-", StringComparison.Ordinal) && File.ReadAllText(copy) == "old edit";
    }

    public static async Task IgnoreAsync(Pair pair)
    {
        foreach (var (from, to) in pair.Directions)
        {
            await from.Rest.PostAsync($"db/ignores?folder={Pair.Folder}", new System.Text.Json.Nodes.JsonObject
            {
                ["ignore"] = new System.Text.Json.Nodes.JsonArray("// a comment", "!ignore/keep.log", "(?i)ignore/*.LOG", "/ignore/private-" + from.Name),
            });
            SampleFiles.Write(pair.PathOn(from, "ignore", $"{from.Name}.log"), "mine");
            SampleFiles.Write(pair.PathOn(from, "ignore", "keep.log"), "wanted by " + from.Name);
            SampleFiles.Write(pair.PathOn(from, "ignore", "private-" + from.Name, "deep", "file"), "mine too");
            SampleFiles.Write(pair.PathOn(from, "ignore", $"{from.Name}.txt"), "for both");
            await pair.SyncedAsync();
            Assert.False(Path.Exists(pair.PathOn(to, "ignore", $"{from.Name}.log")));
            Assert.False(Path.Exists(pair.PathOn(to, "ignore", "private-" + from.Name)));
            Assert.Equal("wanted by " + from.Name, await File.ReadAllTextAsync(pair.PathOn(to, "ignore", "keep.log")));
            Assert.Equal("for both", await File.ReadAllTextAsync(pair.PathOn(to, "ignore", $"{from.Name}.txt")));
            Assert.Equal("mine", await File.ReadAllTextAsync(pair.PathOn(from, "ignore", $"{from.Name}.log")));
        }
    }

    public static async Task ManySmallFilesAsync(Pair pair)
    {
        foreach (var (from, to) in pair.Directions)
        {
            for (var i = 0; i < Small; i++)
                SampleFiles.Write(pair.PathOn(from, "many", from.Name, $"{i % 40}", $"file-{i}"), 100 + i % 3000);
            await pair.AssertSameAsync("many");
            Directory.Delete(pair.PathOn(to, "many", from.Name, "7"), recursive: true);
            await pair.AssertSameAsync("many");
        }
    }

    public static async Task LargeFileAsync(Pair pair)
    {
        foreach (var (from, _) in pair.Directions)
        {
            SampleFiles.Write(pair.PathOn(from, "large", from.Name), Large);
            await pair.AssertSameAsync("large");
        }
    }

    /// <summary>Kills the receiver in the middle; after its restart it fetches only what it lacks.</summary>
    public static async Task KilledReceiverAsync(Pair pair)
    {
        foreach (var (from, to) in pair.Directions)
        {
            var file = Path.Combine("killed-receiver", from.Name);
            await InterruptAsync(pair, from, to, file, to.KillAsync);
            await to.StartAsync();
            await pair.LetDialAsync();
            await from.LimitSendingAsync(0);
            await pair.AssertSameAsync("killed-receiver");
            if (to.IsFolderSync)
                Assert.InRange(await to.ReceivedAsync(from), 0, (long)(Interrupted * 0.8));
        }
    }

    /// <summary>Kills the sender in the middle.</summary>
    public static async Task KilledSenderAsync(Pair pair)
    {
        foreach (var (from, to) in pair.Directions)
        {
            await InterruptAsync(pair, from, to, Path.Combine("killed-sender", from.Name), from.KillAsync);
            Assert.False(File.Exists(pair.PathOn(to, "killed-sender", from.Name)));
            await from.StartAsync();
            await pair.LetDialAsync();
            await from.LimitSendingAsync(0);
            await pair.AssertSameAsync("killed-sender");
        }
    }

    private const int Interrupted = 24 << 20;

    /// <summary>Sends slowly, and interrupts after more than a third.</summary>
    private static async Task InterruptAsync(Pair pair, SyncDevice from, SyncDevice to, string file, Func<Task> kill)
    {
        // More than four seconds remain then, so that a busy machine doesn't miss them.
        await from.LimitSendingAsync(3000);
        await pair.Cluster.ConnectedAsync(from, to);
        var before = await to.ReceivedAsync(from);
        SampleFiles.Write(pair.PathOn(from, file), Interrupted);
        await from.ScanAsync(Pair.Folder);
        // No event reports progress in time.
        for (var clock = Stopwatch.StartNew(); await to.ReceivedAsync(from) - before < Interrupted * 0.4;)
        {
            Assert.False(File.Exists(pair.PathOn(to, file)), "The file was there before it could be interrupted.");
            if (clock.Elapsed > TestSettings.Timeout)
                throw new TimeoutException("Nothing was sent.");
            await Task.Delay(20);
        }
        await kill();
        Assert.False(File.Exists(pair.PathOn(to, file)), "The file was there before it could be interrupted.");
    }
}
