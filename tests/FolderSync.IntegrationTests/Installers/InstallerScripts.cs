using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Installers;

/// <summary>The scripts of installer/, with one directory to build in and one for what comes out. In quick form unless all is tested in full.</summary>
public sealed class InstallerScripts : IDisposable
{
    /// <summary>Of the scripts: a tool or a package of the package source is missing.</summary>
    private const int Missing = 3;

    private readonly ScratchDirectory _scratch = new();

    public static string Directory { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../installer"));

    /// <summary>Where the scripts put what they make.</summary>
    public string Output => _scratch.Make("out");

    /// <summary>The one file of that pattern.</summary>
    public string Made(string pattern) => Assert.Single(System.IO.Directory.GetFiles(Output, pattern));

    public Task BuildAsync(string script, params string[] arguments) => RunAsync(script, ["--out", Output, "--work", _scratch.Make("work"), .. arguments]);

    /// <summary>Runs a script to its end; where it says that something is missing, the test is skipped with its words.</summary>
    /// <returns>All that it wrote.</returns>
    public async Task<string> RunAsync(string script, params string[] arguments)
    {
        // Without the tests' own variables, which name homes and runtimes of other programs.
        var environment = new Dictionary<string, string?> { ["FOLDERSYNC_HOME"] = null, ["TMPDIR"] = _scratch.Make("tmp") };
        await using var running = ChildProcess.Start(Path.Combine(Directory, script), TestSettings.Full ? arguments : ["--quick", .. arguments], environment);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(TestSettings.Full ? 60 : 10));
        while (!running.HasExited)
        {
            if (limit.IsCancellationRequested)
                Assert.Fail($"{script} did not end. It wrote:\n{running.Log}");
            await Task.Delay(100, CancellationToken.None);
        }
        var code = await running.ExitCodeAsync();
        Skip.If(code == Missing, running.Log.Split('\n').LastOrDefault(l => l.Length > 0) ?? "");
        Assert.True(code == 0, $"{script} {string.Join(' ', arguments)} ended with {code}:\n{running.Log}");
        return running.Log;
    }

    public void Dispose() => _scratch.Dispose();
}
