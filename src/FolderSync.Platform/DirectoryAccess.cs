namespace FolderSync.Platform;

/// <summary>What this user may do in a directory, asked without doing it.</summary>
public static class DirectoryAccess
{
    /// <summary>New names can be made in the directory. Unix only.</summary>
    public static bool CanWrite(string directory) => Libc.Access(directory, Libc.MayWrite | Libc.MayExecute) == 0;
}
