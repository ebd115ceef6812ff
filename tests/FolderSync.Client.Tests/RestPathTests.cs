using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace FolderSync.Client.Tests;

/// <summary>A name in a URL of the client names that and nothing else.</summary>
public sealed partial class RestPathTests
{
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

    [GeneratedRegex("""\$"[a-z]+/[^"]*\{[^"]*""")]
    private static partial Regex InterpolatedPath();

    private static List<(string File, string Text)> Sources(string directory, string pattern)
    {
        var source = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../src", directory));
        var files = Directory.EnumerateFiles(source, pattern, SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Select(f => (Path.GetFileName(f), File.ReadAllText(f))).ToList();
        Assert.NotEmpty(files);
        return files;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
