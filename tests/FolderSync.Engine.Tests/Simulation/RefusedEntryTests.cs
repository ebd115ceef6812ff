using System.Text;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Status;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Entries that break a rule or are at a limit: how the engine handles them, their connection, and what derives from them.</summary>
public sealed class RefusedEntryTests
{
    private const int MaxCounters = 1000;
    private const ulong MaxCounter = 1UL << 40;

    private readonly SimulatedWorld _world = new("anna", "bert");
    private readonly RawPeer _raw;

    public RefusedEntryTests()
    {
        _raw = new RawPeer(_world, "raw");
        Anna.Configure(
            _world.Devices,
            f => f with { Devices = [_raw.Id, Bert.Id] },
            e => e with { Devices = [.. e.Devices, new DeviceConfig { Id = _raw.Id, Name = "raw", Addresses = [] }] });
        _world.StartAll();
        _world.RunUntil("both have scanned", () => _world.Devices.All(d => d.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null));
        _world.RunUntil("the two are connected", () => Bert.Engine!.Devices.All(d => d.Connected));
        _raw.Connect(Anna);
        _raw.Send(_raw.Shares(Anna));
    }

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    private static VersionVector Full => VersionVector.Of(Enumerable.Range(1, MaxCounters).Select(i => new Counter(new ShortId((ulong)i << 40), 1)));

    public static TheoryData<string> AtTheLimit => ["counters", "own counter", "merged"];

    private VersionVector Limit(string which) => which switch
    {
        "counters" => Full,
        "own counter" => VersionVector.Of([new Counter(Anna.Id.Short, MaxCounter)]),
        _ => VersionVector.Of(Enumerable.Range(1, 999).Select(i => new Counter(new ShortId((ulong)i), 1)).Append(new Counter(Anna.Id.Short, MaxCounter))),
    };

    [Theory]
    [MemberData(nameof(AtTheLimit))]
    public void An_edit_at_the_limit_is_taken_by_every_other_device(string which)
    {
        Announce("a", "theirs", Limit(which), 1);
        _world.RunUntil("bert has it", () => Bert.User.Exists("a") && Bert.User.ReadText("a") == "theirs");
        for (var edit = 0; edit < 5; edit++)
        {
            var device = edit % 2 == 0 ? Anna : Bert;
            device.User.WriteFile("a", "edit " + edit);
            _world.Scan(device);
            _world.RunUntil($"edit {edit} is everywhere", () => _world.Devices.All(d => d.User.ReadText("a") == "edit " + edit));
        }
        AssertLasting();
        Assert.DoesNotContain(Copies(Anna), c => c.Contains("edit", StringComparison.Ordinal));
        // If raw were a FolderSync, it would accept what it receives.
        Assert.All(
            _raw.Indexes().SelectMany(m => m is BepMessage.Index i ? i.Files : ((BepMessage.IndexUpdate)m).Files),
            f => Assert.True(f.Version.Counters.Length <= MaxCounters && f.Version.Counters.All(c => c.Value <= MaxCounter), f.Name.Value));
    }

    [Theory]
    [MemberData(nameof(AtTheLimit))]
    public void Concurrent_edits_at_the_limit_both_survive_on_every_device(string which)
    {
        Announce("a", "theirs", Limit(which), 1);
        _world.RunUntil("bert has it", () => Bert.User.Exists("a") && Bert.User.ReadText("a") == "theirs");
        for (var round = 0; round < 3; round++)
        {
            _world.Network.Partition(Anna.Id, Bert.Id);
            Anna.User.WriteFile("a", $"anna's {round}");
            _world.Scan(Anna);
            Bert.User.WriteFile("a", $"bert's {round}");
            _world.Scan(Bert);
            _world.RunFor(TimeSpan.FromSeconds(2));
            _world.Network.Heal(Anna.Id, Bert.Id);
            _world.RunUntil("all is settled", () => Settled($"anna's {round}", $"bert's {round}"));
        }
        AssertLasting();
    }

