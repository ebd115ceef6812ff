using CsCheck;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Pulling;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>The pull order applies to all needed items, however many there are.</summary>
public sealed class PullOrderTests
{
    private static readonly Gen<FileEntry> GenFile = Gen.Select(Gen.Int[0, 500], Gen.Long[0, 20], Gen.Long[-5, 5], Gen.Int[0, 3]).Select((n, size, seconds, nanoseconds) =>
        new FileEntry { Name = FileName.Parse($"f{n}"), Size = size, Modified = new FileTime(seconds, nanoseconds) });

    [Fact]
    public void Bounded_passes_give_the_same_order_as_sorting_all() =>
        Gen.Select(GenFile.Array[0, 200], Gen.Enum<PullOrder>(), Gen.Int[1, 60], Gen.ULong).Sample((drawn, order, capacity, seed) =>
        {
            var files = drawn.DistinctBy(f => f.Name).ToList();
            var selection = new PullSelection(order, seed, capacity);
            var taken = new List<FileName>();
            do
            {
                files.ForEach(selection.Offer);
                var part = selection.Take();
                Assert.True(part.Count <= capacity);
                taken.AddRange(part);
            }
            while (selection.HasMore);
            Assert.Equal(files.OrderBy(f => PullRank.Of(order, f, seed)).Select(f => f.Name), taken);
        });

    [Fact]
    public void Ranks_are_by_size_time_and_name()
    {
        FileEntry small = new() { Name = FileName.Parse("z"), Size = 1, Modified = new FileTime(2, 0) }, large = new() { Name = FileName.Parse("a"), Size = 2, Modified = new FileTime(1, 999_999_999) };
        Assert.True(IsFirst(small, large, PullOrder.SmallestFirst));
        Assert.True(IsFirst(large, small, PullOrder.LargestFirst));
        Assert.True(IsFirst(large, small, PullOrder.OldestFirst));
        Assert.True(IsFirst(small, large, PullOrder.NewestFirst));
        Assert.True(IsFirst(large, small, PullOrder.Alphabetic));
        var firsts = Enumerable.Range(0, 100).Count(seed => PullRank.Of(PullOrder.Random, small, (ulong)seed).CompareTo(PullRank.Of(PullOrder.Random, large, (ulong)seed)) < 0);
        Assert.InRange(firsts, 25, 75);
    }

    [Theory]
    [InlineData(PullOrder.SmallestFirst)]
    [InlineData(PullOrder.LargestFirst)]
    [InlineData(PullOrder.Alphabetic)]
    public void Files_are_fetched_in_order_over_all_that_is_needed(PullOrder order)
    {
        const int files = 1500;
        var world = new SimulatedWorld("anna", "bert");
        var (anna, bert) = (world["anna"], world["bert"]);
        for (var i = 0; i < files; i++)
            anna.User.WriteFile($"{i:0000}", new string('x', files - i));
        // Everything is announced before anything is fetched.
        bert.Configure(world.Devices, f => f with { Type = FolderType.SendOnly });
        world.StartAll();
        world.RunUntil("all is announced", () => bert.Snapshot.Counts.Global.Files == files && bert.Snapshot.LastScan is not null);
        var started = new List<string>();
        using var listening = bert.Engine!.Events.Listen(e =>
        {
            if (e.Event is EngineEvent.ItemStarted item)
                started.Add(item.Name.Value);
        });
        bert.Configure(world.Devices, f => f with { Order = order });
        world.RunUntilSynced();

        Assert.Equal(files, started.Count);
        var wanted = Enumerable.Range(0, files).Select(i => $"{i:0000}").ToList();
        if (order == PullOrder.SmallestFirst)
            wanted.Reverse();
        // 96 transfers run at once, and up to 512 files are placed at once.
        Assert.Subset(wanted.Take(700).ToHashSet(), started.Take(90).ToHashSet());
        Assert.Subset(wanted.TakeLast(700).ToHashSet(), started.TakeLast(90).ToHashSet());
    }

    private static bool IsFirst(FileEntry a, FileEntry b, PullOrder order) => PullRank.Of(order, a, 7).CompareTo(PullRank.Of(order, b, 7)) < 0;
}
