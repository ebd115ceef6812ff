using System.Runtime.InteropServices;

namespace FolderSync.Host.Service;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static partial class SystemCalls
{
    private const int OpenDirectory = 0x10000;
    private const int CloseOnExec = 0x80000;

    /// <summary>Makes the directory's names durable (Linux; elsewhere nothing).</summary>
    public static void SyncDirectory(string path)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var directory = Open(path, OpenDirectory | CloseOnExec);
        if (directory < 0)
            return;
        _ = Sync(directory);
        _ = Close(directory);
    }

    /// <summary>Up to 64 bytes of a file that another process has locked; empty where it can't be read.</summary>
    public static byte[] ReadLocked(string path)
    {
        var buffer = new byte[64];
        if (OperatingSystem.IsWindows())
        {
            try
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                return buffer[..stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
            }
            catch (IOException)
            {
                return [];
            }
        }
        var file = Open(path, CloseOnExec);
        if (file < 0)
            return [];
        var read = Read(file, buffer, buffer.Length);
        _ = Close(file);
        return read > 0 ? buffer[..(int)read] : [];
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int file, [Out] byte[] buffer, nint count);
}
