using System.Net;
using FolderSync.Api.Access;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Api.Tests.Access;

/// <summary>Waiting after wrong passwords, the tokens of pages.</summary>
public class LoginTests
{
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.7");

    [Fact]
    public void Wrong_passwords_make_their_address_wait_longer_and_longer()
    {
        var time = new ManualTime();
        var backoff = new LoginBackoff(time);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(TimeSpan.Zero, backoff.RemainingDelay(ClientAddress.KeyOf(There)));
            backoff.RecordFailure(ClientAddress.KeyOf(There));
        }
        var last = TimeSpan.Zero;
        for (var i = 0; i < 20; i++)
        {
            backoff.RecordFailure(ClientAddress.KeyOf(There));
            var wait = backoff.RemainingDelay(ClientAddress.KeyOf(There));
            Assert.InRange(wait, last, TimeSpan.FromMinutes(5));
            Assert.True(wait > TimeSpan.Zero);
            Assert.Equal(TimeSpan.Zero, backoff.RemainingDelay(ClientAddress.KeyOf(IPAddress.Parse("192.0.2.8"))));
            time.Advance(wait);
            Assert.Equal(TimeSpan.Zero, backoff.RemainingDelay(ClientAddress.KeyOf(There)));
            last = wait;
        }
        Assert.Equal(TimeSpan.FromMinutes(5), last);
        backoff.RecordSuccess(ClientAddress.KeyOf(There));
        backoff.RecordFailure(ClientAddress.KeyOf(There));
        Assert.Equal(TimeSpan.Zero, backoff.RemainingDelay(ClientAddress.KeyOf(There)));
    }

    [Fact]
    public void An_hour_of_quiet_is_forgiven()
    {
        var time = new ManualTime();
        var backoff = new LoginBackoff(time);
        for (var i = 0; i < 10; i++)
            backoff.RecordFailure(ClientAddress.KeyOf(There));
        time.Advance(TimeSpan.FromHours(1));
        backoff.RecordFailure(ClientAddress.KeyOf(There));
        Assert.Equal(TimeSpan.Zero, backoff.RemainingDelay(ClientAddress.KeyOf(There)));
    }

    [Theory]
    [InlineData(-365)]
    [InlineData(365)]
    public void A_clock_that_is_set_locks_nobody_out_and_opens_nothing(int days)
    {
        var time = new ManualTime();
        var backoff = new LoginBackoff(time);
        for (var i = 0; i < 10; i++)
            backoff.RecordFailure(ClientAddress.KeyOf(There));
        time.WallClockOff = TimeSpan.FromDays(days);
        var wait = backoff.RemainingDelay(ClientAddress.KeyOf(There));
        Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        time.Advance(wait);
        Assert.Equal(TimeSpan.Zero, backoff.RemainingDelay(ClientAddress.KeyOf(There)));
    }

    [Fact]
    public void Addresses_of_one_network_count_as_one_where_a_computer_has_many()
    {
        var backoff = new LoginBackoff(new ManualTime());
        for (var i = 1; i <= 5; i++)
            backoff.RecordFailure(ClientAddress.KeyOf(IPAddress.Parse($"2001:db8:1:2::{i}")));
        Assert.True(backoff.RemainingDelay(ClientAddress.KeyOf(IPAddress.Parse("2001:db8:1:2:ffff::1"))) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, backoff.RemainingDelay(ClientAddress.KeyOf(IPAddress.Parse("2001:db8:1:3::1"))));
        for (var i = 0; i < 5; i++)
            backoff.RecordFailure(ClientAddress.KeyOf(There));
        Assert.True(backoff.RemainingDelay(ClientAddress.KeyOf(There.MapToIPv6())) > TimeSpan.Zero);
    }

    [Fact]
    public void Page_tokens_are_bounded_and_the_oldest_gives_way()
    {
        var tokens = new CsrfTokens();
        var first = tokens.Issue();
        Assert.True(tokens.IsValid(first));
        Assert.False(tokens.IsValid(""));
        for (var i = 0; i < 1000; i++)
            tokens.Issue();
        Assert.False(tokens.IsValid(first));
    }
}
