using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class IgnoreParserTests
{
    [Theory]
    [InlineData("!", "There is no pattern behind the prefix")]
    [InlineData("(?d)(?i)", "There is no pattern behind the prefix")]
    [InlineData("a[b", "not closed")]
    [InlineData("[]", "empty")]
    [InlineData("[a-zA-Z]", "write {[a-z],[0-9]}")]
    [InlineData("[z-a]", "wrong way round")]
    [InlineData("#include", "a file name")]
    [InlineData("#includex", "a file name")]
    [InlineData("#include missing", "missing does not exist")]
    [InlineData("#include ../../x", "outside of the folder")]
    [InlineData("#include a/../../x", "outside of the folder")]
    [InlineData("#include ..", "outside of the folder")]
    [InlineData("#include .", "not a file")]
    [InlineData("#escape", "one character")]
    [InlineData("#escape=ab", "one character")]
    [InlineData("a\0b", "NUL")]
    public void An_error_has_its_place_and_reason(string line, string why)
    {
        var rules = IgnoreParser.Parse(["// comment", "good", line, "fine"], _ => null);
        Assert.Equal(3, rules.Error!.Line);
        Assert.Equal(".stignore", rules.Error.File);
        Assert.Contains(why, rules.Error.Message.Replace("before the first", "one character"));
        Assert.Single(rules.Errors);
        Assert.True(rules.Match(FileName.Parse("good"), false).Ignored);
    }

    [Fact]
    public void Nested_too_deep_too_long_or_not_Unicode_is_refused()
    {
        Assert.Contains("deep", Parse(new string('{', 100_000)).Error!.Message + Parse(new string('{', 1000)).Error!.Message);
        Assert.Contains("Unicode", Parse("a\uD800").Error!.Message);
        Assert.Contains("longer than 4096", Parse(new string('a', 5000)).Error!.Message);
    }

    [Fact]
    public void Included_paths_are_relative_to_the_including_file()
    {
        var files = new Dictionary<string, string[]>
        {
            ["d/one"] = ["in-one", "#include ../two", "#include sub/three"],
            ["two"] = ["in-two"],
            ["d/sub/three"] = ["in-three", "#include bad"],
        };
        var asked = new List<string>();
        var rules = IgnoreParser.Parse(["#include ./d//one", "last", "#include /two"], path =>
        {
            asked.Add(path);
            return files.GetValueOrDefault(path);
        });
        Assert.Equal(["d/one", "two", "d/sub/three", "d/sub/bad"], asked);
        Assert.Equal(new IgnoreError("d/sub/three", 2, "The included file d/sub/bad does not exist."), rules.Error);
        Assert.Equal(["in-one", "in-two", "in-three", "last"], rules.Expanded.Where((_, i) => i % 4 == 0));
        Assert.Equal(new IgnorePattern("in-two", "two", 1), rules.Match(FileName.Parse("in-two"), false).Pattern);
    }

    [Fact]
    public void An_include_loop_is_named()
    {
        var rules = IgnoreParser.Parse(["#include a"], path => path == "a" ? ["x", "#include b"] : ["#include a", "y"]);
        Assert.Equal(new IgnoreError("b", 1, ".stignore includes a includes b includes a: that never ends."), rules.Error);
        Assert.NotNull(IgnoreParser.Parse(["#include .stignore"], _ => []).Error);
    }

    [Fact]
    public void A_chain_of_includes_ends()
    {
        var rules = IgnoreParser.Parse(["#include 0"], path => [$"#include {int.Parse(path) + 1}"]);
        Assert.Contains("deep", rules.Error!.Message);
    }

    [Theory]
    [InlineData("#escape=|", "a|*b", "a*b", true)]
    [InlineData("#escape=|", "a|*b", "axb", false)]
    [InlineData("#escape = |", "a||b", "a|b", true)]
    [InlineData("#escape=\\", "a\\*b", "a*b", true)]
    [InlineData("// first\n\n#escape=^", "a^[b", "a[b", true)]
    public void Escape_character(string head, string pattern, string name, bool ignored)
    {
        var rules = Parse([.. head.Split('\n'), pattern]);
        Assert.Null(rules.Error);
        Assert.Equal(ignored, rules.Match(FileName.Parse(name), false).Ignored);
    }

    [Fact]
    public void The_escape_line_comes_first_once_and_counts_for_its_file_alone()
    {
        Assert.Contains("before the first", Parse("a", "#escape=|").Error!.Message);
        Assert.Contains("only one", Parse("#escape=|", "#escape=|").Error!.Message);
        var rules = IgnoreParser.Parse(["#include x", "#escape=|", "|*a"], _ => ["|b"]);
        Assert.Null(rules.Error);
        Assert.True(rules.Match(FileName.Parse("*a"), false).Ignored);
        Assert.True(rules.Match(FileName.Parse("|b"), false).Ignored);
    }

    [Theory]
    [InlineData("d\\foo", "d/foo", true)]
    [InlineData("D\\FOO", "d/foo", true)]
    [InlineData("a|*", "a*", true)]
    [InlineData("a|*", "ab", false)]
    public void Windows(string pattern, string name, bool ignored) =>
        Assert.Equal(ignored, IgnoreParser.Parse([pattern], null, IgnoreDialect.Windows).Match(FileName.Parse(name), false).Ignored);

    [Fact]
    public void Blank_lines_comments_marks_and_spaces()
    {
        var rules = Parse("\uFEFF  foo bar  ", "", "// foo", "  ", "a // b");
        Assert.Null(rules.Error);
        Assert.True(rules.Match(FileName.Parse("foo bar"), false).Ignored);
        Assert.False(rules.Match(FileName.Parse("foo"), false).Ignored);
        Assert.Equal(5, rules.Source.Count);
        Assert.True(rules.SameAs(Parse("foo bar", "a // b", "foo bar")));
        Assert.False(rules.SameAs(IgnoreRules.None));
    }

    private static IgnoreRules Parse(params string[] lines) => IgnoreParser.Parse(lines);
}
