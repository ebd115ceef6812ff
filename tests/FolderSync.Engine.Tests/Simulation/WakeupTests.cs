using FolderSync.Engine.Primitives;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>A wait ends by its signal or when its time has passed by the clock: never earlier, however early the timer fires, and always.</summary>
public sealed class WakeupTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly SimulatedTime _world = new(7);
    private readonly SimulatedTime.Clock _clock;

    public WakeupTests() => _clock = new SimulatedTime.Clock(_world, TimeSpan.Zero);

    [Fact]
    public async Task Its_time_has_come_by_the_clock_when_a_wait_ends()
    {
        var random = new Random(1);
        using var wakeup = new Wakeup(_clock);
        for (var i = 0; i < 1000; i++)
        {
            var length = TimeSpan.FromTicks(random.NextInt64(1, random.Next(2) == 0 ? TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerMinute));
            await EndsAsync(wakeup, length);
        }
    }

    [Theory]
    [InlineData(19)]
    [InlineData(60)]
    [InlineData(10_000)]
    public async Task What_no_timer_can_count_is_waited_for_all_the_same(int days)
    {
        using var wakeup = new Wakeup(_clock);
        await EndsAsync(wakeup, TimeSpan.FromDays(days));
    }

    [Fact]
    public async Task What_has_passed_is_not_waited_for()
    {
        using var wakeup = new Wakeup(_clock);
        Assert.True(wakeup.WaitUntilAsync(Deadline.Passed, default).IsCompletedSuccessfully);
        Assert.True(wakeup.WaitUntilAsync(Deadline.In(TimeSpan.Zero, _clock), default).IsCompletedSuccessfully);
        Assert.True(wakeup.WaitUntilAsync(Deadline.In(TimeSpan.FromDays(-1), _clock), default).IsCompletedSuccessfully);
        await EndsAsync(wakeup, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_signal_ends_the_wait_and_its_alarm()
    {
        using var wakeup = new Wakeup(_clock);
        var wait = wakeup.WaitUntilAsync(Deadline.In(TimeSpan.FromHours(1), _clock), default);
        wakeup.Set();
        await wait.WaitAsync(Timeout);
        Assert.Null(_world.NextDue);

        var never = wakeup.WaitUntilAsync(Deadline.Never, default);
        Assert.Null(_world.NextDue);
        wakeup.Set();
        wakeup.Set();
        await never.WaitAsync(Timeout);
        Assert.True(wakeup.WaitUntilAsync(Deadline.Never, default).IsCompletedSuccessfully, "The second came while nobody waited.");
    }

    [Fact]
    public async Task A_signal_is_not_lost_on_a_wait_that_was_cancelled()
    {
        using var wakeup = new Wakeup(_clock);
        using var cancellation = new CancellationTokenSource();
        var wait = wakeup.WaitUntilAsync(Deadline.Never, cancellation.Token);
        await cancellation.CancelAsync();
        wakeup.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(Timeout));

        await wakeup.WaitUntilAsync(Deadline.Never, default).WaitAsync(Timeout);
    }

    [Fact]
    public void Never_is_never()
    {
        Assert.False(Deadline.Never.IsPast(_clock));
        Assert.Equal(Deadline.Never, Deadline.In(TimeSpan.MaxValue, new FastClock()));
        Assert.True(Deadline.Passed.IsPast(_clock));
        Assert.Equal(Deadline.Passed, Deadline.Earlier(Deadline.Never, Deadline.Passed));
    }

    private async Task EndsAsync(Wakeup wakeup, TimeSpan length)
    {
        var due = _world.Now + length.Ticks;
        var wait = wakeup.WaitUntilAsync(Deadline.In(length, _clock), default);
        while (_world.NextDue is not null)
            _world.RunNext();
        await wait.WaitAsync(Timeout);
        Assert.InRange(_world.Now - due, 0, 5 * TimeSpan.TicksPerMillisecond);
    }

    /// <summary>Its timestamps count nanoseconds, as on Linux.</summary>
    private sealed class FastClock : TimeProvider
    {
        public override long TimestampFrequency => 1_000_000_000;
    }
}
