using System.Globalization;
using System.Text;

namespace FolderSync.Platform;

/// <summary>A file that one process holds until it ends, however it ends. The file holds its process ID and stays.</summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>The lock, or null and the process that has it (null where that can't be told).</summary>
    /// <exception cref="IOException">The file can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException"/>
    public static FileLock? TryTake(string path, out int? holder)
    {
        holder = null;
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
            var text = Encoding.ASCII.GetString(FileUse.ReadLocked(path)).Trim();
            holder = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : null;
            return null;
        }
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Another process has it: any other fault (a full disk, a read-only one) is its own and must not be taken for that.</summary>
    private static bool IsHeld(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) is 32 or 33
        : e.HResult == (OperatingSystem.IsMacOS() ? 35 : 11);

    /// <summary>Who holds it is for a message only; the lock holds without.</summary>
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
