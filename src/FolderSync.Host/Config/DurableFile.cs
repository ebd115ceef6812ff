using System.Runtime.InteropServices;
using System.Text;

namespace FolderSync.Host.Config;

/// <summary>Small files of the home: written whole or not at all, for their owner only, and there after a power cut.</summary>
internal static partial class DurableFile
{
    private const int OpenDirectory = 0x10000 | 0x80000;

    /// <summary>Temp file, fsync, rename, fsync of the directory. A symlink at <paramref name="path"/> stays; what it points at is replaced.</summary>
    /// <exception cref="IOException">The file is as it was.</exception>
    public static void Write(string path, string text)
    {
        path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var temp = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = HomeDirectory.FileMode;
            using (var stream = new FileStream(temp, options))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }
            File.Move(temp, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temp);
            throw new IOException($"'{path}' could not be written: {e.Message}", e);
        }
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    private static void SyncDirectory(string path)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var directory = Open(path, OpenDirectory);
        if (directory < 0)
            return;
        _ = Sync(directory);
        _ = Close(directory);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
