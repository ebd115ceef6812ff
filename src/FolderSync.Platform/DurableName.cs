namespace FolderSync.Platform;

/// <summary>Names that are there after a power cut. What they name is made durable by flushing it.</summary>
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

    /// <summary>Makes the directory's names durable (on Windows nothing). A filesystem that can't sync a directory has done what it can.</summary>
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
            // Somebody has it open already: the name is there, only not certain to survive a power cut.
        }
    }
}
