using System.Collections.Concurrent;
using FolderSync.Simulator.Histories;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Each run draws its own histories: those that always passed find nothing more. FOLDERSYNC_SEED and FOLDERSYNC_SIMULATIONS say which instead.</summary>
public sealed class SimulationTests(ITestOutputHelper output, SimulationTests.FirstSeed first) : IClassFixture<SimulationTests.FirstSeed>
{
    private static int Histories => int.TryParse(Environment.GetEnvironmentVariable("FOLDERSYNC_SIMULATIONS"), out var n) && n > 0 ? n : 10_000;

    /// <summary>The oracle of correctness over random histories.</summary>
    [Fact]
    public void No_history_loses_a_version_or_leaves_devices_unequal() =>
        Run(nameof(No_history_loses_a_version_or_leaves_devices_unequal), Histories, seed => Failure(seed));

    /// <summary>The same where each version stands at the limit of what devices take, so that merges don't fit and edits begin new vectors. One for thirty of the others.</summary>
    [Fact]
    public void No_history_at_the_limit_of_versions_loses_one_or_leaves_devices_unequal() =>
        Run(nameof(No_history_at_the_limit_of_versions_loses_one_or_leaves_devices_unequal), Math.Max(1, Histories / 30), seed => Failure(seed, hasLongVectors: true));

    /// <summary>
    /// Seeds that once failed run for ever, under the clock they failed under. A change of the engine makes another history of a seed, so what it
    /// was that failed is told step by step in a story besides.
    /// </summary>
    [Theory]
    // ConflictStoryTests.Two_resolutions_of_a_conflict_never_share_a_vector
    [InlineData(48521, true, false)]
    // TroubleStoryTests.What_every_device_has_given_up_is_waited_for_by_none
    [InlineData(893287174, false, true)]
    public void A_history_that_once_failed_passes(int seed, bool exactTimers, bool hasLongVectors) =>
        Assert.Null(Failure(seed, exactTimers, hasLongVectors));

    [Theory]
    [InlineData(7)]
    [InlineData(1234)]
    public void A_seed_replays_to_the_same_trace(int seed)
    {
        var first = new SimulatedHistory(seed);
        first.Run();
        var second = new SimulatedHistory(seed);
        second.Run();
        Assert.Equal(first.Trace, second.Trace);
    }

    private void Run(string test, int histories, Func<int, string?> failureOf)
    {
        output.WriteLine(first.Said);
        var failures = new ConcurrentDictionary<int, string>();
        Parallel.For(0, histories, new ParallelOptions { MaxDegreeOfParallelism = 2 }, (n, loop) =>
        {
            if (failures.Count >= 5)
                loop.Stop();
            var seed = first.Value + n;
            if (failureOf(seed) is { } failure)
                failures[seed] = failure;
        });
        foreach (var (seed, failure) in failures.OrderBy(f => f.Key))
            output.WriteLine($"==== seed {seed} ====\n{failure}");
        var worst = failures.OrderBy(f => f.Key).FirstOrDefault();
        Assert.True(failures.IsEmpty, $"{first.Said} {failures.Count} failing seeds: {string.Join(", ", failures.Keys.Order())}\n{ReplayOf(test, worst.Key)}\n{worst.Value}");
    }

    private static string ReplayOf(string test, int seed) =>
        $"Replay: FOLDERSYNC_SEED={seed} FOLDERSYNC_SIMULATIONS=1 dotnet test tests/FolderSync.Engine.Tests -c Release --filter \"FullyQualifiedName~{nameof(SimulationTests)}.{test}\"";

    private static string? Failure(int seed, bool exactTimers = false, bool hasLongVectors = false)
    {
        SimulatedHistory? history = null;
        try
        {
            history = new SimulatedHistory(seed, exactTimers: exactTimers, hasLongVectors: hasLongVectors);
            return history.Run() is { } failure ? history.Trace + failure : null;
        }
        catch (Exception e)
        {
            return history?.Trace + e;
        }
    }

    /// <summary>Drawn once a run, and said also where all passes: a run that no longer ends replays, too.</summary>
    public sealed class FirstSeed
    {
        public FirstSeed(IMessageSink sink)
        {
            Value = int.TryParse(Environment.GetEnvironmentVariable("FOLDERSYNC_SEED"), out var n) && n >= 0 ? n : Random.Shared.Next(1_000_000_000);
            Said = $"{Histories} histories from seed {Value} (FOLDERSYNC_SEED={Value} FOLDERSYNC_SIMULATIONS={Histories} runs the same).";
            sink.OnMessage(new DiagnosticMessage(Said));
        }

        public int Value { get; }

        public string Said { get; }
    }
}
