using FolderSync.Host.Service;
using Xunit;

namespace FolderSync.Host.Tests.Service;

public sealed class PauseControllerTests
{
    [Theory]
    // Both clocks say that half an hour remains.
    [InlineData(30, 30, 30)]
    // The computer slept: the monotonic clock stood still.
    [InlineData(-400, 50, -400)]
    // The wall clock was set back by a year.
    [InlineData(525_000, 10, 10)]
    public void A_pause_is_over_when_either_clock_says_so(int byWall, int byMonotonic, int left) =>
        Assert.Equal(TimeSpan.FromMinutes(left), PauseController.Left(TimeSpan.FromMinutes(byWall), TimeSpan.FromMinutes(byMonotonic)));

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(0.2, 1)]
    [InlineData(1.0001, 2)]
    [InlineData(100_000, 60_000)]
    [InlineData(1e12, 60_000)]
    public void It_looks_again_no_earlier_than_at_the_end_and_at_the_latest_in_a_minute(double left, double next) =>
        Assert.Equal(TimeSpan.FromMilliseconds(next), PauseController.NextCheck(TimeSpan.FromMilliseconds(left)));
}
