using System.Diagnostics;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Platform;

namespace FolderSync.CommandLine.Autostart;

/// <summary>
/// A systemd user unit for the service and an XDG autostart entry for the tray icon; without systemd also an entry for the service. Uses a packaged
/// unit as it is. Enables a unit like systemctl does, with a link, which works without a running systemd user instance.
/// </summary>
/// <param name="config">$XDG_CONFIG_HOME.</param>
/// <param name="packaged">Directories of packaged user units.</param>
/// <param name="systemd">This computer is run by systemd.</param>
/// <param name="systemctl">Runs `systemctl --user` with the arguments; null when it isn't available.</param>
internal sealed class LinuxAutostart(
    string config, ProgramFiles programs, IReadOnlyList<string> packaged, bool systemd, Func<string[], CancellationToken, Task<bool>>? systemctl) : IAutostart
{
    private const string UnitName = "foldersync.service";

    private string OwnUnit => Path.Combine(config, "systemd", "user", UnitName);

    private string Wanted => Path.Combine(config, "systemd", "user", "default.target.wants", UnitName);

    private string ServiceEntry => Path.Combine(config, "autostart", "foldersync.desktop");

    private string TrayEntry => Path.Combine(config, "autostart", "foldersync-tray.desktop");

    private string? PackagedUnit => packaged.Select(d => Path.Combine(d, UnitName)).FirstOrDefault(File.Exists);

    public static LinuxAutostart Of(CliContext context, ProgramFiles programs)
    {
        var config = context.Environment("XDG_CONFIG_HOME") is { Length: > 0 } told && Path.IsPathFullyQualified(told) ? told
            : Path.Combine(context.Environment("HOME") is { Length: > 0 } home ? home : HomeDirectory.OfUser, ".config");
        var reachable = context.Environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(Path.Combine(runtime, "systemd"));
        return new LinuxAutostart(config, programs, ["/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"], Directory.Exists("/run/systemd/system"),
            reachable ? SystemctlAsync : null);
    }

    public AutostartState Read()
    {
        var (lines, notes) = (new List<string>(), new List<string>());
        var unit = Exists(Wanted);
        if (unit)
            lines.Add($"The service starts at each login: systemd's unit '{(File.Exists(OwnUnit) ? OwnUnit : PackagedUnit ?? Wanted)}'.");
        if (File.Exists(ServiceEntry))
            lines.Add($"The service starts with the desktop: '{ServiceEntry}'.");
        if (File.Exists(TrayEntry))
            lines.Add($"The tray icon starts with the desktop: '{TrayEntry}'.");
        if (unit && !systemd)
            notes.Add("This computer doesn't use systemd: the unit has no effect here. `foldersync autostart on` creates an entry that works.");
        if (unit && systemd && !File.Exists($"/var/lib/systemd/linger/{Environment.UserName}"))
            notes.Add("It starts with the first login. On a computer without logins, run `loginctl enable-linger`.");
        return new AutostartState(lines.Count > 0, lines, notes);
    }

    public async Task TurnOnAsync(bool now, CancellationToken cancellation)
    {
        if (systemd)
        {
            if (PackagedUnit is null || programs.Service.Contains("--home"))
                Write(OwnUnit, SystemdUnit.Text(programs.Service));
            Directory.CreateDirectory(Path.GetDirectoryName(Wanted)!);
            File.Delete(Wanted);
            File.CreateSymbolicLink(Wanted, File.Exists(OwnUnit) ? OwnUnit : PackagedUnit!);
            if (systemctl is not null)
                await systemctl(["daemon-reload"], cancellation);
        }
        else
        {
            Write(ServiceEntry, DesktopEntry.Text("FolderSync", "Keeps folders in sync on all devices", programs.Service));
        }
        if (programs.Tray is { } tray)
            Write(TrayEntry, DesktopEntry.Text("FolderSync's icon", "Shows what FolderSync does", tray));
        if (now && (!systemd || systemctl is null || !await systemctl(["start", UnitName], cancellation)))
            throw CliException.Failed("It is set up but can't be started now: this user's systemd can't be reached. Log in again, or run `foldersync serve`.");
    }

    public async Task TurnOffAsync(CancellationToken cancellation)
    {
        foreach (var file in (string[])[Wanted, OwnUnit, ServiceEntry, TrayEntry])
        {
            if (Directory.Exists(Path.GetDirectoryName(file)))
                File.Delete(file);
        }
        if (systemctl is not null)
            await systemctl(["daemon-reload"], cancellation);
    }

    /// <summary>Also true for a dangling link.</summary>
    private static bool Exists(string path) => File.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        DurableFile.Write(file, text);
    }

    private static async Task<bool> SystemctlAsync(string[] arguments, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("systemctl", ["--user", "--no-ask-password", .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
