using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Finds conflict copies of one file with equal content. Everything here reads the index.</summary>
internal static class ConflictCopies
{
    /// <summary>
    /// The copy itself and the other present copies of the same file with the same content, by name; empty if it isn't such a copy.
    /// </summary>
    public static IReadOnlyList<FileEntry> SameAs(IFolderIndex index, FileName copy)
    {
        if (!ConflictName.IsConflictCopy(copy) || index.FindLocal(copy) is not { IsFile: true, IsInvalid: false, Size: > 0 } entry)
            return [];
        var original = ConflictName.OriginalOf(copy);
        return [.. index.LocalWithContent(entry.BlocksHash).Where(e => ConflictName.OriginalOf(e.Name) == original).OrderBy(e => e.Name)];
    }

    /// <summary>True when this device has the content as a conflict copy of its name.</summary>
    public static bool IsKept(IFolderIndex index, FileEntry content) =>
        index.LocalWithContent(content.BlocksHash).Any(e => ConflictName.OriginalOf(e.Name) == content.Name);

    /// <summary>True when an earlier copy has the same content, so that a remote deletion of this one loses nothing.</summary>
    public static bool IsRedundant(IFolderIndex index, FileName copy) => SameAs(index, copy) is [var first, ..] && first.Name != copy;
}
