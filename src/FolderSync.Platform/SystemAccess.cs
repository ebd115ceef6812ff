using System.Runtime.InteropServices;

namespace FolderSync.Platform;

/// <summary>What this user may do with a path, asked without doing it.</summary>
public static partial class SystemAccess
{
    private const int Write = 2, Execute = 1;

    /// <summary>New names can be made in the directory. Unix only.</summary>
    public static bool CanWrite(string directory) => Access(directory, Write | Execute) == 0;

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Access(string path, int mode);
}
