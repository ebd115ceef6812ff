using System.Globalization;
using System.Text;

namespace FolderSync.Host.Service;

/// <summary>A file that one process holds until it ends, however it ends. The file holds its process ID and stays.</summary>
internal sealed class FileLock : IDisposable
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
            options.UnixCreateMode = Config.HomeDirectory.FileMode;
        try
        {
            var stream = new FileStream(path, options);
            stream.SetLength(0);
            stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            return new FileLock(stream);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && File.Exists(path))
        {
            var text = Encoding.ASCII.GetString(SystemCalls.ReadLocked(path)).Trim();
            holder = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : null;
            return null;
        }
    }

    public void Dispose() => _stream.Dispose();
}
