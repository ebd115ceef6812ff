using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// Which folder of a project uses which, by symbols: naming a type or using one of its members counts. A folder is the directory of a declaration.
/// The class `Log` counts as its own folder, although its file is at the top: the generator makes it one per assembly.
/// </summary>
internal static class FolderCycles
{
    /// <summary>One type of a folder uses one of another.</summary>
    public readonly record struct Use(string From, string To, string FromType, string ToType, string At);

    /// <summary>Every use between two folders of the same cycle: some of them must be removed or reversed.</summary>
    public static IEnumerable<Finding> In(SourceProject room)
    {
        var uses = Uses(room);
        var cycle = Cycles(uses);
        return uses.Where(u => cycle.TryGetValue(u.From, out var from) && cycle.TryGetValue(u.To, out var to) && from == to)
            .GroupBy(u => $"{room.Name}/{u.From}→{u.To}", StringComparer.Ordinal)
            .Select(g => new Finding(g.Key, g.Select(u => (u.FromType, u.ToType)).Distinct().Count(),
                string.Join(", ", g.Select(u => $"{u.FromType} uses {u.ToType} at {u.At}").Distinct().Take(3))));
    }

    /// <summary>The folders of each cycle.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> CyclesOf(SourceProject room) =>
        [.. Cycles(Uses(room)).GroupBy(c => c.Value, c => c.Key).Select(g => (IReadOnlyList<string>)[.. g.Order(StringComparer.Ordinal)])];

    private static IReadOnlyList<Use> Uses(SourceProject room) => [.. room.Files.AsParallel().AsOrdered().SelectMany(f => Uses(room, f)).Distinct()];

    private static IEnumerable<Use> Uses(SourceProject room, SourceFile file)
    {
        var model = room.Model(file);
        foreach (var type in file.Syntax.DescendantNodes(n => n is not BaseTypeDeclarationSyntax).Where(n => n is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or GlobalStatementSyntax))
        {
            var own = model.GetDeclaredSymbol(type);
            var from = own?.Name ?? "Program";
            foreach (var name in type.DescendantNodes().OfType<SimpleNameSyntax>())
            {
                if (Names.Meant(model, name) is { } used && Outermost(used) is { } to && !SymbolEqualityComparer.Default.Equals(to, own) && FolderOf(room, to) is { } folder && folder != Folder(file, from))
                    yield return new Use(Folder(file, from), folder, from, to.Name, $"{Path.GetFileName(file.Path)}:{name.GetLocation().GetLineSpan().StartLinePosition.Line + 1}");
            }
        }
    }

    private static string? FolderOf(SourceProject room, INamedTypeSymbol type) => type.DeclaringSyntaxReferences.Select(r => room.FileOf(r.SyntaxTree)).FirstOrDefault(f => f is not null) is { } file
        ? Folder(file, type.Name) : null;

    private static string Folder(SourceFile file, string type) => type is "Log" or "ServiceLog" ? type : file.Folder;

    private static INamedTypeSymbol? Outermost(ISymbol symbol)
    {
        var type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        while (type?.ContainingType is { } outer)
            type = outer;
        return type?.OriginalDefinition;
    }

    /// <summary>
    /// Folders that depend on themselves, each with its cycle's number (Tarjan's strongly connected components of more than one).
    /// </summary>
    private static Dictionary<string, int> Cycles(IReadOnlyList<Use> uses)
    {
        var next = uses.ToLookup(u => u.From, u => u.To, StringComparer.Ordinal);
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        var low = new Dictionary<string, int>(StringComparer.Ordinal);
        var open = new Stack<string>();
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var folder in next.Select(g => g.Key).Order(StringComparer.Ordinal))
        {
            if (!index.ContainsKey(folder))
                Visit(folder);
        }
        return found;

        void Visit(string folder)
        {
            index[folder] = low[folder] = index.Count;
            open.Push(folder);
            foreach (var to in next[folder].Distinct())
            {
                if (!index.ContainsKey(to))
                {
                    Visit(to);
                    low[folder] = Math.Min(low[folder], low[to]);
                }
                else if (open.Contains(to))
                {
                    low[folder] = Math.Min(low[folder], index[to]);
                }
            }
            if (low[folder] != index[folder])
                return;
            var members = new List<string>();
            while (members.Count == 0 || members[^1] != folder)
                members.Add(open.Pop());
            if (members.Count > 1)
                members.ForEach(m => found[m] = index[folder]);
        }
    }
}
