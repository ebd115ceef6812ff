using FolderSync.Core.Model;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>What a user gave a file besides its content.</summary>
public sealed class MetadataStoryTests
{
    private readonly SimulatedWorld _world = new("anna", "bert");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Fact]
    public void An_edit_from_elsewhere_keeps_the_attributes_that_a_file_has_here()
    {
        Anna.User.WriteFile("f", "one");
        _world.StartAll();
        _world.RunUntilSynced();
        Bert.User.SetAttribute("f", "red");
        _world.Scan(Bert);
        Anna.User.ReplaceFile("f", "two"u8);
        _world.Scan(Anna);
        _world.RunUntilSynced();
        Assert.Equal(("two", "red"), (Bert.User.ReadText("f"), Bert.User.AttributeOf("f")));
        Assert.Null(Anna.User.AttributeOf("f"));
    }

    [Fact]
    public void An_attribute_that_no_scan_has_seen_yet_is_kept_too()
    {
        Anna.User.WriteFile("f", "one");
        _world.StartAll();
        _world.RunUntilSynced();
        Bert.User.SetAttribute("f", "red");
        Anna.User.ReplaceFile("f", "two"u8);
        _world.Scan(Anna);
        _world.RunUntilSynced();
        Assert.Equal(("two", "red"), (Bert.User.ReadText("f"), Bert.User.AttributeOf("f")));
    }

    [Fact]
    public void Both_sides_of_a_conflict_keep_them()
    {
        Anna.User.WriteFile("f", "one");
        _world.StartAll();
        _world.RunUntilSynced();
        Bert.User.SetAttribute("f", "red");
        _world.Scan(Bert);
        _world.Network.Partition(Anna.Id, Bert.Id);
        Bert.User.Overwrite("f", 0, "two"u8);
        Bert.User.Touch("f", new FileTime(1_000, 0));
        Anna.User.ReplaceFile("f", "three"u8);
        _world.Scan(Bert);
        _world.Scan(Anna);
        _world.Network.Heal(Anna.Id, Bert.Id);
        _world.RunUntilSynced();
        Assert.Equal(("three", "red"), (Bert.User.ReadText("f"), Bert.User.AttributeOf("f")));
        var copy = Assert.Single(Bert.User.Tree(), i => i.Path.Contains("sync-conflict", StringComparison.Ordinal)).Path;
        Assert.Equal(("two", "red"), (Bert.User.ReadText(copy), Bert.User.AttributeOf(copy)));
    }

    /// <summary>2300, the last second of 9999, 1492, and what no calendar has.</summary>
    [Theory]
    [InlineData(10_413_792_000)]
    [InlineData(253_402_300_799)]
    [InlineData(-15_084_230_400)]
    [InlineData(1L << 60)]
    [InlineData(-(1L << 60))]
    public void A_time_far_from_now_arrives(long seconds)
    {
        var far = new FileTime(seconds, 0);
        Anna.User.WriteFile("f", "one");
        Anna.User.Touch("f", far);
        _world.StartAll();
        _world.RunUntilSynced();
        Assert.Equal(far, Bert.User.Stat("f").Modified);
        // Also of a change of nothing else, and back again.
        Bert.User.Touch("f", new FileTime(1_000, 0));
        _world.Scan(Bert);
        _world.RunUntilSynced();
        Bert.User.Touch("f", far);
        _world.Scan(Bert);
        _world.RunUntilSynced();
        Assert.Equal(far, Anna.User.Stat("f").Modified);
    }
}
