namespace FolderSync.Platform;

/// <summary>
/// Files for their owner only. Databases create their files with the process's umask, but they contain private file names and hashes: create them
/// with mode 0600.
/// </summary>
public static class OwnerOnlyFile
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates a missing file empty with mode 0600 from the first moment; removes other users' permissions from an existing one.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = Mode };
        using (new FileStream(path, options))
        {
            if ((File.GetUnixFileMode(path) & ~Mode) != 0)
                File.SetUnixFileMode(path, Mode);
        }
    }
}
