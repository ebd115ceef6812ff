using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// Counts a type's instance fields, including those behind automatic properties and events, and the parameters of a primary constructor that its
/// members use (the compiler stores those in fields). The state is mutable if one of them can be set after the construction or is a mutable
/// collection. Immutable types may have any number of fields: the rule ignores records of options.
/// </summary>
internal static class Fields
{
    public const int Max = 15;

    private static readonly HashSet<string> Changing = new(StringComparer.Ordinal)
    {
        "List", "Dictionary", "HashSet", "Queue", "Stack", "LinkedList", "PriorityQueue", "SortedDictionary", "SortedSet", "SortedList", "OrderedDictionary", "BitArray",
        "IList", "ICollection", "IDictionary", "ISet", "ConcurrentDictionary", "ConcurrentQueue", "ConcurrentBag", "ConcurrentStack", "Channel", "StringBuilder",
    };

    public static IEnumerable<Finding> TooMany(SourceProject room)
    {
        var captured = Captured(room);
        return from type in room.Types()
               where type.TypeKind is TypeKind.Class or TypeKind.Struct
               let fields = Of(type, room)
               let parameters = captured[type].ToList()
               let count = fields.Count + parameters.Count
               where count > Max && (fields.Any(IsMutable) || parameters.Any(p => IsChanging(p.Type)))
               select new Finding(SourceProject.NameOf(type), count, room.FileOf(type.DeclaringSyntaxReferences[0].SyntaxTree)?.Path ?? "");
    }

    /// <summary>The number of fields of every type, mutable or not.</summary>
    public static IReadOnlyList<(INamedTypeSymbol Type, int Count)> Counts(SourceProject room)
    {
        var captured = Captured(room);
        return [.. room.Types().Select(t => (t, Of(t, room).Count + captured[t].Count()))];
    }

    /// <summary>Ignores members that generators add.</summary>
    private static IReadOnlyList<ISymbol> Of(INamedTypeSymbol type, SourceProject room) =>
    [
        .. type.GetMembers().Where(m => !m.IsStatic && IsField(m) && m.Locations.Any(l => room.FileOf(l.SourceTree) is not null)),
    ];

    private static bool IsField(ISymbol member) => member switch
    {
        // A field without a C# name is a captured parameter's.
        IFieldSymbol field => field is { IsConst: false, AssociatedSymbol: IPropertySymbol or null } && (field.AssociatedSymbol is not null || field.CanBeReferencedByName),
        _ => member is IEventSymbol { AddMethod.IsImplicitlyDeclared: true },
    };

    private static bool IsMutable(ISymbol member) => member switch
    {
        IFieldSymbol { AssociatedSymbol: IPropertySymbol property } field => property.SetMethod is { IsInitOnly: false } || IsChanging(field.Type),
        IFieldSymbol field => !field.IsReadOnly || IsChanging(field.Type),
        _ => true,
    };

    private static bool IsChanging(ITypeSymbol type) => Changing.Contains(type.Name) && type.ContainingNamespace?.ToDisplayString().StartsWith("System", StringComparison.Ordinal) == true;

    /// <summary>Parameters of primary constructors that are used for more than initializing fields or the base.</summary>
    private static ILookup<ISymbol, IParameterSymbol> Captured(SourceProject room)
    {
        var uses = from file in room.Files
                   from type in file.Syntax.DescendantNodes().OfType<TypeDeclarationSyntax>()
                   let symbol = (INamedTypeSymbol)room.Model(file).GetDeclaredSymbol(type)!
                   where !symbol.IsRecord
                   let names = Parameters(symbol)
                   where names.Count > 0
                   from name in type.DescendantNodes(n => n == type || n is not TypeDeclarationSyntax).OfType<IdentifierNameSyntax>()
                   where names.Contains(name.Identifier.Text) && !OnlyInitializes(name, type)
                   let used = room.Model(file).GetSymbolInfo(name).Symbol as IParameterSymbol
                   where used is not null && used.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor && SymbolEqualityComparer.Default.Equals(constructor.ContainingType, symbol)
                       && constructor.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is TypeDeclarationSyntax)
                   select (Type: (ISymbol)symbol, Parameter: used);
        return uses.Distinct().ToLookup(u => u.Type, u => u.Parameter, SymbolEqualityComparer.Default);
    }

    private static HashSet<string> Parameters(INamedTypeSymbol type) =>
    [
        .. type.DeclaringSyntaxReferences.Select(r => r.GetSyntax()).OfType<TypeDeclarationSyntax>().SelectMany(t => t.ParameterList?.Parameters ?? []).Select(p => p.Identifier.Text),
    ];

    private static bool OnlyInitializes(SyntaxNode name, SyntaxNode type)
    {
        for (var node = name; node != type; node = node.Parent!)
        {
            if (node is BaseListSyntax or FieldDeclarationSyntax or ParameterListSyntax { Parent: TypeDeclarationSyntax } || (node is EqualsValueClauseSyntax && node.Parent is PropertyDeclarationSyntax))
                return true;
        }
        return false;
    }
}
