using System.Diagnostics;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Windows;

/// <summary>
/// Tests of Windows-specific code, built for Windows, under Wine. .NET 10 itself sometimes crashes under Wine 8: tests that did not end run again,
/// and fail if it happens twice.
/// </summary>
[Collection("Windows")]
public class WindowsSuiteTests(WindowsBuild build, ITestOutputHelper output)
{
    /// <summary>A run crashes about once in 200 tests, each time at another one; two or three runs are usual.</summary>
    private const int MaxRuns = 12;

    /// <summary>A test that takes longer has lost its thread: this exceeds every timeout inside a test.</summary>
    private static readonly TimeSpan Limit = TestSettings.Timeout / 2;

    [SkippableTheory]
    [InlineData(20, "FolderSync.Filesystem.Tests.Windows.", "FolderSync.Platform.Tests.Windows", "FolderSync.Configuration.Tests.Home.Windows", "FolderSync.CommandLine.Tests.Autostart.Windows")]
    [InlineData(18, "FolderSync.Configuration.Tests.Store.ConfigStoreTests.")]
    [InlineData(280, "FolderSync.Filesystem.Tests.Apply.ApplyStepTests.", "FolderSync.Filesystem.Tests.Apply.MoveTests.", "FolderSync.Filesystem.Tests.Apply.TrashCanVersionerTests.")]
    [InlineData(75, "FolderSync.Configuration.Tests.Yaml.ConfigDocumentTests.", "FolderSync.Configuration.Tests.Store.ConfigOverridesTests.")]
    public async Task TheTestsPassOnWindows(int atLeast, params string[] names)
    {
        build.SkipUnlessThere();
        using var scratch = new ScratchDirectory();
        var ended = new Dictionary<string, (string Outcome, string Message)>();
        var begun = new List<string>();
        for (var run = 1; ; run++)
        {
            var results = scratch.In($"results-{run}");
            var without = begun.Where(b => ended.ContainsKey(b)).ToList();
            await File.WriteAllLinesAsync(scratch.In("without"), without);
            var log = await RunAsync(results, [WindowsBuild.WindowsPath(results), "--without", WindowsBuild.WindowsPath(scratch.In("without")), .. names]);
            var done = Read(results, begun, ended);
            if (done)
                break;
            output.WriteLine($"Run {run} broke off after {ended.Count} tests in {string.Join(", ", begun.Where(b => !ended.ContainsKey(b)).Distinct())}:\n{log}");
            var broken = begun.GroupBy(b => b).Where(g => g.Count() > 1 && !ended.ContainsKey(g.Key)).Select(g => g.Key).ToList();
            Assert.True(broken.Count == 0, $"Twice the process ended in {string.Join(", ", broken)}:\n{log}");
            Assert.True(run < MaxRuns, $"The process broke off {run} times:\n{log}");
        }
        var failed = ended.Where(e => e.Value.Outcome == "failed").ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed.Select(f => $"{f.Key}: {f.Value.Message}")));
        var passed = ended.Values.Count(e => e.Outcome == "passed");
        output.WriteLine($"{passed} passed, {ended.Count - passed} skipped");
        Assert.True(passed >= atLeast, $"Only {passed} tests ran.");
    }

    private static bool Read(string results, List<string> begun, Dictionary<string, (string Outcome, string Message)> ended)
    {
        var done = false;
        foreach (var line in File.Exists(results) ? File.ReadAllLines(results) : [])
        {
            // The last line of a crashed process may be incomplete.
            if (!line.EndsWith('}'))
                continue;
            var said = JsonNode.Parse(line)!;
            if (said["begun"] is { } name)
                begun.Add((string)name!);
            else if (said["name"] is { } test)
                ended[(string)test!] = ((string)said["outcome"]!, (string)said["message"]!);
            else
                done = true;
        }
        return done;
    }

    private async Task<string> RunAsync(string results, string[] arguments)
    {
        await using var running = ChildProcess.Start("wine", [build.Tests, .. arguments], build.Environment);
        var (length, since) = (-1L, Stopwatch.StartNew());
        while (!running.HasExited && since.Elapsed < Limit)
        {
            await Task.Delay(50);
            if (new FileInfo(results) is { Exists: true } file && file.Length != length)
                (length, since) = (file.Length, Stopwatch.StartNew());
        }
        return running.Log;
    }
}

[CollectionDefinition("Windows")]
public sealed class WindowsTests : ICollectionFixture<WindowsBuild>;
