namespace FolderSync.Platform;

/// <summary>Databases make their files by the process's mask; names and hashes in them are nobody else's business.</summary>
public static class OwnerOnlyFile
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the file empty where it is missing, mode 0600 from the first moment, and takes others' rights away where it is there.</summary>
    public static void Make(string path)
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
