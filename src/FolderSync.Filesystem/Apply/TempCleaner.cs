using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Removes abandoned temp files.</summary>
public sealed class TempCleaner(IFileSystem fs)
{
    private static readonly LocalPath[] NotOurs = [LocalPath.Root.Child(InternalNames.Versions), LocalPath.Root.Child(InternalNames.Marker)];

    private readonly WritableParents _disk = new(fs);

    /// <summary>
    /// Walks the folder and removes temp files (ours and Syncthing's) that were last touched before the given time. Removes nothing while a killed
    /// batch waits for <see cref="Applier.Recover"/>: its temp files may hold the only copy. Skips what it can't read or remove until the next run.
    /// </summary>
    /// <returns>The number of removed files.</returns>
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
                // Nothing of ours lies deeper than the deepest valid name, and a foreign tree may have any depth.
                if (child.Stat.Kind == FileKind.Directory && EntryLimits.ValidateLength(path.Value) is null)
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

    /// <summary>A finished temp file carries its target's mtime, which may be long ago; its ctime tells when it was finished.</summary>
    private static FileTime LastTouched(FileStat stat) => stat.ChangeTime != 0 ? FileTime.FromNanoseconds(stat.ChangeTime) : stat.Modified;
}
