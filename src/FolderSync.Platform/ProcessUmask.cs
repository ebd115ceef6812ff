namespace FolderSync.Platform;

/// <summary>The permission bits that new files of this process never get.</summary>
public static class ProcessUmask
{
    /// <summary>Write permission of the group and of others.</summary>
    private const uint OthersWrite = 0x12;

    /// <summary>
    /// Adds that nobody else may write what this process creates, whatever it was started with: some service managers and containers start with no
    /// umask at all. Secrets and synced files have their modes set explicitly.
    /// </summary>
    public static void Restrict()
    {
        if (!OperatingSystem.IsWindows())
            _ = Libc.SetUmask(Libc.SetUmask(OthersWrite) | OthersWrite);
    }
}
