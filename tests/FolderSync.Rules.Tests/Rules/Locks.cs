using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// Locks on anything but a <c>System.Threading.Lock</c>. Optimized, C# 14 keeps "is it taken" of such a lock in the same slot as what a filter like
/// <c>when (e is A or B)</c> works with, and that runs first: the lock is never released.
/// </summary>
internal static class Locks
{
    public static IEnumerable<Finding> In(SourceProject room) => Finding.Counted(room.Files.AsParallel().AsOrdered().SelectMany(f => Places(room, f)).ToList());

    private static List<(string, string)> Places(SourceProject room, SourceFile file)
    {
        var model = room.Model(file);
        return [.. file.Syntax.DescendantNodes().OfType<LockStatementSyntax>()
            .Where(l => model.GetTypeInfo(l.Expression).Type?.ToDisplayString() != "System.Threading.Lock")
            .Select(l => (room.TypeAround(file, l), file.At(l)))];
    }
}
