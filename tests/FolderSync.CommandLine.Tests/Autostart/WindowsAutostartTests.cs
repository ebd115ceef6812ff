using System.Runtime.Versioning;
using FolderSync.CommandLine.Autostart;
using FolderSync.CommandLine.Shell;
using FolderSync.Testing;
using Microsoft.Win32;
using Xunit;

namespace FolderSync.CommandLine.Tests.Autostart;

/// <summary>The start at each login.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsAutostartTests : IDisposable
{
    private const string Keys = @"Software\FolderSync tests";

    private readonly string _keys = $@"{Keys}\{Guid.NewGuid():N}";

    private string Run => _keys + @"\Run";

    private string Approved => _keys + @"\Approved";

    public void Dispose() => Registry.CurrentUser.DeleteSubKeyTree(_keys, throwOnMissingSubKey: false);

    [WindowsFact]
    public async Task The_Run_key_starts_the_tray_and_off_leaves_nothing()
    {
        var autostart = Autostart(@"C:\Program Files\FolderSync\foldersync-tray.exe");
        Assert.False(autostart.Read().On);
        await autostart.TurnOnAsync(now: false, CancellationToken.None);
        await autostart.TurnOnAsync(now: false, CancellationToken.None);
        Assert.Equal("\"C:\\Program Files\\FolderSync\\foldersync-tray.exe\" --home \"D:\\my home\"", Value(Run));
        Assert.True(autostart.Read().On);
        Assert.Contains("foldersync-tray.exe", Assert.Single(autostart.Read().Lines), StringComparison.Ordinal);
        await autostart.TurnOffAsync(CancellationToken.None);
        await autostart.TurnOffAsync(CancellationToken.None);
        Assert.False(autostart.Read().On);
        Assert.Null(Value(Run));
    }

    [WindowsFact]
    public async Task Without_a_tray_the_service_is_started()
    {
        var autostart = new WindowsAutostart(new ProgramFiles([@"C:\Program Files\FolderSync\foldersync.exe", "serve", "--no-browser"], null), Run, Approved);
        await autostart.TurnOnAsync(now: false, CancellationToken.None);
        Assert.Equal("\"C:\\Program Files\\FolderSync\\foldersync.exe\" serve --no-browser", Value(Run));
    }

    [WindowsFact]
    public async Task What_was_switched_off_among_the_startup_apps_is_told_and_can_be_switched_on()
    {
        var autostart = Autostart(@"C:\foldersync-tray.exe");
        await autostart.TurnOnAsync(now: false, CancellationToken.None);
        using (var approved = Registry.CurrentUser.CreateSubKey(Approved))
            approved.SetValue("FolderSync", new byte[] { 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8 }, RegistryValueKind.Binary);
        Assert.False(autostart.Read().On);
        Assert.Contains("startup apps", Assert.Single(autostart.Read().Notes), StringComparison.Ordinal);
        await autostart.TurnOnAsync(now: false, CancellationToken.None);
        Assert.True(autostart.Read().On);
        Assert.Null(Value(Approved));
    }

    [WindowsFact]
    public async Task A_command_that_Windows_would_cut_off_is_refused()
    {
        var refused = await Assert.ThrowsAsync<CliException>(() => Autostart($@"C:\{new string('x', 240)}\foldersync-tray.exe").TurnOnAsync(now: false, CancellationToken.None));
        Assert.Contains("260", refused.Message, StringComparison.Ordinal);
        Assert.Null(Value(Run));
    }

    private static string? Value(string key)
    {
        using var opened = Registry.CurrentUser.OpenSubKey(key);
        return opened?.GetValue("FolderSync") as string;
    }

    private WindowsAutostart Autostart(string tray) => new(new ProgramFiles([@"C:\foldersync.exe", "serve"], [tray, "--home", @"D:\my home"]), Run, Approved);
}
