namespace FolderSync.Platform;

/// <summary>Checks this user's permissions in a directory without using them.</summary>
public static class DirectoryAccess
{
    /// <summary>True when this user can create names in the directory. Unix only.</summary>
    public static bool CanWrite(string directory) => Libc.Access(directory, Libc.MayWrite | Libc.MayExecute) == 0;
}
