using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Questions about a directory and all that the index has in it. All of them read the index, page by page.</summary>
internal static class IndexTree
{
    private const int PageSize = 500;

    /// <summary>The directory and all that is present in it, with blocks.</summary>
    public static IEnumerable<FileEntry> Below(IFolderIndex index, FileName directory)
    {
        if (index.FindLocal(directory) is { Deleted: false } itself)
            yield return itself;
        foreach (var entry in Inside(index, directory, withBlocks: true))
            yield return entry;
    }

    /// <summary>All that is present in the directory.</summary>
    public static IEnumerable<FileEntry> Inside(IFolderIndex index, FileName directory, bool withBlocks)
    {
        var after = default(FileName);
        while (index.LocalPage(directory, after, PageSize, withBlocks) is { Count: > 0 } page)
        {
            foreach (var entry in page)
                yield return entry;
            after = page[^1].Name;
        }
    }

    /// <summary>Something in it is wanted: here, and not deleted by anybody who knew of it.</summary>
    public static bool HasLiving(IFolderIndex index, FileName directory) =>
        Inside(index, directory, withBlocks: false).Any(e => !e.IsInvalid && index.FindGlobal(e.Name) is { Deleted: false });

    /// <summary>Others deleted the directory and all that this device has in it, and this device follows them.</summary>
    public static bool IsToBeRemoved(IFolderIndex index, FolderConfig config, FileName directory) =>
        config is { Type: not FolderType.SendOnly, IgnoreDelete: false } &&
        IsDeletedElsewhere(index, index.FindLocal(directory)) && Below(index, directory).All(e => e.IsInvalid || IsDeletedElsewhere(index, e));

    private static bool IsDeletedElsewhere(IFolderIndex index, FileEntry? mine) =>
        mine is { Deleted: false } && index.FindGlobal(mine.Name) is { Deleted: true, IsInvalid: false } global && global.Version.Covers(mine.Version);
}
