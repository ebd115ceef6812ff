using FolderSync.Api.Access;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Api.Tests.Access;

/// <summary>Links to the page: once, for a short time, by their owner.</summary>
public sealed class LinkTokensTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    private readonly ManualTime _time = new();
    private readonly LinkTokens _tokens;

    public LinkTokensTests() => _tokens = new LinkTokens(_time);

    [Fact]
    public void A_link_works_once()
    {
        var token = _tokens.Issue(Life);
        Assert.Matches("^[0-9a-f]{64}$", token);
        Assert.Equal(LinkState.Valid, _tokens.StateOf(token));
        Assert.Equal(LinkState.Valid, _tokens.Redeem(token));
        Assert.Equal(LinkState.Used, _tokens.Redeem(token));
        Assert.Equal(LinkState.Used, _tokens.StateOf(token));
        // A used one doesn't become an expired one.
        _time.Advance(Life);
        Assert.Equal(LinkState.Used, _tokens.Redeem(token));
    }

    [Fact]
    public async Task Of_many_at_once_one_gets_in()
    {
        var token = _tokens.Issue(Life);
        var all = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => _tokens.Redeem(token))));
        Assert.Single(all, s => s == LinkState.Valid);
    }

    [Fact]
    public void A_link_expires_by_the_monotonic_clock()
    {
        var token = _tokens.Issue(Life);
        _time.WallClockOff = TimeSpan.FromDays(-1);
        _time.Advance(Life - TimeSpan.FromSeconds(1));
        Assert.Equal(LinkState.Valid, _tokens.StateOf(token));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(LinkState.Expired, _tokens.Redeem(token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void A_token_that_was_never_issued_opens_nothing(string token)
    {
        _tokens.Issue(Life);
        Assert.Equal(LinkState.Unknown, _tokens.Redeem(token));
    }

    [Fact]
    public void Tokens_are_bounded_and_the_oldest_gives_way()
    {
        var tokens = Enumerable.Range(0, 100).Select(_ => _tokens.Issue(Life)).ToList();
        Assert.Equal(64, tokens.Count(t => _tokens.StateOf(t) == LinkState.Valid));
        Assert.Equal(LinkState.Valid, _tokens.Redeem(tokens[^1]));
    }

    [Theory]
    [InlineData("Valid", true, null)]
    [InlineData("Valid", false, "another one")]
    [InlineData("Used", true, "has been used")]
    [InlineData("Used", false, "has been used")]
    [InlineData("Expired", true, "has expired")]
    [InlineData("Unknown", true, "not valid")]
    [InlineData("Unknown", false, "not valid")]
    public void Only_a_valid_one_of_the_owner_opens_the_page(string state, bool mayBeOwner, string? why)
    {
        var said = LoginRoutes.WhyNot(Enum.Parse<LinkState>(state), mayBeOwner);
        if (why is null)
            Assert.Null(said);
        else
            Assert.Contains(why, said, StringComparison.Ordinal);
    }
}
