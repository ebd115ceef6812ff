using FolderSync.Simulator.Disks;
using FolderSync.Simulator.Histories;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>
/// Histories that once failed, shrunk and written out: changes to the random generation don't affect them. `run --shrink` prints such a test.
/// </summary>
public class KeptHistoryTests
{
    /// <summary>
    /// Two devices on case-insensitive disks gave up one spelling at the same time without announcing it, and waited for each other's copy for
    /// ever.
    /// </summary>
    [Fact]
    public void A_spelling_that_two_devices_gave_up_is_waited_for_by_none() => Passes(new History
    {
        Seed = 893287174,
        ExactTimers = true,
        Respells = true,
        Devices =
        [
            new("anna"),
            new("bert") { Disk = new MemoryDiskOptions { CaseInsensitive = true } },
            new("carl") { Disk = new MemoryDiskOptions { CaseInsensitive = true } },
        ],
        Steps =
        [
            new(new Operation.Write("carl", "C", 5, 7), Pause.None, 1619),
            new(new Operation.Start("carl"), Pause.None, 1623),
            new(new Operation.Start("bert"), new Pause.Time(2000), 2154),
            new(new Operation.Delete("carl", "c"), Pause.None, 2495),
            new(new Operation.Symlink("bert", "c", "target1"), Pause.None, 2608),
            new(new Operation.Write("bert", "c", 12, 7) { IsNoticed = true }, Pause.None, 2744),
        ],
        SettleDraws = 4155,
    });

    /// <summary>
    /// Four devices kept the same content under one name. Each removed its own as redundant, and the others restored it as their own, without end.
    /// </summary>
    [Fact]
    public void Equal_copies_made_on_four_devices_are_removed_once_and_for_all() => Passes(new History
    {
        Seed = 73,
        Versioning = Configuring.VersioningKind.TrashCan,
        ExactTimers = true,
        Devices =
        [
            new("anna"),
            new("bert") { SkewSeconds = -67102 },
            new("carl"),
            new("dora"),
        ],
        Steps =
        [
            new(new Operation.Write("anna", "d/e/a", 5, 7), Pause.None, 2794),
            new(new Operation.Write("dora", "d/b", 6, 7) { IsNoticed = true }, Pause.None, 3667),
            new(new Operation.Write("carl", "a", 8, 7), Pause.None, 3842),
            new(new Operation.Start("dora"), new Pause.Time(0), 3873),
            new(new Operation.Stop("anna"), new Pause.Time(719), 4299),
            new(new Operation.Start("anna"), Pause.None, 4356),
            new(new Operation.Symlink("dora", "d/e/b", "target0") { IsNoticed = true }, Pause.None, 4428),
            new(new Operation.Rename("dora", "a", "a"), new Pause.Time(251), 4500),
            new(new Operation.Nothing(), new Pause.Time(695), 4651),
            new(new Operation.Write("carl", "d/b", 9, 7) { IsNoticed = true }, Pause.None, 4660),
            new(new Operation.Nothing(), new Pause.Time(1607), 4668),
            new(new Operation.Write("bert", "a", 10, 7) { IsNoticed = true }, new Pause.Time(434), 4685),
        ],
        SettleDraws = 4686,
    });

    /// <summary>
    /// Two files of equal size were written in the same nanosecond on two devices. On a disk that distinguishes them by time only, a file renamed
    /// over the other looked unchanged.
    /// </summary>
    [Fact]
    public void A_file_renamed_over_one_of_equal_size_is_known_by_its_time() => Passes(new History
    {
        Seed = 810469243,
        ExactTimers = true,
        Devices =
        [
            new("anna"),
            new("carl") { Disk = new MemoryDiskOptions { ChangeTimes = false, Inodes = false } },
        ],
        Steps =
        [
            new(new Operation.Start("anna"), Pause.None, 29),
            new(new Operation.Write("carl", "d/e/b", 0, 7), new Pause.Time(1000), 332),
            new(new Operation.Write("anna", "a", 1, 18) { IsNoticed = true }, Pause.None, 346),
            new(new Operation.Write("carl", "d/a", 2, 18) { IsNoticed = true }, new Pause.Time(0), 437),
            new(new Operation.Start("carl"), new Pause.Callbacks(200), 448),
            new(new Operation.Rename("carl", "d/a", "a") { IsNoticed = true }, Pause.None, 1186),
        ],
        SettleDraws = 2895,
    });

    /// <summary>
    /// One device renamed A to a, the other a to A. What stood at A then was taken for the version that the first one had announced of it before, and
    /// each deleted what the other had kept.
    /// </summary>
    [Fact]
    public void A_file_that_two_devices_rename_in_opposite_directions_survives() => Passes(new History
    {
        Seed = 491424375,
        ExactTimers = true,
        Respells = true,
        Devices =
        [
            new("anna"),
            new("carl") { Disk = new MemoryDiskOptions { CaseInsensitive = true } },
        ],
        Steps =
        [
            new(new Operation.Start("anna"), Pause.None, 29),
            new(new Operation.Start("carl"), new Pause.Time(3000), 40),
            new(new Operation.Write("anna", "a", 2, 7) { IsNoticed = true }, new Pause.Callbacks(1), 1259),
            new(new Operation.Write("anna", "A", 3, 7) { IsNoticed = true }, new Pause.Time(1000), 1590),
            new(new Operation.Rename("anna", "A", "a"), new Pause.Callbacks(131), 3504),
            new(new Operation.Rename("carl", "a", "A") { IsNoticed = true }, Pause.None, 3659),
        ],
        SettleDraws = 4722,
    });

    private static void Passes(History history)
    {
        var outcome = HistoryRunner.Run(history);
        Assert.True(outcome.Failure is null, outcome.Trace + outcome.Failure);
    }
}
