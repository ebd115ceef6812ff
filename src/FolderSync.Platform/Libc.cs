using System.Runtime.InteropServices;

namespace FolderSync.Platform;

/// <summary>The few C library calls that .NET doesn't offer. Filesystem has its own for synced folders.</summary>
internal static partial class Libc
{
    /// <summary>Linux needs a flag to open a directory; macOS has another number for it and doesn't need it.</summary>
    public static readonly int OpenDirectory = OperatingSystem.IsLinux() ? 0x10000 : 0;

    public static readonly int CloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

    public const int MayWrite = 2;
    public const int MayExecute = 1;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int file, [Out] byte[] buffer, nint count);

    [LibraryImport("libc", EntryPoint = "fsync")]
    public static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    public static partial int TrimHeap(nuint kept);
}
