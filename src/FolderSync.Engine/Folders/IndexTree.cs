using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Queries about a directory and everything that the index has in it. All of them read the index page by page.</summary>
internal static class IndexTree
{
    private const int PageSize = 500;

    /// <summary>The directory and everything present in it, with blocks.</summary>
    public static IEnumerable<FileEntry> Below(IFolderIndex index, FileName directory)
    {
        if (index.FindLocal(directory) is { Deleted: false } itself)
            yield return itself;
        foreach (var entry in Inside(index, directory, withBlocks: true))
            yield return entry;
    }

    /// <summary>Everything present in the directory.</summary>
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

    /// <summary>True when something in it is wanted: present here, and not deleted by anyone who knew it.</summary>
    public static bool HasLiving(IFolderIndex index, FileName directory) =>
        Inside(index, directory, withBlocks: false).Any(e => !e.IsInvalid && index.FindGlobal(e.Name) is { Deleted: false });

    /// <summary>True when others deleted the directory and everything that this device has in it, and this device follows them.</summary>
    public static bool IsToBeRemoved(IFolderIndex index, FolderConfig config, FileName directory) =>
        config is { Type: not FolderType.SendOnly, IgnoreDelete: false } &&
        IsDeletedElsewhere(index, index.FindLocal(directory)) && Below(index, directory).All(e => e.IsInvalid || IsDeletedElsewhere(index, e));

    private static bool IsDeletedElsewhere(IFolderIndex index, FileEntry? mine) =>
        mine is { Deleted: false } && index.FindGlobal(mine.Name) is { Deleted: true, IsInvalid: false } global && global.Version.Covers(mine.Version);
}
