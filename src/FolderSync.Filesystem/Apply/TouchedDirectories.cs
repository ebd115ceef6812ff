namespace FolderSync.Filesystem.Apply;

/// <summary>Directories whose names a batch has changed, to be made durable together.</summary>
internal sealed class TouchedDirectories(IFileSystem disk)
{
    /// <summary>From this many directories on, syncing everything once is cheaper than syncing each.</summary>
    private const int ManyDirectories = 8;

    private readonly HashSet<LocalPath> _directories = [];

    public void Add(LocalPath directory) => _directories.Add(directory);

    /// <exception cref="FileSystemException">Not all of them are durable.</exception>
    public void Sync()
    {
        if (_directories.Count < ManyDirectories || !disk.Traits.CanSyncAll)
        {
            SyncEach(_directories);
            return;
        }
        disk.SyncAll();
        // That is the filesystem of the root, not another one that is mounted below it.
        var mount = disk.Stat(LocalPath.Root)?.Mount;
        SyncEach(_directories.Where(d => disk.Stat(d) is { } stat && stat.Mount != mount));
    }

    private void SyncEach(IEnumerable<LocalPath> directories)
    {
        foreach (var directory in directories.OrderBy(d => d.Value, StringComparer.Ordinal))
        {
            try
            {
                disk.SyncDirectory(directory);
            }
            catch (FileSystemException e) when (e.Error is FileSystemError.NotFound or FileSystemError.WrongKind or FileSystemError.Escapes)
            {
                // The same batch removed or replaced it; the sync of its parent covers that.
            }
        }
    }
}
