using FolderSync.Platform;

namespace FolderSync.Configuration.Home;

/// <summary>The lock on a home: one process has it.</summary>
public static class HomeLock
{
    /// <summary>Makes the home where it is missing, and holds it.</summary>
    /// <param name="advice">What to do where another process has it.</param>
    /// <exception cref="ServiceStartException">Another process has it, or it can't be written.</exception>
    public static FileLock Take(HomeDirectory home, string advice)
    {
        try
        {
            home.Make();
            return FileLock.TryTake(home.LockFile, out var holder) ?? throw new ServiceStartException(
                $"FolderSync runs on '{home}' already{(holder is null ? "" : $" (process {holder})")}. {advice}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceStartException(
                $"FolderSync's home '{home}' can't be written: {e.Message.TrimEnd('.')}. Make it writable (a full or read-only disk?), or name another one with --home.");
        }
    }
}
