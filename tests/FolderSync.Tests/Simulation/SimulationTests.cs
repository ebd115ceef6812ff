using System.Collections.Concurrent;
using Xunit;
using Xunit.Abstractions;

namespace FolderSync.Tests.Simulation;

public class SimulationTests(ITestOutputHelper output)
{
    private static int Histories => int.TryParse(Environment.GetEnvironmentVariable("FOLDERSYNC_SIMULATIONS"), out var n) ? n : 10_000;

    private static int FirstSeed => int.TryParse(Environment.GetEnvironmentVariable("FOLDERSYNC_SEED"), out var n) ? n : 1;

    /// <summary>The oracle of correctness over random histories; a failing seed is printed and replays with FOLDERSYNC_SEED and FOLDERSYNC_SIMULATIONS=1.</summary>
    [Fact]
    public void No_history_loses_a_version_or_leaves_devices_unequal()
    {
        var failures = new ConcurrentDictionary<int, string>();
        Parallel.For(FirstSeed, FirstSeed + Histories, new ParallelOptions { MaxDegreeOfParallelism = 2 }, (seed, loop) =>
        {
            if (failures.Count >= 5)
                loop.Stop();
            if (Failure(seed) is { } failure)
                failures[seed] = failure;
        });
        foreach (var (seed, failure) in failures.OrderBy(f => f.Key))
            output.WriteLine($"==== seed {seed} ====\n{failure}");
        Assert.True(failures.IsEmpty, $"{failures.Count} failing seeds: {string.Join(", ", failures.Keys.Order())}\n{failures.OrderBy(f => f.Key).FirstOrDefault().Value}");
    }

    /// <summary>The same where each version stands at the limit of what devices take, so that merges don't fit and edits begin new vectors. One for thirty of the others.</summary>
    [Fact]
    public void No_history_at_the_limit_of_versions_loses_one_or_leaves_devices_unequal()
    {
        var failures = new ConcurrentDictionary<int, string>();
        Parallel.For(FirstSeed, FirstSeed + Math.Max(1, Histories / 30), new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            if (Failure(seed, hasLongVectors: true) is { } failure)
                failures[seed] = failure;
        });
        Assert.True(failures.IsEmpty, $"{failures.Count} failing seeds: {string.Join(", ", failures.Keys.Order())}\n{failures.OrderBy(f => f.Key).FirstOrDefault().Value}");
    }

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

    private static string? Failure(int seed, bool hasLongVectors = false)
    {
        var history = new SimulatedHistory(seed, hasLongVectors: hasLongVectors);
        try
        {
            return history.Run() is { } failure ? history.Trace + failure : null;
        }
        catch (Exception e)
        {
            return history.Trace + e;
        }
    }
}