    [Fact]
    public void A_file_at_the_limit_is_deleted_for_all_or_comes_back_for_all()
    {
        Announce("a", "theirs", Full, 1);
        _world.RunUntil("bert has it", () => Bert.User.Exists("a"));
        Anna.User.Delete("a");
        _world.Scan(Anna);
        _world.RunFor(TimeSpan.FromMinutes(10));
        _world.RunUntil("all is settled", () => Settled());
        Assert.All(_world.Devices, d => Assert.Empty(d.Snapshot.ScanProblems));
    }

    [Fact]
    public void A_bad_entry_is_told_of_and_does_nothing_else()
    {
        _raw.Send(_raw.Index(_raw.Entry("a", "x", 5, 1), _raw.Entry("b", "x", 5, 2)));
        _world.RunUntil("both are needed", () => Anna.Snapshot.Counts.Need.Files == 2);
        FileEntry[] bad =
        [
            _raw.Entry("a", "y", MaxCounter + 1, 3),
            _raw.Entry("many", "y", 5, 4) with { Version = VersionVector.Of(Full.Counters.Append(new Counter(_raw.Id.Short, 1))) },
            _raw.Entry("big", "y", 5, 5) with { Platform = new byte[(64 << 10) + 1] },
            _raw.Entry("link", null, 5, 6) with { Deleted = false, Type = FileType.Symlink, SymlinkTarget = new string('t', 4097) },
            _raw.Entry("x", "y", 5, 7) with { Name = Deep(257, "e") },
            _raw.Entry("x", "y", 5, 8) with { Name = Deep(49_000) },
            _raw.Entry("x", "y", 5, 9) with { Name = default(FileName).Child("..").Child("up") },
            _raw.Entry("nothing", null, 5, 10) with { Deleted = false },
        ];
        _raw.Send(_raw.Update(2, bad));
        _world.RunUntil("all are reported", () => Problems().Count >= bad.Length);
        Assert.Null(_raw.Ended);
        Assert.All(Problems(), p => Assert.Contains("raw", p.Reason, StringComparison.Ordinal));
        Assert.All((string[])["a", "many", "big", "link", "nothing"], n => Assert.Contains(Problems(), p => p.Path == n));
        // What was known of the name is no longer true: it is needed from no device, and the device counts as not having it.
        Assert.Equal((1, 1), (Anna.Snapshot.Counts.Need.Files, Anna.Snapshot.Counts.Global.Files));
        Assert.Empty(Anna.Index.Holders(FileName.Parse("a")));
        // It was received nevertheless: nothing is requested again.
        _raw.Send(_raw.Update(10, _raw.Entry("c", "x", 6, 11)));
        _world.RunUntil("the next is taken", () => Anna.Snapshot.Counts.Global.Files == 2);
        Assert.Null(_raw.Ended);
        Assert.Equal(11, Anna.Index.RemoteState(_raw.Id).MaxSequence);

        Restart();
        Assert.Equal((7UL, 11L), (_raw.KnownOfMe().IndexId, _raw.KnownOfMe().MaxSequence));
        Assert.Equal(bad.Length, Problems().Count);
        _raw.Send(_raw.Update(11, _raw.Entry("a", "good", 7, 12), _raw.Entry("many", "good", 7, 13), _raw.Entry("big", null, 7, 14)));
        _world.RunUntil("they are taken", () => Anna.Snapshot.Counts.Need.Files == 4);
        Assert.Equal(bad.Length - 3, Problems().Count);
        Assert.Equal([_raw.Id], Anna.Index.Holders(FileName.Parse("a")));
        // A complete index without them clears the problem.
        _raw.Send(_raw.Index(_raw.Entry("a", "good", 7, 12)));
        _world.RunUntil("it is no longer reported", () => Problems().Count == 0);
    }

