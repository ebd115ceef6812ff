using System.Diagnostics;
using System.Text.Json;
using CsCheck;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class IgnoreRulesTests
{
    private static readonly (FileName Name, bool IsDirectory)[] Names = NamesWithParents(IgnoreTable.Files);

    [Fact]
    public void Indexes_what_Syncthing_indexes()
    {
        var wrong = new List<string>();
        foreach (var row in IgnoreTable.Cases)
        {
            var parts = row.Split(' ', 2);
            var rules = Parse(JsonSerializer.Deserialize<string[]>(parts[1])!);
            if (!(rules.Error is null ? Mask(Indexed(rules)) : "refused").Equals(parts[0], StringComparison.Ordinal))
                wrong.Add($"{parts[1]}: {string.Join(", ", Indexed(rules))}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    /// <summary>Cases where Syncthing 1.29.5 differs from its own documentation because of bugs in its glob library.</summary>
    [Theory]
    [InlineData("?a", "😀a", true)]
    [InlineData("??.md", "日本.md", true)]
    [InlineData("a***", "a", true)]
    [InlineData("{}a", "a", true)]
    [InlineData("ab**ba", "aba", false)]
    [InlineData("ab**ba", "ab/x/ba", true)]
    [InlineData("a{}", "a", true)] // Syncthing panics
    public void Differs_from_Syncthing_on_purpose(string pattern, string name, bool ignored)
    {
        Assert.Equal(ignored, Ignored(Parse(pattern), name));
        Assert.NotNull(SyncthingDifference.Of(pattern));
    }

    [Theory]
    [InlineData("*.tmp")]
    [InlineData("(?i)(?d)/build/**")]
    [InlineData("**/node_modules")]
    [InlineData(@"what\?")]
    [InlineData("*.{jpg,png}")]
    public void What_both_read_alike_is_no_difference(string pattern) => Assert.Null(SyncthingDifference.Of(pattern));

    [Theory]
    [InlineData("foo", "foo", true)]
    [InlineData("foo", "d/foo/x", true)]
    [InlineData("foo", "foo2", false)]
    [InlineData("foo", "xfoo/foox", false)]
    [InlineData("d/foo", "x/d/foo/y", true)]
    [InlineData("d/foo", "xd/foo", false)]
    [InlineData("d/foo", "d/foox", false)]
    [InlineData("d/foo/", "d/foo", false)]
    [InlineData("d/foo/", "d/foo/x", true)]
    [InlineData("(?i)é", "É", true)]
    [InlineData("e\u0301", "é", true)] // compared in form C
    [InlineData("*.txt", "d/a.txt/x", true)]
    [InlineData("/*.txt", "d/a.txt", false)]
    [InlineData("{*.jpg,*.png}", "d/a.png", true)]
    [InlineData("{a,b}{c,d}{e,f}{g,h}{i,j}{k,l}", "bcehil", true)]
    [InlineData("{a,b}{c,d}{e,f}{g,h}{i,j}{k,l}", "bcehii", false)]
    [InlineData("te**ne", "tele/sub/dir/phone", true)]
    [InlineData("/d/**/foo", "d/foo/below", true)]
    [InlineData("/d/**/foo", "d/x/y/foo/below", true)]
    public void Single_patterns(string pattern, string name, bool ignored) => Assert.Equal(ignored, Ignored(Parse(pattern), name));

    [Fact]
    public void The_first_match_decides_and_is_named()
    {
        var rules = Parse("// what to keep", "!keep.txt", "(?d)(?i)*.TXT", "keep.txt", "foo");
        Assert.Equal(new IgnorePattern("!keep.txt", ".stignore", 2), rules.Match(FileName.Parse("keep.txt"), false).Pattern);
        var result = rules.Match(FileName.Parse("d/Other.txt"), false);
        Assert.Equal(new IgnoreResult(true, true, true, false, new IgnorePattern("(?d)(?i)*.TXT", ".stignore", 3)), result);
        Assert.Equal(5, rules.Match(FileName.Parse("foo"), false).Pattern!.Line);
        Assert.Equal(default, rules.Match(FileName.Parse("bar"), false));
    }

    [Fact]
    public void Expanded_is_what_Syncthing_shows() =>
        Assert.Equal(
            ["(?d)(?i)foo", "(?d)(?i)**/foo", "(?d)(?i)foo/**", "(?d)(?i)**/foo/**", "!/a/b/**", "**/x", "x", "**/x/**", "x/**"],
            Parse("(?i)(?d)FOO", "(?d)!/a/b/", "**/x", "**/x").Expanded);

    [Theory]
    [InlineData("", false)]
    [InlineData(".stignore", true)]
    [InlineData("d/.syncthing.a.tmp", true)]
    [InlineData(".stversions/x", true)]
    public void Internal_names_are_ignored_always(string name, bool ignored) =>
        Assert.Equal(ignored, Parse("!*").Match(name.Length == 0 ? default : FileName.Parse(name), false).Ignored);

    [Theory]
    [InlineData("/d", "d", true, "/d", "!x", "*")]
    [InlineData("after a negated one", "e", false, "/d", "!x", "*")]
    [InlineData("rooted elsewhere", "e", true, "!/d", "*")]
    [InlineData("rooted below it", "e", false, "!/e/x/y", "*")]
    [InlineData("rooted beside it", "e/f", true, "!/e/x/y", "*")]
    [InlineData("rooted, wildcard", "e/f", true, "!/e/x*/y", "*")]
    [InlineData("rooted, wildcard", "e/xf", false, "!/e/x*/y", "*")]
    [InlineData("content only", "foodir", false, "!/foodir/", "*")]
    [InlineData("not ignored", "d", false, "e")]
    [InlineData("case", "E", false, "(?i)!/e/x", "*")]
    public void Can_skip(string what, string directory, bool skip, params string[] lines) =>
        Assert.True(skip == Parse(lines).CanSkipDirectory(FileName.Parse(directory)), what);

    [Fact]
    public void What_is_skipped_holds_nothing_wanted()
    {
        var pattern = Gen.OneOf("foo", "a", "*", "**", "/d", "/d/**", "!foo", "!/d/d/a", "!/e/*/x", "!*.txt", "!/x/y/", "e/", "!/foodir/sub", "![!a]/foo");
        pattern.List[1, 5].Sample(lines =>
        {
            var rules = Parse([.. lines]);
            foreach (var (directory, _) in Names.Where(n => n.IsDirectory && rules.CanSkipDirectory(n.Name)))
                Assert.All(Names.Where(n => n.Name.IsUnder(directory)), n => Assert.True(rules.Match(n.Name, n.IsDirectory).Ignored));
        });
    }

    [Fact]
    public void The_fast_ways_match_what_the_expanded_patterns_match()
    {
        var piece = Gen.OneOf("a", "b", "/", "*", "**", "?", "[ab]", "[!a]", "{a,b}", "{a*,/b}", "{a", "}", "\\*", "\\", "ab", "/**/");
        Gen.Select(piece.List[1, 6], Gen.OneOf("a", "b", "ab", "/", "a/b", "*").List[1, 8]).Sample((pieces, name) =>
        {
            var pattern = string.Concat(pieces);
            if (!FileName.TryParse(string.Concat(name), out var file, out _) || pattern.Contains("//") || pattern.Contains("/**/"))
                return;
            var rules = Parse(pattern);
            var expected = rules.Expanded.Any(p => new GlobProgram([GlobReader.Read(p.TrimStart('/'), out _)]).Matches(file.Value));
            Assert.True(expected == rules.Match(file, false).Ignored, $"{pattern} on {file}: expected {expected}");
        }, iter: 5000);
    }

    [Theory]
    [InlineData("*a")]
    [InlineData("**a")]
    [InlineData("?*")]
    [InlineData("{a*,*a}")]
    [InlineData("{,a}")]
    [InlineData("**/*a*/")]
    [InlineData("[!b]**")]
    public void Hostile_patterns_take_no_more_time_than_others(string piece)
    {
        var rules = Parse(string.Concat(Enumerable.Repeat(piece, 400 / piece.Length)) + "c");
        Assert.Null(rules.Error);
        var names = new[] { new string('a', 250), string.Join('/', Enumerable.Repeat("aaaa", 100)) }.Select(FileName.Parse).ToList();
        // Backtracking would take practically for ever; this limit is far from both.
        var clock = Stopwatch.StartNew();
        Assert.All(names, n => Assert.False(rules.Match(n, false).Ignored));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{piece}: {clock.Elapsed}");
    }

    private static IgnoreRules Parse(params string[] lines) => IgnoreParser.Parse(lines);

    private static bool Ignored(IgnoreRules rules, string name) => rules.Match(FileName.Parse(name), false).Ignored;

    /// <summary>What a scan of the tree finds: an ignored directory is included if something below it is not ignored.</summary>
    private static HashSet<FileName> Indexed(IgnoreRules rules)
    {
        var found = new HashSet<FileName>();
        foreach (var (name, isDirectory) in Names)
        {
            if (rules.Match(name, isDirectory).Ignored || Parents(name).Any(rules.CanSkipDirectory))
                continue;
            found.Add(name);
            found.UnionWith(Parents(name));
        }
        return found;
    }

    private static string Mask(HashSet<FileName> found)
    {
        var mask = UInt128.Zero;
        for (var i = 0; i < Names.Length; i++)
        {
            if (found.Contains(Names[i].Name))
                mask |= UInt128.One << i;
        }
        return mask.ToString("x").TrimStart('0') is { Length: > 0 } text ? text : "0";
    }

    private static IEnumerable<FileName> Parents(FileName name)
    {
        for (var parent = name.Parent; !parent.IsRoot; parent = parent.Parent)
            yield return parent;
    }

    private static (FileName, bool)[] NamesWithParents(IReadOnlyList<string> files)
    {
        var all = new SortedDictionary<FileName, bool>();
        foreach (var file in files.Select(FileName.Parse))
        {
            all[file] = false;
            foreach (var parent in Parents(file))
                all[parent] = true;
        }
        return [.. all.Select(p => (p.Key, p.Value))];
    }
}
