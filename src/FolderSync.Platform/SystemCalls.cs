using System.Runtime.InteropServices;

namespace FolderSync.Platform;

/// <summary>The few system calls that .NET does not offer.</summary>
public static partial class SystemCalls
{
    private const int OpenDirectory = 0x10000;
    private const int CloseOnExec = 0x80000;
    private const int SetSignal = 10;
    private const int SetLease = 1024;
    private const int ReadLease = 0;
    private const int NoLease = 2;
    private const int UrgentSignal = 23;
    private const int TryAgain = 11;
    private const int SharingViolation = 32;

    /// <summary>Makes a file's name durable (Linux and Windows; elsewhere nothing).</summary>
    public static void SyncName(string path)
    {
        if (OperatingSystem.IsWindows())
            FlushWindowsName(path);
        else
            SyncDirectory(Path.GetDirectoryName(path)!);
    }

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

    /// <summary>Gives back to the system what is free in glibc's heaps (elsewhere nothing).</summary>
    public static void TrimHeap()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = TrimHeap(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Other C libraries have no such call.
        }
    }

    /// <summary>Windows: somebody has it open, in whatever way.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (IOException e)
        {
            return (e.HResult & 0xffff) == SharingViolation;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Another program has the file open for writing; false where that can't be told.</summary>
    public static bool IsBeingWritten(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
                return false;
            }
            catch (IOException e)
            {
                return (e.HResult & 0xffff) == SharingViolation;
            }
        }
        if (!OperatingSystem.IsLinux())
            return false;
        var file = Open(path, CloseOnExec);
        if (file < 0)
            return false;
        // A lease for reading is refused while there are writers. A writer who comes in this moment waits for it to be given back, which the
        // kernel tells by a signal: one that does nothing, SIGIO would end the process.
        var refused = Control(file, SetSignal, UrgentSignal) >= 0 && Control(file, SetLease, ReadLease) < 0 && Marshal.GetLastPInvokeError() == TryAgain;
        _ = Control(file, SetLease, NoLease);
        _ = Close(file);
        return refused;
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

    /// <summary>NTFS writes its log, and with it the rename, when any file is flushed.</summary>
    private static void FlushWindowsName(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody has it open already: the name is there, only not certain to survive a power cut.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint kept);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int file, [Out] byte[] buffer, nint count);
}
