using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Status;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>How the engine handles messages that no correct peer sends, or only one with a history.</summary>
public sealed class RawPeerTests
{
    private readonly SimulatedWorld _world = new("anna");
    private readonly RawPeer _raw;

    public RawPeerTests()
    {
        _raw = new RawPeer(_world, "raw");
        _world.Configure(
            f => f with { Devices = [_raw.Id] },
            e => e with { Devices = [new DeviceConfig { Id = _raw.Id, Name = "raw", Addresses = [] }] });
        Anna.User.WriteFile("f", "hello");
        Anna.User.WriteFile("g", "hello");
        Anna.User.WriteFile("ignored", "secret");
        Anna.User.WriteFile(".stignore", "ignored\n");
        Anna.User.WriteFile(".stversions/old", "old");
        _world.StartAll();
        _world.RunUntil("anna has scanned", () => Anna.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
    }

    private SimulatedDevice Anna => _world["anna"];

    [Fact]
    public void Internal_names_are_neither_taken_nor_given()
    {
        Begin();
        string[] names = [".stfolder", ".stfolder/x", ".stignore", ".stversions/old", ".STIGNORE", ".syncthing.f.tmp", "d/.syncthing.f.tmp"];
        _raw.Send(_raw.Index([.. names.Select((n, i) => _raw.Entry(n, "bad", 5, i + 1))]));
        _world.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal("ignored\n", Anna.User.ReadText(".stignore"));
        Assert.Equal("old", Anna.User.ReadText(".stversions/old"));
        Assert.DoesNotContain(_raw.Received, m => m is BepMessage.Request);
        var asked = 100;
        foreach (var name in names)
        {
            _raw.Send(_raw.Ask(++asked, name, 3));
            Assert.NotEqual(ErrorCode.NoError, _raw.Answer(asked).Code);
        }
        Assert.Null(_raw.Ended);
    }

    [Fact]
    public void Only_what_is_announced_is_given()
    {
        Begin();
        _raw.Send(_raw.Ask(1, "f", 5), _raw.Ask(2, "ignored", 6), _raw.Ask(3, "nothing", 1), _raw.Ask(4, "f", 6), _raw.Ask(5, "f", 2, offset: 4), _raw.Ask(6, "f", 1, folder: "other"));
        Assert.Equal("hello"u8.ToArray(), _raw.Answer(1).Data.Span.ToArray());
        foreach (var id in (int[])[2, 3, 4, 5, 6])
            Assert.NotEqual((id, ErrorCode.NoError), (id, _raw.Answer(id).Code));
        Anna.User.Delete("g");
        Anna.User.MakeOther("g");
        _raw.Send(_raw.Ask(7, "g", 5));
        Assert.NotEqual(ErrorCode.NoError, _raw.Answer(7).Code);
        Assert.Null(_raw.Ended);
    }

    [Fact]
    public void Nothing_is_answered_before_the_peer_says_what_it_shares()
    {
        BepMessage[] early = [_raw.Ask(1, "f", 5), _raw.Index(_raw.Entry("a", "x", 5, 1)), _raw.Update(0, _raw.Entry("a", "x", 5, 1)), new BepMessage.DownloadProgress(SimulatedDevice.Folder, [])];
        foreach (var message in early)
        {
            _raw.Connect(Anna);
            _raw.Send(message);
            _world.RunUntil("it is closed", () => _raw.Ended is not null);
            Assert.Contains("before its ClusterConfig", _raw.Ended, StringComparison.Ordinal);
            Assert.DoesNotContain(_raw.Received, m => m is BepMessage.Response);
        }
        // A second ClusterConfig reports a change of sharing.
        Begin();
        _raw.Send(_raw.Shares(Anna));
        Assert.Null(_raw.Ended);
    }

    [Fact]
    public void An_index_of_an_unshared_folder_ends_the_connection()
    {
        Begin();
        _raw.Send(new BepMessage.Index(new FolderId("other"), [], 0));
        _world.RunUntil("it is closed", () => _raw.Ended is not null);
        Assert.Contains("not shared", _raw.Ended, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_of_a_folder_that_is_paused_meanwhile_is_left_alone()
    {
        Begin();
        Anna.Configure([], f => f with { Devices = [_raw.Id], Paused = true }, e => e with { Devices = [new DeviceConfig { Id = _raw.Id, Name = "raw", Addresses = [] }] });
        _world.RunUntil("it is paused", () => Anna.Snapshot.State == FolderState.Paused);
        _raw.Send(_raw.Index(_raw.Entry("f", null, 99, 1)));
        _world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Null(_raw.Ended);
        Assert.Equal("hello", Anna.User.ReadText("f"));
    }

    [Fact]
    public void A_flood_of_requests_ends_the_connection_and_nothing_else()
    {
        Begin();
        _raw.Send([.. Enumerable.Range(1, 60_000).Select(i => _raw.Ask(i, "f", 5))]);
        _world.RunFor(TimeSpan.FromSeconds(10));
        Assert.Contains("blocks at once", _raw.Ended, StringComparison.Ordinal);
        _raw.Connect(Anna);
        _raw.Send(_raw.Shares(Anna));
        _raw.Send(_raw.Ask(1, "f", 5));
        Assert.Equal(ErrorCode.NoError, _raw.Answer(1).Code);
    }

    [Fact]
    public void Another_index_ID_drops_what_was_announced_under_the_old_one()
    {
        Begin();
        _raw.Send(_raw.Index(_raw.Entry("theirs", "x", 5, 1)));
        _world.RunUntil("it is needed", () => Anna.Snapshot.Counts.Global.Files == 3);
        _raw.Connect(Anna);
        Assert.Equal((7UL, 1L), (_raw.KnownOfMe().IndexId, _raw.KnownOfMe().MaxSequence));
        _raw.Send(_raw.Shares(Anna, indexId: 8));
        _world.RunUntil("it is forgotten", () => Anna.Snapshot.Counts.Global.Files == 2);
        Assert.Equal("hello", Anna.User.ReadText("f"));
    }

    [Fact]
    public void Who_knows_the_index_gets_only_what_is_new()
    {
        Begin();
        var index = Anna.Index;
        _raw.Connect(Anna);
        _raw.Send(_raw.Shares(Anna, knownId: index.IndexId, knownSequence: index.LocalSequence));
        Anna.User.WriteFile("h", "new");
        _world.Scan(Anna);
        _world.RunFor(TimeSpan.FromSeconds(1));
        var update = Assert.IsType<BepMessage.IndexUpdate>(Assert.Single(_raw.Indexes()));
        Assert.Equal("h", Assert.Single(update.Files).Name.Value);
    }

    [Fact]
    public void Who_knows_more_of_the_index_than_there_is_gets_a_new_one_whole()
    {
        Begin();
        var before = Anna.Index.IndexId;
        _raw.Connect(Anna);
        _raw.Send(_raw.Shares(Anna, knownId: before, knownSequence: Anna.Index.LocalSequence + 1));
        _world.RunUntil("the index comes", () => _raw.Indexes().Any());
        Assert.NotEqual(before, Anna.Index.IndexId);
        Assert.Contains(Assert.IsType<BepMessage.Index>(_raw.Indexes().First()).Files, f => f.Name.Value == "f");
    }

    [Fact]
    public void Holes_are_normal_but_a_gap_behind_what_was_sent_asks_for_all_once()
    {
        Begin();
        _raw.Send(_raw.Index(_raw.Entry("a", "x", 5, 3)));
        _raw.Send(_raw.Update(3, _raw.Entry("b", "x", 6, 900)));
        _world.RunUntil("both are needed", () => Anna.Snapshot.Counts.Global.Files == 4);
        Assert.Null(_raw.Ended);
        _raw.Send(_raw.Update(950, _raw.Entry("c", "x", 7, 1000)));
        _world.RunUntil("it is closed", () => _raw.Ended is not null);
        Assert.Contains("gap", _raw.Ended, StringComparison.Ordinal);

        _raw.Connect(Anna);
        _world.RunUntil("all is asked for", () => _raw.Received.OfType<BepMessage.ClusterConfig>().Any());
        Assert.Equal((0UL, 0L), (_raw.KnownOfMe().IndexId, _raw.KnownOfMe().MaxSequence));
        _raw.Send(_raw.Shares(Anna));
        _raw.Send(_raw.Index(_raw.Entry("a", "x", 5, 3)), _raw.Update(950, _raw.Entry("c", "x", 7, 1000)));
        _world.RunUntil("it is taken", () => Anna.Snapshot.Counts.Global.Files == 4);
        // Once per index: a peer that always has a gap is not asked for ever.
        Assert.Null(_raw.Ended);
    }

    [Fact]
    public void An_entry_that_is_refused_takes_the_older_one_with_it()
    {
        Begin();
        _raw.Send(_raw.Index(_raw.Entry("a", "x", 5, 1), _raw.Entry("b", "x", 5, 2)));
        _world.RunUntil("both are needed", () => Anna.Snapshot.Counts.Global.Files == 4);
        // A counter that could not be raised any more.
        _raw.Send(_raw.Update(2, _raw.Entry("a", "y", ulong.MaxValue, 3)));
        _world.RunUntil("it is forgotten", () => Anna.Snapshot.Counts.Global.Files == 3);
        Assert.Null(_raw.Ended);
        Assert.Contains(Anna.Snapshot.ScanProblems, p => p.Path == "a");
        Assert.Empty(Anna.Index.Holders(FileName.Parse("a")));
        Assert.Equal(3, Anna.Index.RemoteState(_raw.Id).MaxSequence);
    }

    [Fact]
    public void Wrong_late_and_unknown_answers_do_no_harm()
    {
        Begin();
        _raw.Send(_raw.Index(_raw.Entry("a", "right", 5, 1)));
        _world.RunUntil("it is asked for", () => _raw.Received.OfType<BepMessage.Request>().Any());
        for (var i = 0; i < 4; i++)
        {
            var request = _raw.Received.OfType<BepMessage.Request>().Last();
            _raw.Send(new BepMessage.Response(request.Id + 1000, PooledOf("what"), ErrorCode.NoError), new BepMessage.Response(request.Id, PooledOf(i % 2 == 0 ? "wrong" : "wrong size"), ErrorCode.NoError));
            _raw.Send(new BepMessage.Response(request.Id, PooledOf("right"), ErrorCode.NoError));
            _world.RunFor(TimeSpan.FromSeconds(1));
            Assert.False(Anna.User.Exists("a"));
            Assert.NotEmpty(Anna.Snapshot.PullProblems);
            _world.RunUntil("it is asked for again", () => _raw.Received.OfType<BepMessage.Request>().Last() != request);
        }
        _raw.Send(new BepMessage.Response(_raw.Received.OfType<BepMessage.Request>().Last().Id, PooledOf("right"), ErrorCode.NoError));
        _world.RunUntil("it is here", () => Anna.User.Exists("a"));
        Assert.Equal("right", Anna.User.ReadText("a"));
        Assert.Null(_raw.Ended);
    }

    private static FolderSync.Protocol.PooledBytes PooledOf(string text)
    {
        var bytes = FolderSync.Protocol.PooledBytes.Rent(text.Length);
        System.Text.Encoding.UTF8.GetBytes(text, bytes.Span);
        return bytes;
    }

    /// <summary>A request comes from a peer: its numbers may be anything.</summary>
    [Fact]
    public void Requests_beyond_every_file_are_refused_and_the_link_lives_on()
    {
        Begin();
        var fetched = _raw.Entry("big", "x", 5, 1) with { Blocks = new BlockList(128 << 10, 300_000, new byte[3 * 32]), Size = 300_000 };
        _raw.Send(_raw.Index(fetched));
        _world.RunUntil("anna fetches it", () => _raw.Received.OfType<BepMessage.Request>().Any());
        const long block = 128 << 10;
        long[] offsets = [block << 31, (block << 31) + block, block << 32, (block << 33) - block, block << 45, long.MaxValue, long.MaxValue - block, long.MaxValue - 5, 1L << 62];
        var id = 100;
        foreach (var offset in offsets)
        {
            foreach (var size in (int[])[0, 1, 5, (int)block, 32 << 20])
            {
                foreach (var name in (string[])["big", "f"])
                    _raw.Send(_raw.Ask(++id, name, size, offset) with { FromTemporary = true }, _raw.Ask(++id, name, size, offset));
            }
        }
        for (var asked = 101; asked <= id; asked++)
            Assert.NotEqual((asked, ErrorCode.NoError), (asked, _raw.Answer(asked).Code));
        Assert.Null(_raw.Ended);
        _raw.Send(_raw.Ask(1, "f", 5));
        Assert.Equal("hello"u8.ToArray(), _raw.Answer(1).Data.Span.ToArray());
        _world.Network.Drop(_raw.Id);
        _world.RunUntil("anna notices that it has gone", () => Anna.Engine!.Devices.All(d => !d.Connected));
    }

    [Fact]
    public void Sequences_whose_sum_is_more_than_a_number_holds_are_no_fault_of_ours()
    {
        Begin();
        _raw.Send(new BepMessage.Index(SimulatedDevice.Folder, [_raw.Entry("a", null, 5, long.MaxValue - 1)], long.MaxValue - 1));
        _world.RunFor(TimeSpan.FromSeconds(5));
        var other = new RawPeer(_world, "other");
        Assert.Equal(long.MaxValue - 1, Anna.Index.Counts.RemoteSequence);
        DeviceConfig[] both = [new DeviceConfig { Id = _raw.Id, Name = "raw", Addresses = [] }, new DeviceConfig { Id = other.Id, Name = "other", Addresses = [] }];
        _world.Configure(f => f with { Devices = [_raw.Id, other.Id] }, e => e with { Devices = [.. both] });
        _world.RunUntil("anna knows the other, too", () => Anna.Engine!.Devices.Count == 2);
        other.Connect(Anna);
        other.Send(other.Shares(Anna));
        other.Send(new BepMessage.Index(SimulatedDevice.Folder, [other.Entry("a", null, 5, long.MaxValue - 1)], long.MaxValue - 1));
        _world.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal("", Anna.Snapshot.Error);
        Assert.Equal(2, Anna.Index.Remotes().Count);
        Assert.Equal(long.MaxValue, Anna.Index.Counts.RemoteSequence);
        Assert.Null(other.Ended);
    }

    private void Begin()
    {
        _raw.Connect(Anna);
        _raw.Send(_raw.Shares(Anna));
    }
}
