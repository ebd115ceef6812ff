using FolderSync.Core.Decide;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class DeletionBurstTests
{
    [Theory]
    // Single deletions by a user, and a limit that is reached in one scan.
    [InlineData(0, 0, 1000, true, 0, true, DeletionVerdict.Announce)]
    [InlineData(1, 0, 1000, true, 0, true, DeletionVerdict.Announce)]
    [InlineData(19, 0, 1000, true, 0, true, DeletionVerdict.Announce)]
    [InlineData(101, 0, 1000, true, 0, true, DeletionVerdict.Hold)]
    [InlineData(101, 0, 1000, true, 0, false, DeletionVerdict.Hold)]
    // Many deletions at once: wait while they grow, but not for ever, and not while somebody waits.
    [InlineData(20, 0, 1000, true, 0, true, DeletionVerdict.Defer)]
    [InlineData(100, 0, 1000, true, 29, true, DeletionVerdict.Defer)]
    [InlineData(100, 0, 1000, true, 30, true, DeletionVerdict.Announce)]
    [InlineData(100, 0, 1000, false, 2, true, DeletionVerdict.Announce)]
    [InlineData(100, 0, 1000, true, 0, false, DeletionVerdict.Announce)]
    // Earlier deletions count: the hold starts before the limit is exceeded, not after.
    [InlineData(1, 99, 901, true, 0, true, DeletionVerdict.Defer)]
    [InlineData(1, 99, 901, false, 2, true, DeletionVerdict.Announce)]
    [InlineData(1, 100, 900, true, 0, true, DeletionVerdict.Hold)]
    [InlineData(2, 99, 901, false, 0, false, DeletionVerdict.Hold)]
    [InlineData(0, 500, 900, true, 0, true, DeletionVerdict.Announce)]
    // Half of a small folder, in two scans.
    [InlineData(10, 10, 30, false, 0, true, DeletionVerdict.Announce)]
    [InlineData(11, 10, 30, false, 0, true, DeletionVerdict.Hold)]
    public void Table(long gone, long before, long present, bool isGrowing, int waited, bool mayWait, DeletionVerdict verdict) =>
        Assert.Equal(
            verdict,
            DeletionGuard.Decide(new DeletionBurst(gone, before, present, isGrowing, TimeSpan.FromSeconds(waited), mayWait), new DeletionLimits(100, 50)));

    [Fact]
    public void Without_limits_nothing_is_held_or_waited_for() =>
        Assert.Equal(
            DeletionVerdict.Announce,
            DeletionGuard.Decide(new DeletionBurst(1_000_000, 1_000_000, 1_000_000, true, TimeSpan.Zero, true), DeletionLimits.None));
}
