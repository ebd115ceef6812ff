using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Windows;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>Windows' shell as Wine has it, on a <see cref="Screen"/>: a desktop with a taskbar, and foldersync-tray.exe in it.</summary>
internal sealed class WineDesktop : IAsyncDisposable
{
    public const string Needs = "wine, Xvfb, xdotool, import (apt-get install wine wine64 xvfb xdotool imagemagick)";

    private readonly ScratchDirectory _scratch = new();
    private readonly Dictionary<string, string?> _environment;
    private ChildProcess? _shell;

    private WineDesktop(Screen screen)
    {
        Screen = screen;
        _environment = WindowsBuild.WineEnvironment(_scratch.Make("wine"), screen.Display);
    }

    public static bool IsMissing => Screen.IsMissing("wine", "Xvfb", "xdotool", "import");

    public Screen Screen { get; }

    public static async Task<WineDesktop> StartAsync()
    {
        var desktop = new WineDesktop(await Screen.StartAsync());
        var made = await ChildProcess.RunAsync("wine", ["wineboot", "--init"], desktop._environment);
        Assert.True(made.ExitCode == 0, made.All);
        return desktop;
    }

    /// <summary>The tray as it is shipped for Windows.</summary>
    public async Task<string> PublishAsync()
    {
        Skip.If(!await WindowsBuild.PublishAsync("src/FolderSync.Tray", _scratch.In("tray"), _scratch.In("artifacts")), "The runtime for win-x64 can't be restored here.");
        return _scratch.In("tray", "foldersync-tray.exe");
    }

    /// <summary>A shell's desktop that starts the program.</summary>
    public void StartShell(string program, params string[] arguments) =>
        _shell = ChildProcess.Start("wine", ["explorer", "/desktop=shell,1024x768", WindowsBuild.WindowsPath(program), .. arguments], _environment);

    public async ValueTask DisposeAsync()
    {
        await ChildProcess.RunAsync("wineserver", ["-k", "-w"], _environment);
        if (_shell is not null)
            await _shell.DisposeAsync();
        await Screen.DisposeAsync();
        _scratch.Dispose();
    }
}
