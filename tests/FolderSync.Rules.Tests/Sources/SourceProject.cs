using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FolderSync.Rules.Sources;

/// <summary>A source file of a project.</summary>
/// <param name="Path">The path from the checkout's root, as the rules print it.</param>
/// <param name="Folder">The path below the project's directory; "." for that itself.</param>
internal sealed record SourceFile(string Path, string Folder, SyntaxTree Tree)
{
    public SyntaxNode Syntax => Tree.GetRoot();

    public int Lines => Tree.GetText().Lines.Count - (Tree.GetText().Lines[^1].Span.IsEmpty ? 1 : 0);

    /// <summary>The file and line of a node.</summary>
    public string At(SyntaxNode node) => $"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
}

/// <summary>One project of src: its sources and their symbols.</summary>
internal sealed class SourceProject(string name, CSharpCompilation compilation, IReadOnlyList<SourceFile> files)
{
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> _models = new();
    private readonly Dictionary<SyntaxTree, SourceFile> _byTree = files.ToDictionary(f => f.Tree);

    public string Name => name;

    public CSharpCompilation Compilation => compilation;

    public IReadOnlyList<SourceFile> Files => files;

    /// <summary>Returns the same model each time, because it caches what it has bound.</summary>
    public SemanticModel Model(SourceFile file) => _models.GetOrAdd(file.Tree, t => compilation.GetSemanticModel(t));

    /// <summary>The file of one of the project's own declarations; null for generated ones.</summary>
    public SourceFile? FileOf(SyntaxTree? tree) => tree is null ? null : _byTree.GetValueOrDefault(tree);

    /// <summary>All types declared in the project's files, including nested ones.</summary>
    public IReadOnlyList<INamedTypeSymbol> Types() => [.. Nested(compilation.Assembly.GlobalNamespace).Where(t => t.DeclaringSyntaxReferences.Any(r => FileOf(r.SyntaxTree) is not null))];

    /// <summary>The name in the list of exceptions: with its namespace and containing types.</summary>
    public static string NameOf(ISymbol symbol) => symbol.ToDisplayString(new SymbolDisplayFormat(SymbolDisplayGlobalNamespaceStyle.Omitted, SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces));

    /// <summary>The type around a node, or the project for top-level statements.</summary>
    public string TypeAround(SourceFile file, SyntaxNode node)
    {
        var type = node.AncestorsAndSelf().OfType<Microsoft.CodeAnalysis.CSharp.Syntax.TypeDeclarationSyntax>().FirstOrDefault();
        return type is null ? name : NameOf(Model(file).GetDeclaredSymbol(type)!);
    }

    private static IEnumerable<INamedTypeSymbol> Nested(INamespaceOrTypeSymbol within) => within.GetMembers().SelectMany(m => m switch
    {
        INamespaceSymbol deeper => Nested(deeper),
        INamedTypeSymbol type => [type, .. Nested(type)],
        _ => Enumerable.Empty<INamedTypeSymbol>(),
    });
}