    [Fact]
    public void Of_two_entries_of_one_name_the_later_counts()
    {
        _raw.Send(_raw.Index(
            _raw.Entry("good last", "x", MaxCounter + 1, 1), _raw.Entry("bad last", "x", 5, 2), _raw.Entry(".stignore", "x", 5, 3),
            _raw.Entry("good last", "x", 6, 4), _raw.Entry("bad last", "x", MaxCounter + 1, 5)));
        _world.RunUntil("they are taken", () => Problems().Count > 0);
        Assert.Equal([".stignore", "bad last"], Problems().Select(p => p.Path).Order(StringComparer.Ordinal));
        Assert.Equal([_raw.Id], Anna.Index.Holders(FileName.Parse("good last")));
        Assert.Empty(Anna.Index.Holders(FileName.Parse("bad last")));
    }

    [Fact]
    public void A_flood_of_bad_entries_is_bounded_and_told_with_its_number()
    {
        _raw.Send(_raw.Index());
        var sequence = 1;
        for (var message = 0; message < 40; message++)
            _raw.Send(_raw.Update(sequence - 1, [.. Enumerable.Range(0, 500).Select(_ => _raw.Entry($"bad {sequence}", "x", MaxCounter + 1, sequence++))]));
        _world.RunUntil("they are taken", () => Anna.Index.RemoteState(_raw.Id).MaxSequence == sequence - 1);
        Assert.Null(_raw.Ended);
        Assert.InRange(Problems().Count, 2, 101);
        Assert.Contains(Problems(), p => p.Reason.Contains((sequence - 1 - 100).ToString("N0"), StringComparison.Ordinal));
        Assert.InRange(Anna.State.DocumentsPut, 1, 10);
        Anna.User.WriteFile("beside", "x");
        _world.Scan(Anna);
        _world.RunUntil("all else goes on", () => Bert.User.Exists("beside"));
        // They become valid: nothing remains of the problem.
        for (var first = 1; first < sequence; first += 1000)
            _raw.Send(_raw.Update(sequence - 1, [.. Enumerable.Range(first, 1000).Select(n => _raw.Entry($"bad {n}", null, 9, sequence + n))]));
        _world.RunUntil("nothing is reported", () => Problems().Count == 0);
    }

    [Fact]
    public void A_request_for_a_path_that_nobody_can_have_is_answered()
    {
        _raw.Send(new BepMessage.Request(1, SimulatedDevice.Folder, Deep(300), 0, 5, default, false, 0), new BepMessage.Request(2, SimulatedDevice.Folder, Deep(49_000), 0, 5, default, true, 0));
        Assert.Equal((ErrorCode.NoSuchFile, ErrorCode.NoSuchFile), (_raw.Answer(1).Code, _raw.Answer(2).Code));
        Assert.Null(_raw.Ended);
    }

    [Fact]
    public void The_deepest_and_longest_paths_there_may_be_are_synced()
    {
        var (deep, longest) = (Deep(256), FileName.Parse(string.Join('/', Enumerable.Repeat(new string('x', 240), 17))));
        Announce((_raw.Entry("x", "deep", 5, 1) with { Name = deep }, "deep"), (_raw.Entry("x", "long", 5, 2) with { Name = longest }, "long"));
        _world.RunUntil("bert has them", () => Bert.User.Exists(deep.Value) && Bert.User.Exists(longest.Value));
        Bert.User.WriteFile(longest.Value, "edited");
        _world.Scan(Bert);
        _world.RunUntil("anna has the edit", () => Anna.User.ReadText(longest.Value) == "edited");
        AssertLasting();
    }

