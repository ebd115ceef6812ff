using System.Text;

namespace FolderSync.Platform;

/// <summary>Small files of the home directory: written atomically and durably, readable only by their owner.</summary>
public static class DurableFile
{
    private const int HeldAttempts = 40;
    private static readonly TimeSpan HeldPause = TimeSpan.FromMilliseconds(50);
    private static int _written;

    /// <summary>Temp file, fsync, rename, fsync of the directory. A symlink at <paramref name="path"/> stays; its target is replaced.</summary>
    /// <param name="pause">Waits before a file that another program has open is tried again; <see cref="Thread.Sleep(TimeSpan)"/> if null.</param>
    /// <exception cref="IOException">The file is unchanged.</exception>
    public static void Write(string path, string text, Action<TimeSpan>? pause = null)
    {
        path = Target(path);
        // Another thread may write the same file.
        var temp = $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref _written)}.tmp";
        try
        {
            // Left by a process of the same ID: opened, it would keep its mode.
            File.Delete(temp);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnlyFile.Mode;
            using (var stream = new FileStream(temp, options))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }
            Replace(temp, path, pause ?? Thread.Sleep);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(temp);
            throw new IOException($"'{path}' could not be written: {e.Message}", e);
        }
        DurableName.Sync(path);
    }

    /// <summary>The bytes of a file that another program may have open or replace meanwhile.</summary>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static byte[] Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Windows doesn't replace a file that is open, even just for reading; that usually ends in a moment.</summary>
    private static void Replace(string temp, string path, Action<TimeSpan> pause)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(temp, path, overwrite: true);
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && (e is IOException or UnauthorizedAccessException) && attempt < HeldAttempts && FileUsage.IsOpenElsewhere(path))
            {
                pause(HeldPause);
            }
        }
    }

    /// <summary>Why the file could not be written matters more than what is left beside it.</summary>
    private static void TryDelete(string temp)
    {
        try
        {
            File.Delete(temp);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its directory is gone, or read-only now.
        }
    }

    /// <summary>The final target of a symlink; any other path unchanged.</summary>
    public static string Target(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
}
