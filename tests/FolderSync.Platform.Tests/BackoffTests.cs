using Xunit;

namespace FolderSync.Platform.Tests;

public sealed class BackoffTests
{
    [Fact]
    public void Each_wait_is_twice_the_last_up_to_the_limit_and_a_success_begins_again()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Equal([1, 2, 4, 5, 5], Enumerable.Range(0, 5).Select(_ => backoff.Next().TotalSeconds));
        backoff.Reset();
        Assert.Equal(1, backoff.Next().TotalSeconds);
    }

    [Fact]
    public void A_limit_that_is_never_reached_is_none_that_overflows()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.MaxValue);
        for (var i = 0; i < 100; i++)
            Assert.True(backoff.Next() >= TimeSpan.FromSeconds(1));
    }
}
