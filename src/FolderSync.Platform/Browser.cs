using System.ComponentModel;
using System.Diagnostics;

namespace FolderSync.Platform;

/// <summary>Opens the user's browser.</summary>
public static class Browser
{
    /// <summary>False when no browser could be started, or it reported a failure.</summary>
    /// <param name="url">Any user of this computer may read it in the list of processes: it must be of no use to another one.</param>
    public static async Task<bool> OpenAsync(string url, CancellationToken cancellation)
    {
        try
        {
            using var opener = Start(url);
            // Windows' shell hands over to a program that keeps running.
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

    /// <summary>Opens it without waiting for the result.</summary>
    public static void Open(string url)
    {
        try
        {
            using var opener = Start(url);
        }
        catch (Win32Exception)
        {
            // The log and the command `open` tell where the page is.
        }
    }

    private static Process? Start(string url) => OperatingSystem.IsWindows()
        ? Process.Start(new ProcessStartInfo(url) { UseShellExecute = true })
        : Process.Start(new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [url]) { RedirectStandardError = true, RedirectStandardOutput = true });
}
