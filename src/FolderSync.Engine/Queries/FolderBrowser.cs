using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;
using FolderSync.Index;

namespace FolderSync.Engine.Queries;

/// <summary>What a user sees when browsing a folder: the disk and what others have. Blocks.</summary>
internal static class FolderBrowser
{
    /// <summary>Sorts after every expected name: after everything in a directory.</summary>
    private const string MaxSortKey = "\U0010FFFF\U0010FFFF";

    public static BrowsedLevel Browse(OpenFolder open, FileName directory, long skip, int take)
    {
        var level = new Dictionary<string, (FileType Type, FileStat? Stat, FileEntry? Global)>(StringComparer.Ordinal);
        foreach (var child in ListOrNothing(open.Disk, directory))
        {
            if (child.Leaf is { } leaf && child.Stat.Kind != FileKind.Other && FileName.TryParse(directory.Child(leaf).Value, out var name, out _) && !InternalNames.IsInternal(name))
                level[leaf] = (TypeOf(child.Stat.Kind), child.Stat, null);
        }
        foreach (var global in GlobalLevel(open.Index, directory))
        {
            var leaf = global.Name.Leaf;
            level[leaf] = level.TryGetValue(leaf, out var here) ? here with { Global = global } : (global.Type, null, global);
        }
        var ordered = level.OrderBy(l => l.Value.Type != FileType.Directory).ThenBy(l => l.Key, StringComparer.OrdinalIgnoreCase).ThenBy(l => l.Key, StringComparer.Ordinal);
        var items = ordered.Skip((int)Math.Min(skip, int.MaxValue)).Take(take).Select(l =>
        {
            var (type, stat, global) = l.Value;
            var isDirectory = type == FileType.Directory;
            return new BrowsedItem(
                l.Key,
                type,
                isDirectory ? 0 : stat?.Size ?? global!.Size,
                stat?.Modified ?? global!.Modified,
                StateOf(open, directory.Child(l.Key), isDirectory, global));
        });
        return new BrowsedLevel(level.Count, [.. items]);
    }

    private static BrowsedState StateOf(OpenFolder open, FileName name, bool isDirectory, FileEntry? global)
    {
        if (open.Ignores.Match(name, isDirectory).Ignored)
            return BrowsedState.Ignored;
        if (ConflictName.IsConflictCopy(name))
            return BrowsedState.Conflict;
        var local = open.Index.FindLocal(name);
        if (global is not null && Need.IsNeeded(local, global))
            return BrowsedState.Needed;
        if (isDirectory && open.Index.Needed(name, 1) is [var below] && below.Global.Name.IsUnder(name))
            return BrowsedState.Needed;
        return local is null or { Deleted: true } || (local.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0 ? BrowsedState.LocalOnly : BrowsedState.InSync;
    }

    /// <summary>Only the entries directly in the directory: skips everything below its subdirectories.</summary>
    private static IEnumerable<FileEntry> GlobalLevel(IFolderIndex index, FileName directory)
    {
        var after = default(FileName);
        var size = 256;
        while (index.GlobalPage(directory, after, size) is { Count: > 0 } page)
        {
            size = Math.Min(size * 4, 4096);
            after = page[^1].Name;
            foreach (var entry in page)
            {
                if (entry.Name.Parent == directory)
                {
                    yield return entry;
                    continue;
                }
                after = ChildAbove(entry.Name, directory).Child(MaxSortKey);
                size = 16;
                break;
            }
        }
    }

    private static FileName ChildAbove(FileName name, FileName directory)
    {
        while (name.Parent != directory)
            name = name.Parent;
        return name;
    }

    private static List<DirectoryChild> ListOrNothing(IFileSystem disk, FileName directory)
    {
        var path = LocalPath.Of(directory);
        return directory.IsRoot || disk.Stat(path) is { Kind: FileKind.Directory } ? disk.List(path) : [];
    }

    private static FileType TypeOf(FileKind kind) => kind switch
    {
        FileKind.Directory => FileType.Directory,
        FileKind.Symlink => FileType.Symlink,
        _ => FileType.File,
    };
}
