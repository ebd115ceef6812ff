using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Windows;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>Windows' shell as Wine has it, on a <see cref="Screen"/>: a desktop with a taskbar, and foldersync-tray.exe in it.</summary>
internal sealed class WineDesktop : IAsyncDisposable
{
    public const string Needs = "wine, Xvfb, xdotool, import (apt-get install wine wine64 xvfb xdotool imagemagick)";

    private readonly ScratchDirectory _scratch = new();
    private readonly Opener _opener;
    private readonly Dictionary<string, string?> _environment;
    private ChildProcess? _shell;

    private WineDesktop(Screen screen)
    {
        Screen = screen;
        _opener = new Opener(_scratch);
        _environment = WindowsBuild.WineEnvironment(_scratch.Make("wine"), screen.Display);
        _environment["PATH"] = _opener.SearchPath;
    }

    public static bool IsMissing => Screen.IsMissing("wine", "Xvfb", "xdotool", "import");

    public Screen Screen { get; }

    /// <summary>What was opened in the browser, in order.</summary>
    public IReadOnlyList<string> Opened => _opener.Opened;

    /// <param name="dpi">Dots an inch that Windows takes the screen to have; 96 is the smallest.</param>
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
    public void StartShell(string program, params string[] arguments) =>
        _shell = ChildProcess.Start("wine", ["explorer", "/desktop=shell,1024x768", WindowsBuild.WindowsPath(program), .. arguments], _environment);

    /// <summary>Runs a program on the shell's desktop. Whether it did what it should only shows by what came of it.</summary>
    public Task RunAsync(string program, params string[] arguments) => ChildProcess.RunAsync("wine", ["explorer", "/desktop=shell", WindowsBuild.WindowsPath(program), .. arguments], _environment);

    public async ValueTask DisposeAsync()
    {
        await ChildProcess.RunAsync("wineserver", ["-k", "-w"], _environment);
        if (_shell is not null)
            await _shell.DisposeAsync();
        await Screen.DisposeAsync();
        _scratch.Dispose();
    }
}
