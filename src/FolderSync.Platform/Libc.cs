using System.Runtime.InteropServices;

namespace FolderSync.Platform;

/// <summary>The few calls of the C library that .NET does not offer. Those of synced folders are Filesystem's own.</summary>
internal static partial class Libc
{
    /// <summary>Linux wants to be told that a directory is meant; macOS has another number for it and does without.</summary>
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
