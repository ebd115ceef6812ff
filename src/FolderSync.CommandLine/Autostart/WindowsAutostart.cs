using System.Diagnostics;
using System.Runtime.Versioning;
using FolderSync.CommandLine.Shell;
using Microsoft.Win32;

namespace FolderSync.CommandLine.Autostart;

/// <summary>The user's Run key. It starts the tray icon if that is installed; the tray starts the service, which then has no window.</summary>
/// <param name="key">Below HKEY_CURRENT_USER.</param>
/// <param name="approvedKey">Where Windows stores what the user disabled in its settings or the Task Manager.</param>
[SupportedOSPlatform("windows")]
internal sealed class WindowsAutostart(ProgramFiles programs, string key = WindowsAutostart.RunKey, string approvedKey = WindowsAutostart.ApprovedKey) : IAutostart
{
    public const string RunKey = @"Software\Microsoft\Windows\CurrentVersion\Run";
    public const string ApprovedKey = @"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";

    private const string Name = "FolderSync";

    /// <summary>Windows reads no longer command.</summary>
    private const int MaxCommandLength = 260;

    private IReadOnlyList<string> Command => programs.Tray ?? programs.Service;

    public AutostartState Read()
    {
        using var run = Registry.CurrentUser.OpenSubKey(key);
        if (run?.GetValue(Name) is not string command)
            return new AutostartState(false, [], []);
        return IsSwitchedOff()
            ? new AutostartState(false, [], ["It is set up but disabled in Windows' startup apps; `foldersync autostart on` enables it again."])
            : new AutostartState(true, [$@"Started at each login: {command} (HKEY_CURRENT_USER\{key}, {Name})."], []);
    }

    public Task TurnOnAsync(bool now, CancellationToken cancellation)
    {
        var command = string.Join(' ', Command.Select(Quote));
        if (command.Length > MaxCommandLength)
            throw CliException.Failed($"Windows allows at most {MaxCommandLength} characters for a command at login; this one has {command.Length}: {command}. Install FolderSync, or move its home, to a shorter path.");
        using (var run = Registry.CurrentUser.CreateSubKey(key))
            run.SetValue(Name, command, RegistryValueKind.String);
        SwitchOn();
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
        SwitchOn();
        return Task.CompletedTask;
    }

    /// <summary>The first byte is odd for a program that the user disabled; there is no value for one that was never changed.</summary>
    private bool IsSwitchedOff()
    {
        using var approved = Registry.CurrentUser.OpenSubKey(approvedKey);
        return approved?.GetValue(Name) is byte[] { Length: > 0 } state && (state[0] & 1) != 0;
    }

    private void SwitchOn()
    {
        using var approved = Registry.CurrentUser.OpenSubKey(approvedKey, writable: true);
        approved?.DeleteValue(Name, throwOnMissingValue: false);
    }

    /// <summary>A path can't contain quotes; a backslash before the closing quote would escape it.</summary>
    private static string Quote(string word) => word.Contains(' ', StringComparison.Ordinal) || word.Contains('\\', StringComparison.Ordinal)
        ? '"' + word + (word.EndsWith('\\') ? "\\" : "") + '"' : word;
}
