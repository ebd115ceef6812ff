using FolderSync.Engine.Hosting;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// Keeps two FolderSyncs from syncing one folder: a lock on a file in its marker directory, where neither syncs anything. A folder whose
/// disk does not take the file (read-only) is not locked: nothing is applied there either.
/// </summary>
internal sealed class FolderLocks : IFolderLocks
{
    private const string Marker = ".stfolder";
    private const string Name = "foldersync.lock";

    /// <summary>The lock until disposed, or null and who holds it, as words for a person.</summary>
    public IDisposable? TryLock(string path, out string? holder)
    {
        holder = null;
        try
        {
            if (FileLock.TryTake(Path.Combine(path, Marker, Name), out var process) is { } taken)
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
