using System.Reflection;
using System.Text.RegularExpressions;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Windows;

/// <summary>The program and its tests as self-contained builds for Windows, and a Wine prefix to run them in. Made once for all tests that want it.</summary>
public sealed class WindowsBuild : IAsyncLifetime
{
    private readonly ScratchDirectory _scratch = new();
    private bool _hasPrefix;

    public static bool IsMissing => Tray.Screen.IsMissing("wine");

    public string Program { get; private set; } = "";

    public string Tests { get; private set; } = "";

    /// <summary>Of everything that is started in Wine.</summary>
    internal Dictionary<string, string?> Environment { get; } = [];

    public static string WindowsPath(string path) => "Z:" + path.Replace('/', '\\');

    public async Task InitializeAsync()
    {
        if (IsMissing)
            return;
        foreach (var (name, value) in new Dictionary<string, string?>
        {
            ["WINEPREFIX"] = _scratch.Make("wine"),
            ["WINEARCH"] = "win64",
            ["WINEDEBUG"] = "-all",
            ["WINEDLLOVERRIDES"] = "mshtml,winemenubuilder.exe=",
            ["LANG"] = "C.UTF-8",
            ["DISPLAY"] = null,
            ["FOLDERSYNC_HOME"] = null,
            ["DOTNET_ROOT"] = null,
            ["TZ"] = "UTC",
            ["FOLDERSYNC_NETWORK_LOCAL_DISCOVERY"] = "false",
            // Wine 8 maps no memory twice.
            ["DOTNET_EnableWriteXorExecute"] = "0",
        })
            Environment[name] = value;
        Program = await PublishAsync("src/FolderSync.Host", "program", "foldersync.exe");
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
        Skip.If(Program.Length == 0 || Tests.Length == 0, "The runtime for win-x64 can't be restored here.");
    }

    private async Task<string> PublishAsync(string project, string directory, string program)
    {
        var root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));
        var configuration = typeof(WindowsBuild).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        var output = _scratch.In(directory);
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
