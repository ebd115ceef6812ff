using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Removes temp files that nobody went on with.</summary>
public sealed class TempCleaner(IFileSystem fs)
{
    private static readonly LocalPath[] NotOurs = [LocalPath.Root.Child(InternalNames.Versions), LocalPath.Root.Child(InternalNames.Marker)];

    private readonly WritableParents _disk = new(fs);

    /// <summary>
    /// Walks the folder and removes temp files (ours and Syncthing's) that were last touched before that. Nothing is removed while a
    /// killed batch waits for <see cref="Applier.Recover"/>: its temp files may hold somebody's content. What can't be read or removed is
    /// left for the next time.
    /// </summary>
    /// <returns>How many went.</returns>
    public int RemoveStale(DateTimeOffset olderThan) =>
        _disk.CheckRoot() != RootState.Present || new Journal(_disk).Exists ? 0 : Clean(LocalPath.Root, FileTime.From(olderThan));

    private int Clean(LocalPath top, FileTime olderThan)
    {
        var removed = 0;
        var left = new Stack<LocalPath>([top]);
        while (left.TryPop(out var directory))
        {
            foreach (var child in ListOrNothing(directory))
            {
                if (child.Leaf is not { } leaf || NotOurs.Contains(directory.Child(leaf)))
                    continue;
                var path = directory.Child(leaf);
                // Deeper than any name there is nothing of ours, and a tree may be as deep as its maker likes.
                if (child.Stat.Kind == FileKind.Directory && EntryLimits.WhyTooLong(path.Value) is null)
                    left.Push(path);
                else if (TempName.IsDisposable(leaf) && child.Stat.Kind != FileKind.Directory && LastTouched(child.Stat).CompareTo(olderThan) < 0 && TryRemove(path))
                    removed++;
            }
        }
        return removed;
    }

    private List<DirectoryChild> ListOrNothing(LocalPath directory)
    {
        try
        {
            return _disk.List(directory);
        }
        catch (FileSystemException)
        {
            return [];
        }
    }

    private bool TryRemove(LocalPath path)
    {
        try
        {
            _disk.RemoveFile(path);
            return true;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    /// <summary>A finished temp file has its target's mtime, which may be long ago; its ctime is when it was finished.</summary>
    private static FileTime LastTouched(FileStat stat) => stat.ChangeTime != 0 ? FileTime.FromNanoseconds(stat.ChangeTime) : stat.Modified;
}
