using System.Diagnostics;
using FolderSync.CommandLine.Autostart;
using FolderSync.CommandLine.Shell;
using Xunit;

namespace FolderSync.CommandLine.Tests.Autostart;

public sealed class AutostartTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-autostart-").FullName;
    private readonly List<string> _systemctl = [];

    private string Config => Path.Combine(_directory, "config");

    private string Unit => Path.Combine(Config, "systemd/user/foldersync.service");

    private string Wanted => Path.Combine(Config, "systemd/user/default.target.wants/foldersync.service");

    private string TrayEntry => Path.Combine(Config, "autostart/foldersync-tray.desktop");

    private string ServiceEntry => Path.Combine(Config, "autostart/foldersync.desktop");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [SkippableFact]
    public async Task With_systemd_a_unit_is_written_and_enabled_and_off_leaves_nothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        var autostart = Linux(systemd: true, tray: true);
        Assert.False(autostart.Read().On);
        await autostart.TurnOnAsync(now: false, CancellationToken.None);
        Assert.Contains("ExecStart=/opt/foldersync/foldersync serve --no-browser\n", await File.ReadAllTextAsync(Unit), StringComparison.Ordinal);
        Assert.Equal(Unit, new FileInfo(Wanted).LinkTarget);
        Assert.Contains("Exec=/opt/foldersync/foldersync-tray\n", await File.ReadAllTextAsync(TrayEntry), StringComparison.Ordinal);
        Assert.False(File.Exists(ServiceEntry));
        Assert.Equal(["daemon-reload"], _systemctl);
        Assert.Equal(2, autostart.Read().Lines.Count);

        // A second time changes nothing.
        await autostart.TurnOnAsync(now: true, CancellationToken.None);
        Assert.Equal(["daemon-reload", "daemon-reload", "start foldersync.service"], _systemctl);
        await autostart.TurnOffAsync(CancellationToken.None);
        await autostart.TurnOffAsync(CancellationToken.None);
        Assert.False(autostart.Read().On);
        Assert.Empty(Directory.GetFiles(Config, "*", SearchOption.AllDirectories));
    }

    [SkippableFact]
    public async Task A_packaged_unit_is_used_as_it_is()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        var packaged = Path.Combine(_directory, "lib", "foldersync.service");
        Directory.CreateDirectory(Path.GetDirectoryName(packaged)!);
        await File.WriteAllTextAsync(packaged, "[Service]\n");
        var autostart = Linux(systemd: true, tray: false);
        await autostart.TurnOnAsync(now: false, CancellationToken.None);
        Assert.Equal(packaged, new FileInfo(Wanted).LinkTarget);
        Assert.False(File.Exists(Unit));
        Assert.False(File.Exists(TrayEntry));
        await autostart.TurnOffAsync(CancellationToken.None);
        Assert.True(File.Exists(packaged));

        // It is for one home only.
        await Linux(systemd: true, tray: false, "--home", "/srv/other home").TurnOnAsync(now: false, CancellationToken.None);
        Assert.Contains("\"/srv/other home\"", await File.ReadAllTextAsync(Unit), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Without_systemd_the_desktop_starts_the_service()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        var autostart = Linux(systemd: false, tray: false);
        await autostart.TurnOnAsync(now: false, CancellationToken.None);
        Assert.Contains("Exec=/opt/foldersync/foldersync serve --no-browser\n", await File.ReadAllTextAsync(ServiceEntry), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Config, "systemd")));
        Assert.True(autostart.Read().On);
        await Assert.ThrowsAsync<CliException>(() => autostart.TurnOnAsync(now: true, CancellationToken.None));
    }

    [Theory]
    [InlineData("/plain/path", "/plain/path")]
    [InlineData("/with space", "\"/with space\"")]
    [InlineData("/a\"b\\c%d$e", "\"/a\\\"b\\\\c%%d$$e\"")]
    [InlineData("/a\nb", "\"/a\\nb\"")]
    [InlineData("", "\"\"")]
    public void Words_of_a_unit_are_quoted(string word, string quoted) =>
        Assert.Contains($"ExecStart=/bin/x {quoted}\n", SystemdUnit.Text(["/bin/x", word]), StringComparison.Ordinal);

    [Theory]
    [InlineData("/with space", "\"/with space\"")]
    [InlineData("/a$b%c", "\"/a\\\\$b%%c\"")]
    [InlineData("/a\\b", "\"/a\\\\\\\\b\"")]
    [InlineData("/a\nExec=b", "\"/a\\nExec=b\"")]
    [InlineData("", "\"\"")]
    public void Words_of_a_desktop_entry_are_quoted_twice(string word, string quoted) =>
        Assert.Contains($"Exec=/bin/x {quoted}\n", DesktopEntry.Text("n", "c", ["/bin/x", word]), StringComparison.Ordinal);

    [SkippableFact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        Skip.IfNot(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed.");
        var program = Path.Combine(_directory, "a program %n $HOME");
        await File.WriteAllTextAsync(program, "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        var unit = Path.Combine(_directory, "foldersync.service");
        await File.WriteAllTextAsync(unit, SystemdUnit.Text([program, "serve", "--no-browser", "--home", "/srv/100 % \"mine\""]));
        var start = new ProcessStartInfo("systemd-analyze", ["--user", "--man=no", "verify", unit]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["XDG_RUNTIME_DIR"] = _directory;
        using var verify = Process.Start(start)!;
        var said = await verify.StandardError.ReadToEndAsync();
        await verify.WaitForExitAsync();
        Assert.DoesNotContain("foldersync.service", said, StringComparison.Ordinal);
        Assert.True(verify.ExitCode == 0, said);
    }

    [SkippableFact]
    public async Task The_command_turns_it_on_and_off()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        using var cli = new CliRun();
        cli.Variables["XDG_CONFIG_HOME"] = Config;
        cli.Variables["HOME"] = _directory;
        Assert.Equal((0, "Autostart is off." + Environment.NewLine), await cli.RunAsync("autostart", "status") is var (c, o, _) ? (c, o) : default);
        Assert.StartsWith("Autostart is on.", (await cli.RunAsync("autostart", "on")).Out, StringComparison.Ordinal);
        Assert.StartsWith("Autostart is on.", (await cli.RunAsync("autostart", "status")).Out, StringComparison.Ordinal);
        var written = Directory.GetFiles(Config, "foldersync*", SearchOption.AllDirectories);
        Assert.NotEmpty(written);
        // This run's home is not the default, so the command names it.
        Assert.Contains(written, f => File.ReadAllText(f).Contains(cli.Home, StringComparison.Ordinal));
        Assert.Equal("Autostart is off." + Environment.NewLine, (await cli.RunAsync("autostart", "off")).Out);
        Assert.Empty(Directory.GetFiles(Config, "*", SearchOption.AllDirectories));
    }

    private LinuxAutostart Linux(bool systemd, bool tray, params string[] more) => new(
        Config,
        new ProgramFiles(["/opt/foldersync/foldersync", "serve", "--no-browser", .. more], tray ? ["/opt/foldersync/foldersync-tray"] : null),
        [Path.Combine(_directory, "lib")],
        systemd,
        systemd ? (arguments, _) =>
        {
            _systemctl.Add(string.Join(' ', arguments));
            return Task.FromResult(true);
        }
    : null);
}
