using FolderSync.Engine.Hosting;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// Keeps two FolderSyncs from syncing the same folder, with a lock on a file in its marker directory, where nothing is synced. A folder whose disk
/// rejects the file (read-only) isn't locked: nothing is applied there either.
/// </summary>
internal sealed class FolderLocks : IFolderLocks
{
    private const string Marker = ".stfolder";
    private const string Name = "foldersync.lock";

    /// <summary>The lock until disposed, or null and its holder, worded for the user.</summary>
    public IDisposable? TryLock(string path, out string? holder)
    {
        holder = null;
        try
        {
            if (FileLock.TryAcquire(Path.Combine(path, Marker, Name), out var process, isShared: true) is { } taken)
                return taken;
            holder = process is null ? "another FolderSync" : $"another FolderSync (process {process})";
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Unlocked();
        }
    }

    private sealed class Unlocked : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
