using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Peers;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Network;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>
/// An unexpected exception in each of the engine's loops is logged with its stack and ends its link or folder, which recovers. (The simulated world
/// checks at every step that no exception escapes from a loop.)
/// </summary>
public sealed class LoopFaultStoryTests
{
    private readonly SimulatedWorld _world = new("anna", "bert");
    private readonly CollectedLog _log = new();

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Theory]
    [InlineData("LocalSince")]
    public void A_fault_of_the_index_sender_ends_the_link_which_comes_back(string read)
    {
        Anna.Loggers = _log;
        Anna.User.WriteFile("f", "hello");
        var fault = Once(m => m == read);
        Anna.Indexes.BeforeRead = fault.Throw;
        _world.StartAll();
        _world.RunUntil("it is thrown", () => fault.IsThrown);
        _world.RunUntil("bert has it all the same", () => Bert.User.Exists("f"));
        AssertLogged(fault, "FolderExchange.SendAsync");
    }

    [Fact]
    public void An_index_that_can_not_be_read_ends_the_link_with_the_reason_and_is_announced_later()
    {
        Anna.User.WriteFile("f", "hello");
        var fault = Once(m => m == "LocalSince", new IOException("Too many open files."));
        Anna.Indexes.BeforeRead = fault.Throw;
        Bert.Loggers = _log;
        _world.StartAll();
        _world.RunUntil("it is thrown", () => fault.IsThrown);
        _world.RunUntil("bert has it all the same", () => Bert.User.Exists("f"));
        Assert.Contains(_log.Texts, t => t.Contains("can't be read at the moment", StringComparison.Ordinal));
    }

    [Fact]
    public void A_fault_while_serving_ends_the_link_which_comes_back_and_serves()
    {
        Anna.User.WriteFile("f", new string('x', 3_000_000));
        Anna.Loggers = _log;
        // More often than there are serving loops.
        var fault = new InjectedFault(m => m is "OpenRead" or "Read" && Anna.Snapshot.LastScan is not null, new InvalidOperationException("The disk's code broke."), 6);
        Anna.Disks.BeforeOperation = fault.ThrowInDisk;
        _world.StartAll();
        _world.RunUntil("bert has it", () => Bert.User.Exists("f") && Bert.User.Stat("f").Size == 3_000_000);
        AssertLogged(fault, "RequestServer.ServeLoopAsync");
    }

    [Fact]
    public void A_fault_of_a_fetched_block_ends_the_folder_which_comes_back()
    {
        Bert.Loggers = _log;
        Anna.User.WriteFile("f", new string('x', 3_000_000));
        var fault = Once(m => m == "Write", operations: true);
        Bert.Disks.BeforeOperation = fault.ThrowInDisk;
        _world.StartAll();
        _world.RunUntil("it is thrown", () => fault.IsThrown);
        _world.RunUntil("it is said", () => Bert.Snapshot.Error.Contains("An error in FolderSync", StringComparison.Ordinal));
        _world.RunUntil("bert has it all the same", () => Bert.User.Exists("f") && Bert.Snapshot is { State: FolderState.Idle, Error: "" });
        AssertLogged(fault, "FileTransfer.FetchBlockAsync");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_commit_that_fails_while_files_are_placed_does_not_hang_the_folder(int seed)
    {
        const int files = 700;
        var world = new SimulatedWorld(seed, ["anna", "bert"]);
        var (anna, bert) = (world["anna"], world["bert"]);
        // More than one batch, so that others wait for room when the first one fails.
        for (var i = 0; i < files; i++)
            anna.User.WriteFile($"{i}", $"content {i}");
        var left = 1;
        bert.Indexes.BeforeCommit = m =>
        {
            if (m == "CommitLocal" && bert.Engine?.Folder(SimulatedDevice.Folder)?.State == FolderState.Syncing && left-- > 0)
                throw new IOException("The disk with the home is full.");
        };
        world.StartAll();
        world.RunUntil("it was thrown", () => left <= 0);
        world.RunUntil("bert has all", () => bert.Snapshot is { State: FolderState.Idle, Error: "", Counts: { Need.Items: 0, Local.Files: files } });
        // (Temp files of transfers in progress may stay until they expire.)
        for (var i = 0; i < files; i++)
            Assert.Equal($"content {i}", bert.User.ReadText($"{i}"));
    }

    [Fact]
    public void While_the_index_can_not_be_written_the_folder_says_so_serves_and_resumes_by_itself()
    {
        Anna.User.WriteFile("old", new string('o', 400_000));
        Anna.Start();
        _world.RunUntil("anna has scanned", () => Anna.Engine?.Folder(SimulatedDevice.Folder) is { LastScan: not null, Counts.Local.Files: 1 });
        Anna.Indexes.BeforeCommit = _ => throw new IOException("The disk with the home is full.");
        Anna.User.WriteFile("new", "new");
        _ = Anna.Do(e => e.ScanAsync(SimulatedDevice.Folder, [], CancellationToken.None));
        _world.RunUntil("anna says so", () => Anna.Snapshot is { State: FolderState.Error } s && s.Error.Contains("full", StringComparison.Ordinal));
        Bert.Start();
        _world.RunUntil("bert gets what is there", () => Bert.User.Exists("old") && Bert.User.Stat("old").Size == 400_000);
        for (var i = 0; i < 30; i++)
        {
            _world.RunFor(TimeSpan.FromSeconds(10));
            // The status never looks better than it is.
            Assert.Equal(FolderState.Error, Anna.Snapshot.State);
        }
        Assert.False(Bert.User.Exists("new"));
        var waiting = Anna.Do(e => e.ScanAsync(SimulatedDevice.Folder, [], CancellationToken.None));
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(waiting.IsCompleted, "Who asks for a scan is answered.");

        Anna.Indexes.BeforeCommit = null;
        _world.RunFor(TimeSpan.FromSeconds(25));
        Assert.Equal("", Anna.Snapshot.Error);
        _world.RunUntilSynced();
        Assert.Equal("new", Bert.User.ReadText("new"));
    }

    [Fact]
    public void A_folder_that_runs_again_is_scanned_before_anything_is_brought_in()
    {
        var isBad = true;
        Bert.Disks.BeforeOperation = (operation, _) => isBad && operation == "OpenRead" && Bert.Index.LocalSequence > 0 ? new FileSystemException(FileSystemError.Io, "The disk is bad.") : null;
        _world.StartAll();
        _world.RunUntilSynced();
        Bert.User.WriteFile("new", new string('n', 3_000_000));
        Bert.Notice("new");
        _world.RunUntil("anna needs it", () => Anna.Snapshot is { Counts.Need.Items: 1, PullProblems.Count: 1 });
        Anna.Indexes.BeforeCommit = m =>
        {
            if (m == "CommitLocal")
                throw new IOException("The disk with the home is full.");
        };
        Anna.User.WriteFile("own", "own");
        Anna.Notice("own");
        _world.RunUntil("anna is stopped", () => Anna.Snapshot is { State: FolderState.Error, Counts.Need.Items: 1 });
        isBad = false;
        List<EngineEvent> events = [];
        using var listening = Anna.Engine!.Events.Listen(e => events.Add(e.Event));
        Anna.Indexes.BeforeCommit = null;
        _world.RunUntilSynced();
        var isScanned = events.FindIndex(e => e is EngineEvent.FolderStateChanged { From: FolderState.Scanning });
        Assert.InRange(events.FindIndex(e => e is EngineEvent.ItemStarted), isScanned + 1, int.MaxValue);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_batch_of_a_peers_index_that_could_not_be_stored_is_asked_for_again(int seed)
    {
        var world = new SimulatedWorld(seed, ["anna"]);
        var anna = world["anna"];
        var raw = new RawPeer(world, "raw");
        world.Configure(f => f with { Devices = [raw.Id] }, e => e with { Devices = [new DeviceConfig { Id = raw.Id, Name = "raw", Addresses = [] }] });
        world.StartAll();
        world.RunUntil("anna has scanned", () => anna.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
        raw.Connect(anna);
        raw.Send(raw.Shares(anna));
        raw.Send(raw.Index());
        var isThrown = false;
        anna.Indexes.BeforeCommit = m =>
        {
            if (m != "CommitRemote" || isThrown)
                return;
            isThrown = true;
            throw new IOException("The disk with the home is full.");
        };
        // Several wait behind the one that fails. The raw peer sends only what it is asked for.
        raw.Send([.. Enumerable.Range(1, 6).Select(BepMessage (i) => raw.Update(i - 1, raw.Entry($"d{i}", null, 5, i)))]);
        world.RunUntil("it was thrown", () => isThrown);
        world.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal("", anna.Snapshot.Error);
        // Whatever counts as known exists.
        var known = anna.Index.RemoteState(raw.Id).MaxSequence;
        for (var i = 1; i <= known; i++)
            Assert.NotNull(anna.Index.Find(raw.Id, FileName.Parse($"d{i}")));
    }

    [Fact]
    public void A_watcher_that_dies_is_told_of_and_watching_begins_again()
    {
        Anna.Loggers = _log;
        _world.StartAll();
        _world.RunUntil("anna has scanned", () => Anna.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
        _world.RunFor(TimeSpan.FromSeconds(5));
        var fault = new InvalidOperationException("The watcher broke.");
        Anna.FailWatcher(fault);
        _world.RunUntil("anna says so", () => Anna.Snapshot.WatchProblem is { } p && p.Reason.Contains("The watcher broke.", StringComparison.Ordinal));
        AssertLogged(fault, "FolderWatcher.WatchAsync");
        Assert.Equal("", Anna.Snapshot.Error);
        _world.RunFor(TimeSpan.FromMinutes(2));
        Assert.Null(Anna.Snapshot.WatchProblem);
        Anna.User.WriteFile("f", "noticed");
        _world.RunFor(TimeSpan.FromSeconds(3));
        Anna.Notice("f");
        _world.RunFor(TimeSpan.FromSeconds(10));
        Assert.True(Bert.User.Exists("f"), "It is watched again.");
        Anna.Stop();
        _world.RunUntil("anna ends in order", () => !Anna.IsRunning);
    }

    [Fact]
    public void A_watch_that_can_not_be_had_does_not_stop_the_folder()
    {
        Anna.Start();
        Anna.WatchFault = new IOException("Too many open files.");
        Bert.Start();
        Anna.User.WriteFile("f", "scanned");
        _world.RunUntil("bert has it", () => Bert.User.Exists("f"));
        Assert.Contains("Too many open files.", Anna.Snapshot.WatchProblem?.Reason, StringComparison.Ordinal);
        Assert.Equal("", Anna.Snapshot.Error);
        Anna.WatchFault = null;
        _world.RunFor(TimeSpan.FromHours(2));
        Assert.Null(Anna.Snapshot.WatchProblem);
    }

    [Fact]
    public void A_state_that_can_not_be_written_stops_neither_connections_nor_folders()
    {
        Anna.Loggers = _log;
        Anna.State.WriteFault = new IOException("No space left on device.");
        Bert.State.WriteFault = new IOException("No space left on device.");
        Anna.User.WriteFile("f", "hello");
        Bert.User.WriteFile("f", "other");
        _world.StartAll();
        _world.RunUntil("there is a copy on both", () => SimulatedWorld.Tree(Anna) == SimulatedWorld.Tree(Bert) && Anna.User.Tree("").Count(i => i.ToString().Contains("sync-conflict", StringComparison.Ordinal)) == 1);
        _world.RunUntilSynced();
        Assert.Contains(_log.Texts, t => t.Contains("No space left on device.", StringComparison.Ordinal));
        Assert.Single(Bert.Engine!.State.Conflicts());
        Assert.Empty(Bert.State.Conflicts());

        Bert.State.WriteFault = null;
        Bert.Rescan();
        _world.RunUntil("the conflict is stored", () => Bert.State.Conflicts().Count == 1);
    }

    [Fact]
    public void A_listener_that_fails_listens_again()
    {
        Anna.Loggers = _log;
        Anna.Start();
        _world.RunUntil("anna listens", () => Anna.Engine?.ListenAddresses.Count == 1);
        _world.Network.FailAccept(Anna.Address, new TransportException("The network broke."));
        _world.RunUntil("anna says so", () => Anna.Engine!.ListenErrors.Count == 1);
        _world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Empty(Anna.Engine!.ListenErrors);

        var fault = new InvalidOperationException("The listener broke.");
        _world.Network.FailAccept(Anna.Address, fault);
        _world.RunFor(TimeSpan.FromMinutes(2));
        AssertLogged(fault, "PeerListeners.ListenLoopAsync");
        Assert.Empty(Anna.Engine!.ListenErrors);
        Bert.Start();
        _world.RunUntil("bert is connected", () => Bert.Engine?.Devices.All(d => d.Connected) == true);
    }

    [Fact]
    public async Task A_link_that_has_ended_refuses_requests_as_one_that_is_not_connected()
    {
        var parts = new EngineParts(default, TimeProvider.System, null!, null!, null!, null!, null!, null!, null!, null!, _log) { OpenConnection = null!, NeedsReopening = (_, _) => true };
        var link = new PeerLink(parts, new AuthenticatedStream(Stream.Null, default, "x", true, "", true), null!, new PeerPace(TimeProvider.System, new SharedBudget(1 << 20, 1 << 20), _ => { }));
        var block = new Block(0, 0, 1, default);
        var pending = link.RequestAsync(SimulatedDevice.Folder, FileName.Parse("f"), block, false, () => false, CancellationToken.None);
        await link.DisposeAsync();
        // Its loops never started: nobody else would answer.
        await Assert.ThrowsAsync<RequestFailedException>(() => pending);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => link.RequestAsync(SimulatedDevice.Folder, FileName.Parse("f"), block, false, () => false, CancellationToken.None));
        Assert.True(link.Ended.IsCancellationRequested);
        link.Close("again");
        await link.DisposeAsync();
    }

    private void AssertLogged(InjectedFault fault, string method) => AssertLogged(fault.Exception, method);

    /// <param name="method">The loop that it was thrown in.</param>
    private void AssertLogged(Exception fault, string method)
    {
        Assert.Contains(fault, _log.Faults);
        Assert.Contains(method, fault.StackTrace, StringComparison.Ordinal);
    }

    private static InjectedFault Once(Func<string, bool> where, Exception? fault = null, bool operations = false) =>
        new(where, fault ?? new InvalidOperationException(operations ? "The disk's code broke." : "The index's code broke."));

    /// <summary>Thrown at the first matching places.</summary>
    private sealed class InjectedFault(Func<string, bool> where, Exception exception, int times = 1)
    {
        private int _left = times;

        public Exception Exception => exception;

        public bool IsThrown => _left == 0;

        public void Throw(string place)
        {
            if (IsThrown || !where(place))
                return;
            _left--;
            throw exception;
        }

        public FileSystemException? ThrowInDisk(string operation, LocalPath path)
        {
            Throw(operation);
            return null;
        }
    }
}
