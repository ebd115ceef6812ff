namespace FolderSync.Platform;

/// <summary>Makes names durable. To make a file's content durable, flush it.</summary>
public static class DurableName
{
    /// <summary>Makes a file's name durable.</summary>
    public static void Sync(string path)
    {
        if (OperatingSystem.IsWindows())
            FlushWindowsName(path);
        else
            SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>
    /// Makes the directory's names durable (does nothing on Windows). Some filesystems can't sync a directory; that isn't an error.
    /// </summary>
    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var directory = Libc.Open(path, Libc.OpenDirectory | Libc.CloseOnExec);
        if (directory < 0)
            return;
        _ = Libc.Sync(directory);
        _ = Libc.Close(directory);
    }

    /// <summary>NTFS writes its log, and with it the rename, when any file is flushed.</summary>
    private static void FlushWindowsName(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another program has it open: the name exists but may not survive a power cut.
        }
    }
}
