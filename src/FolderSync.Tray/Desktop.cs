using System.ComponentModel;
using System.Diagnostics;
using FolderSync.Tray.Model;

namespace FolderSync.Tray;

/// <summary>Opens pages and directories with the desktop's programs.</summary>
internal sealed class Desktop : IDesktop
{
    public string? OpenPage(Uri page) => Open(page.AbsoluteUri);

    public string? OpenDirectory(string path) =>
        Directory.Exists(path) ? Open(path) : $"'{path}' doesn't exist. If it is on a removable disk, connect it.";

    private static string? Open(string what)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                using var shell = Process.Start(new ProcessStartInfo(what) { UseShellExecute = true });
                return null;
            }
            var start = new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [what]) { UseShellExecute = false };
            using var opener = Process.Start(start);
            return null;
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            return $"'{what}' can't be opened: {e.Message}";
        }
    }
}
