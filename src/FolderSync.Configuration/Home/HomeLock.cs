using FolderSync.Platform;

namespace FolderSync.Configuration.Home;

/// <summary>The lock on a home directory, for one process at a time.</summary>
public static class HomeLock
{
    /// <summary>Creates a missing home directory and locks it.</summary>
    /// <param name="advice">What to do when another process holds the lock.</param>
    /// <exception cref="ServiceStartException">Another process holds the lock, or the directory can't be written.</exception>
    public static FileLock Acquire(HomeDirectory home, string advice)
    {
        try
        {
            home.Create();
            return FileLock.TryAcquire(home.LockFile, out var holder) ?? throw new ServiceStartException(
                $"FolderSync is already running on '{home}'{(holder is null ? "" : $" (process {holder})")}. {advice}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceStartException(
                $"FolderSync's home '{home}' can't be written: {e.Message.TrimEnd('.')}. Make it writable (is the disk full or read-only?), or give another one with --home.");
        }
    }
}
