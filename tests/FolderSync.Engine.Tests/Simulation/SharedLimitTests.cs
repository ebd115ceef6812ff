using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Peers;
using FolderSync.Engine.Status;
using FolderSync.Network;
using FolderSync.Simulator.World;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Limits shared by all folders and peers: concurrent scans, the lifetime of temp files, rates.</summary>
public sealed class SharedLimitTests
{
    private static readonly FolderId Second = new("second");

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Only_so_many_folders_scan_at_once(int concurrency, bool together)
    {
        var world = new SimulatedWorld("anna");
        var anna = world["anna"];
        for (var i = 0; i < 200; i++)
        {
            anna.User.WriteFile($"{i}", $"file {i}");
            anna.Disks.Disk("/second").User.WriteFile($"{i}", $"other {i}");
        }
        world.Configure(f => f, e => e with { MaxFolderConcurrency = concurrency, Folders = e.Folders.Add(e.Folders[0] with { Id = Second, Path = "/second" }) });
        var (scannedTogether, waited) = (false, false);
        world.AfterStep = () =>
        {
            if (anna.Engine?.Folders is not [var a, var b])
                return;
            scannedTogether |= a.State == FolderState.Scanning && b.State == FolderState.Scanning;
            waited |= a.State == FolderState.ScanWaiting || b.State == FolderState.ScanWaiting;
        };
        world.StartAll();
        world.RunUntil("both are scanned", () => anna.Engine!.Folders is [{ LastScan: not null, Counts.Local.Files: 200 }, { LastScan: not null, Counts.Local.Files: 200 }]);

        Assert.Equal(together, scannedTogether);
        Assert.Equal(!together, waited);
    }

    [Theory]
    [InlineData(2, 90, true)]
    [InlineData(2, 300, false)]
    [InlineData(24, 300, true)]
    [InlineData(24, 2000, false)]
    [InlineData(72, 2000, true)]
    [InlineData(72, 6000, false)]
    public void Temporary_files_are_kept_as_long_as_configured(int hours, int minutes, bool isThere)
    {
        const string temp = ".syncthing.f.tmp";
        var world = new SimulatedWorld("anna");
        world.Configure(f => f, e => e with { KeepTemporariesHours = hours });
        world["anna"].User.WriteFile(temp, "half of a file");
        world.StartAll();
        world.RunFor(TimeSpan.FromMinutes(minutes));

        Assert.Equal(isThere, world["anna"].User.Exists(temp));
        Assert.Equal(0, world["anna"].Snapshot.Counts.Local.Files);
    }

    [Fact]
    public async Task One_rate_holds_over_near_and_far_peers_where_it_holds_on_the_lan()
    {
        var time = new ManualTime();
        var limits = new BandwidthLimits(time);
        limits.Apply(new EngineConfig { MaxSendKbps = 100, LimitBandwidthInLan = true });
        await using var near = limits.Around(Stream(1, isLan: true));
        await using var far = limits.Around(Stream(2, isLan: false));
        var writing = Task.WhenAll(near.Stream.WriteAsync(new byte[200 << 10]).AsTask(), far.Stream.WriteAsync(new byte[200 << 10]).AsTask());

        Assert.InRange(await SecondsAsync(time, writing), 3.4, 4.1);
    }

    [Fact]
    public async Task Near_peers_are_spared_otherwise_and_a_change_holds_at_once()
    {
        var time = new ManualTime();
        var limits = new BandwidthLimits(time);
        limits.Apply(new EngineConfig { MaxSendKbps = 100 });
        await using var near = limits.Around(Stream(1, isLan: true));
        await using var far = limits.Around(Stream(2, isLan: false));
        Assert.True(near.Stream.WriteAsync(new byte[200 << 10]).IsCompletedSuccessfully);
        Assert.InRange(await SecondsAsync(time, far.Stream.WriteAsync(new byte[200 << 10]).AsTask()), 1.6, 2.1);

        limits.Apply(new EngineConfig { MaxSendKbps = 100, LimitBandwidthInLan = true });
        Assert.InRange(await SecondsAsync(time, near.Stream.WriteAsync(new byte[200 << 10]).AsTask()), 1.6, 2.3);
    }

    private static async Task<double> SecondsAsync(ManualTime time, Task task)
    {
        var start = time.GetTimestamp();
        while (!task.IsCompleted)
        {
            if (!time.AdvanceToNext())
                await Task.Yield();
        }
        await task;
        return time.GetElapsedTime(start).TotalSeconds;
    }

    private static AuthenticatedStream Stream(byte device, bool isLan)
    {
        var id = new byte[32];
        id[0] = device;
        return new AuthenticatedStream(System.IO.Stream.Null, new DeviceId(id), "test", true, "none", isLan);
    }
}
