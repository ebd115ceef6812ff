using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Installers;

/// <summary>Runs the scripts of installer/, with a build and an output directory. Uses --quick unless the tests run in full.</summary>
public sealed class InstallerScripts : IDisposable
{
    /// <summary>The scripts' exit code for a missing tool or package.</summary>
    private const int Missing = 3;

    private readonly ScratchDirectory _scratch = new();

    public static string Directory { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../installer"));

    /// <summary>The scripts' output directory.</summary>
    public string Output => _scratch.Make("out");

    /// <summary>What the scripts publish for a platform before packaging: both programs and their dependencies.</summary>
    public string Published(string rid, string file) => _scratch.In("work", "published-" + rid, file);

    /// <summary>The only file that matches the pattern.</summary>
    public string Made(string pattern) => Assert.Single(System.IO.Directory.GetFiles(Output, pattern));

    public Task BuildAsync(string script, params string[] arguments) => RunAsync(script, ["--out", Output, "--work", _scratch.Make("work"), .. arguments]);

    /// <summary>Runs a script; if it reports something missing, the test is skipped with its message.</summary>
    /// <returns>The script's output.</returns>
    public async Task<string> RunAsync(string script, params string[] arguments)
    {
        // Without the tests' own variables, which name homes and runtimes of other programs.
        var environment = new Dictionary<string, string?> { ["FOLDERSYNC_HOME"] = null, ["TMPDIR"] = _scratch.Make("tmp") };
        await using var running = ChildProcess.Start(Path.Combine(Directory, script), TestSettings.Full ? arguments : ["--quick", .. arguments], environment);
        if (!await Wait.WithinAsync(TestSettings.BuildTimeout, () => Task.FromResult(running.HasExited)))
            Assert.Fail($"{script} did not end. It wrote:\n{running.Log}");
        var code = await running.ExitCodeAsync();
        Skip.If(code == Missing, running.Log.Split('\n').LastOrDefault(l => l.Length > 0) ?? "");
        Assert.True(code == 0, $"{script} {string.Join(' ', arguments)} ended with {code}:\n{running.Log}");
        return running.Log;
    }

    /// <summary>SHA256SUMS covers everything in the directory.</summary>
    public void AssertSums()
    {
        var sums = File.ReadAllLines(Path.Combine(Output, "SHA256SUMS")).Select(l => l.Split("  ")).ToDictionary(l => l[1], l => l[0]);
        var files = System.IO.Directory.GetFiles(Output).Where(f => Path.GetFileName(f) != "SHA256SUMS").ToList();
        Assert.Equal(files.Select(Path.GetFileName).Order(StringComparer.Ordinal), sums.Keys.Order(StringComparer.Ordinal));
        foreach (var file in files)
        {
            using var stream = File.OpenRead(file);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stream)), sums[Path.GetFileName(file)]);
        }
    }

    /// <summary>Checks what readers of CycloneDX and its schema require of each component, and that no known component is missing.</summary>
    public static void AssertSbom(string file)
    {
        var text = File.ReadAllText(file);
        Assert.Empty(SbomSchema.Faults(text));
        var bill = JsonNode.Parse(text)!;
        Assert.Equal(("CycloneDX", "1.6"), ((string?)bill["bomFormat"], (string?)bill["specVersion"]));
        var components = bill["components"]!.AsArray();
        Assert.All(components, c => Assert.All(["type", "name", "version", "purl", "licenses"], field => Assert.NotNull(c![field])));
        var names = components.Select(c => (string)c!["name"]!).ToHashSet();
        Assert.Superset(new HashSet<string> { "LiteDB", "YamlDotNet", "System.CommandLine", "BouncyCastle.Cryptography", "Google.Protobuf", "Microsoft.Data.Sqlite.Core", "SQLitePCLRaw.lib.e_sqlite3" }, names);
        Assert.Contains(names, n => n.StartsWith("Microsoft.NETCore.App.Runtime.", StringComparison.Ordinal));
        Assert.Contains(names, n => n.StartsWith("Microsoft.AspNetCore.App.Runtime.", StringComparison.Ordinal));
        // Build and drawing tools are not shipped.
        Assert.DoesNotContain(names, n => n.StartsWith("SkiaSharp", StringComparison.Ordinal) || n.StartsWith("Grpc", StringComparison.Ordinal) || n.StartsWith("xunit", StringComparison.Ordinal));
        var references = components.Select(c => (string)c!["bom-ref"]!).Append((string)bill["metadata"]!["component"]!["bom-ref"]!).ToList();
        Assert.Equal(references.Count, references.Distinct().Count());
        Assert.All(bill["dependencies"]!.AsArray(), d => Assert.Contains((string)d!["ref"]!, references));
    }

    public void Dispose() => _scratch.Dispose();
}
