using FolderSync.Simulator.Commands;
using FolderSync.Simulator.Histories;
using FolderSync.Simulator.Shrinking;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>
/// Each run draws new histories, because those that always passed find nothing more. FOLDERSYNC_SEED and FOLDERSYNC_SIMULATIONS override that.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output, SimulationTests.FirstSeed first) : IClassFixture<SimulationTests.FirstSeed>
{
    private const int Parallelism = 2;

    private static readonly Traits AllTraits = Enum.GetValues<Traits>().Aggregate((a, b) => a | b);

    private static int Histories => int.TryParse(Environment.GetEnvironmentVariable("FOLDERSYNC_SIMULATIONS"), out var n) && n > 0 ? n : 10_000;

    /// <summary>Checks the oracle of correctness over random histories.</summary>
    [Fact]
    public void No_history_loses_a_version_or_leaves_devices_unequal() => Run(Histories, new HistoryOptions());

    /// <summary>
    /// The same with every version at the limit of what devices accept, so that merges don't fit and edits start new vectors. One for every thirty
    /// of the others.
    /// </summary>
    [Fact]
    public void No_history_at_the_limit_of_versions_loses_one_or_leaves_devices_unequal() =>
        Run(Math.Max(1, Histories / 30), new HistoryOptions { LongVectors = true });

    /// <summary>The same where others' changes are held from two files on, and accepted or taken back at random in the end.</summary>
    [Fact]
    public void No_history_with_held_changes_loses_a_version_or_leaves_devices_unequal() =>
        Run(Math.Max(1, Histories / 30), new HistoryOptions { Traits = Traits.Holds });

    /// <summary>
    /// Seeds that once failed run for ever, with the clock they failed with. A change of the engine changes a seed's history, so a story test also
    /// repeats step by step what failed.
    /// </summary>
    [Theory]
    // ConflictStoryTests.Two_resolutions_of_a_conflict_never_share_a_vector
    [InlineData(48521, true, false)]
    // TroubleStoryTests.What_every_device_has_given_up_is_waited_for_by_none
    [InlineData(893287174, false, true)]
    public void A_history_that_once_failed_passes(int seed, bool exactTimers, bool hasLongVectors) =>
        Assert.Null(HistoryRunner.Draw(seed, new HistoryOptions { ExactTimers = exactTimers, LongVectors = hasLongVectors }).Failure);

    [Theory]
    [InlineData(7)]
    [InlineData(1234)]
    public void A_seed_replays_to_the_same_trace(int seed) =>
        Assert.Equal(HistoryRunner.Draw(seed, isDetailed: true).Trace, HistoryRunner.Draw(seed, isDetailed: true).Trace);

    /// <summary>Otherwise shrinking would start with a different history than the one that failed.</summary>
    [Theory]
    [InlineData(7, 3, 40, false)]
    [InlineData(1234, 3, 40, true)]
    [InlineData(5, 4, 60, false)]
    [InlineData(9, 1, 40, false)]
    [InlineData(10, 5, 60, false)]
    public void A_drawn_history_told_in_full_is_the_same(int seed, int devices, int operations, bool hasLongVectors)
    {
        var drawn = HistoryRunner.Draw(seed, new HistoryOptions { Devices = devices, Operations = operations, LongVectors = hasLongVectors, Traits = devices == 5 ? AllTraits : Traits.None }, isDetailed: true);
        Assert.Equal(drawn.Trace, HistoryRunner.Run(drawn.History, isDetailed: true).Trace);
        Assert.Equal(devices, drawn.History.Devices.Count);
        // Each device is started, and may be edited before.
        Assert.InRange(drawn.History.Steps.Count - operations, devices, 2 * devices);
    }

    private void Run(int histories, HistoryOptions options)
    {
        output.WriteLine(first.Said);
        var failures = SeedRange.FailuresOf(first.Value, histories, options, Parallelism);
        foreach (var outcome in failures)
            output.WriteLine($"==== seed {outcome.History.Seed} ====\n{outcome.Trace}{outcome.Failure}");
        if (failures is not [var worst, ..])
            return;
        Assert.Fail(
            $"""
            {first.Said} {failures.Count} failing seeds: {string.Join(", ", failures.Select(f => f.History.Seed))}
            Replay: {RunCommand.Replay(worst.History.Seed, options)} --trace
            {worst.Trace}{worst.Failure}
            {RunCommand.Describe(Shrinker.Shrink(worst), worst)}
            """);
    }

    /// <summary>Drawn once per run, and printed also when all pass, so that a run that hangs can be repeated.</summary>
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
