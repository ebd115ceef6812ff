using System.Reflection;
using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Installers;

namespace FolderSync.IntegrationTests.Windows;

/// <summary>The programs as they are shipped for Windows, their tests, and a Wine prefix to run them in. Made once for all tests that want it.</summary>
public sealed class WindowsBuild : IAsyncLifetime
{
    private readonly ScratchDirectory _scratch = new();
    private bool _hasPrefix;
    private string? _lacks;

    /// <summary>What the installers' scripts made of the programs.</summary>
    public InstallerScripts Scripts { get; } = new();

    public string Program => Scripts.Published("win-x64", "foldersync.exe");

    public string Tray => Scripts.Published("win-x64", "foldersync-tray.exe");

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
        if (IntegrationTests.Tray.Screen.IsMissing("wine"))
        {
            _lacks = "wine is missing: apt-get install wine wine64.";
            return;
        }
        try
        {
            await Scripts.BuildAsync("build-windows");
        }
        catch (SkipException e)
        {
            _lacks = e.Message;
            return;
        }
        Environment = WineEnvironment(_scratch.Make("wine"), display: null);
        Tests = await PublishTestsAsync();
        var made = await ChildProcess.RunAsync("wine", ["wineboot", "--init"], Environment);
        Assert.True(made.ExitCode == 0, made.All);
        _hasPrefix = true;
    }

    public async Task DisposeAsync()
    {
        if (_hasPrefix)
            await ChildProcess.RunAsync("wineserver", ["-k", "-w"], Environment);
        _scratch.Dispose();
        Scripts.Dispose();
    }

    /// <summary>Skips where there is no Wine, or what the builds need.</summary>
    public void SkipUnlessThere() => Skip.If(_lacks is not null, _lacks ?? "");

    private async Task<string> PublishTestsAsync()
    {
        var output = _scratch.In("tests");
        var project = Path.GetFullPath(Path.Combine(InstallerScripts.Directory, "../tests/FolderSync.WindowsTestRunner"));
        var configuration = typeof(WindowsBuild).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        // Analyzers were at work in the build of these tests.
        await using var publish = ChildProcess.Start("dotnet",
        [
            "publish", project, "-c", configuration, "-r", "win-x64", "--self-contained", "-o", output, "--artifacts-path", _scratch.In("artifacts"),
            "-v", "quiet", "--disable-build-servers", "-p:UseSharedCompilation=false", "-p:RunAnalyzers=false",
        ]);
        await Until.WithinAsync(TestSettings.PatienceWithBuilds, () => Task.FromResult(publish.HasExited));
        Assert.True(await publish.ExitCodeAsync() == 0, publish.Log);
        return Path.Combine(output, "FolderSync.WindowsTestRunner.exe");
    }
}
