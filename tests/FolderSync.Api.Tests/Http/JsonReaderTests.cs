using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace FolderSync.Api.Tests.Http;

public sealed class JsonReaderTests
{
    private static JsonReader Of(string json) => new(JsonNode.Parse(json)!.AsObject(), "folder");

    [Fact]
    public void What_is_absent_or_null_is_as_it_was()
    {
        foreach (var reader in (JsonReader[])[Of("{}"), Of("""{"f": null}""")])
        {
            Assert.Equal(("x", true, 7, 0.5, false), (reader.Text("f", "x"), reader.Flag("f", true), reader.Number("f", 7), reader.Real("f", 0.5), reader.Has("f")));
            Assert.Empty(reader.Texts("f"));
            Assert.Empty(reader.Objects("f"));
            Assert.Null(reader.Object("f"));
        }
    }

    [Fact]
    public void What_is_there_is_taken()
    {
        var reader = Of("""{"t": "", "n": -3, "r": 1e3, "f": false, "l": ["a", ""], "o": {"x": 1}, "os": [{}, {"y": 2}]}""");
        Assert.Equal(("", false, -3, 1000, 1000.0), (reader.Text("t", "x"), reader.Flag("f", true), reader.Number("n", 0), reader.Number("r", 0), reader.Real("r", 0)));
        Assert.Equal<string>(["a", ""], reader.Texts("l"));
        Assert.Equal((1, 2), ((int)reader.Object("o")!["x"]!, reader.Objects("os").Count));
        // Syncthing's page sends some texts as numbers.
        Assert.Equal("-3", reader.Text("n", ""));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("2147483648")]
    [InlineData("-1e99")]
    [InlineData("1e999")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("[1]")]
    public void What_is_no_whole_number_is_named(string value) => AssertNamed(() => Of($$"""{"f": {{value}}}""").Number("f", 0), "a whole number", "a number");

    [Theory]
    [InlineData("\"true\"")]
    [InlineData("1")]
    [InlineData("{}")]
    public void What_is_neither_true_nor_false_is_named(string value) => AssertNamed(() => Of($$"""{"f": {{value}}}""").Flag("f", false), "true or false");

    [Fact]
    public void Lists_and_objects_of_something_else_are_named()
    {
        AssertNamed(() => Of("""{"f": ["a", 1]}""").Texts("f"), "a list of texts");
        AssertNamed(() => Of("""{"f": ["a", null]}""").Texts("f"), "a list of texts");
        AssertNamed(() => Of("""{"f": "a"}""").Texts("f"), "a list of texts");
        AssertNamed(() => Of("""{"f": [{}, null]}""").Objects("f"), "a list of objects");
        AssertNamed(() => Of("""{"f": {}}""").Objects("f"), "a list of objects");
        AssertNamed(() => Of("""{"f": []}""").Object("f"), "an object");
        AssertNamed(() => Of("""{"f": {}}""").Text("f", ""), "a text");
        Assert.Contains("'f' is missing", Assert.Throws<BadHttpRequestException>(() => Of("""{"f": ""}""").Required("f")).Message, StringComparison.Ordinal);
    }

    private static void AssertNamed<T>(Func<T> read, params string[] wanted)
    {
        var message = Assert.Throws<BadHttpRequestException>(() => { _ = read(); }).Message;
        Assert.Contains(message, wanted.Select(w => $"folder: 'f' is to be {w}."));
    }
}
