using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FolderSync.Core.Model;
using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Peers;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>
/// The running program beside a device that doesn't answer, doesn't read, stands still or is slow, over real connections with the system's buffers:
/// others don't wait for it, it is said to be so, and one that is only slow is waited for.
/// </summary>
[Collection(SequentialCollection.Name)]
public sealed class PeerBudgetTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Megabyte = 1 << 20;
    private const int Files = 150;

    private readonly Cluster _cluster = new();
    private readonly RawPeer _raw = new();
    private FolderSyncProcess _ours = null!;

    public async Task InitializeAsync() => _ours = await _cluster.AddFolderSyncAsync("ours");

    public async Task DisposeAsync()
    {
        await _raw.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public Task ASilentDeviceDelaysNobodyElse() => _cluster.RunAsync(async () =>
    {
        var honest = await _cluster.AddFolderSyncAsync("honest");
        await Cluster.PairAsync(_ours, honest);
        await _cluster.ConnectedAsync(_ours, honest);
        var alone = await TimeOfAsync("alone", honest);

        await ShareWithRawAsync("bad");
        await _raw.SendAsync(new BepMessage.Index(new FolderId("bad"), [.. Enumerable.Range(1, 1000).Select(i => Offered($"{i}", Megabyte, i))], 1000));
        await _raw.ReceivedAsync<BepMessage.Request>();
        var beside = await TimeOfAsync("beside", honest);
        output.WriteLine($"{Files} files alone {alone.TotalSeconds:0.0} s, beside a silent device {beside.TotalSeconds:0.0} s; it was asked for {Asked() >> 20} MiB");
        Assert.InRange(beside.TotalSeconds, 0, (3 * alone.TotalSeconds) + 15);
        Assert.InRange(Asked(), 1, 8 * Megabyte);

        await UntilNotAnsweringAsync(_raw.Id.ToString());
        Assert.Null(_raw.Ended);
    });

    [Fact]
    public Task ADeviceThatReadsNothingDelaysNobodyElseAndIsHungUpOn() => _cluster.RunAsync(async () =>
    {
        var honest = await _cluster.AddFolderSyncAsync("honest");
        await Cluster.PairAsync(_ours, honest);
        await _cluster.ConnectedAsync(_ours, honest);
        Directory.CreateDirectory(_cluster.PathOf("bad", _ours));
        await File.WriteAllBytesAsync(Path.Combine(_cluster.PathOf("bad", _ours), "big"), new byte[16 * Megabyte]);
        await ShareWithRawAsync("bad");
        await _ours.ScanAsync("bad");
        await _raw.StopReadingAsync();
        await _raw.SendAsync([.. Enumerable.Range(1, 1000).Select(i => new BepMessage.Request(i, new FolderId("bad"), FileName.Parse("big"), 0, 16 * Megabyte, default, false, 0))]);
        var clock = Stopwatch.StartNew();
        var beside = await TimeOfAsync("beside", _ours, honest);
        output.WriteLine($"{Files} files sent beside a device that reads nothing: {beside.TotalSeconds:0.0} s");
        Assert.InRange(beside.TotalSeconds, 0, 100);
        await _ours.WrittenAsync("read nothing for 30 seconds");
        output.WriteLine($"hung up on after {clock.Elapsed.TotalSeconds:0} s");
        var peak = File.ReadLines($"/proc/{_ours.ProcessId}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        output.WriteLine(peak);
        Assert.InRange(long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture) >> 10, 0, 500);
    });

    public static TheoryData<string> Programs => TestSettings.Full ? ["foldersync", "1.19", "1.29"] : ["foldersync", "1.29"];

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public Task AStoppedProcessIsNoticedTheFileComesFromElsewhereAndItIsFoundAgain(string program) => _cluster.RunAsync(async () =>
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "sends SIGSTOP");
        SyncDevice stopped = program == "foldersync" ? await _cluster.AddFolderSyncAsync("stopped") : await _cluster.AddSyncthingAsync(program, "stopped");
        var other = await _cluster.AddFolderSyncAsync("other");
        for (var i = 0; i < 40; i++)
        {
            var bytes = RandomNumberGenerator.GetBytes(Megabyte);
            foreach (var device in (SyncDevice[])[stopped, other])
            {
                var path = Path.Combine(Directory.CreateDirectory(_cluster.PathOf("f", device)).FullName, $"{i}");
                await File.WriteAllBytesAsync(path, bytes);
                File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            }
        }
        await Cluster.PairAsync(stopped, other);
        await Cluster.PairAsync(_ours, stopped);
        await Cluster.PairAsync(_ours, other);
        await stopped.AddFolderAsync("f", _cluster.PathOf("f", stopped), [other, _ours]);
        await other.AddFolderAsync("f", _cluster.PathOf("f", other), [stopped, _ours]);
        await _cluster.UntilAsync("that both have the folder", async () =>
            (int)(await stopped.StatusAsync("f"))["localFiles"]! == 40 && (int)(await other.StatusAsync("f"))["localFiles"]! == 40 &&
            (int)(await stopped.StatusAsync("f"))["needTotalItems"]! == 0 && (int)(await other.StatusAsync("f"))["needTotalItems"]! == 0);
        await stopped.LimitSendingAsync(1000);
        await other.LimitSendingAsync(1000);
        await _ours.AddFolderAsync("f", _cluster.PathOf("f", _ours), [stopped, other]);
        await _cluster.UntilAsync("that something comes", async () => await _ours.ReceivedAsync(stopped) > 3 * Megabyte && await _ours.ReceivedAsync(other) > Megabyte);

        stopped.Suspend(true);
        var clock = Stopwatch.StartNew();
        try
        {
            await UntilNotAnsweringAsync(stopped.Id.ToString());
            output.WriteLine($"noticed after {clock.Elapsed.TotalSeconds:0} s");
            await Wait.UntilAsync(async () => (int)(await _ours.StatusAsync("f"))["needTotalItems"]! == 0, () => "The folder never became complete.");
            output.WriteLine($"complete after {clock.Elapsed.TotalSeconds:0} s");
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 90);
        }
        finally
        {
            stopped.Suspend(false);
        }
        clock.Restart();
        // It may close what it left open, such as a connection of REST.
        await _cluster.UntilAsync("that it runs again", async () =>
        {
            await stopped.LimitSendingAsync(0);
            return true;
        });
        await File.WriteAllTextAsync(Path.Combine(_cluster.PathOf("f", stopped), "after"), "after");
        await stopped.ScanAsync("f");
        await _cluster.UntilAsync("that it goes on", () => Task.FromResult(File.Exists(Path.Combine(_cluster.PathOf("f", _ours), "after"))));
        await Wait.UntilAsync(async () => await StateAsync(stopped.Id.ToString()) == "answers", () => "It is never found again.");
        output.WriteLine($"found again after {clock.Elapsed.TotalSeconds:0} s");
    });

    /// <summary>At 20 KiB/s in both directions one block takes longer than any silence is borne, and so does a buffer of the system's.</summary>
    [Fact]
    public Task ASlowDeviceIsWaitedFor() => _cluster.RunAsync(async () =>
    {
        var size = TestSettings.Full ? 2 * Megabyte : Megabyte;
        var bytes = Bytes(1, size);
        Directory.CreateDirectory(_cluster.PathOf("slow", _ours));
        await File.WriteAllBytesAsync(Path.Combine(_cluster.PathOf("slow", _ours), "ours"), new byte[16 * Megabyte]);
        await ShareWithRawAsync("slow");
        await _ours.ScanAsync("slow");
        await _raw.SendAsync(new BepMessage.Index(new FolderId("slow"), [Offered("theirs", size, 1)], 1));
        var request = await _raw.ReceivedAsync<BepMessage.Request>();
        _raw.LimitTo(20);
        // It reads as slowly as it answers.
        await _raw.SendAsync([.. Enumerable.Range(1, 10).Select(i => new BepMessage.Request(i, new FolderId("slow"), FileName.Parse("ours"), 0, 16 * Megabyte, default, false, 0))]);
        var data = PooledBytes.Rent(size);
        bytes.CopyTo(data.Span);
        await _raw.SendAsync(new BepMessage.Response(request.Id, data, ErrorCode.NoError));
        await _cluster.UntilAsync("that it comes", async () =>
        {
            Assert.True(_raw.Ended is null, $"The connection ended: {_raw.Ended}");
            Assert.Equal("answers", await StateAsync(_raw.Id.ToString()));
            return File.Exists(Path.Combine(_cluster.PathOf("slow", _ours), "theirs"));
        });
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(_cluster.PathOf("slow", _ours), "theirs")));
    });

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static FileEntry Offered(string name, int size, int sequence) => new()
    {
        Name = FileName.Parse(name),
        Size = size,
        Permissions = 0x1A4,
        Modified = new FileTime(1_700_000_000, 0),
        ModifiedBy = new ShortId(99),
        Version = VersionVector.Of([new Counter(new ShortId(99), (ulong)sequence)]),
        Sequence = sequence,
        Blocks = new BlockList(size, size, SHA256.HashData(Bytes(sequence, size))),
    };

    private long Asked() => _raw.Received.OfType<BepMessage.Request>().Sum(r => (long)r.Size);

    /// <summary>How long the files of a new folder take from another device to ours.</summary>
    private Task<TimeSpan> TimeOfAsync(string folder, SyncDevice from) => TimeOfAsync(folder, from, _ours);

    private async Task<TimeSpan> TimeOfAsync(string folder, SyncDevice from, SyncDevice to)
    {
        var source = Directory.CreateDirectory(_cluster.PathOf(folder, from)).FullName;
        for (var i = 0; i < Files; i++)
            await File.WriteAllBytesAsync(Path.Combine(source, $"{i}"), RandomNumberGenerator.GetBytes(Megabyte));
        await _cluster.ShareAsync(folder, [from, to]);
        await from.ScanAsync(folder);
        var clock = Stopwatch.StartNew();
        await _cluster.UntilAsync("that all is there", async () =>
            await to.StatusAsync(folder) is var status && (int)status["localFiles"]! == Files && (int)status["needTotalItems"]! == 0);
        return clock.Elapsed;
    }

    private async Task ShareWithRawAsync(string folder)
    {
        await _raw.ConnectAsync(_ours, "raw");
        Directory.CreateDirectory(_cluster.PathOf(folder, _ours));
        await _ours.Rest.PostAsync("config/folders", new JsonObject
        {
            ["id"] = folder,
            ["path"] = _cluster.PathOf(folder, _ours),
            ["devices"] = new JsonArray(new JsonObject { ["deviceID"] = _raw.Id.ToString() }, new JsonObject { ["deviceID"] = _ours.Id.ToString() }),
        });
        await _ours.ScanAsync(folder);
        await _raw.SendAsync(new BepMessage.ClusterConfig([_raw.Shares(_ours, folder, folder)], false));
    }

    /// <summary>answers, silent, or away.</summary>
    private async Task<string> StateAsync(string device)
    {
        var row = (await _ours.Rest.GetAsync("foldersync/devices")).AsArray().Single(d => (string)d!["id"]! == device)!;
        return !(bool)row["connected"]! ? "away" : row["notAnsweringSince"] is null ? "answers" : "silent";
    }

    private async Task UntilNotAnsweringAsync(string device)
    {
        var clock = Stopwatch.StartNew();
        await Wait.UntilAsync(async () => await StateAsync(device) != "answers", () => "It is never said not to answer.");
        // A minute, and what a busy machine adds.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 75);
    }
}
