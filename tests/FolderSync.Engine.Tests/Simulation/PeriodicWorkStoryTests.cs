using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Periodic and delayed work happens, even if timers fire early by the clock or somebody sets the clock.</summary>
public sealed class PeriodicWorkStoryTests
{
    private const int Folders = 30;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Folders_without_a_watcher_are_scanned_again_and_again(int seed)
    {
        var world = new SimulatedWorld(seed, ["anna"]);
        var anna = world["anna"];
        world.Configure(f => f, e => e with { Folders = [.. Enumerable.Range(0, Folders).Select(Unwatched)] });
        anna.Start();
        var scans = new int[Folders];
        world.RunFor(TimeSpan.FromSeconds(1));
        using var listening = anna.Engine!.Events.Listen(e =>
        {
            if (e.Event is EngineEvent.FolderStateChanged { To: FolderState.Scanning } changed)
                scans[int.Parse(changed.Folder.Value[1..], System.Globalization.CultureInfo.InvariantCulture)]++;
        });
        world.RunFor(TimeSpan.FromSeconds(1000));

        // Each waits three to five quarters of its interval.
        Assert.All(scans, n => Assert.InRange(n, 79, 135));
    }

    [Fact]
    public void A_new_file_is_found_by_the_rescan_and_comes_to_the_other_device()
    {
        var world = new SimulatedWorld(1, ["anna", "bert"], f => f with { WatcherEnabled = false, RescanIntervalSeconds = 10 });
        world.StartAll();
        world.RunUntilSynced();
        for (var i = 0; i < 100; i++)
        {
            world["anna"].User.WriteFile("f", $"edit {i}");
            world.RunFor(TimeSpan.FromSeconds(20));
            Assert.Equal($"edit {i}", world["bert"].User.ReadText("f"));
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60 * 24 * 60 * 60)]
    [InlineData(int.MaxValue)]
    public void A_rescan_waits_no_shorter_than_its_interval_says(int seconds)
    {
        var world = new SimulatedWorld(1, ["anna"], f => f with { WatcherEnabled = false, RescanIntervalSeconds = seconds });
        world.StartAll();
        world.RunUntilSynced();
        var begun = Now(world);
        var before = world["anna"].Snapshot.LastScan;
        // A timer's maximum is 49 days; waits of more than a century end with the test.
        var end = Math.Min(seconds * 1.25, 100.0 * 365 * 24 * 60 * 60);
        while (world["anna"].Snapshot.LastScan == before && (Now(world) - begun).TotalSeconds < end + 1)
            world.RunFor(TimeSpan.FromSeconds(Math.Max(0.1, end / 1000)));

        Assert.InRange((Now(world) - begun).TotalSeconds, Math.Min(seconds * 0.74, end), end + (end / 500) + 2);
        Assert.Equal(seconds != int.MaxValue || seconds * 0.75 < end, world["anna"].Snapshot.LastScan != before);
    }

    [Fact]
    public void A_folder_that_is_never_rescanned_rests()
    {
        var world = new SimulatedWorld(1, ["anna"], f => f with { WatcherEnabled = false, RescanIntervalSeconds = 0 });
        world.StartAll();
        world.RunUntilSynced();
        var before = world["anna"].Snapshot.LastScan;
        world.RunFor(TimeSpan.FromDays(400));

        Assert.Equal(before, world["anna"].Snapshot.LastScan);
    }

    /// <summary>NTP, a user or an empty battery may change the wall clock: intervals use the monotonic clock.</summary>
    [Theory]
    [InlineData(-3650)]
    [InlineData(3650)]
    public void A_clock_that_is_set_stops_no_periodic_work_and_hurries_none(int days)
    {
        var world = new SimulatedWorld(1, ["anna", "bert"], f => f with { WatcherEnabled = false, RescanIntervalSeconds = 10 });
        world.StartAll();
        world.RunUntilSynced();
        foreach (var device in world.Devices)
            device.Skew = TimeSpan.FromDays(days);
        world["anna"].User.WriteFile("f", "written after");
        world.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal("written after", world["bert"].User.ReadText("f"));

        world.Network.Partition(world["anna"].Id, world["bert"].Id);
        world["anna"].User.Delete("f");
        world["anna"].User.WriteFile("g", "more");
        world.RunFor(TimeSpan.FromSeconds(30));
        world.Network.Heal(world["anna"].Id, world["bert"].Id);
        world.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal("more", world["bert"].User.ReadText("g"));
        Assert.False(world["bert"].User.Exists("f"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_disk_that_comes_back_is_noticed_and_a_device_that_comes_back_is_dialed(int seed)
    {
        var world = new SimulatedWorld(seed, ["anna", "bert"], f => f with { WatcherEnabled = false, RescanIntervalSeconds = 3600 });
        world.StartAll();
        world.RunUntilSynced();
        var (anna, bert) = (world["anna"], world["bert"]);
        for (var i = 0; i < 30; i++)
        {
            anna.User.Unmount();
            anna.Rescan();
            world.RunFor(TimeSpan.FromSeconds(50));
            Assert.Equal(FolderState.Error, anna.Snapshot.State);
            anna.User.Mount();
            world.Network.Partition(anna.Id, bert.Id);
            world.RunFor(TimeSpan.FromSeconds(30));
            Assert.Equal(FolderState.Idle, anna.Snapshot.State);
            world.Network.Heal(anna.Id, bert.Id);
            world.RunFor(TimeSpan.FromSeconds(30));
            Assert.True(anna.Engine!.Devices.All(d => d.Connected), $"Not dialed, round {i}.");
        }
    }

    private static DateTimeOffset Now(SimulatedWorld world) => DateTimeOffset.UnixEpoch.AddTicks(world.Time.Now);

    private static FolderConfig Unwatched(int number) =>
        new() { Id = new FolderId($"f{number}"), Path = $"/folder{number}", WatcherEnabled = false, RescanIntervalSeconds = 10 };
}
