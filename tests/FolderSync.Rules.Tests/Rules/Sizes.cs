using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>Counts lines of files, types and methods, from a declaration's first line, without its comment, to the last.</summary>
internal static class Sizes
{
    public const int MaxFileLines = 600;
    public const int MostlyFileLines = 300;
    public const int MaxTypeLines = 600;

    /// <summary>Methods must be shorter.</summary>
    public const int MethodLines = 60;

    public static IEnumerable<Finding> LongFiles(SourceProject room) =>
        room.Files.Where(f => f.Lines > MaxFileLines).Select(f => new Finding(f.Path, f.Lines, $"{f.Lines} lines"));

    /// <summary>The number of a project's files that are longer than most should be; a tenth of them may be.</summary>
    public static IEnumerable<Finding> FilesOverMostly(SourceProject room)
    {
        var longer = room.Files.Where(f => f.Lines > MostlyFileLines).ToList();
        return longer.Count * 10 <= room.Files.Count ? [] : [new Finding(room.Name, longer.Count, string.Join(", ", longer.Select(f => $"{f.Path} {f.Lines}")))];
    }

    public static IEnumerable<Finding> LongTypes(SourceProject room) =>
        from type in room.Types() let lines = LinesOf(type, room) where lines > MaxTypeLines select new Finding(SourceProject.NameOf(type), lines, room.FileOf(type.DeclaringSyntaxReferences[0].SyntaxTree)?.Path ?? "");

    /// <summary>Counts all partial declarations, including nested types.</summary>
    public static int LinesOf(INamedTypeSymbol type, SourceProject room) => type.DeclaringSyntaxReferences.Where(r => room.FileOf(r.SyntaxTree) is not null).Sum(r => LinesOf(r.GetSyntax()));

    /// <summary>Methods, constructors, operators, accessors, local functions, including nested ones. The longest overload counts.</summary>
    public static IEnumerable<Finding> LongMethods(SourceProject room) =>
        from file in room.Files
        from body in file.Syntax.DescendantNodes()
        where body is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax or PropertyDeclarationSyntax { ExpressionBody: not null }
        let lines = LinesOf(body)
        where lines >= MethodLines
        group (lines, At: file.At(body)) by $"{room.TypeAround(file, body)}.{NameOf(body)}" into overloads
        select new Finding(overloads.Key, overloads.Max(o => o.lines), string.Join(", ", overloads.Select(o => o.At)));

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string NameOf(SyntaxNode body) => body switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax property } accessor => $"{property.Identifier.Text}.{accessor.Keyword.Text}",
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        ConstructorDeclarationSyntax => ".ctor",
        _ => body.Kind().ToString(),
    };

    private static Microsoft.CodeAnalysis.CSharp.SyntaxKind Kind(this SyntaxNode node) => (Microsoft.CodeAnalysis.CSharp.SyntaxKind)node.RawKind;
}
