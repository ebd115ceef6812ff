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
        var artifacts = _scratch.In("artifacts");
        if (!await PublishAsync("src/FolderSync.Host", _scratch.In("program"), artifacts) || !await PublishAsync("tests/FolderSync.Tests", _scratch.In("tests"), artifacts))
            return;
        Program = _scratch.In("program", "foldersync.exe");
        Tests = _scratch.In("tests", "FolderSync.Tests.exe");
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

    /// <summary>A project of this solution (its directory below the root) as it is shipped for Windows: self-contained, many files.</summary>
    /// <param name="artifacts">Where what it is made of lies; several projects share it.</param>
    /// <returns>False where the package source lacks the runtime for Windows.</returns>
    public static async Task<bool> PublishAsync(string project, string output, string artifacts)
    {
        var root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));
        var configuration = typeof(WindowsBuild).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        await using var publish = ChildProcess.Start("dotnet",
        [
            "publish", Path.Combine(root, project), "-c", configuration, "-r", "win-x64", "--self-contained", "-o", output, "--artifacts-path", artifacts,
            "-v", "quiet", "--disable-build-servers", "-p:UseSharedCompilation=false",
        ]);
        while (!publish.HasExited)
            await Task.Delay(100);
        if (Regex.IsMatch(publish.Log, "NU1101|NU1102|NU1301"))
            return false;
        Assert.True(await publish.ExitCodeAsync() == 0, publish.Log);
        return true;
    }
}
