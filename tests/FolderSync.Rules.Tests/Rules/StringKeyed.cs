using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>Finds untyped data that one project or folder passes to another: dictionaries with string keys and arbitrary values, or JSON.</summary>
internal static class StringKeyed
{
    /// <summary>Visible members with such parameters or values, by type.</summary>
    public static IEnumerable<Finding> Signatures(SourceProject room) => Finding.Counted(
        from type in room.Types()
        from member in type.GetMembers()
        where member.DeclaredAccessibility is not (Accessibility.Private or Accessibility.Protected) && IsOwn(member) && Types(member).Any(IsStringKeyed)
        select (SourceProject.NameOf(type), $"{type.Name}.{member.Name}"));

    /// <summary>Hand-written lines of JSON, `["name"] = value`, by folder: such a shape should be a type.</summary>
    public static IEnumerable<Finding> JsonLines(SourceProject room) => Finding.Counted(
        from file in room.Files
        from assignment in file.Syntax.DescendantNodes().OfType<AssignmentExpressionSyntax>()
        let key = assignment.Left switch
        {
            ImplicitElementAccessSyntax { ArgumentList.Arguments: [var only] } => only.Expression,
            ElementAccessExpressionSyntax { ArgumentList.Arguments: [var only] } => only.Expression,
            _ => null,
        }
        where key is LiteralExpressionSyntax { Token.Value: string }
        select ($"{room.Name}/{file.Folder}", Path.GetFileName(file.Path)));

    /// <summary>Accessors belong to their property, and what the compiler adds to a record to its properties.</summary>
    private static bool IsOwn(ISymbol member) => !member.IsImplicitlyDeclared && member is not (INamedTypeSymbol or IMethodSymbol { AssociatedSymbol: not null } or IMethodSymbol { MethodKind: MethodKind.Constructor, ContainingType.IsRecord: true });

    private static IEnumerable<ITypeSymbol> Types(ISymbol member) => member switch
    {
        IMethodSymbol method => [method.ReturnType, .. method.Parameters.Select(p => p.Type)],
        IPropertySymbol property => [property.Type, .. property.Parameters.Select(p => p.Type)],
        IFieldSymbol field => [field.Type],
        IEventSymbol { Type: INamedTypeSymbol { DelegateInvokeMethod: { } invoke } } => Types(invoke),
        _ => [],
    };

    private static bool IsStringKeyed(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => IsStringKeyed(array.ElementType),
        IDynamicTypeSymbol => true,
        INamedTypeSymbol { TypeArguments: [{ SpecialType: SpecialType.System_String }, { SpecialType: SpecialType.System_Object }] } => true,
        INamedTypeSymbol named => named.ContainingNamespace?.ToDisplayString() == "System.Text.Json.Nodes" || named.TypeArguments.Any(IsStringKeyed),
        _ => false,
    };
}
