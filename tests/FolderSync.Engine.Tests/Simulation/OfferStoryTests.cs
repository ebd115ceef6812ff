using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Index;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Keeps only useful parts of a peer's offers and download progress, however much it sends.</summary>
public sealed class OfferStoryTests
{
    private readonly SimulatedWorld _world = new("anna");
    private readonly RawPeer _raw;

    public OfferStoryTests()
    {
        _raw = new RawPeer(_world, "raw");
        _world.Configure(f => f with { Devices = [_raw.Id] }, e => e with { Devices = [new DeviceConfig { Id = _raw.Id, Name = "raw", Addresses = [] }] });
        Anna.User.WriteFile("f", "hello");
        _world.StartAll();
        _world.RunUntil("anna has scanned", () => Anna.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
        _raw.Connect(Anna);
    }

    private SimulatedDevice Anna => _world["anna"];

    private IReadOnlyList<PendingFolder> Offers => Anna.State.PendingFolders();

    [Fact]
    public void A_folder_offered_under_a_bad_id_is_ignored_and_everything_else_goes_on()
    {
        string[] bad = ["..", ".", "a/../..", "%2e%2e", "a\nb", new string('x', 300), ""];
        _raw.Send(Config([.. bad.Select(id => Offer(id, "label")), Offer("good", "Good"), .. _raw.Shares(Anna).Folders]));
        Assert.Equal("good", Assert.Single(Offers).Folder.Value);
        _raw.Send(_raw.Index());
        _world.RunUntil("anna announces", () => _raw.Indexes().Any());
        _raw.Send(_raw.Ask(1, "f", 5));
        Assert.Equal(ErrorCode.NoError, _raw.Answer(1).Code);
        Assert.Null(_raw.Ended);
    }

    [Fact]
    public void Offers_without_end_are_bounded_and_told_of_once()
    {
        var told = 0;
        using var listening = Anna.Engine!.Events.Listen(e => told += e.Event is EngineEvent.FoldersOffered ? 1 : 0);
        var label = new string('é', 100_000);
        var flood = Config([.. Enumerable.Range(0, 30).Select(i => Offer($"f{i}", label))]);
        for (var i = 0; i < 5; i++)
            _raw.Send(flood);
        Assert.Equal(30, Offers.Count);
        Assert.All(Offers, o => Assert.Equal(128, o.Label.Length));
        Assert.Equal(1, told);
        for (var i = 0; i < 5; i++)
            _raw.Send(Config([.. Enumerable.Range(0, 2_000).Select(k => Offer($"{i}/{k}", "x"))]));
        Assert.Equal(100, Offers.Count);
        Assert.InRange(told, 2, 6);
        Assert.Null(_raw.Ended);
        // A changed label is reported.
        _raw.Send(Config([Offer("4/0", "another")]));
        Assert.Equal("another", Offers.Single(o => o.Folder.Value == "4/0").Label);
    }

    [Fact]
    public void Progress_is_kept_of_versions_that_somebody_needs_and_within_their_blocks()
    {
        _raw.Send(_raw.Shares(Anna));
        var wanted = _raw.Entry("wanted", "what is wanted", 5, 1);
        _raw.Send(_raw.Index(wanted));
        _world.RunUntil("it is needed", () => Anna.Snapshot.Counts.Need.Files == 1);
        var session = Anna.Engine!.Peer(_raw.Id)!;
        var other = VersionVector.Of([new Counter(_raw.Id.Short, 6)]);
        _raw.Send(Progress(wanted.Name, other, [0]), Progress(FileName.Parse("unknown"), wanted.Version, [0]), Progress(FileName.Parse("f"), wanted.Version, [0]));
        Assert.Equal(0, session.Exchanges.Find(SimulatedDevice.Folder)!.KnownProgress);
        // What the peer fetches from here is visible in the status until the peer has it.
        var ours = Anna.Index.FindLocal(FileName.Parse("f"))!;
        _raw.Send(Progress(ours.Name, ours.Version, [0]));
        Assert.True(session.Exchanges.Find(SimulatedDevice.Folder)!.HasTemporarily(ours.Name, ours.Version, 0));
        _raw.Send(new BepMessage.DownloadProgress(SimulatedDevice.Folder, [new ProgressUpdate(ours.Name, ours.Version, [], 0, true)]));
        _raw.Send(_raw.Update(1, ours with { Sequence = 2, PreHashes = default }));
        _world.RunUntil("it has it", () => Anna.Index.Holders(ours.Name).Contains(_raw.Id));
        _raw.Send(Progress(ours.Name, ours.Version, [0]));
        Assert.Equal(0, session.Exchanges.Find(SimulatedDevice.Folder)!.KnownProgress);
        _raw.Send(Progress(wanted.Name, wanted.Version, [-1, 1, int.MaxValue, int.MinValue]));
        Assert.False(session.Exchanges.Find(SimulatedDevice.Folder)!.HasTemporarily(wanted.Name, wanted.Version, 1));
        _raw.Send(Progress(wanted.Name, wanted.Version, [0]));
        Assert.True(session.Exchanges.Find(SimulatedDevice.Folder)!.HasTemporarily(wanted.Name, wanted.Version, 0));
        Assert.False(session.Exchanges.Find(SimulatedDevice.Folder)!.HasTemporarily(wanted.Name, other, 0));
        Assert.Equal(1, session.Exchanges.Find(SimulatedDevice.Folder)!.KnownProgress);
        _raw.Send(new BepMessage.DownloadProgress(SimulatedDevice.Folder, [new ProgressUpdate(wanted.Name, wanted.Version, [], 0, true)]));
        Assert.Equal(0, session.Exchanges.Find(SimulatedDevice.Folder)!.KnownProgress);
        Assert.Null(_raw.Ended);
    }

    [Fact]
    public void Progress_of_more_files_than_anybody_fetches_at_once_is_not_kept()
    {
        _raw.Send(_raw.Shares(Anna));
        var entries = Enumerable.Range(1, 1200).Select(i => _raw.Entry($"w{i}", "x", 5, i)).ToArray();
        _raw.Send(_raw.Index(entries));
        _world.RunUntil("all are needed", () => Anna.Snapshot.Counts.Need.Files == entries.Length);
        for (var i = 0; i < 3; i++)
            _raw.Send(new BepMessage.DownloadProgress(SimulatedDevice.Folder, [.. entries.Skip(i * 400).Take(400).Select(e => new ProgressUpdate(e.Name, e.Version, [0], 0, false))]));
        Assert.Equal(1000, Anna.Engine!.Peer(_raw.Id)!.Exchanges.Find(SimulatedDevice.Folder)!.KnownProgress);
        Assert.Null(_raw.Ended);
    }

    private static BepMessage.DownloadProgress Progress(FileName name, VersionVector version, int[] blocks) =>
        new(SimulatedDevice.Folder, [new ProgressUpdate(name, version, blocks, 0, false)]);

    private static BepMessage.ClusterConfig Config(SharedFolder[] folders) => new(folders, false);

    private SharedFolder Offer(string id, string label) => _raw.Shares(Anna).Folders[0] with { Id = new FolderId(id), Label = label };
}