    [Fact]
    public void A_local_tree_deeper_than_is_synced_is_told_of_and_the_rest_is_synced()
    {
        Anna.User.WriteFile(string.Join('/', Enumerable.Repeat("e", 300)), "too deep");
        Anna.User.WriteFile("beside", "x");
        _world.Scan(Anna);
        _world.RunUntil("the rest is there", () => Bert.User.Exists("beside") && Bert.User.Exists(string.Join('/', Enumerable.Repeat("e", 256))));
        Assert.Contains("deeper", Assert.Single(Anna.Snapshot.ScanProblems).Reason, StringComparison.Ordinal);
        var sequence = Anna.Index.LocalSequence;
        _world.Scan(Anna);
        _world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal((sequence, 0), (Anna.Index.LocalSequence, Bert.Snapshot.Counts.Need.Items));
        // After moving it up, it is synced.
        Anna.User.Rename("e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e/e", "up");
        _world.Scan(Anna);
        _world.RunUntil("bert has all", () => _world.AreEqual());
        AssertLasting();
    }

    private static FileName Deep(int levels, string part = "d") => default(FileName).Child(string.Join('/', Enumerable.Repeat(part, levels)));

    private List<FolderSync.Filesystem.FileProblem> Problems() => [.. Anna.Snapshot.ScanProblems];

    private static IEnumerable<string> Copies(SimulatedDevice device) =>
        device.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal)).Select(i => i.ToString()).Where(i => i.Contains("sync-conflict", StringComparison.Ordinal));

    private bool Settled(params string[] contents) =>
        _world.AreEqual() && _world.Devices.All(d =>
            d.Snapshot is { State: FolderState.Idle, Counts.Need.Items: 0 } &&
            contents.All(c => d.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal)).Any(i => Encoding.UTF8.GetString(i.Content) == c)));

    /// <summary>All are in sync, nothing was refused, no connection ended, and nothing more happens.</summary>
    private void AssertLasting()
    {
        Assert.Null(_raw.Ended);
        _world.RunUntil("all is settled", () => Settled());
        var sequences = _world.Devices.Select(d => d.Index.LocalSequence).ToList();
        _world.RunFor(TimeSpan.FromMinutes(30));
        Assert.Equal(sequences, _world.Devices.Select(d => d.Index.LocalSequence));
        Assert.All(_world.Devices, d => Assert.True(d.Snapshot.ScanProblems.Count == 0, string.Join(' ', d.Snapshot.ScanProblems.Select(p => p.Reason))));
        Assert.True(Bert.Engine!.Devices.Single().Connected);
    }

    private void Restart()
    {
        Anna.Stop();
        _world.RunUntil("anna has ended", () => !Anna.IsRunning);
        Anna.Start();
        _world.RunUntil("anna has scanned", () => Anna.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
        _raw.Connect(Anna);
        _world.RunUntil("raw is notified", () => _raw.Received.OfType<BepMessage.ClusterConfig>().Any());
        _raw.Send(_raw.Shares(Anna));
    }

    private void Announce(string path, string content, VersionVector version, long sequence) =>
        Announce((_raw.Entry(path, content, 1, sequence) with { Version = version, Modified = new FileTime(1_000_000_000, 0) }, content));

    /// <summary>Announces files and serves the requests until the other side has them.</summary>
    private void Announce(params (FileEntry Entry, string Content)[] files)
    {
        var contents = files.ToDictionary(f => f.Entry.Name, f => f.Content);
        var answered = new HashSet<int>();
        _raw.Send(_raw.Index([.. files.Select(f => f.Entry)]));
        for (var tries = 0; !files.All(f => Anna.User.Exists(f.Entry.Name.Value)); tries++)
        {
            Assert.True(tries < 1000, "It does not come: " + string.Join(' ', Anna.Snapshot.PullProblems.Select(p => p.Reason).Concat(Problems().Select(p => p.Reason))));
            _world.RunFor(TimeSpan.FromMilliseconds(100));
            foreach (var request in _raw.Received.OfType<BepMessage.Request>().Where(r => answered.Add(r.Id)).ToList())
            {
                var bytes = PooledBytes.Rent(request.Size);
                Encoding.UTF8.GetBytes(contents[request.Name], bytes.Span);
                _raw.Send(new BepMessage.Response(request.Id, bytes, ErrorCode.NoError));
            }
        }
    }
}
