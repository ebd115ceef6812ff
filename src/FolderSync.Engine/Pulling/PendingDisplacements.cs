using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Index;

namespace FolderSync.Engine.Pulling;

/// <summary>A file whose content a needed change takes away.</summary>
/// <param name="Content">What it has now.</param>
/// <param name="IsNew">It came within the guard's window.</param>
/// <param name="By">Who made the change, as its entry says.</param>
/// <param name="Key">See <see cref="AcceptedChanges.KeyOf"/>.</param>
internal readonly record struct PendingDisplacement(FileName Name, BlockHash Content, bool IsDeleted, bool IsNew, ShortId By, ulong Key);

/// <summary>Reads what the needed changes would displace. Blocks.</summary>
internal static class PendingDisplacements
{
    private const int PageSize = 500;

    /// <summary>Calls <paramref name="found"/> for everything needed, with the decision about it.</summary>
    public static void ForEachNeeded(OpenFolder open, Action<NeededItem, PullDecision> found)
    {
        var after = default(FileName);
        while (open.Index.Needed(after, PageSize) is { Count: > 0 } page)
        {
            after = page[^1].Global.Name;
            foreach (var item in page)
                found(item, PullDecision.For(item.Local, item.Global, open.Folder.Config.Type, open.Folder.Config.IgnoreDelete));
        }
    }

    /// <param name="withDeletions">Renamed files' new names are known, so that what is deleted is really deleted.</param>
    public static List<PendingDisplacement> Read(PullContext context, bool withDeletions, Func<FileEntry?, FileEntry, PullDecision, bool> counts, Func<FileName, bool> isNew)
    {
        var all = new List<PendingDisplacement>();
        ForEachNeeded(context.Open, (item, decision) =>
        {
            if ((withDeletions || !item.Global.Deleted) && counts(item.Local, item.Global, decision))
                all.Add(new PendingDisplacement(item.Global.Name, item.Local!.BlocksHash, item.Global.Deleted, isNew(item.Global.Name), item.Global.ModifiedBy, AcceptedChanges.KeyOf(item.Global)));
        });
        return all;
    }

    /// <summary>Those of the contents that are in the folder afterwards, too: they have another name there, or get one.</summary>
    /// <param name="withArrivals">False: only those that have it already.</param>
    public static HashSet<BlockHash> FindStaying(PullContext context, IReadOnlyList<PendingDisplacement> pending, bool withArrivals)
    {
        var names = pending.Select(p => p.Name).ToHashSet();
        var contents = pending.Select(p => p.Content).ToHashSet();
        var staying = contents.Where(c => IsElsewhere(context.Open.Index, c, names)).ToHashSet();
        if (withArrivals)
        {
            ForEachNeeded(context.Open, (item, decision) =>
            {
                if (decision.Kind == PullKind.File && contents.Contains(item.Global.BlocksHash) && CanBePlaced(context, item.Global))
                    staying.Add(item.Global.BlocksHash);
            });
        }
        return staying;
    }

    /// <summary>A file other than those has this content.</summary>
    public static bool IsElsewhere(IFolderIndex index, BlockHash content, HashSet<FileName> names) => index.LocalWithContent(content).Any(e => !names.Contains(e.Name));

    /// <summary>The change brings back what the name had before and the trash can still has: somebody restores it.</summary>
    public static bool IsRestored(PullContext context, PendingDisplacement pending) =>
        context.Open.Versioner is { } versions && context.Open.Index.FindGlobal(pending.Name) is { IsFile: true, Blocks: { } blocks } global && versions.Has(pending.Name, global.Modified, blocks);

    private static bool CanBePlaced(PullContext context, FileEntry global) =>
        context.Open.Disk.ValidateName(global.Name) is null && !InternalNames.IsInternal(global.Name) && !context.Open.Ignores.Match(global.Name, isDirectory: false).Ignored;
}
