using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Folders;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>What a peer's index, and what it says of ours, may cost.</summary>
public sealed class IndexCostTests
{
    /// <summary>Pings without end, from the moment that a connection exists: as when the network changes just then.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_is_sent_before_the_ClusterConfig_on_any_connection(int connections)
    {
        var (world, anna, raw) = Begin(connections: connections);
        var changes = 0;
        world.AfterStep = () =>
        {
            if (changes-- > 0)
                anna.Engine!.OnNetworkChanged();
        };
        RawPeer[] links = [.. Enumerable.Range(0, connections).Select(i => i == 0 ? raw : new RawPeer(world, "raw"))];
        foreach (var link in links)
        {
            changes = 300;
            link.Connect(anna);
            world.RunUntil("it is introduced and pinged", () => link.Received.OfType<BepMessage.Ping>().Any() && link.Received.OfType<BepMessage.ClusterConfig>().Any());
            Assert.IsType<BepMessage.ClusterConfig>(link.Received[0]);
        }
    }

    [Fact]
    public void A_peer_that_lies_about_our_index_gets_it_whole_each_time_and_a_new_ID_once_an_hour()
    {
        var (world, anna, raw) = Begin();
        var ids = new HashSet<ulong> { anna.Index.IndexId };
        for (var lie = 0; lie < 20; lie++)
        {
            raw.Connect(anna);
            raw.Send(raw.Shares(anna, knownId: anna.Index.IndexId, knownSequence: anna.Index.LocalSequence + 1 + lie));
            world.RunUntil("the index comes", () => raw.Indexes().Any());
            Assert.Contains(Assert.IsType<BepMessage.Index>(raw.Indexes().First()).Files, f => f.Name.Value == "f");
            ids.Add(anna.Index.IndexId);
        }
        Assert.Equal(2, ids.Count);

        world.RunFor(TimeSpan.FromHours(1));
        raw.Connect(anna);
        raw.Send(raw.Shares(anna, knownId: anna.Index.IndexId, knownSequence: anna.Index.LocalSequence + 1));
        world.RunUntil("the index comes", () => raw.Indexes().Any());
        Assert.True(ids.Add(anna.Index.IndexId));
    }

    /// <summary>What waited before the gap, and came into the index after it was emptied, would look like all of it from the next start on.</summary>
    [Fact]
    public void A_gap_forgets_what_is_still_queued_too()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var (world, anna, raw) = Begin(seed);
            raw.Connect(anna);
            raw.Send(raw.Shares(anna));
            raw.Send(
                raw.Index(raw.Entry("a", "x", 5, 1)), raw.Update(1, raw.Entry("b", "x", 5, 2)), raw.Update(2, raw.Entry("c", "x", 5, 3)), raw.Update(3, raw.Entry("d", "x", 5, 4)),
                raw.Update(50, raw.Entry("e", "x", 5, 51)));
            world.RunUntil("it is closed", () => raw.Ended is not null);
            Assert.Contains("gap", raw.Ended, StringComparison.Ordinal);
            world.RunFor(TimeSpan.FromSeconds(1));
            Assert.Equal((seed, 0L), (seed, anna.Index.RemoteState(raw.Id).MaxSequence));
        }
    }

    [Fact]
    public void Queued_batches_are_bounded_by_their_bytes()
    {
        var (world, anna, raw) = Begin();
        raw.Connect(anna);
        raw.Send(raw.Shares(anna));
        // The inbox is drained as fast as the others run: nothing may be lost or stuck, though each of these is more than it holds.
        const int blocks = 200_000;
        var entries = Enumerable.Range(1, 12).Select(i => raw.Entry($"big{i}", "x", 5, i) with { Blocks = new BlockList(128 << 10, (long)blocks * (128 << 10), new byte[blocks * 32]), Size = (long)blocks * (128 << 10) }).ToList();
        raw.Send(raw.Index(entries[0]));
        foreach (var entry in entries.Skip(1))
            raw.Send(raw.Update(entry.Sequence - 1, entry));
        world.RunUntil("all of it is here", () => anna.Index.RemoteState(raw.Id).MaxSequence == 12);
        Assert.Null(raw.Ended);
        Assert.True(new RemoteBatch(raw.Id, 7, entries, [], 0, true).Bytes > 12L * blocks * 32);
    }

    /// <summary>The cost of each copy does not grow with their number.</summary>
    [Fact]
    public void Thousands_of_conflict_copies_from_a_peer_are_read_once()
    {
        const int copies = 3000;
        var (world, anna, raw) = Begin();
        var pages = 0;
        raw.Connect(anna);
        raw.Send(raw.Shares(anna));
        raw.Send(raw.Index([.. Enumerable.Range(1, copies).Select(i => raw.Entry($"f{i}.sync-conflict-20260101-000000-ABCDEFG.txt", "", 5, i) with { Blocks = BlockList.EmptyFile(128 << 10) })]));
        anna.Indexes.BeforeRead = method => pages += method == "LocalPage" ? 1 : 0;
        var read = anna.State.ConflictsRead;
        world.RunUntil("all are here", () => anna.Snapshot.Counts.Local.Files == copies + 1);
        world.RunFor(TimeSpan.FromSeconds(30));

        Assert.Equal(copies, anna.State.Conflicts().Count);
        Assert.InRange(anna.State.ConflictsRead - read, 0, 10);
        // A few pages of 500 for each batch that was placed, not for each copy.
        Assert.InRange(pages, 0, 600);
        anna.User.Delete("f7.sync-conflict-20260101-000000-ABCDEFG.txt");
        world.Scan(anna);
        Assert.Equal(copies - 1, anna.State.Conflicts().Count);
    }

    private static (SimulatedWorld World, SimulatedDevice Anna, RawPeer Raw) Begin(int seed = 1, int connections = 0)
    {
        var world = new SimulatedWorld(seed, ["anna"]);
        var (anna, raw) = (world["anna"], new RawPeer(world, "raw"));
        anna.Configure([anna], f => f with { Devices = [raw.Id] }, e => e with { Devices = [new DeviceConfig { Id = raw.Id, Name = "raw", Addresses = [], NumConnections = connections }] });
        anna.User.WriteFile("f", "hello");
        anna.Start();
        world.RunUntil("anna has scanned", () => anna.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
        return (world, anna, raw);
    }
}
