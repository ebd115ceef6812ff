using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>Folders without a watcher are rescanned at their interval: by real timers, which sometimes fire a little early.</summary>
public sealed class RescanTests : IAsyncLifetime
{
    private const int Folders = 30;
    private const int Scans = 10;

    private readonly Cluster _cluster = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task ThirtyFoldersWithoutAWatcherAreScannedAgainAndAgain()
    {
        var ours = await _cluster.AddFolderSyncAsync("ours");
        await _cluster.RunAsync(async () =>
        {
            var scans = new Dictionary<string, int>();
            for (var i = 0; i < Folders; i++)
            {
                var settings = new JsonObject { ["fsWatcherEnabled"] = false, ["rescanIntervalS"] = 1 };
                await ours.AddFolderAsync($"f{i}", _cluster.Scratch.Make("folders", $"f{i}"), [], settings);
                scans[$"f{i}"] = 0;
            }
            await _cluster.UntilAsync($"that each folder has been scanned {Scans} times", async () =>
            {
                foreach (var e in await ours.Rest.NewEventsAsync())
                {
                    if ((string?)e!["type"] == "StateChanged" && (string?)e["data"]!["to"] == "scanning")
                        scans[(string)e["data"]!["folder"]!]++;
                }
                return scans.Values.All(n => n >= Scans);
            });
            // They continue: a new file is found without a notification.
            SampleFiles.Write(Path.Combine(_cluster.Scratch.In("folders", "f7"), "new.txt"), "found");
            await _cluster.UntilAsync("that the file is found", async () => (int)(await ours.StatusAsync("f7"))["localFiles"]! == 1);
        });
    }
}
