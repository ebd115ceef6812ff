using FolderSync.Core.Decide;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Status;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>A folder that can't be opened, or that loses its disk or its index, recovers and synchronizes with its peers again.</summary>
public sealed class FolderOpeningStoryTests
{
    private readonly SimulatedWorld _world = new("anna", "bert");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Fact]
    public void A_folder_that_opens_late_is_announced_to_peers_that_are_connected()
    {
        var locks = new Locks { IsTaken = true };
        Anna.FolderLocks = locks;
        Anna.User.WriteFile("f", "hello");
        _world.StartAll();
        _world.RunUntil("they are connected", () => Bert.Engine!.Devices.Single().Connected && Bert.Snapshot.LastScan is not null);
        Assert.Equal(RemoteFolderState.Paused, Bert.Engine!.Devices.Single().Folders[SimulatedDevice.Folder]);
        Assert.Equal(FolderState.Error, Anna.Snapshot.State);
        Assert.Contains("another program", Anna.Snapshot.Error, StringComparison.Ordinal);

        locks.IsTaken = false;
        _world.RunUntil("bert has it", () => Bert.User.Exists("f"));

        Assert.Equal(RemoteFolderState.Valid, Bert.Engine!.Devices.Single().Folders[SimulatedDevice.Folder]);
        Bert.User.WriteFile("g", "back");
        Bert.Notice("g");
        _world.RunUntilSynced();
        Assert.Equal("back", Anna.User.ReadText("g"));
    }

    [Fact]
    public void A_disk_that_is_mounted_late_is_synced_without_a_deletion()
    {
        Begin();
        Anna.Stop();
        _world.RunUntil("anna stops", () => !Anna.IsRunning);
        Anna.User.Unmount();
        Anna.Start();
        _world.RunUntil("anna says so", () => Anna.Engine?.Folder(SimulatedDevice.Folder) is { State: FolderState.Error });
        Assert.Contains("does not exist", Anna.Snapshot.Error, StringComparison.Ordinal);
        Bert.User.WriteFile("g", "meanwhile");
        Bert.Notice("g");
        _world.RunFor(TimeSpan.FromMinutes(5));
        Assert.True(Bert.User.Exists("f"));

        Anna.User.Mount();
        _world.RunUntilSynced();
        Assert.Equal("meanwhile", Anna.User.ReadText("g"));
        Assert.Equal("hello", Bert.User.ReadText("f"));
    }

    [Fact]
    public void A_root_that_vanishes_is_replaced_or_loses_its_marker_says_what_to_do_and_announces_nothing()
    {
        Begin();
        Anna.User.Unmount();
        Assert.Contains("does not exist", ErrorOfScan(), StringComparison.Ordinal);
        Anna.User.Mount();
        _world.Scan(Anna);
        Assert.Equal("", Anna.Snapshot.Error);

        Anna.User.Rename(".stfolder", "gone");
        Assert.Contains("mkdir '/folder/.stfolder'", ErrorOfScan(), StringComparison.Ordinal);
        Anna.User.Rename("gone", ".stfolder");
        _world.Scan(Anna);

        Anna.User.ReplaceRoot();
        Assert.Contains("Mount the disk", ErrorOfScan(), StringComparison.Ordinal);
        Anna.User.WriteFile("other", "of another disk");
        Assert.Contains("Another directory", ErrorOfScan(), StringComparison.Ordinal);
        _world.RunFor(TimeSpan.FromHours(3));

        Assert.Equal("hello", Bert.User.ReadText("f"));
        Assert.False(Bert.User.Exists("other"));
    }

    [Fact]
    public void A_damaged_index_is_rebuilt_from_the_disk_without_deletion_or_conflict()
    {
        Begin();
        Anna.Indexes.Damage(SimulatedDevice.Folder);
        Bert.User.WriteFile("g", "new");
        Bert.Notice("g");
        Anna.User.WriteFile("h", "mine");
        Anna.Notice("h");
        _world.RunUntilSynced();

        Assert.Equal(1, Anna.Indexes.QuarantineCount);
        Assert.Equal(["f", "g", "h"], Anna.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal)).Select(i => i.Path));
        Assert.Equal(["new", "mine"], [Anna.User.ReadText("g"), Bert.User.ReadText("h")]);
    }

    [Fact]
    public void An_index_that_can_not_be_written_for_a_while_stops_the_folder_with_a_reason_and_goes_on()
    {
        Begin();
        Anna.Indexes.BeforeCommit = _ => throw new IOException("The disk of the index is full.");
        Anna.User.WriteFile("h", "mine");
        Anna.Notice("h");
        _world.RunUntil("anna says so", () => Anna.Snapshot.Error.Contains("full", StringComparison.Ordinal));
        Anna.Indexes.BeforeCommit = null;
        _world.RunUntilSynced();

        Assert.Equal("mine", Bert.User.ReadText("h"));
        Assert.Equal("", Anna.Snapshot.Error);
    }

    private string ErrorOfScan()
    {
        Anna.Rescan();
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(FolderState.Error, Anna.Snapshot.State);
        Assert.Contains("/folder", Anna.Snapshot.Error, StringComparison.Ordinal);
        return Anna.Snapshot.Error;
    }

    private void Begin()
    {
        Anna.User.WriteFile("f", "hello");
        _world.StartAll();
        _world.RunUntilSynced();
    }

    private sealed class Locks : IFolderLocks
    {
        public bool IsTaken { get; set; }

        public IDisposable? TryLock(string path, out string? holder)
        {
            holder = IsTaken ? "process 1" : null;
            return IsTaken ? null : new MemoryStream();
        }
    }
}
