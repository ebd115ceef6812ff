using System.Text;
using FolderSync.Host.Service;

namespace FolderSync.Host.Config;

/// <summary>Small files of the home: written whole or not at all, for their owner only, and there after a power cut.</summary>
internal static class DurableFile
{
    /// <summary>Temp file, fsync, rename, fsync of the directory. A symlink at <paramref name="path"/> stays; what it points at is replaced.</summary>
    /// <exception cref="IOException">The file is as it was.</exception>
    public static void Write(string path, string text)
    {
        path = Target(path);
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
        SystemCalls.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>What a symlink points at in the end; any other path as it is.</summary>
    public static string Target(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
}
