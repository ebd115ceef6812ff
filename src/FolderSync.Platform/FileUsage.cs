using System.Runtime.InteropServices;

namespace FolderSync.Platform;

/// <summary>What other processes do with a file.</summary>
public static class FileUsage
{
    private const int SetSignal = 10;
    private const int SetLease = 1024;
    private const int ReadLease = 0;
    private const int NoLease = 2;
    private const int UrgentSignal = 23;
    private const int TryAgain = 11;
    private const int SharingViolation = 32;

    /// <summary>Windows: a program has it open in any way.</summary>
    public static bool IsOpenElsewhere(string path)
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

    /// <summary>True when another program has the file open for writing; false if unknown.</summary>
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
        var file = Libc.Open(path, Libc.CloseOnExec);
        if (file < 0)
            return false;
        // A read lease is refused while there are writers. The kernel would signal a writer that comes in this moment and make it wait for the
        // release; choose a signal that does nothing, since SIGIO would end the process.
        var refused = Libc.Control(file, SetSignal, UrgentSignal) >= 0 && Libc.Control(file, SetLease, ReadLease) < 0 && Marshal.GetLastPInvokeError() == TryAgain;
        _ = Libc.Control(file, SetLease, NoLease);
        _ = Libc.Close(file);
        return refused;
    }

    /// <summary>Up to 64 bytes of a file that another process has locked; empty if it can't be read.</summary>
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
        var file = Libc.Open(path, Libc.CloseOnExec);
        if (file < 0)
            return [];
        var read = Libc.Read(file, buffer, buffer.Length);
        _ = Libc.Close(file);
        return read > 0 ? buffer[..(int)read] : [];
    }
}
