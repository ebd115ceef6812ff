using System.Diagnostics;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Peers;

/// <summary>Measurements of time: no other tests run at the same time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class SequentialCollection
{
    public const string Name = "Alone";
}

/// <summary>
/// The watcher alone brings a saved file to the other side. The time is written but not asserted, because the machine may be busy.
/// </summary>
[Collection(SequentialCollection.Name)]
public sealed class LatencyTests(ITestOutputHelper output)
{
    private const string Folder = "quick";
    private const int Rounds = 5;

    [Fact]
    public async Task SavedFileIsOnTheOtherSideWithoutAScan()
    {
        await using var cluster = new Cluster();
        var ours = await cluster.AddFolderSyncAsync("ours");
        var peer = await cluster.AddFolderSyncAsync("peer");
        await cluster.RunAsync(async () =>
        {
            await Cluster.PairAsync(ours, peer);
            await cluster.ShareAsync(Folder, [ours, peer]);
            await cluster.ConnectedAsync(ours, peer);
            await cluster.SyncedAsync(Folder);
            var times = new List<double>();
            for (var i = 0; i < Rounds; i++)
                times.Add(await SaveAndWaitAsync(cluster.PathOf(Folder, ours), cluster.PathOf(Folder, peer), $"saved-{i}"));
            times.Sort();
            output.WriteLine($"Saved file on the other side after (ms): {string.Join(", ", times.Select(t => t.ToString("0", System.Globalization.CultureInfo.InvariantCulture)))}");
        });
    }

    [Fact]
    public async Task StormOfEventsDoesNotStarveASavedFile()
    {
        await using var cluster = new Cluster();
        var ours = await cluster.AddFolderSyncAsync("ours");
        var peer = await cluster.AddFolderSyncAsync("peer");
        await cluster.RunAsync(async () =>
        {
            await Cluster.PairAsync(ours, peer);
            await cluster.ShareAsync(Folder, [ours, peer]);
            await cluster.ConnectedAsync(ours, peer);
            await cluster.SyncedAsync(Folder);
            using var over = new CancellationTokenSource();
            var storm = StormAsync(Path.Combine(cluster.PathOf(Folder, ours), "log"), over.Token);
            // The storm continues until it has arrived.
            var time = await SaveAndWaitAsync(cluster.PathOf(Folder, ours), cluster.PathOf(Folder, peer), "saved");
            await over.CancelAsync();
            await storm;
            output.WriteLine($"Saved file on the other side amid a storm after {time:0} ms");
            await cluster.SyncedAsync(Folder);
            await TreeDigest.AssertSameAsync(cluster.PathOf(Folder, ours), cluster.PathOf(Folder, peer));
        });
    }

    private static async Task StormAsync(string file, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await File.AppendAllTextAsync(file, "another line\n", CancellationToken.None);
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static async Task<double> SaveAndWaitAsync(string here, string there, string name)
    {
        using var watcher = new FileSystemWatcher(there);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(object _, FileSystemEventArgs e)
        {
            if (e.Name == name)
                arrived.TrySetResult();
        }
        watcher.Created += Look;
        watcher.Renamed += (s, e) => Look(s, e);
        watcher.EnableRaisingEvents = true;
        var clock = Stopwatch.StartNew();
        await File.WriteAllTextAsync(Path.Combine(here, name), "content of " + name);
        await arrived.Task.WaitAsync(TestSettings.Timeout);
        return clock.Elapsed.TotalMilliseconds;
    }
}
