using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// Finds collection expressions that use an Add that a native program may lack: JsonArray's, which is generic and uses reflection. The trim
/// analyzers don't check collection expressions; only a native build would show it.
/// </summary>
internal static class NativeCode
{
    private static readonly string[] Missing = ["RequiresDynamicCodeAttribute", "RequiresUnreferencedCodeAttribute"];

    public static IEnumerable<Finding> AddedByReflection(SourceProject room) => Finding.Counted(room.Files.AsParallel().AsOrdered().SelectMany(f => Places(room, f)).ToList());

    private static IEnumerable<(string, string)> Places(SourceProject room, SourceFile file)
    {
        var model = room.Model(file);
        return file.Syntax.DescendantNodes().OfType<CollectionExpressionSyntax>()
            .Where(c => c.Elements.Count > 0 && model.GetTypeInfo(c).ConvertedType is { } type && type.GetMembers("Add").Any(IsMissing))
            .Select(c => (room.TypeAround(file, c), file.At(c))).ToList();
    }

    private static bool IsMissing(ISymbol add) => add.GetAttributes().Any(a => a.AttributeClass is { } type && Missing.Contains(type.Name));
}
