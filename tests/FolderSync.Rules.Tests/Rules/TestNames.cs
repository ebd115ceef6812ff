using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// The names of all tests in the sources: <c>Class.Method</c>, and <c>Class.Method(argument)</c> for each string in a theory's data.
/// </summary>
internal static class TestNames
{
    public static IReadOnlySet<string> All() => Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Where(f => !Checkout.IsBuildOutput(Path.GetRelativePath(Checkout.Root, f))).AsParallel().SelectMany(f => In(File.ReadAllText(f)).ToList()).ToHashSet(StringComparer.Ordinal);

    public static IEnumerable<string> In(string source)
    {
        foreach (var method in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
        {
            var attributes = method.AttributeLists.SelectMany(l => l.Attributes).ToList();
            if (method.Parent is not TypeDeclarationSyntax type || !attributes.Exists(a => a.Name.ToString() is var n && (n.EndsWith("Fact", StringComparison.Ordinal) || n.EndsWith("Theory", StringComparison.Ordinal))))
                continue;
            var name = $"{type.Identifier.Text}.{method.Identifier.Text}";
            yield return name;
            foreach (var data in attributes.Where(a => a.Name.ToString() == "InlineData").SelectMany(a => a.ArgumentList?.Arguments ?? []))
            {
                if (data.Expression is LiteralExpressionSyntax { Token.Value: string text })
                    yield return $"{name}({text})";
            }
        }
    }
}
