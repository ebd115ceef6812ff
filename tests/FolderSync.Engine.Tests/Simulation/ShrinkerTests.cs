using FolderSync.Simulator.Disks;
using FolderSync.Simulator.Histories;
using FolderSync.Simulator.Shrinking;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

public sealed class ShrinkerTests
{
    private static readonly ShrinkLimits Unlimited = new(int.MaxValue, TimeSpan.MaxValue);

    [Fact]
    public void Delta_debugging_leaves_what_is_needed_and_nothing_else()
    {
        var random = new Random(1);
        for (var n = 0; n < 300; n++)
        {
            var items = Enumerable.Range(0, random.Next(1, 60)).ToList();
            var needed = items.Where(_ => random.Next(8) == 0).ToList();
            Assert.Equal(needed, DeltaDebugging.Minimize(items, left => needed.All(left.Contains)));
        }
    }

    /// <summary>Runs no histories: whether one fails depends on its steps alone, so the expected result is known.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(200)]
    public void An_artificial_failure_shrinks_to_the_steps_it_needs(int firstSeed)
    {
        var drawn = Enumerable.Range(firstSeed, 100).Select(seed => HistoryRunner.Draw(seed, new HistoryOptions { Operations = 80 }).History).First(h => WriteThenCrash(h) is not null);
        var shrunk = new Shrinker(WriteThenCrash, Unlimited, TimeProvider.System).Shrink(drawn, WriteThenCrash(drawn)!);
        Assert.False(shrunk.IsUnfinished);
        var history = shrunk.History;
        Assert.Equal([typeof(Operation.Write), typeof(Operation.Crash)], history.Steps.Select(s => s.Operation.GetType()));
        var write = (Operation.Write)history.Steps[0].Operation;
        Assert.Equal(("a", Operation.Write.MinLength), (write.Name, write.Length));
        Assert.Equal(2, history.Devices.Count);
        Assert.All(history.Devices, d => Assert.Equal((0, new MemoryDiskOptions()), (d.SkewSeconds, d.Disk)));
        Assert.All(history.Steps, s => Assert.Equal(Pause.None, s.Pause));
        // Its draws still come from its own position in the seed's stream.
        Assert.All(history.Steps, s => Assert.Contains(drawn.Steps, d => d.Draws == s.Draws));
    }

    [Fact]
    public void A_smaller_history_that_fails_in_another_way_is_not_the_failure()
    {
        var drawn = HistoryRunner.Draw(1, new HistoryOptions { Operations = 60 }).History;
        var shrunk = new Shrinker(h => h.Steps.Count < 5 ? new Failure(FailureKind.Livelock, "") : new Failure(FailureKind.Lost, ""), Unlimited, TimeProvider.System)
            .Shrink(drawn, new Failure(FailureKind.Lost, ""));
        Assert.Equal((5, FailureKind.Lost), (shrunk.History.Steps.Count, shrunk.Failure.Kind));
    }

    [Fact]
    public void At_its_limit_it_gives_what_it_has_and_says_so()
    {
        var drawn = HistoryRunner.Draw(1, new HistoryOptions { Operations = 60 }).History;
        var runs = 0;
        var shrunk = new Shrinker(_ => ++runs > 0 ? new Failure(FailureKind.Lost, "") : null, new ShrinkLimits(3, TimeSpan.MaxValue), TimeProvider.System)
            .Shrink(drawn, new Failure(FailureKind.Lost, ""));
        Assert.Equal((3, 3, true), (runs, shrunk.Runs, shrunk.IsUnfinished));
        Assert.InRange(shrunk.History.Steps.Count, 1, drawn.Steps.Count / 4);
    }

    /// <summary>Runs real histories with an oracle that is wrong on purpose: each candidate runs, and the smallest one fails again.</summary>
    [Fact]
    public void A_failure_of_real_histories_shrinks_and_still_fails()
    {
        var options = new HistoryOptions { Operations = 60 };
        var failing = Enumerable.Range(1, 200).Select(seed => HistoryRunner.Draw(seed, options, alsoAsked: NothingSyncedIsRenamed)).First(o => o.Failure is not null);
        var shrunk = new Shrinker(h => HistoryRunner.Run(h, alsoAsked: NothingSyncedIsRenamed).Failure, Unlimited, TimeProvider.System)
            .Shrink(failing.History, failing.Failure!);
        Assert.False(shrunk.IsUnfinished);
        Assert.Equal(2, shrunk.History.Devices.Count);
        Assert.InRange(shrunk.History.Steps.Count, 1, 4);
        Assert.Equal(shrunk.Failure, HistoryRunner.Run(shrunk.History, alsoAsked: NothingSyncedIsRenamed).Failure);
        Assert.Null(HistoryRunner.Run(shrunk.History).Failure);
    }

    private static Failure? WriteThenCrash(History history)
    {
        var write = history.Steps.Select(s => s.Operation).TakeWhile(o => o is not Operation.Crash).OfType<Operation.Write>().FirstOrDefault();
        return write is not null && history.Steps.Any(s => s.Operation is Operation.Crash crash && crash.Device != write.Device)
            ? new Failure(FailureKind.Lost, "A write, then a crash elsewhere.")
            : null;
    }

    private static Failure? NothingSyncedIsRenamed(HistoryWorld world) =>
        world.Devices.Count > 1 && world.Devices.All(d => d.User.Tree().Any(i => i.Path.StartsWith("moved", StringComparison.Ordinal)))
            ? new Failure(FailureKind.Lost, "Something was renamed.")
            : null;
}
