using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>What the documents in src/docs say about the tests.</summary>
internal static partial class Documents
{
    /// <summary>All tests of a source, as Class.Method. A test of an abstract class is listed under that class.</summary>
    public static IEnumerable<string> TestsIn(string source) =>
        from type in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>()
        from method in type.Members.OfType<MethodDeclarationSyntax>()
        where method.AttributeLists.SelectMany(l => l.Attributes).Select(a => a.Name.ToString()).Any(IsTest)
        select $"{type.Identifier.Text}.{method.Identifier.Text}";

    private static bool IsTest(string attribute) => attribute.EndsWith("Fact", StringComparison.Ordinal) || attribute.EndsWith("Theory", StringComparison.Ordinal);

    /// <summary>The tests that a text names in backticks: `SomeTests.Some_method`, also of an abstract class.</summary>
    public static IEnumerable<string> TestsNamedIn(string text) => TestName().Matches(text).Select(m => m.Groups[1].Value).Distinct(StringComparer.Ordinal);

    /// <summary>The numbered cases of a text, each with everything below it.</summary>
    public static IEnumerable<string> CasesIn(string text) => Case().Matches(text).Select(m => m.Value.TrimEnd());

    /// <summary>A case must name a test, or say that it has none or isn't implemented.</summary>
    public static bool IsShown(string aCase) =>
        TestName().IsMatch(aCase) || aCase.Contains("**Not built**", StringComparison.Ordinal) || aCase.Contains("**No test**", StringComparison.Ordinal);

    [GeneratedRegex(@"`([A-Z]\w*(?:Tests|Contract)\.\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^\d+\. (?:(?!^\d+\. |^#).*\n?)+", RegexOptions.Multiline)]
    private static partial Regex Case();
}
