using System.Reflection;
using FolderSync.IntegrationTests.Harness;

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
        _environment = new Dictionary<string, string?>
        {
            ["DISPLAY"] = screen.Display,
            ["WINEPREFIX"] = _scratch.Make("wine"),
            ["WINEARCH"] = "win64",
            ["WINEDEBUG"] = "-all",
            ["LANG"] = "C.UTF-8",
            ["FOLDERSYNC_HOME"] = null,
            ["DOTNET_ROOT"] = null,
            ["TZ"] = "UTC",
        };
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

    /// <summary>The tray as it is shipped for Windows: self-contained, many files.</summary>
    public async Task<string> PublishAsync()
    {
        var project = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../src/FolderSync.Tray/FolderSync.Tray.csproj"));
        var configuration = typeof(WineDesktop).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        var output = _scratch.In("tray");
        await using var publish = ChildProcess.Start("dotnet",
        [
            "publish", project, "-c", configuration, "-r", "win-x64", "--self-contained", "-o", output, "--artifacts-path", _scratch.In("artifacts"), "-v", "quiet",
            "--disable-build-servers", "-p:UseSharedCompilation=false",
        ]);
        while (!publish.HasExited)
            await Task.Delay(100);
        Skip.If(new[] { "NU1101", "NU1102", "NU1301" }.Any(c => publish.Log.Contains(c, StringComparison.Ordinal)), "The runtime for win-x64 can't be restored here.");
        Assert.True(await publish.ExitCodeAsync() == 0, publish.Log);
        return Path.Combine(output, "foldersync-tray.exe");
    }

    public static string WindowsPath(string path) => "Z:" + path.Replace('/', '\\');

    /// <summary>A shell's desktop that starts the program.</summary>
    public void StartShell(string program, params string[] arguments) =>
        _shell = ChildProcess.Start("wine", ["explorer", "/desktop=shell,1024x768", WindowsPath(program), .. arguments], _environment);

    public async ValueTask DisposeAsync()
    {
        await ChildProcess.RunAsync("wineserver", ["-k", "-w"], _environment);
        if (_shell is not null)
            await _shell.DisposeAsync();
        await Screen.DisposeAsync();
        _scratch.Dispose();
    }
}
