using System.Globalization;
using System.Text;

namespace FolderSync.Platform;

/// <summary>A file that one process locks until it ends, however it ends. The file contains its process ID and stays.</summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>The lock, or null and the process that holds it (null if unknown).</summary>
    /// <exception cref="IOException">The file can't be created.</exception>
    /// <exception cref="UnauthorizedAccessException"/>
    /// <param name="isShared">Other users may write in the directory: what they put there is neither followed nor written to.</param>
    public static FileLock? TryAcquire(string path, out int? holder, bool isShared = false)
    {
        holder = null;
        if (isShared && Libc.IsLinux64)
        {
            if (LockFile.TryOpen(path) is not { } opened)
            {
                holder = HolderOf(path);
                return null;
            }
            var file = new FileStream(opened, FileAccess.ReadWrite, bufferSize: 0);
            TryWriteProcess(file);
            return new FileLock(file);
        }
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnlyFile.Mode;
        try
        {
            var stream = new FileStream(path, options);
            TryWriteProcess(stream);
            return new FileLock(stream);
        }
        catch (IOException e) when (IsHeld(e))
        {
            holder = HolderOf(path);
            return null;
        }
    }

    public void Dispose() => _stream.Dispose();

    private static int? HolderOf(string path) =>
        int.TryParse(Encoding.ASCII.GetString(FileUsage.ReadLocked(path)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : null;

    /// <summary>True when another process holds it. Other faults (a full or read-only disk) must not be mistaken for that.</summary>
    private static bool IsHeld(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) is 32 or 33
        : e.HResult == (OperatingSystem.IsMacOS() ? 35 : 11);

    /// <summary>The process ID is only for messages; the lock works without it.</summary>
    private static void TryWriteProcess(FileStream stream)
    {
        try
        {
            stream.SetLength(0);
            stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        }
        catch (IOException)
        {
            // The disk is full.
        }
    }
}
