using System.Globalization;

namespace FolderSync.Platform;

/// <summary>What the system tells about this process. Linux only: elsewhere, and without /proc, nothing.</summary>
public static class ThisProcess
{
    /// <summary>True when the process was started with SIGHUP ignored: by nohup and some service managers.</summary>
    public static bool IsHangUpIgnored() =>
        Line("/proc/self/status", "SigIgn:") is { } mask && ulong.TryParse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var signals) && (signals & 1) != 0;

    /// <summary>How many files the process may open, and how many it has open; null if unknown or unlimited.</summary>
    public static (long Limit, long Used)? OpenFiles()
    {
        var soft = Line("/proc/self/limits", "Max open files")?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        try
        {
            return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? (limit, Directory.EnumerateFileSystemEntries("/proc/self/fd").LongCount()) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The text after the word that starts a line.</summary>
    private static string? Line(string file, string word)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            return File.ReadLines(file).FirstOrDefault(l => l.StartsWith(word, StringComparison.Ordinal))?[word.Length..].Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
