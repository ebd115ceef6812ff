using FolderSync.Core.Decide;
using Xunit;

namespace FolderSync.Core.Tests;

/// <summary>
/// A device's life in steps, and the age of something from day 0 at its end. "+5" runs for five days, "off3" is off for three, "jump400" sets the
/// clock forward by that many days while running, "boot400" while off. The first step starts at day 0.
/// </summary>
public sealed class ClockHistoryTests
{
    private static readonly DateTimeOffset Day0 = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("it runs", "+20", 20)]
    [InlineData("off by night", "+0.6 off0.4 +0.6 off0.4 +0.6 off0.4", 3)]
    [InlineData("off for a weekend: counts when it has run for a week", "+1 off3 +1", 2)]
    [InlineData("off for a weekend, a week later", "+1 off3 +7", 11)]
    [InlineData("the week may be one of short days", "+1 off3 +2 off0.9 +2 off0.9 +3", 12.8)]
    [InlineData("off for two years: nothing has aged", "+1 off730", 1)]
    [InlineData("off for two years, six days on", "+1 off730 +6", 7)]
    [InlineData("off for two years, a week on: it is true", "+1 off730 +7", 738)]
    [InlineData("off again and again, and never on for long: each counts in its time", "+1 off60 +3 off60 +3 off60 +3", 70)]
    [InlineData("a clock years ahead while running", "+1 jump3000 +1", 2)]
    [InlineData("a clock years ahead at a start", "+1 boot3000 +1", 2)]
    [InlineData("ahead and back: nothing is left of it", "+1 jump3000 +2 jump-3000 +10", 13)]
    [InlineData("ahead and back over starts", "+1 boot3000 +2 boot-3000 +10", 13)]
    [InlineData("ahead, back, and ahead again", "+1 jump3000 +2 jump-3000 +1 jump2000 +1", 3)]
    [InlineData("ahead twice", "+1 jump3000 +1 jump300 +1", 3)]
    [InlineData("back to 1970 at a start and set right a minute later", "+1 boot-20000 +0.001 jump20000 +5", 6.001)]
    [InlineData("the same at each start", "+1 boot-20000 +0.001 jump20000 +2 boot-20002 +0.001 jump20002 +5", 8.002)]
    [InlineData("steps of an hour are none", "+1 jump0.04 +1", 2.04)]
    public void Nothing_ages_by_a_jump_and_time_that_was_true_counts_in_the_end(string why, string life, double age)
    {
        var (history, now) = Live(life);
        Assert.True(Math.Abs(history.AgeOf(Day0, now).TotalDays - age) < 0.15, $"{why}: {history.AgeOf(Day0, now).TotalDays}");
    }

    [Fact]
    public void Where_nothing_is_known_nothing_has_aged_for_a_week()
    {
        var history = ClockHistory.Observe(null, Day0, null);
        Assert.Equal(TimeSpan.Zero, history.AgeOf(Day0.AddYears(-3), Day0));
        history = ClockHistory.Observe(history, Day0.AddDays(6), TimeSpan.FromDays(6));
        Assert.Equal(TimeSpan.FromDays(6), history.AgeOf(Day0.AddYears(-3), Day0.AddDays(6)));
        Assert.Equal(TimeSpan.FromDays(2), history.AgeOf(Day0.AddDays(4), Day0.AddDays(6)));
        history = ClockHistory.Observe(history, Day0.AddDays(8), TimeSpan.FromDays(2));
        Assert.Equal(TimeSpan.FromDays(18), history.AgeOf(Day0.AddDays(-10), Day0.AddDays(8)));
    }

    [Fact]
    public void What_was_kept_while_the_clock_was_ahead_ages_from_when_it_was_set_back()
    {
        var (history, now) = Live("+1 jump3000 +2 jump-3000 +12");
        Assert.Equal(12, history.AgeOf(Day0.AddDays(3001), now).TotalDays, 2);
        Assert.Equal(TimeSpan.Zero, Live("+1").History.AgeOf(Day0.AddDays(3001), now));
    }

    [Fact]
    public void It_is_read_as_it_was_written()
    {
        var (history, now) = Live("+8 off30 +1 jump3000 +2 jump-1000 +1 off2 +1");
        var read = ClockHistory.FromJson(history.ToJson())!;
        Assert.NotEmpty(history.Gaps);
        Assert.Equal(history.ToJson(), read.ToJson());
        Assert.Equal(history.AgeOf(Day0, now), read.AgeOf(Day0, now));
        Assert.Equal(ClockHistory.Observe(null, Day0, null).ToJson(), ClockHistory.FromJson(ClockHistory.Observe(null, Day0, null).ToJson())!.ToJson());
        foreach (var damaged in (string?[])[null, "", "[]", "{}", "[1]", "[1,2,3]", "[1,2,3,x]", "[1,2,3,4,5]", "[9223372036854775807,2,3,4]", "[1,2,3,9223372036854775807]"])
            Assert.Null(ClockHistory.FromJson(damaged));
    }

    [Fact]
    public void It_stays_small_and_nothing_ages_when_the_clock_jumps_all_the_time()
    {
        var (history, now) = Live("+8 " + string.Join(' ', Enumerable.Repeat("jump100 +0.01", 500)));
        Assert.InRange(history.Gaps.Length, 1, 100);
        Assert.InRange(history.AgeOf(Day0, now).TotalDays, 0, 14);
    }

    private static (ClockHistory History, DateTimeOffset Now) Live(string life)
    {
        var now = Day0.AddDays(-10);
        // The history began long before day 0.
        var history = ClockHistory.Observe(ClockHistory.Observe(null, now, null), now = Day0, TimeSpan.FromDays(10));
        foreach (var step in life.Split(' '))
        {
            var number = double.Parse(step.TrimStart("+ofjumpbt".ToCharArray()), System.Globalization.CultureInfo.InvariantCulture);
            if (step[0] == '+')
            {
                for (var left = number; left > 0; left -= 0.5)
                {
                    now += TimeSpan.FromDays(Math.Min(left, 0.5));
                    history = ClockHistory.Observe(history, now, TimeSpan.FromDays(Math.Min(left, 0.5)));
                }
                continue;
            }
            now += TimeSpan.FromDays(number);
            history = ClockHistory.Observe(history, now, step[0] == 'j' ? TimeSpan.Zero : null);
        }
        return (history, now);
    }
}
