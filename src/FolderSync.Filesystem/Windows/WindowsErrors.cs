using System.Runtime.InteropServices;

namespace FolderSync.Filesystem.Windows;

/// <summary>Windows' error codes and their meanings. Pure.</summary>
internal static class WindowsErrors
{
    public const int NotFound = 2;
    public const int PathNotFound = 3;
    public const int AccessDenied = 5;
    public const int NoMoreFiles = 18;
    public const int NotReady = 21;
    public const int SharingViolation = 32;
    public const int FileExists = 80;
    public const int InvalidName = 123;
    public const int AlreadyExists = 183;

    public static FileSystemError Meaning(int code) => code switch
    {
        NotFound or PathNotFound => FileSystemError.NotFound,
        AccessDenied or 225 or 1314 => FileSystemError.AccessDenied,
        FileExists or AlreadyExists => FileSystemError.Exists,
        112 or 39 or 1295 => FileSystemError.NoSpace,
        // 303: deleted while a program has it open; 1175: ReplaceFile met an open file; 1224: mapped into memory.
        SharingViolation or 33 or 170 or 303 or 1175 or 1224 => FileSystemError.InUse,
        145 => FileSystemError.NotEmpty,
        206 or 111 => FileSystemError.NameTooLong,
        19 => FileSystemError.ReadOnly,
        17 => FileSystemError.CrossDevice,
        NotReady or 23 or 31 or 55 or 59 or 64 or 483 or 1117 or 1392 or 1393 => FileSystemError.Io,
        1 or 50 or 223 => FileSystemError.NotSupported,
        267 => FileSystemError.WrongKind,
        _ => FileSystemError.Other,
    };

    public static FileSystemException Failure(string doing, string where) => Failure(Marshal.GetLastPInvokeError(), doing, where);

    public static FileSystemException Failure(int code, string doing, string where) =>
        new(Meaning(code), $"Can't {doing} '{DisplayName.Of(where)}': {Marshal.GetPInvokeErrorMessage(code).TrimEnd().TrimEnd('.')}.");

    /// <summary>For a failed System.IO call, whose HResult holds the code.</summary>
    public static FileSystemException Failure(Exception e, string doing, string where) =>
        new(Meaning(e.HResult & 0xffff), $"Can't {doing} '{DisplayName.Of(where)}': {e.Message}", e);
}
