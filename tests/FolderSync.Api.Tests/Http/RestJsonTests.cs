using System.Text;
using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace FolderSync.Api.Tests.Http;

public sealed class RestJsonTests
{
    [Theory]
    [InlineData("""{"a": 1, "b": {"c": 2, "d": 3}}""", """{"b": {"d": 4}}""", """{"a": 1, "b": {"c": 2, "d": 4}}""")]
    [InlineData("""{"a": [1, 2]}""", """{"a": [3]}""", """{"a": [3]}""")]
    [InlineData("""{"a": {"b": 1}}""", """{"a": null, "n": {"x": 1}}""", """{"a": null, "n": {"x": 1}}""")]
    [InlineData("""{"a": {"b": 1}}""", """{"a": 5}""", """{"a": 5}""")]
    [InlineData("""{"a": 5}""", """{"a": {"b": 1}}""", """{"a": {"b": 1}}""")]
    [InlineData("""{"a": 5}""", "{}", """{"a": 5}""")]
    public void A_change_goes_over_what_is_there(string there, string change, string result)
    {
        var (into, over) = (JsonNode.Parse(there)!.AsObject(), JsonNode.Parse(change)!.AsObject());
        RestJson.Merge(into, over);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(result), into), into.ToJsonString());
        // The change is its sender's, and stays whole.
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(change), over));
    }

    [Theory]
    [InlineData(0, "2026-03-01T12:00:00+00:00")]
    [InlineData(1200000, "2026-03-01T12:00:00.12+00:00")]
    [InlineData(1, "2026-03-01T12:00:00.0000001+00:00")]
    public void A_time_has_as_many_digits_as_there_are(long ticks, string text) =>
        Assert.Equal(text, RestJson.Time(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(ticks)));

    [Theory]
    [InlineData("", "is not JSON")]
    [InlineData("{", "is not JSON")]
    [InlineData("{} {}", "is not JSON")]
    [InlineData("null", "is null")]
    [InlineData("""{"a": ["\ud800"]}""", "not valid Unicode")]
    [InlineData("""{"\udc00": 1}""", "not valid Unicode")]
    [InlineData("""{"a": 1, "a": 2}""", "uplicate property 'a'")]
    [InlineData("""{"x": [{"a": 1, "b": 1, "a": 2}]}""", "uplicate property 'a'")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "is not JSON")]
    public async Task A_wrong_body_is_told(string body, string told)
    {
        var refused = await Assert.ThrowsAsync<BadHttpRequestException>(() => RestJson.ObjectAsync(Request(Encoding.UTF8.GetBytes(body))));
        Assert.Equal(400, refused.StatusCode);
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_is_bounded_and_any_other_is_read()
    {
        Assert.Equal(5, (int)(await RestJson.ObjectAsync(Request("""{"a": 5}"""u8.ToArray())))["a"]!);
        var big = Request([]);
        big.ContentLength = RestJson.MaxBody + 1;
        Assert.Equal(413, (await Assert.ThrowsAsync<BadHttpRequestException>(() => RestJson.ObjectAsync(big))).StatusCode);
        Assert.Equal("äb", await RestJson.TextAsync(Request("äbc"u8.ToArray()), 2));
        Assert.Equal("", await RestJson.TextAsync(Request([]), 2));
    }

    private static HttpRequest Request(byte[] body)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(body);
        return context.Request;
    }
}
