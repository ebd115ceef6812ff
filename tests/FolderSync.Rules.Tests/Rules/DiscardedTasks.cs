using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// Finds tasks that nobody awaits, so that their exceptions are lost: a statement or a discard with a task as its value, `async void`, a lambda
/// that returns a task where none is awaited, ContinueWith. It can't find tasks that are stored in a field or variable and never used.
/// </summary>
internal static class DiscardedTasks
{
    public static IEnumerable<Finding> Discarded(SourceProject room) => Finding.Counted(room.Files.AsParallel().AsOrdered().SelectMany(f => Places(room, f)).ToList());

    private static IEnumerable<(string, string)> Places(SourceProject room, SourceFile file)
    {
        var model = room.Model(file);
        return file.Syntax.DescendantNodes().Where(n => IsDiscarded(model, n)).Select(n => (room.TypeAround(file, n), file.At(n))).ToList();
    }

    private static bool IsDiscarded(SemanticModel model, SyntaxNode node) => node switch
    {
        ExpressionStatementSyntax statement => DropsTask(model, statement.Expression),
        ArrowExpressionClauseSyntax arrow => IsVoid(model.GetDeclaredSymbol(arrow.Parent!)) && DropsTask(model, arrow.Expression),
        AnonymousFunctionExpressionSyntax function => Converted(model, function) is { ReturnsVoid: true }
            && (function.AsyncKeyword.IsKind(SyntaxKind.AsyncKeyword) || (function.ExpressionBody is { } body && DropsTask(model, body))),
        MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.AsyncKeyword) && IsVoid(model.GetDeclaredSymbol(method)),
        LocalFunctionStatementSyntax function => function.Modifiers.Any(SyntaxKind.AsyncKeyword) && IsVoid(model.GetDeclaredSymbol(function)),
        InvocationExpressionSyntax call => model.GetSymbolInfo(call).Symbol is IMethodSymbol { Name: "ContinueWith" } method && IsTask(method.ContainingType),
        _ => false,
    };

    /// <summary>The value is a task that is neither stored nor awaited.</summary>
    private static bool DropsTask(SemanticModel model, ExpressionSyntax expression) => expression switch
    {
        // In `_ => _ = Do()` the underscore is the parameter, and the task is lost just as well.
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.Text: "_" } } discard => IsTask(model.GetTypeInfo(discard.Right).Type),
        AssignmentExpressionSyntax => false,
        ParenthesizedExpressionSyntax inner => DropsTask(model, inner.Expression),
        _ => IsTask(model.GetTypeInfo(expression).Type) && !IsContinueWith(model, expression),
    };

    /// <summary>Reported separately; counted once.</summary>
    private static bool IsContinueWith(SemanticModel model, ExpressionSyntax expression) => model.GetSymbolInfo(expression).Symbol is IMethodSymbol { Name: "ContinueWith" };

    private static IMethodSymbol? Converted(SemanticModel model, AnonymousFunctionExpressionSyntax function) => (model.GetTypeInfo(function).ConvertedType as INamedTypeSymbol)?.DelegateInvokeMethod;

    private static bool IsVoid(ISymbol? symbol) => symbol is IMethodSymbol { ReturnsVoid: true };

    private static bool IsTask(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type is { Name: "Task" or "ValueTask" } && type.ContainingNamespace?.ToDisplayString() == "System.Threading.Tasks")
                return true;
        }
        return false;
    }
}
