using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>Resolves the names in a source.</summary>
internal static class Names
{
    /// <summary>Null if the name isn't a use: in a using, in a namespace declaration, or the name of an attribute's argument.</summary>
    public static ISymbol? Meant(SemanticModel model, SimpleNameSyntax name)
    {
        if (IsNoUse(name))
            return null;
        var info = model.GetSymbolInfo(name);
        return info.Symbol switch
        {
            INamespaceSymbol or ILocalSymbol or IParameterSymbol or ITypeParameterSymbol or IRangeVariableSymbol or ILabelSymbol or IDiscardSymbol => null,
            { } symbol => symbol,
            null => info.CandidateSymbols.FirstOrDefault(),
        };
    }

    /// <summary>Names that can't be bound: with one of them, a rule might check nothing.</summary>
    public static IEnumerable<string> Unknown(SourceProject room) => room.Files.AsParallel().AsOrdered().SelectMany(file =>
    {
        var model = room.Model(file);
        return file.Syntax.DescendantNodes().OfType<SimpleNameSyntax>().Where(n => !IsNoUse(n) && IsUnknown(model.GetSymbolInfo(n), n)).Select(n => $"{file.At(n)} {n}").ToList();
    });

    private static bool IsUnknown(SymbolInfo info, SimpleNameSyntax name) =>
        info.Symbol is null && info.CandidateReason is not (CandidateReason.MemberGroup or CandidateReason.LateBound) && !IsMethodGroup(info, name) && name.Identifier.Text is not ("nameof" or "_" or "var" or "field" or "notnull" or "unmanaged");

    /// <summary>A method group that is passed on, such as `(Delegate)Do`, binds to a candidate only.</summary>
    private static bool IsMethodGroup(SymbolInfo info, SimpleNameSyntax name) => info.CandidateSymbols is [IMethodSymbol] && name.Parent is not InvocationExpressionSyntax;

    private static bool IsNoUse(SimpleNameSyntax name)
    {
        for (SyntaxNode? node = name; node is not null; node = node.Parent)
        {
            if (node is UsingDirectiveSyntax || (node is BaseNamespaceDeclarationSyntax space && space.Name.Span.Contains(name.Span)))
                return true;
            if (node is StatementSyntax or MemberDeclarationSyntax and not BaseNamespaceDeclarationSyntax)
                return false;
        }
        return false;
    }
}
