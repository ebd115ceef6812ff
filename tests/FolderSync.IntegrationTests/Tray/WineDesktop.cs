using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Windows;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>Wine's version of Windows' shell on a <see cref="Screen"/>: a desktop with a taskbar, and foldersync-tray.exe in it.</summary>
internal sealed class WineDesktop : IAsyncDisposable
{
    public const string Needs = "wine, Xvfb, xdotool, import (apt-get install wine wine64 xvfb xdotool imagemagick)";

    private readonly ScratchDirectory _scratch = new();
    private readonly FakeOpener _opener;
    private readonly Dictionary<string, string?> _environment;
    private ChildProcess? _shell;
    private IReadOnlyList<string> _started = [];

    private WineDesktop(Screen screen)
    {
        Screen = screen;
        _opener = new FakeOpener(_scratch);
        _environment = WindowsBuild.WineEnvironment(_scratch.Make("wine"), screen.Display);
        _environment["PATH"] = _opener.SearchPath;
    }

    public static bool IsMissing => Screen.IsMissing("wine", "Xvfb", "xdotool", "import");

    public Screen Screen { get; }

    /// <summary>What was opened in the browser, in order.</summary>
    public IReadOnlyList<string> Opened => _opener.Opened;

    /// <param name="dpi">The screen's DPI for Windows; 96 is the smallest.</param>
    public static async Task<WineDesktop> StartAsync(int dpi = 96)
    {
        var desktop = new WineDesktop(await Screen.StartAsync());
        var made = await ChildProcess.RunAsync("wine", ["wineboot", "--init"], desktop._environment);
        Assert.True(made.ExitCode == 0, made.All);
        var set = await ChildProcess.RunAsync("wine", ["reg", "add", @"HKCU\Control Panel\Desktop", "/v", "LogPixels", "/t", "REG_DWORD", "/d", $"{dpi}", "/f"], desktop._environment);
        Assert.True(set.ExitCode == 0, set.All);
        return desktop;
    }

    /// <summary>A shell's desktop that starts the program.</summary>
    public async Task StartShellAsync(string program, params string[] arguments)
    {
        // Found by its command line; only this test uses that home.
        _started = [Path.GetFileName(program), .. arguments];
        _shell = ChildProcess.Start("wine", ["explorer", "/desktop=shell,1024x768", WindowsBuild.WindowsPath(program), .. arguments], _environment);
        await Wait.UntilAsync(() => IsProgramAlive, () => $"{program} was not started. The shell wrote:\n{_shell.Log}");
    }

    /// <summary>
    /// Does to a program on the shell's desktop what Wine's shell doesn't (`FolderSync.WindowsTestRunner --shell`). The shell doesn't wait for
    /// programs it starts, so this one writes a file when it is done; .NET sometimes crashes under Wine, and is started again then.
    /// </summary>
    public async Task SendAsync(string tests, params string[] what)
    {
        for (var run = 1; run <= 2; run++)
        {
            var done = _scratch.In($"told-{Guid.NewGuid():N}");
            await ChildProcess.RunAsync("wine", ["explorer", "/desktop=shell", WindowsBuild.WindowsPath(tests), "--shell", WindowsBuild.WindowsPath(done), .. what], _environment);
            if (await Wait.WithinAsync(TestSettings.Timeout / 4, () => Task.FromResult(new FileInfo(done) is { Exists: true, Length: > 0 })))
            {
                // The previous one may have done it before it crashed.
                Assert.True(run > 1 || await File.ReadAllTextAsync(done) == "0", $"'{string.Join(' ', what)}' did not reach the program.");
                return;
            }
        }
        Assert.Fail($"Twice the program died or hung that was to say '{string.Join(' ', what)}'.");
    }

    /// <summary>The shell's windows besides the desktop and its taskbar, which are as wide as the screen: tooltips and balloons.</summary>
    public async Task<bool> ShowsPopupAsync() => (await Screen.WindowsAsync("explorer.exe")).Any(w => w.Width < 1024);

    /// <summary>Whether the program that <see cref="StartShellAsync"/> started is running, hung or not.</summary>
    public bool IsProgramAlive => Directory.GetDirectories("/proc").Any(p => CommandLine(p) is var line && _started.All(s => line.Contains(s, StringComparison.Ordinal)));

    public async ValueTask DisposeAsync()
    {
        await ChildProcess.RunAsync("wineserver", ["-k", "-w"], _environment);
        if (_shell is not null)
            await _shell.DisposeAsync();
        await Screen.DisposeAsync();
        _scratch.Dispose();
    }

    private static string CommandLine(string process)
    {
        try
        {
            var line = File.ReadAllText(Path.Combine(process, "cmdline"));
            // The shell's command line contains the program, too.
            return line.Contains("/desktop=", StringComparison.Ordinal) ? "" : line;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
