using System.ComponentModel;
using System.Diagnostics;

namespace FolderSync.Platform;

/// <summary>The user's browser.</summary>
public static class Browser
{
    /// <summary>False where none could be started, or it said that it failed.</summary>
    /// <param name="url">Without secrets: a command line can be read by everybody.</param>
    public static async Task<bool> OpenAsync(string url, CancellationToken cancellation)
    {
        try
        {
            using var opener = Start(url);
            // Windows' shell hands over to a program that stays.
            if (OperatingSystem.IsWindows())
                return true;
            await opener!.WaitForExitAsync(cancellation);
            return opener.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Opens it without waiting for what comes of it.</summary>
    public static void Open(string url)
    {
        try
        {
            using var opener = Start(url);
        }
        catch (Win32Exception)
        {
            // The log and the command `open` say where the page is.
        }
    }

    private static Process? Start(string url) => OperatingSystem.IsWindows()
        ? Process.Start(new ProcessStartInfo(url) { UseShellExecute = true })
        : Process.Start(new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [url]) { RedirectStandardError = true, RedirectStandardOutput = true });
}
