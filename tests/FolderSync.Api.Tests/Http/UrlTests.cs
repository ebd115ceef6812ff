using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using FolderSync.Api.Http;
using FolderSync.Client;
using Xunit;

namespace FolderSync.Api.Tests.Http;

/// <summary>A name in a URL names that and nothing else: on the page, in the client and where the service reads it.</summary>
public sealed partial class UrlTests
{
    [Theory]
    [InlineData("PUT", "/rest/config/")]
    [InlineData("POST", "/rest/system/config/")]
    [InlineData("DELETE", "/rest/config/folders/")]
    [InlineData("PATCH", "/rest/config//folders/x")]
    [InlineData("PUT", "/rest/config/folders/..")]
    [InlineData("PUT", "/rest/config/folders/../")]
    [InlineData("PUT", "/rest/config/folders/%2e%2e")]
    [InlineData("DELETE", "/rest/config/folders/x/%2E./../y")]
    [InlineData("PUT", "/rest/config/folders/.")]
    [InlineData("GET", "/rest/config/folders/..")]
    public void A_path_that_names_something_else_than_it_seems_to_is_refused(string method, string path) => Assert.NotNull(RequestPath.WhyNot(method, path));

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("POST", "/")]
    [InlineData("GET", "/qr/")]
    [InlineData("GET", "/rest/config/")]
    [InlineData("PUT", "/rest/config")]
    [InlineData("PUT", "/rest/config/folders/a%2F..%2F..")]
    [InlineData("PUT", "/rest/config/folders/%252e%252e")]
    [InlineData("DELETE", "/rest/config/folders/.hidden")]
    public void Other_paths_are_not(string method, string path) => Assert.Null(RequestPath.WhyNot(method, path));

    [Theory]
    [InlineData("photos/2024", "config/folders/photos%2F2024")]
    [InlineData("a b?c#d", "config/folders/a%20b%3Fc%23d")]
    [InlineData("%2e%2e", "config/folders/%252e%252e")]
    [InlineData("...", "config/folders/...")]
    public void The_client_makes_one_segment_of_a_name(string id, string path)
    {
        Assert.Equal(path, RestPath.Of($"config/folders/{id}"));
        var uri = new Uri(new Uri("http://127.0.0.1:8384/rest/"), path);
        Assert.StartsWith("/rest/config/folders/", uri.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(id, Uri.UnescapeDataString(uri.AbsolutePath["/rest/config/folders/".Length..]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public void The_client_refuses_what_would_be_another_request(string id)
    {
        Assert.Throws<ServiceException>(() => RestPath.Of($"config/folders/{id}"));
        Assert.Equal("db/status?folder=" + id, RestPath.Of($"db/status?folder={id}"));
    }

    [Fact]
    public void Nothing_else_builds_urls_of_the_client()
    {
        foreach (var (file, text) in Sources("FolderSync.Client", "*.cs").Where(s => s.File != "RestPath.cs"))
        {
            Assert.False(text.Contains("EscapeDataString", StringComparison.Ordinal), $"{file} escapes by itself.");
            foreach (Match interpolated in InterpolatedPath().Matches(text))
                Assert.True(text[..interpolated.Index].EndsWith("RestPath.Of(", StringComparison.Ordinal), $"{file} builds {interpolated.Value} by itself.");
        }
    }

    [Fact]
    public void Nothing_else_builds_urls_of_the_page()
    {
        var files = Sources("FolderSync.Api/Web", "*.js");
        Assert.Contains(files, f => f.File == "urls.js");
        foreach (var (file, text) in files.Where(f => f.File != "urls.js"))
        {
            Assert.False(text.Contains("encodeURI", StringComparison.Ordinal), $"{file} escapes by itself.");
            // Only the login, before a session, asks for one constant URL by itself.
            Assert.True(!text.Contains("rest/", StringComparison.Ordinal) || (file == "login.js" && text.Split("rest/").Length == 2), $"{file} names /rest/ by itself.");
            Assert.True(!text.Contains("fetch(", StringComparison.Ordinal) || file is "api.js" or "login.js", $"{file} fetches by itself.");
            foreach (Match call in Untagged().Matches(text))
                Assert.Fail($"{file} builds a URL by itself: {call.Value}");
        }
    }

    /// <summary>Templates with values where a path or a place is taken: as a request's path, a link, or behind "#/".</summary>
    [GeneratedRegex(@"(?:\b(?:get|getOr|restUrl)\((?:[^,`]*,\s*)?|\bsend\('[A-Z]+',\s*|href:\s*|\.go\()`[^`]*\$\{(?!place`)[^`]*`|`#/[^`]*\$\{[^`]*`|\+\s*'(?:config|db|foldersync|system)/|'(?:config|db|foldersync|system)/[^']*'\s*\+")]
    private static partial Regex Untagged();

    [GeneratedRegex("""\$"[a-z]+/[^"]*\{[^"]*""")]
    private static partial Regex InterpolatedPath();

    private static List<(string File, string Text)> Sources(string directory, string pattern)
    {
        var source = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../src", directory));
        var files = Directory.EnumerateFiles(source, pattern, SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Select(f => (Path.GetFileName(f), File.ReadAllText(f))).ToList();
        Assert.NotEmpty(files);
        return files;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
