using System.Globalization;
using FolderSync.Core.Model;
using FolderSync.IntegrationTests.Harness;
using FolderSync.Protocol.Messages;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Peers;

/// <summary>A paired peer that sends very much: memory, the home's disk and responses don't grow.</summary>
public sealed class FloodTests(ITestOutputHelper output)
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public async Task LabelsOfOfferedFoldersAreNeitherStoredNorAnsweredWhole()
    {
        await using var cluster = new Cluster();
        var a = await cluster.AddFolderSyncAsync("anna");
        await using var raw = new RawPeer();
        await cluster.RunAsync(async () =>
        {
            const string Events = "events?since=0&events=PendingFoldersChanged,FolderRejected";
            // Events are buffered from the first request on.
            await a.Rest.GetAsync(Events + "&timeout=1");
            await raw.ConnectAsync(a, "raw");
            var label = new string('x', 1_000_000);
            for (var message = 0; message < 40; message++)
                await raw.SendAsync(new BepMessage.ClusterConfig([.. Enumerable.Range(0, 7).Select(i => raw.Shares(a, $"folder {message} {i}", label))], false));
            await raw.HeardAsync(1);
            var (_, reply) = await a.Rest.AskAsync(HttpMethod.Get, "cluster/pending/folders");
            var (_, events) = await a.Rest.AskAsync(HttpMethod.Get, Events + "&timeout=10");
            var stored = Directory.EnumerateFiles(a.Home, "state*.db").Sum(f => new FileInfo(f).Length);
            output.WriteLine($"280 MB of labels: state.db {stored >> 10} KiB, reply {reply.Length >> 10} KiB, events {events.Length >> 10} KiB");
            Assert.InRange(stored, 1, 4 * Megabyte);
            Assert.InRange(reply.Length, 1, 512 << 10);
            Assert.Contains("PendingFoldersChanged", events, StringComparison.Ordinal);
            Assert.InRange(events.Length, 1, Megabyte);
            Assert.Contains("folder 39 6", reply, StringComparison.Ordinal);
            Assert.Null(raw.Ended);
        });
    }

    [Fact]
    public async Task OffersOfThousandsOfFoldersAgainAndAgainAreBounded()
    {
        await using var cluster = new Cluster();
        var a = await cluster.AddFolderSyncAsync("anna");
        await using var raw = new RawPeer();
        await cluster.RunAsync(async () =>
        {
            await raw.ConnectAsync(a, "raw");
            for (var message = 0; message < 20; message++)
                await raw.SendAsync(new BepMessage.ClusterConfig([.. Enumerable.Range(0, 9_000).Select(i => raw.Shares(a, $"{message}-{i}", "label"))], false));
            await raw.HeardAsync(1);
            Assert.Equal(100, (await a.Rest.GetAsync("cluster/pending/folders")).AsObject().Count);
            Assert.InRange(Directory.EnumerateFiles(a.Home, "state*.db").Sum(f => new FileInfo(f).Length), 1, 4 * Megabyte);
            Assert.Null(raw.Ended);
        });
    }

    [Fact]
    public async Task DownloadProgressTakesNoMemory()
    {
        await using var cluster = new Cluster();
        var a = await cluster.AddFolderSyncAsync("anna");
        await using var raw = new RawPeer();
        await cluster.RunAsync(async () =>
        {
            await raw.ConnectAsync(a, "raw");
            Directory.CreateDirectory(cluster.PathOf("f", a));
            await a.Rest.PostAsync("config/folders", new System.Text.Json.Nodes.JsonObject
            {
                ["id"] = "f",
                ["path"] = cluster.PathOf("f", a),
                ["devices"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["deviceID"] = raw.Id.ToString() }),
            });
            await raw.SendAsync(new BepMessage.ClusterConfig([raw.Shares(a, "f", "")], false));
            await raw.HeardAsync(1);
            var before = await ResidentAsync(a);
            var version = VersionVector.Of([new Counter(raw.Id.Short, 1)]);
            // 38 messages of 4 MB: 9,880 files of 3,800 blocks each.
            for (var message = 0; message < 38; message++)
            {
                var blocks = Enumerable.Range(20_000, 3_800).ToArray();
                await raw.SendAsync(new BepMessage.DownloadProgress(new FolderId("f"),
                    [.. Enumerable.Range(0, 260).Select(i => new ProgressUpdate(FileName.Parse($"{message}/{i}"), version, blocks, 131072, false))]));
            }
            await raw.HeardAsync(2);
            var grown = await ResidentAsync(a) - before;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"150 MB of DownloadProgress: {grown / Megabyte} MB more resident, of {before / Megabyte} MB"));
            // The rest of the resident memory is garbage of the messages, collected or not; if they were kept, it would be 800 MB.
            Assert.InRange(grown, long.MinValue, 350 * Megabyte);
            Assert.Null(raw.Ended);
        });
    }

    private static async Task<long> ResidentAsync(SyncDevice device) => (long)(await device.Rest.GetAsync("system/status"))["sys"]!;
}
