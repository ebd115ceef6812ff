using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// Every place that passes a loop, or work that isn't awaited there, to a supervisor. A method that only passes on its parameter stands for its
/// callers.
/// </summary>
internal static class Loops
{
    /// <param name="Name">The type and method around it, and the loop: <c>Type.Method: Loop</c>.</param>
    public sealed record Site(string Name, string At);

    private readonly record struct Call(SourceProject Room, SourceFile File, ExpressionSyntax Node, IMethodSymbol Method);

    public static IReadOnlyList<Site> In(IReadOnlyList<SourceProject> rooms)
    {
        var calls = rooms.SelectMany(r => r.Files.AsParallel().AsOrdered().SelectMany(f => Calls(r, f).ToList())).ToList();
        var starting = new HashSet<string>(calls.Select(c => c.Method).Where(IsPrimitive).Select(KeyOf), StringComparer.Ordinal);
        // A method that passes on a parameter starts loops, too, and so do its callers that pass on theirs.
        while (calls.Where(c => starting.Contains(KeyOf(c.Method))).Select(Forwarder).OfType<IMethodSymbol>().Select(KeyOf).Where(starting.Add).ToList().Count > 0)
        {
        }
        return
        [
            .. calls.Where(c => starting.Contains(KeyOf(c.Method)) && Forwarder(c) is null && !IsInsidePrimitive(c) && !WrapsAnother(c, starting))
                .Select(c => new Site($"{Around(c)}: {LoopOf(c)}", c.File.At(c.Node))).OrderBy(s => s.Name, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<Call> Calls(SourceProject room, SourceFile file)
    {
        var model = room.Model(file);
        foreach (var node in file.Syntax.DescendantNodes().OfType<ExpressionSyntax>().Where(n => n is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax))
        {
            if (model.GetSymbolInfo(node).Symbol is IMethodSymbol method && (method.MethodKind == MethodKind.Constructor ? method.ContainingType.Name == "RestartedService" : TakesWork(method)))
                yield return new Call(room, file, node, method);
        }
    }

    private static bool TakesWork(IMethodSymbol method) => method.IsGenericMethod || method.Parameters.Any(p => IsWork(p.Type));

    private static bool IsWork(ITypeSymbol type) => type is INamedTypeSymbol { Name: "Func", TypeArguments: [{ Name: "Task" }] };

    private static bool IsPrimitive(IMethodSymbol method) => (method.ContainingType.ContainingNamespace?.ToDisplayString(), method.ContainingType.Name, method.Name) is
        ("FolderSync.Engine.Primitives", "Supervisor", "Start" or "StartRestarting" or "RunAsync") or ("FolderSync.Engine.Primitives", "TaskGroup", "Run") or
        ("FolderSync.Platform", "RestartingLoop", "Start" or "RunAsync") or (_, "RestartedService", ".ctor");

    private static bool IsInsidePrimitive(Call call) => call.Room.TypeAround(call.File, call.Node) is
        "FolderSync.Engine.Primitives.Supervisor" or "FolderSync.Engine.Primitives.TaskGroup" or "FolderSync.Platform.RestartingLoop";

    private static string KeyOf(IMethodSymbol method) => method.OriginalDefinition.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat);

    /// <summary>The work; for a service, its type.</summary>
    private static SyntaxNode? WorkOf(Call call)
    {
        if (call.Method.MethodKind == MethodKind.Constructor)
            return call.Node.DescendantNodes().OfType<TypeArgumentListSyntax>().FirstOrDefault()?.Arguments[0];
        var arguments = ((InvocationExpressionSyntax)call.Node).ArgumentList.Arguments;
        var at = call.Method.Parameters.ToList().FindIndex(p => IsWork(p.Type));
        return at < 0 ? ((InvocationExpressionSyntax)call.Node).Expression.DescendantNodesAndSelf().OfType<TypeArgumentListSyntax>().FirstOrDefault()?.Arguments[0]
            : (arguments.FirstOrDefault(a => a.NameColon?.Name.Identifier.Text == call.Method.Parameters[at].Name) ?? arguments[at]).Expression;
    }

    /// <summary>The method around a call that passes on its own parameter or type parameter.</summary>
    private static IMethodSymbol? Forwarder(Call call)
    {
        var model = call.Room.Model(call.File);
        if (WorkOf(call) is not { } work || Method(call) is not { } around || model.GetDeclaredSymbol(around) is not IMethodSymbol method)
            return null;
        return work.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Select(n => model.GetSymbolInfo(n).Symbol)
            .Any(s => s is IParameterSymbol { Type: var type } && IsWork(type) || s is ITypeParameterSymbol { TypeParameterKind: TypeParameterKind.Method }) ? method : null;
    }

    /// <summary>`group.Run(() => supervisor.RunAsync(...))`: the inner call is the site.</summary>
    private static bool WrapsAnother(Call call, HashSet<string> starting) =>
        WorkOf(call) is ParenthesizedLambdaExpressionSyntax { ExpressionBody: InvocationExpressionSyntax inner }
        && call.Room.Model(call.File).GetSymbolInfo(inner).Symbol is IMethodSymbol method && starting.Contains(KeyOf(method));

    private static MethodDeclarationSyntax? Method(Call call) => call.Node.Ancestors().OfType<MethodDeclarationSyntax>().FirstOrDefault();

    private static string Around(Call call) => $"{call.Room.TypeAround(call.File, call.Node)}.{Method(call)?.Identifier.Text ?? ".ctor"}";

    private static string LoopOf(Call call) => WorkOf(call) switch
    {
        ParenthesizedLambdaExpressionSyntax { ExpressionBody: InvocationExpressionSyntax body } => body.Expression.ToString(),
        { } other => other.ToString(),
        null => "?",
    };
}
