using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FolderSync.Filesystem.Windows;

/// <summary>The Windows calls that <see cref="WindowsFileSystem"/> makes. False or -1 leaves the code in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
internal static unsafe partial class Kernel32
{
    public const uint NoAttributes = 0xffffffff;
    public const uint AttributeReadOnly = 0x1;
    public const uint AttributeHidden = 0x2;

    /// <summary>Hidden, system, archive, not indexed.</summary>
    public const uint UsersAttributes = 0x2026;
    public const uint AttributeDirectory = 0x10;
    public const uint AttributeNormal = 0x80;
    public const uint AttributeReparsePoint = 0x400;

    /// <summary>A reparse point that leads to another place (symlink, junction), not to the file's own data (cloud, dedup).</summary>
    public const uint NameSurrogate = 0x20000000;

    public const uint GenericRead = 0x80000000;
    public const uint GenericWrite = 0x40000000;
    public const uint Delete = 0x10000;
    public const uint ListDirectory = 0x1;
    public const uint ReadAttributes = 0x80;
    public const uint WriteAttributes = 0x100;
    public const uint ShareAll = 7;
    public const uint CreateNew = 1;
    public const uint OpenExisting = 3;
    public const uint OpenAlways = 4;
    public const uint BackupSemantics = 0x02000000;
    public const uint OpenReparsePoint = 0x00200000;

    public const uint MoveReplace = 1;
    public const uint MoveWriteThrough = 8;

    public const int BasicInfoClass = 0;
    public const int EndOfFileClass = 6;
    public const int AttributeTagClass = 9;
    public const int DirectoryClass = 10;

    [StructLayout(LayoutKind.Sequential)]
    public struct HandleInfo
    {
        public uint Attributes;
        public uint CreationLow, CreationHigh, AccessLow, AccessHigh, WriteLow, WriteHigh;
        public uint Volume;
        public uint SizeHigh, SizeLow;
        public uint Links;
        public uint IndexHigh, IndexLow;
    }

    /// <summary>Times in 100 ns since 1601; 0 leaves a time unchanged.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct BasicInfo
    {
        public long Creation, Access, Write, Change;
        public uint Attributes;
        private readonly uint _padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct AttributeTag
    {
        public uint Attributes;
        public uint ReparseTag;
    }

    /// <summary>FILE_ID_BOTH_DIR_INFO; the name follows at 104.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 104)]
    public struct DirectoryRecord
    {
        public const int NameOffset = 104;

        [FieldOffset(0)] public uint Next;
        [FieldOffset(24)] public long Write;
        [FieldOffset(32)] public long Change;
        [FieldOffset(40)] public long Size;
        [FieldOffset(56)] public uint Attributes;
        [FieldOffset(60)] public uint NameLength;

        /// <summary>Of a reparse point; of others the size of its extended attributes.</summary>
        [FieldOffset(64)] public uint ReparseTag;

        [FieldOffset(96)] public ulong FileId;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial SafeFileHandle CreateFile(string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetHandleInfo(SafeFileHandle file, out HandleInfo info);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandleEx", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetInfo(SafeFileHandle file, int infoClass, void* info, uint size);

    [LibraryImport("kernel32", EntryPoint = "SetFileInformationByHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetInfo(SafeFileHandle file, int infoClass, void* info, uint size);

    [LibraryImport("kernel32", EntryPoint = "GetFinalPathNameByHandleW", SetLastError = true)]
    public static partial uint GetFinalPath(SafeFileHandle file, char* path, uint length, uint flags);

    [LibraryImport("kernel32", EntryPoint = "GetFileAttributesW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial uint GetAttributes(string path);

    [LibraryImport("kernel32", EntryPoint = "SetFileAttributesW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetAttributes(string path, uint attributes);

    [LibraryImport("kernel32", EntryPoint = "GetLongPathNameW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial uint GetLongPath(string path, char* result, uint length);

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Move(string from, string to, uint flags);

    [LibraryImport("kernel32", EntryPoint = "ReplaceFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Replace(string replaced, string replacement, string? backup, uint flags, nint exclude, nint reserved);

    [LibraryImport("kernel32", EntryPoint = "CreateDirectoryW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool MakeDirectory(string path, nint security);

    [LibraryImport("kernel32", EntryPoint = "RemoveDirectoryW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool RemoveDirectory(string path);

    [LibraryImport("kernel32", EntryPoint = "DeleteFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool DeleteFile(string path);

    [LibraryImport("kernel32", EntryPoint = "FlushFileBuffers", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Flush(SafeFileHandle file);

    [LibraryImport("kernel32", EntryPoint = "GetDiskFreeSpaceExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetFreeSpace(string path, out ulong freeForUs, out ulong total, out ulong free);

    [LibraryImport("kernel32", EntryPoint = "GetVolumePathNameW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetVolumePath(string path, char* volume, uint length);

    [LibraryImport("kernel32", EntryPoint = "GetVolumeInformationW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetVolume(char* root, char* label, uint labelLength, uint* serial, uint* longestName, uint* flags, char* name, uint nameLength);
}
