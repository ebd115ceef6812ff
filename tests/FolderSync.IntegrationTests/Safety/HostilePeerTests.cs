using System.Globalization;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>A paired device that tries to exhaust memory: the running program refuses each item, and everything else continues.</summary>
public sealed class HostilePeerTests : IAsyncLifetime
{
    private const int Megabyte = 1 << 20;

    /// <summary>A message is decompressed as a whole, 120 MB here; if kept, the eight would take a gigabyte, and the deep path several.</summary>
    private const long MaxMemory = 700L * Megabyte;

    private readonly Cluster _cluster = new();
    private FolderSyncProcess _ours = null!;
    private WirePeer _raw = null!;

    public async Task InitializeAsync()
    {
        _ours = await _cluster.AddFolderSyncAsync("ours");
        _raw = await WirePeer.MakeAsync(_cluster.Scratch.In("raw-home"));
        await _ours.Rest.PostAsync("config/devices", new JsonObject { ["deviceID"] = _raw.Id.ToString(), ["name"] = "raw", ["addresses"] = new JsonArray(), ["compression"] = "never" });
        foreach (var folder in (string[])["bad", "good"])
        {
            var path = Directory.CreateDirectory(_cluster.PathOf(folder, _ours)).FullName;
            await _ours.Rest.PostAsync("config/folders", new JsonObject
            {
                ["id"] = folder,
                ["path"] = path,
                ["fsWatcherDelayS"] = 1,
                ["devices"] = new JsonArray(new JsonObject { ["deviceID"] = _raw.Id.ToString() }, new JsonObject { ["deviceID"] = _ours.Id.ToString() }),
            });
            await _ours.ScanAsync(folder);
        }
        await _raw.ConnectAsync(_ours, "bad", "good");
    }

    public async Task DisposeAsync()
    {
        await _raw.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [SkippableFact]
    public Task DeepPathsAndCompressedFloodsTakeNoMemoryAndNothingElseStops() => _cluster.RunAsync(async () =>
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads the peak memory from /proc");
        await _raw.AnnounceAsync("bad", true, _raw.File("fine", "fine", 1), _raw.File(string.Join('/', Enumerable.Repeat("d", 49_000)), "deep", 2));
        var sent = 0;
        ulong sequence = 3;
        for (var message = 0; message < 4; message++)
        {
            // One far above the limit of an entry, and many that are just within it.
            sent += await _raw.AnnounceCompressedAsync("bad", [.. Enumerable.Range(0, 6).Select(_ =>
                WirePeer.Entry($"platform {sequence}", sequence++).Number(2, 1).Data(14, new byte[20 * Megabyte]))]);
            sent += await _raw.AnnounceCompressedAsync("bad", [.. Enumerable.Range(0, 6).Select(_ =>
                WirePeer.Entry($"link {sequence}", sequence++).Number(2, 4).Text(17, new string('t', 20 * Megabyte)))]);
        }
        Assert.InRange(sent, 1, 8 * Megabyte);
        await _raw.AnnounceAsync("good", true, _raw.File("file", "came all the same", 1));
        await UntilAsync("that the other folder's file comes", async () => File.Exists(Path.Combine(_cluster.PathOf("good", _ours), "file")) && await ErrorsAsync() >= 49);
        Assert.Equal("came all the same", await File.ReadAllTextAsync(Path.Combine(_cluster.PathOf("good", _ours), "file")));
        Assert.True(File.Exists(Path.Combine(_cluster.PathOf("bad", _ours), "fine")));
        Assert.Null(_raw.Ended);
        AssertBounded();

        await _ours.KillAsync();
        await _ours.StartAsync();
        await _raw.ConnectAsync(_ours, "bad", "good");
        // Nothing is requested or retried, and the user still sees the problem.
        Assert.InRange(await _raw.KnownSequenceAsync("bad"), 1UL, sequence);
        if (await _raw.KnownSequenceAsync("bad") == sequence - 1)
            Assert.True(await ErrorsAsync() >= 49);
        Assert.Equal(0, (int)(await _ours.StatusAsync("bad"))["needTotalItems"]!);
        await _raw.AnnounceAsync("good", false, _raw.File("file 2", "after", 2));
        await UntilAsync("that it goes on", () => Task.FromResult(File.Exists(Path.Combine(_cluster.PathOf("good", _ours), "file 2"))));
        Assert.InRange(_ours.Log.Split('\n').Length, 0, 60);
        AssertBounded();
    });

    [Fact]
    public Task TheDeepestPathIsSyncedAndListed() => _cluster.RunAsync(async () =>
    {
        var deepest = string.Join('/', Enumerable.Repeat("d", 256));
        await _raw.AnnounceAsync("good", true,
            [.. Enumerable.Range(1, 255).Select(n => WirePeer.Entry(deepest[..((2 * n) - 1)], (ulong)n).Number(2, 1)), _raw.File(deepest, "at the bottom", 256)]);
        await UntilAsync("that it comes", () => Task.FromResult(File.Exists(Path.Combine(_cluster.PathOf("good", _ours), deepest))));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await _ours.Rest.AskAsync(HttpMethod.Get, "db/browse?folder=good")).Status);
        await _ours.ScanAsync("good");
        Assert.Equal(0, (int)(await _ours.StatusAsync("good"))["scanErrors"]!);
    });

    private Task UntilAsync(string what, Func<Task<bool>> holds) => _cluster.UntilAsync(what, async () =>
    {
        Assert.True(_raw.Ended is null, $"The connection ended: {_raw.Ended}");
        return await holds();
    });

    private async Task<int> ErrorsAsync() => (int)(await _ours.StatusAsync("bad"))["scanErrors"]!;

    private void AssertBounded()
    {
        var peak = File.ReadLines($"/proc/{_ours.ProcessId}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        Assert.InRange(long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024, 0, MaxMemory);
        var stored = Directory.GetFiles(_ours.Home, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Assert.InRange(stored, 0, 64L * Megabyte);
    }
}
