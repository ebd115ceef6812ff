using FolderSync.Rules.Sources;

namespace FolderSync.Rules;

/// <summary>Documents must not name tests that no longer exist: a case without a test would still look tested.</summary>
public class DocumentTests
{
    private static readonly Lazy<IReadOnlySet<string>> LazyTests = new(() => Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Where(f => !Checkout.IsBuildOutput(Path.GetRelativePath(Checkout.Root, f))).SelectMany(f => Documents.TestsIn(File.ReadAllText(f))).ToHashSet(StringComparer.Ordinal));

    public static TheoryData<string> All => [.. Directory.EnumerateFiles(Path.Combine(Checkout.Source, "docs"), "*.md").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string Read(string document) => File.ReadAllText(Path.Combine(Checkout.Source, "docs", document));

    [Theory]
    [MemberData(nameof(All))]
    public void Every_test_that_a_document_names_exists(string document)
    {
        Assert.True(LazyTests.Value.Count > 1000, "The tests were not found.");
        Assert.Equal([], Documents.TestsNamedIn(Read(document)).Except(LazyTests.Value));
    }

    [Theory]
    [InlineData("correctness.md", 55)]
    [InlineData("threats.md", 26)]
    public void Every_case_names_its_test_or_says_that_there_is_none(string document, int atLeast)
    {
        var cases = Documents.CasesIn(Read(document)).ToList();
        Assert.True(cases.Count >= atLeast, $"Only {cases.Count} cases are left: one that can't be shown says so and stays.");
        Assert.Equal(Enumerable.Range(1, cases.Count), cases.Select(c => int.Parse(c[..c.IndexOf('.', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(cases, c => Assert.True(Documents.IsShown(c), c));
    }

    [Fact]
    public void Tests_are_found_whatever_their_attribute_is_called()
    {
        Assert.Equal(["A.One", "A.Two", "B.Three"], Documents.TestsIn(
            "class A { [Fact] public void One() { } [SkippableTheory, InlineData(1)] public Task Two(int a) => null; public void No() { } } abstract class B { [WindowsFact] public void Three() { } [InlineData(1)] public void Neither() { } }"));
    }

    [Fact]
    public void A_case_without_a_test_is_found()
    {
        const string text = "## Head\n1. One, 3. not a case.\n   - `ATests.One`, `FolderConfig.Text`\n2. Two.\n   Not built.\n3. Three.\n   - **Not built**: why.\n\n## Next\nText with `BContract.Two`.\n4. Four.\n";
        var cases = Documents.CasesIn(text).ToList();
        Assert.Equal(["1. One, 3. not a case.\n   - `ATests.One`, `FolderConfig.Text`", "2. Two.\n   Not built.", "3. Three.\n   - **Not built**: why.", "4. Four."], cases);
        Assert.Equal(["2. Two.\n   Not built.", "4. Four."], cases.Where(c => !Documents.IsShown(c)));
        Assert.Equal(["ATests.One", "BContract.Two"], Documents.TestsNamedIn(text));
    }
}
