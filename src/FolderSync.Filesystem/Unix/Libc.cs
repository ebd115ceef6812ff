using System.Runtime.InteropServices;

namespace FolderSync.Filesystem.Unix;

/// <summary>
/// The system calls that <see cref="UnixFileSystem"/> makes, for 64-bit Linux (x64 and arm64: numbers and open flags differ).
/// Names are UTF-8 and end with NUL. A negative result leaves the errno in <see cref="Marshal.GetLastPInvokeError"/>.
/// </summary>
internal static unsafe partial class Libc
{
    public const int CurrentDirectory = -100;
    public const uint SameOwner = uint.MaxValue;
    public const int SymlinkNoFollow = 0x100;
    public const int RemoveDirectoryFlag = 0x200;
    public const int NoAutomount = 0x800;
    public const int EmptyPath = 0x1000;

    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NoTerminal = 0x100;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    public const int NoReplaceFlag = 1;
    public const int ExchangeFlag = 2;

    public const ulong CloneRange = 0x4020940d;
    public const ulong GetInodeFlags = 0x80086601;
    public const int CaseFoldFlag = 0x40000000;

    public const int BasicStats = 0x7ff;
    public const int WithMountId = 0x1000;

    private const long OpenBeneathNumber = 437;
    private const long ChangeModeNumber = 452;
    private const ulong ResolveBeneath = 0x08;
    private const ulong ResolveNoSymlinks = 0x04;
    private const ulong ResolveNoMagicLinks = 0x02;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly long StatNumber = Arm ? 291 : 332;
    private static readonly long ListNumber = Arm ? 61 : 217;
    private static readonly long RenameNumber = Arm ? 276 : 316;
    private static readonly long CopyRangeNumber = Arm ? 285 : 326;

    public static readonly int DirectoryOnly = Arm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = Arm ? 0x8000 : 0x20000;

    /// <summary>True where these numbers and layouts are right.</summary>
    public static bool Supported =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    [StructLayout(LayoutKind.Sequential)]
    public struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;

        /// <summary>Leaves that time unchanged.</summary>
        public const long Omit = 0x3ffffffe;
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatX
    {
        [FieldOffset(0)] public uint Mask;
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint Owner;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public long Size;
        [FieldOffset(96)] public long ChangeSeconds;
        [FieldOffset(104)] public uint ChangeNanoseconds;
        [FieldOffset(112)] public long ModifySeconds;
        [FieldOffset(120)] public uint ModifyNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
        [FieldOffset(144)] public ulong MountId;
    }

    [StructLayout(LayoutKind.Explicit, Size = 120)]
    public struct StatFs
    {
        [FieldOffset(0)] public long Magic;
        [FieldOffset(8)] public long BlockSize;
        [FieldOffset(16)] public ulong Blocks;
        [FieldOffset(32)] public ulong BlocksForUs;
        [FieldOffset(56)] public ulong Identity;
        [FieldOffset(64)] public long NameLength;
        [FieldOffset(72)] public long FragmentSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CloneArguments
    {
        public long Source;
        public ulong SourceOffset;
        public ulong Length;
        public ulong Offset;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    /// <summary>openat2 that never leaves <paramref name="directory"/> and follows no symlink.</summary>
    public static int OpenBeneath(int directory, ReadOnlySpan<byte> path, int flags)
    {
        var how = new OpenHow { Flags = (uint)flags, Resolve = ResolveBeneath | ResolveNoSymlinks | ResolveNoMagicLinks };
        fixed (byte* p = path)
            return (int)Syscall(OpenBeneathNumber, directory, (nint)p, (nint)(&how), sizeof(OpenHow), 0);
    }

    public static int Stat(int directory, byte* name, int flags, int mask, StatX* result) =>
        (int)Syscall(StatNumber, directory, (nint)name, flags, mask, (nint)result);

    public static int Stat(int directory, ReadOnlySpan<byte> name, int flags, out StatX result)
    {
        fixed (byte* p = name)
        fixed (StatX* r = &result)
            return Stat(directory, p, flags, BasicStats | WithMountId, r);
    }

    /// <summary>statx of an open handle itself.</summary>
    public static int StatOpen(int fd, out StatX result) => Stat(fd, "\0"u8, EmptyPath, out result);

    /// <summary>getdents64: returns the bytes put into the buffer, 0 at the end.</summary>
    public static int List(int directory, byte* buffer, int length) => (int)Syscall(ListNumber, directory, (nint)buffer, length, 0, 0);

    public static int RenameWith(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to, int flags)
    {
        fixed (byte* f = from)
        fixed (byte* t = to)
            return (int)Syscall(RenameNumber, fromDirectory, (nint)f, toDirectory, (nint)t, flags);
    }

    /// <summary>fchmodat2 (Linux 6.6): the only call that changes a mode by name without following a link.</summary>
    public static int ChangeMode(int directory, ReadOnlySpan<byte> name, uint mode)
    {
        fixed (byte* p = name)
            return (int)Syscall(ChangeModeNumber, directory, (nint)p, (nint)mode, SymlinkNoFollow, 0);
    }

    public static long CopyRange(int source, long sourceOffset, int target, long offset, long length) =>
        Syscall6(CopyRangeNumber, source, (nint)(&sourceOffset), target, (nint)(&offset), (nint)length, 0);

    public static int Clone(int target, long offset, int source, long sourceOffset, long length)
    {
        var arguments = new CloneArguments
        {
            Source = source,
            SourceOffset = (ulong)sourceOffset,
            Length = (ulong)length,
            Offset = (ulong)offset,
        };
        return Ioctl(target, CloneRange, (nint)(&arguments));
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(long number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall6(long number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int Open(int directory, ReadOnlySpan<byte> name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nint length, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nint length, long offset);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int fd, long length);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int fd);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(int fd);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MakeDirectory(int directory, ReadOnlySpan<byte> name, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int Unlink(int directory, ReadOnlySpan<byte> name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenamePlain(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int Symlink(ReadOnlySpan<byte> target, int directory, ReadOnlySpan<byte> name);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    public static partial nint ReadLink(int directory, ReadOnlySpan<byte> name, Span<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    public static partial int Link(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeOpenMode(int fd, uint mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOpenOwner(int fd, uint user, uint group);

    /// <summary>The names, each with a NUL behind it; the number of bytes, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "flistxattr", SetLastError = true)]
    public static partial nint ListAttributes(int fd, byte* names, nint length);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true)]
    public static partial nint GetAttribute(int fd, byte* name, byte* value, nint length);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true)]
    public static partial int SetAttribute(int fd, byte* name, byte* value, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true)]
    public static partial int ChangeModeByPath(ReadOnlySpan<byte> path, uint mode);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    public static partial int SetTimes(int directory, ReadOnlySpan<byte> name, Timespec* accessAndModify, int flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    public static partial int SetOpenTimes(int fd, Timespec* accessAndModify);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int StatFileSystem(int fd, out StatFs result);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int fd, ulong request, nint argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint ReadNext(int fd, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint WriteNext(int fd, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, ulong count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true)]
    public static partial int InotifyAdd(int fd, ReadOnlySpan<byte> path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int InotifyRemove(int fd, int watch);
}
