using System.Reflection;
using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Installers;

namespace FolderSync.IntegrationTests.Windows;

/// <summary>The programs as shipped for Windows, their tests, and a Wine prefix to run them in. Created once for all tests that need it.</summary>
public sealed class WindowsBuild : IAsyncLifetime
{
    private readonly ScratchDirectory _scratch = new();
    private bool _hasPrefix;
    private string? _lacks;

    /// <summary>The programs that the installer scripts built.</summary>
    public InstallerScripts Scripts { get; } = new();

    public string Program => Scripts.Published("win-x64", "foldersync.exe");

    public string Tray => Scripts.Published("win-x64", "foldersync-tray.exe");

    public string Tests { get; private set; } = "";

    /// <summary>Options for everything that is started in Wine.</summary>
    internal Dictionary<string, string?> Environment { get; private set; } = [];

    public static string WindowsPath(string path) => "Z:" + path.Replace('/', '\\');

    /// <summary>The environment of every process in Wine.</summary>
    /// <param name="prefix">An empty directory, or one that Wine has initialized.</param>
    /// <param name="display">The X display; null if nothing is shown.</param>
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
        // Wine 8 can't map memory twice.
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

    /// <summary>Skips the test if Wine or something that the builds need is missing.</summary>
    public void SkipUnlessThere() => Skip.If(_lacks is not null, _lacks ?? "");

    private async Task<string> PublishTestsAsync()
    {
        var output = _scratch.In("tests");
        var project = Path.GetFullPath(Path.Combine(InstallerScripts.Directory, "../tests/FolderSync.WindowsTestRunner"));
        var configuration = typeof(WindowsBuild).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        // The analyzers ran in the build of these tests.
        await using var publish = ChildProcess.Start("dotnet",
        [
            "publish", project, "-c", configuration, "-r", "win-x64", "--self-contained", "-o", output, "--artifacts-path", _scratch.In("artifacts"),
            "-v", "quiet", "--disable-build-servers", "-p:UseSharedCompilation=false", "-p:RunAnalyzers=false",
        ]);
        await Wait.WithinAsync(TestSettings.BuildTimeout, () => Task.FromResult(publish.HasExited));
        Assert.True(await publish.ExitCodeAsync() == 0, publish.Log);
        return Path.Combine(output, "FolderSync.WindowsTestRunner.exe");
    }
}
