using FolderSync.Simulator.Disks;
using FolderSync.Simulator.Histories;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Histories that once failed, shrunk and told in full: a change of what is drawn doesn't change them. `run --shrink` prints such a test.</summary>
public class KeptHistoryTests
{
    /// <summary>Two devices on disks that fold case gave one spelling up at once, told nobody, and waited for each other's copy for ever.</summary>
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

    private static void Passes(History history)
    {
        var outcome = HistoryRunner.Run(history);
        Assert.True(outcome.Failure is null, outcome.Trace + outcome.Failure);
    }
}
