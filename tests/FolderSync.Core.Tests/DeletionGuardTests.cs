using FolderSync.Core.Decide;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class DeletionGuardTests
{
    [Theory]
    [InlineData(0, 0, 1, 1, false)]
    [InlineData(0, 1000, 1, 1, false)]
    [InlineData(100, 10_000, 100, 50, false)]
    [InlineData(101, 10_000, 100, 50, true)]
    [InlineData(50, 100, 1000, 50, false)]
    [InlineData(51, 100, 1000, 50, true)]
    [InlineData(20, 20, 1000, 50, true)]
    [InlineData(19, 19, 1000, 50, false)] // too few files for a percentage
    [InlineData(19, 19, 10, 50, true)]
    [InlineData(1_000_000, 1_000_000, 0, 0, false)] // switched off
    [InlineData(1_000_000, 1_000_000, 0, 99.5, true)]
    [InlineData(1_000_000, 1_000_000, 0, 100, false)]
    public void Table(long gone, long before, long overCount, double overPercent, bool held) =>
        Assert.Equal(held, DeletionGuard.MustHold(gone, before, new DeletionLimits(overCount, overPercent)));

    [Fact]
    public void The_reason_gives_the_figures() =>
        Assert.Equal(
            "51 of 100 files vanished at once, more than the 50 % that are deleted without confirmation.",
            DeletionGuard.ExplainHold(51, 100, new DeletionLimits(1000, 50)));
}
