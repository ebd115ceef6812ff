using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// Finds places that start something in the background: a task on the thread pool, a thread, a timer, a loop of the engine. Such work can die
/// unnoticed, so these places are few: supervisors, and the types listed here with a reason. Work that is awaited where it starts doesn't count.
/// </summary>
internal static class TaskStarts
{
    /// <summary>The allowed types and the reasons.</summary>
    public static readonly IReadOnlyDictionary<string, string> Allowed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["FolderSync.Engine.Supervisor"] = "It is what starts all others.",
        ["FolderSync.Engine.Primitives.Supervisor"] = "It is what starts all others.",
        ["FolderSync.Engine.Wakeup"] = "The one timer of the engine; its callback only wakes a loop.",
        ["FolderSync.Engine.Primitives.Wakeup"] = "The one timer of the engine; its callback only wakes a loop.",
        ["FolderSync.Host.Service.SerialScheduler"] = "Production's side of the engine's seam: only supervisors call it.",
        ["FolderSync.Platform.RestartingLoop"] = "What starts all loops outside the engine.",
        ["FolderSync.Filesystem.Watch.InotifyWatcher"] = "A thread that waits in poll(2); its fault ends its notices, and whoever reads them is supervised.",
        ["FolderSync.Filesystem.Watch.SystemWatcher"] = "A thread that waits for the system's events; its fault ends its notices, and whoever reads them is supervised.",
        ["FolderSync.Filesystem.Unix.RootDirectory"] = "A timer that closes an idle handle; it does nothing else.",
        ["FolderSync.Engine.Peers.PeerLink.CloseDeadline"] = "A timer that ends a connection whose peer does not read; it does nothing else.",
        ["FolderSync.Platform.LogThrottle"] = "A timer that logs a number; it does nothing else.",
        ["FolderSync.Filesystem.Workers"] = "The threads for blocking work; a job's fault is its caller's.",
    };

    public static IEnumerable<Finding> In(SourceProject room) =>
        Finding.Counted(room.Files.AsParallel().AsOrdered().SelectMany(f => Places(room, f)).ToList()).Where(f => !Allowed.ContainsKey(f.Subject));

    private static IEnumerable<(string, string)> Places(SourceProject room, SourceFile file)
    {
        var model = room.Model(file);
        return file.Syntax.DescendantNodes().OfType<ExpressionSyntax>().Where(e => IsStart(model, e)).Select(e => (room.TypeAround(file, e), file.At(e))).ToList();
    }

    private static bool IsStart(SemanticModel model, ExpressionSyntax expression)
    {
        if (expression is not (InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax) || model.GetSymbolInfo(expression).Symbol is not IMethodSymbol { ContainingType: { } type } method)
            return false;
        return (type.ContainingNamespace?.ToDisplayString(), type.Name, method.MethodKind == MethodKind.Constructor ? "new" : method.Name) switch
        {
            ("System.Threading.Tasks", "Task", "Run") or ("System.Threading.Tasks", "TaskFactory", "StartNew") => !IsAwaited(expression),
            ("System.Threading.Tasks", "Parallel", _) => true,
            ("System.Threading", "Thread" or "Timer", "new") or ("System.Threading", "ThreadPool", _) => true,
            ("System.Timers", "Timer", "new") or ("System", "TimeProvider", "CreateTimer") => true,
            (_, "IEngineScheduler", "Start") => true,
            _ => false,
        };
    }

    /// <summary>Matches `await Task.Run(...)`, also with WaitAsync or ConfigureAwait.</summary>
    private static bool IsAwaited(ExpressionSyntax start)
    {
        SyntaxNode node = start;
        while (node.Parent is MemberAccessExpressionSyntax access && access.Expression == node && access.Parent is InvocationExpressionSyntax { Expression: var called } call && called == access)
            node = call;
        return node.Parent is AwaitExpressionSyntax;
    }
}
