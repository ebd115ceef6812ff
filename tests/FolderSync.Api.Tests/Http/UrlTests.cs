using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using FolderSync.Api.Http;
using Xunit;

namespace FolderSync.Api.Tests.Http;

/// <summary>A name in a URL names that and nothing else: on the page, and where the service reads it.</summary>
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
    public void A_path_that_names_something_else_than_it_seems_to_is_refused(string method, string path) => Assert.NotNull(RequestPath.Validate(method, path));

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("POST", "/")]
    [InlineData("GET", "/qr/")]
    [InlineData("GET", "/rest/config/")]
    [InlineData("PUT", "/rest/config")]
    [InlineData("PUT", "/rest/config/folders/a%2F..%2F..")]
    [InlineData("PUT", "/rest/config/folders/%252e%252e")]
    [InlineData("DELETE", "/rest/config/folders/.hidden")]
    public void Other_paths_are_not(string method, string path) => Assert.Null(RequestPath.Validate(method, path));

    [Fact]
    public void Nothing_else_builds_urls_of_the_page()
    {
        var files = Sources("FolderSync.Api/Web", "*.js");
        Assert.Contains(files, f => f.File == "urls.js");
        foreach (var (file, text) in files.Where(f => f.File != "urls.js"))
        {
            Assert.False(text.Contains("encodeURI", StringComparison.Ordinal), $"{file} escapes by itself.");
            // Only the pages before a session request one constant URL by themselves.
            Assert.True(!text.Contains("rest/", StringComparison.Ordinal) || (file is "login.js" or "open.js" && text.Split("rest/").Length == 2), $"{file} names /rest/ by itself.");
            Assert.True(!text.Contains("fetch(", StringComparison.Ordinal) || file is "api.js" or "login.js" or "open.js", $"{file} fetches by itself.");
            foreach (Match call in Untagged().Matches(text))
                Assert.Fail($"{file} builds a URL by itself: {call.Value}");
        }
    }

    /// <summary>Templates with values that are used as a request's path, a link, or after "#/".</summary>
    [GeneratedRegex(@"(?:\b(?:get|getOr|restUrl)\((?:[^,`]*,\s*)?|\bsend\('[A-Z]+',\s*|href:\s*|\.go\()`[^`]*\$\{(?!place`)[^`]*`|`#/[^`]*\$\{[^`]*`|\+\s*'(?:config|db|foldersync|system)/|'(?:config|db|foldersync|system)/[^']*'\s*\+")]
    private static partial Regex Untagged();

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
