using FolderSync.Configuration.Schema;
using Xunit;

namespace FolderSync.Configuration.Tests.Schema;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("adress", "address")]
    [InlineData("api_key", "api-key")]
    [InlineData("PageAddress", "page-address")]
    [InlineData("listne", "listen")]
    [InlineData("lisetn", "listen")]
    [InlineData("nothing like it", null)]
    [InlineData("x", null)]
    public void The_nearest_word_is_meant(string word, string? meant) => Assert.Equal(meant, Suggestion.For(word, ["address", "api-key", "page-address", "listen"]));

    [Fact]
    public void Of_two_that_are_as_near_it_is_always_the_same() => Assert.Equal("cab", Suggestion.For("ab", ["xab", "cab", "aab1"]));

    [Fact]
    public void Nothing_is_near_where_nothing_is_known_or_the_word_is_no_word()
    {
        Assert.Null(Suggestion.For("word", []));
        Assert.Null(Suggestion.For(new string('a', 1_000_000), [new string('a', 999_999)]));
    }
}
