using System.Text;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Only data that the other side can't have yet is sent.</summary>
public sealed class TrafficStoryTests
{
    private const int Size = 2 << 20;

    private readonly SimulatedWorld _world = new("anna", "bert");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Fact]
    public void Renames_chains_swaps_and_moved_directories_move_no_data()
    {
        Begin();
        var before = Received();
        Anna.User.Rename("d/a", "free");
        Anna.User.Rename("d/b", "d/a");
        Anna.User.Rename("d/c", "swap");
        Anna.User.Rename("e/c", "d/c");
        Anna.User.Rename("swap", "e/c");
        Anna.User.Rename("g", "moved");
        ScanAndSync();

        Assert.InRange(Received() - before, 0, Size / 20);
        Assert.Equal(SimulatedWorld.Tree(Anna), SimulatedWorld.Tree(Bert));
        Assert.Equal("a", Bert.User.ReadText("free")[..1]);
    }

    [Fact]
    public void A_rename_moves_no_data_when_its_deletion_is_told_first()
    {
        Begin();
        var before = Received();
        Anna.User.Rename("d/a", "later");
        Anna.Notice("d/a");
        _world.RunFor(TimeSpan.FromMilliseconds(700));
        Anna.Notice("later");
        _world.RunUntilSynced();

        Assert.InRange(Received() - before, 0, Size / 20);
        Assert.Equal("a", Bert.User.ReadText("later")[..1]);
    }

    [Fact]
    public void Mode_and_time_move_no_data_and_make_no_version_of_the_content()
    {
        Begin();
        var (before, inode) = (Received(), Bert.User.Stat("d/a").Inode);
        Anna.User.Chmod("d/a", 0x180);
        Anna.User.Touch("d/b", new FolderSync.Core.Model.FileTime(86_400, 5));
        ScanAndSync();

        Assert.InRange(Received() - before, 0, Size / 20);
        Assert.Equal((0x180u, inode), (Bert.User.Stat("d/a").Permissions, Bert.User.Stat("d/a").Inode));
        Assert.Equal(86_400, Bert.User.Stat("d/b").Modified.Seconds);
        Assert.False(Bert.User.Exists(".stversions/d"));
    }

    [Fact]
    public void A_changed_byte_moves_one_block()
    {
        Begin();
        var before = Received();
        Anna.User.Overwrite("d/a", Size / 2, "!"u8);
        ScanAndSync();

        Assert.InRange(Received() - before, 128 << 10, (128 << 10) + (Size / 20));
        Assert.Equal('!', Bert.User.ReadText("d/a")[Size / 2]);
    }

    [Fact]
    public void A_copy_moves_no_data()
    {
        Begin();
        var before = Received();
        Anna.User.WriteFile("copy", Anna.User.ReadAll("d/a"));
        ScanAndSync();

        Assert.InRange(Received() - before, 0, Size / 20);
        Assert.Equal(Anna.User.ReadAll("copy"), Bert.User.ReadAll("copy"));
    }

    private void Begin()
    {
        foreach (var name in (string[])["d/a", "d/b", "d/c", "e/c", "g/h/i", "g/j"])
        {
            var text = new StringBuilder();
            for (var i = 0; text.Length < Size; i++)
                text.Append(name[^1]).Append(name).Append(i);
            Anna.User.WriteFile(name, text.ToString(0, Size));
        }
        _world.StartAll();
        _world.RunUntilSynced();
    }

    private void ScanAndSync()
    {
        _world.Scan(Anna);
        _world.RunUntilSynced();
    }

    private long Received() => Bert.Engine!.Devices.Single().BytesReceived;
}
