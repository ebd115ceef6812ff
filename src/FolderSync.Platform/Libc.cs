using System.Runtime.InteropServices;

namespace FolderSync.Platform;

/// <summary>The few C library calls that .NET doesn't offer. Filesystem has its own for synced folders.</summary>
internal static partial class Libc
{
    /// <summary>Linux needs a flag to open a directory; macOS has another number for it and doesn't need it.</summary>
    public static readonly int OpenDirectory = OperatingSystem.IsLinux() ? 0x10000 : 0;

    public static readonly int CloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

    // For Linux.
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int EmptyPath = 0x1000;
    public const int LockNow = 2 | 4;
    public const int NotFound = 2;
    public const int Exists = 17;
    public const int TryAgain = 11;
    public const int Loop = 40;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly long StatNumber = Arm ? 291 : 332;

    public static readonly int NoFollow = Arm ? 0x8000 : 0x20000;
    public static readonly int DirectoryOnly = Arm ? 0x4000 : 0x10000;

    /// <summary>True where the numbers for Linux are right.</summary>
    public static bool IsLinux64 => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    public const int MayWrite = 2;
    public const int MayExecute = 1;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int OpenAt(int directory, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Unlink(int directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int file, int operation);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial uint SetUmask(uint mask);

    /// <summary>Of an open file. Null if it can't be asked.</summary>
    public static unsafe (uint Links, uint Owner, uint Mode)? Facts(int file)
    {
        // struct statx: 256 bytes.
        var facts = stackalloc byte[256];
        fixed (byte* self = "\0"u8)
        {
            if (Syscall(StatNumber, file, (nint)self, EmptyPath, 0x7ff, (nint)facts) != 0)
                return null;
        }
        return (*(uint*)(facts + 16), *(uint*)(facts + 20), *(ushort*)(facts + 28));
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(long number, nint a, nint b, nint c, nint d, nint e);

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
