using System.Runtime.InteropServices;

namespace FolderSync.Filesystem.Unix;

/// <summary>Linux error numbers (the same on x64 and arm64) and their meanings.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int Interrupted = 4;
    public const int Io = 5;
    public const int NoDevice = 6;
    public const int BadDescriptor = 9;
    public const int Again = 11;
    public const int NoAccess = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int TooManyOpenHere = 24;
    public const int NotTerminal = 25;
    public const int TextBusy = 26;
    public const int TooBig = 27;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int NameTooLong = 36;
    public const int NoCall = 38;
    public const int NotEmpty = 39;
    public const int Loop = 40;
    public const int BadMessage = 74;
    public const int NotSupported = 95;
    public const int NotConnected = 107;
    public const int TimedOut = 110;
    public const int Stale = 116;
    public const int Unclean = 117;
    public const int RemoteIo = 121;
    public const int Quota = 122;

    /// <summary>Ours: the name can't be written as UTF-8.</summary>
    public const int NotUtf8 = 100_001;

    /// <summary>Ours: the folder's root is not open.</summary>
    public const int NoRoot = 100_002;

    /// <summary>Ours: a symlink where the call needs something else.</summary>
    public const int MetSymlink = 100_003;

    /// <summary>Ours: neither a regular file nor something that can be opened as one.</summary>
    public const int NotRegular = 100_004;

    /// <summary>Ours: the file has other names, which a write would change as well.</summary>
    public const int ManyNames = 100_005;

    /// <summary>Ours: the call would affect the folder's root itself.</summary>
    public const int IsRoot = 100_006;

    /// <summary>Ours: the root's handle was lost after the data was written, so its errors can't be known.</summary>
    public const int LostTrack = 100_007;

    public static int Last => Marshal.GetLastPInvokeError();

    public static FileSystemError Meaning(int errno) => errno switch
    {
        NotFound or NoRoot => FileSystemError.NotFound,
        Exists => FileSystemError.Exists,
        NoAccess or NotPermitted => FileSystemError.AccessDenied,
        NoSpace or Quota => FileSystemError.NoSpace,
        Io or LostTrack or NoDevice or BadMessage or NotConnected or TimedOut or Stale or Unclean or RemoteIo => FileSystemError.Io,
        NotEmpty => FileSystemError.NotEmpty,
        NameTooLong => FileSystemError.NameTooLong,
        ReadOnly => FileSystemError.ReadOnly,
        NoCall or NotSupported or NotTerminal or TooBig => FileSystemError.NotSupported,
        CrossDevice => FileSystemError.CrossDevice,
        Busy or TextBusy or Again => FileSystemError.InUse,
        NotDirectory or IsDirectory or MetSymlink or NotRegular or ManyNames or IsRoot => FileSystemError.WrongKind,
        Loop => FileSystemError.Escapes,
        _ => FileSystemError.Other,
    };

    /// <summary>The call doesn't exist on this system or for this filesystem.</summary>
    public static bool MeansUnsupported(int errno) => errno is NoCall or NotSupported or Invalid or NotTerminal;

    /// <summary>The system's text for the number.</summary>
    public static string Text(int errno) => errno switch
    {
        NotUtf8 => "the name can't be written as UTF-8",
        NoRoot => "the folder's root does not exist",
        MetSymlink => "it is a symlink",
        NotRegular => "it is not a regular file",
        ManyNames => "the file has other hard links",
        IsRoot => "it is the folder itself",
        LostTrack => "the folder was closed since the data was written",
        Loop => "a directory on the way is a symlink, or the path leads out of the folder",
        _ => Marshal.GetPInvokeErrorMessage(errno),
    };
}
