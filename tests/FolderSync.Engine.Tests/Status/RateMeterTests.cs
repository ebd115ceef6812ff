using FolderSync.Engine.Status;
using Xunit;

namespace FolderSync.Engine.Tests.Status;

public sealed class RateMeterTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_rate_follows_within_seconds_and_falls_to_nothing()
    {
        var rate = new SmoothedRate();
        long counter = 5_000_000;
        Assert.Equal(0, rate.Take(counter, Start));
        for (var second = 1; second <= 30; second++)
            Assert.Equal(1000, rate.Take(counter += 1000, Start.AddSeconds(second)));
        Assert.InRange(rate.Value, 980, 1000);
        // One burst does not make it jump.
        rate.Take(counter += 10_000, Start.AddSeconds(31));
        Assert.InRange(rate.Value, 1000, 3000);
        for (var second = 32; second <= 120; second++)
            rate.Take(counter, Start.AddSeconds(second));
        Assert.Equal(0, rate.Value);
    }

    [Fact]
    public void A_counter_begun_anew_is_no_negative_rate()
    {
        var rate = new SmoothedRate();
        rate.Take(1_000_000, Start);
        Assert.Equal(500, rate.Take(500, Start.AddSeconds(1)));
        Assert.InRange(rate.Value, 1, 500);
        Assert.Equal(0, rate.Take(700, Start.AddSeconds(1)));
    }

    [Theory]
    [InlineData(0, 0, 0L)]
    [InlineData(1000, 0, null)]
    [InlineData(1000, 10, null)]
    [InlineData(1000, 100, 10L)]
    [InlineData(1001, 100, 11L)]
    [InlineData(long.MaxValue, 1e9, 9223372037L)]
    public void Time_left_is_said_only_where_it_is_known(long bytes, double rate, long? seconds) => Assert.Equal(seconds, RateMeter.SecondsLeft(bytes, rate));
}
