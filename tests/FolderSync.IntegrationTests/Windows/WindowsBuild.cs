using System.Reflection;
using System.Text.RegularExpressions;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Windows;

/// <summary>The programs and their tests as self-contained builds for Windows, and a Wine prefix to run them in. Made once for all tests that want it.</summary>
public sealed class WindowsBuild : IAsyncLifetime
{
    private readonly ScratchDirectory _scratch = new();
    private bool _hasPrefix;

    public static bool IsMissing => IntegrationTests.Tray.Screen.IsMissing("wine");

    public string Program { get; private set; } = "";

    public string Tray { get; private set; } = "";

    public string Tests { get; private set; } = "";

    /// <summary>Of everything that is started in Wine.</summary>
    internal Dictionary<string, string?> Environment { get; private set; } = [];

    public static string WindowsPath(string path) => "Z:" + path.Replace('/', '\\');

    /// <summary>Of every process in Wine.</summary>
    /// <param name="prefix">An empty directory, or one that Wine has made its own.</param>
    /// <param name="display">Of X; null where nothing is to be shown.</param>
    internal static Dictionary<string, string?> WineEnvironment(string prefix, string? display) => new()
    {
        ["WINEPREFIX"] = prefix,
        ["WINEARCH"] = "win64",
        ["WINEDEBUG"] = "-all",
        ["WINEDLLOVERRIDES"] = "mshtml,winemenubuilder.exe=",
        ["LANG"] = "C.UTF-8",
        ["DISPLAY"] = display,
        ["FOLDERSYNC_HOME"] = null,
        ["DOTNET_ROOT"] = null,
        ["TZ"] = "UTC",
        ["FOLDERSYNC_NETWORK_LOCAL_DISCOVERY"] = "false",
        // Wine 8 maps no memory twice.
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    public async Task InitializeAsync()
    {
        if (IsMissing)
            return;
        Environment = WineEnvironment(_scratch.Make("wine"), display: null);
        Program = await PublishAsync("src/FolderSync.Host", "program", "foldersync.exe");
        Tray = await PublishAsync("src/FolderSync.Tray", "tray", "foldersync-tray.exe");
        Tests = await PublishAsync("tests/FolderSync.Tests", "tests", "FolderSync.Tests.exe");
        var made = await ChildProcess.RunAsync("wine", ["wineboot", "--init"], Environment);
        Assert.True(made.ExitCode == 0, made.All);
        _hasPrefix = true;
    }

    public async Task DisposeAsync()
    {
        if (_hasPrefix)
            await ChildProcess.RunAsync("wineserver", ["-k", "-w"], Environment);
        _scratch.Dispose();
    }

    /// <summary>Skips where there is no Wine, or no runtime for Windows in the package source.</summary>
    public void SkipUnlessThere()
    {
        Skip.If(IsMissing, "wine is missing: apt-get install wine wine64.");
        Skip.If(Program.Length == 0 || Tray.Length == 0 || Tests.Length == 0, "The runtime for win-x64 can't be restored here.");
    }

    private async Task<string> PublishAsync(string project, string directory, string program)
    {
        var output = _scratch.In(directory);
        var root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));
        var configuration = typeof(WindowsBuild).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        await using var publish = ChildProcess.Start("dotnet",
        [
            "publish", Path.Combine(root, project), "-c", configuration, "-r", "win-x64", "--self-contained", "-o", output, "--artifacts-path", _scratch.In("artifacts"),
            "-v", "quiet", "--disable-build-servers", "-p:UseSharedCompilation=false",
        ]);
        while (!publish.HasExited)
            await Task.Delay(100);
        if (Regex.IsMatch(publish.Log, "NU1101|NU1102|NU1301"))
            return "";
        Assert.True(await publish.ExitCodeAsync() == 0, publish.Log);
        return Path.Combine(output, program);
    }
}
