using FolderSync.Testing;
using Xunit;

namespace FolderSync.Platform.Tests;

public sealed class LogThrottleTests
{
    private readonly ManualTime _time = new();
    private readonly List<long> _reported = [];

    [Fact]
    public void One_line_a_minute_then_the_number_of_the_others()
    {
        using var throttle = new LogThrottle(_time, _reported.Add);
        Assert.Equal(1, Enumerable.Range(0, 1000).Count(_ => throttle.TryPass()));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal([999], _reported);
        Assert.False(throttle.TryPass());
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal([999, 1], _reported);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(throttle.TryPass());
        Assert.Equal([999, 1], _reported);
    }

    [Fact]
    public void Nothing_is_left_out_unsaid_at_the_end()
    {
        var throttle = new LogThrottle(_time, _reported.Add, most: 3);
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => throttle.TryPass()));
        throttle.Dispose();
        Assert.Equal([7], _reported);
        Assert.Equal(0, _time.Pending);
    }
}
