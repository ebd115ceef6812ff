using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>Starts the built foldersync-tray on a home.</summary>
internal static class TrayProcess
{
    public static string Dll { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(TestSettings.FolderSyncDll)!, "../../../../FolderSync.Tray/bin",
        new DirectoryInfo(Path.GetDirectoryName(TestSettings.FolderSyncDll)!).Parent!.Name, "net10.0/foldersync-tray.dll"));

    public static ChildProcess Start(string home, IReadOnlyDictionary<string, string?> environment, params string[] more) =>
        ChildProcess.Start("dotnet", [Dll, "--home", home, .. more], environment);

    /// <summary>Without any desktop.</summary>
    public static Dictionary<string, string?> NoDesktop(string scratch) => new()
    {
        ["FOLDERSYNC_HOME"] = null,
        ["DBUS_SESSION_BUS_ADDRESS"] = null,
        ["XDG_RUNTIME_DIR"] = scratch,
        ["DISPLAY"] = null,
        ["WAYLAND_DISPLAY"] = null,
    };

    /// <summary>Waits until it has written a line that contains the text.</summary>
    public static Task WaitForOutputAsync(this ChildProcess tray, string text) => Wait.UntilAsync(() => tray.Log.Contains(text, StringComparison.Ordinal), () => $"The tray did not say '{text}'. It wrote:\n{tray.Log}");
}
