using System.Diagnostics;
using System.Runtime.Versioning;
using Microsoft.Win32;

namespace FolderSync.Host.Cli.Autostart;

/// <summary>The user's Run key. The tray icon is what is started, where it is installed: it starts the service, which then has no window.</summary>
/// <param name="key">Below HKEY_CURRENT_USER.</param>
[SupportedOSPlatform("windows")]
internal sealed class WindowsAutostart(ProgramFiles programs, string key = WindowsAutostart.RunKey) : IAutostart
{
    public const string RunKey = @"Software\Microsoft\Windows\CurrentVersion\Run";

    private const string Name = "FolderSync";

    private IReadOnlyList<string> Command => programs.Tray ?? programs.Service;

    public AutostartState Read()
    {
        using var run = Registry.CurrentUser.OpenSubKey(key);
        return run?.GetValue(Name) is string command
            ? new AutostartState(true, [$@"Started at each login: {command} (HKEY_CURRENT_USER\{key}, {Name})."], [])
            : new AutostartState(false, [], []);
    }

    public Task TurnOnAsync(bool now, CancellationToken cancellation)
    {
        using (var run = Registry.CurrentUser.CreateSubKey(key))
            run.SetValue(Name, string.Join(' ', Command.Select(Quote)), RegistryValueKind.String);
        if (now)
        {
            using var started = Process.Start(new ProcessStartInfo(Command[0], Command.Skip(1)) { CreateNoWindow = true });
        }
        return Task.CompletedTask;
    }

    public Task TurnOffAsync(CancellationToken cancellation)
    {
        using var run = Registry.CurrentUser.OpenSubKey(key, writable: true);
        run?.DeleteValue(Name, throwOnMissingValue: false);
        return Task.CompletedTask;
    }

    /// <summary>A path can't hold quotes; a backslash before the closing one would quote it.</summary>
    private static string Quote(string word) => word.Contains(' ', StringComparison.Ordinal) || word.Contains('\\', StringComparison.Ordinal)
        ? '"' + word + (word.EndsWith('\\') ? "\\" : "") + '"' : word;
}
