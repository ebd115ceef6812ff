using FolderSync.Core.Model;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Simulator.World;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Engine.Loops.Tests;

/// <summary>
/// An exception in each supervised loop's method, thrown by the clock, the index or the disk when the method uses it. It is logged with its stack,
/// ends only its own connection or folder, is visible to the user, and the loop recovers.
/// </summary>
public sealed class EngineLoopTests
{
    private readonly SimulatedWorld _world = new("anna", "bert");
    private readonly CollectedLog _log = new();

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Theory]
    [InlineData("PeerLink.SendLoopAsync")]
    [InlineData("PeerLink.ReceiveLoopAsync")]
    [InlineData("PeerLink.TickLoopAsync")]
    [InlineData("FolderExchanges.DescribeAsync")]
    [InlineData("PeerSession.OnLinkEndedAsync")]
    [InlineData("PeerAdmission.GreetAsync")]
    [InlineData("PeerDialer.RunAsync")]
    public void A_fault_of_a_connections_loop_ends_the_connection_which_comes_back(string method)
    {
        Bert.Loggers = _log;
        _world.StartAll();
        _world.RunUntilSynced();
        var fault = new SeamFault(method);
        Bert.BeforeSeam = fault.Throw;
        // A new connection runs each of them.
        _world.Network.Partition(Anna.Id, Bert.Id);
        _world.RunFor(TimeSpan.FromSeconds(30));
        _world.Network.Heal(Anna.Id, Bert.Id);
        _world.RunUntil("it is thrown", () => fault.IsThrown);
        AssertLogged(fault);
        Assert.Equal("", Bert.Snapshot.Error);
        _world.RunUntil("they are connected again", () => Bert.Engine!.Devices.Single().Connected && Anna.Engine!.Devices.Single().Connected);
        Anna.User.WriteFile("f", "hello");
        Anna.Notice("f");
        _world.RunUntil("bert has it", () => Bert.User.Exists("f"));
        _world.RunUntilSynced();
    }

    /// <summary>An attempt whose fault can't even be logged ends with that; it is found when the attempts that were not used are put away.</summary>
    [Fact]
    public void A_fault_while_unused_dials_are_discarded_is_logged_and_dialing_goes_on()
    {
        Bert.Loggers = _log;
        var fault = new InvalidOperationException("The log's code broke.");
        var isThrown = false;
        _log.BeforeEntry = text =>
        {
            if (isThrown || !text.Contains("ended by a bug", StringComparison.Ordinal))
                return;
            isThrown = true;
            throw fault;
        };
        _world.Network.DialFault = new InvalidOperationException("The transport's code broke.");
        _world.StartAll();
        _world.RunUntil("it is logged", () => _log.Faults.Contains(fault));
        Assert.Contains("DiscardAsync", fault.StackTrace, StringComparison.Ordinal);
        Assert.Equal("", Bert.Snapshot.Error);
        // The attempts after it say what is wrong.
        _world.RunUntil("bert says so", () => Bert.Engine!.Devices.Single().DialErrors.Values.Any(e => e.Reason.Contains("The transport's code broke.", StringComparison.Ordinal)));
        _world.Network.DialFault = null;
        _world.RunUntilSynced();
    }

    [Theory]
    [InlineData("RemoteIndexInbox.ApplyRemoteIndexAsync")]
    [InlineData("ScanFlow.RunAsync")]
    [InlineData("PullFlow.RunAsync")]
    [InlineData("ApplyQueue.RunAsync")]
    [InlineData("ProgressAnnouncer.RunAsync")]
    [InlineData("PullRound.FetchAsync")]
    [InlineData("FileTransfer.RunAsync")]
    public void A_fault_of_a_folders_flow_ends_the_folder_which_says_so_and_comes_back(string method)
    {
        Bert.Loggers = _log;
        Anna.User.WriteFile("f", new string('x', 3_000_000));
        var fault = new SeamFault(method);
        Bert.BeforeSeam = fault.Throw;
        _world.StartAll();
        AssertStoppedAndBack(fault);
        Assert.Equal("", Anna.Snapshot.Error);
    }

    [Fact]
    public void A_fault_of_a_command_is_its_callers_and_ends_the_folder_which_comes_back()
    {
        Bert.Loggers = _log;
        Bert.Configure(_world.Devices, f => f with { Type = FolderType.ReceiveOnly });
        Bert.User.WriteFile("own", "own");
        Anna.User.WriteFile("f", "hello");
        _world.StartAll();
        _world.RunUntil("bert has scanned and pulled", () => Bert.Snapshot is { State: FolderState.Idle, LastScan: not null } && Bert.User.Exists("f"));
        var fault = new SeamFault("FolderCommands.RevertAsync");
        Bert.BeforeSeam = fault.Throw;
        Exception? told = null;
        _ = Bert.Do(async e =>
        {
            try
            {
                await e.RevertAsync(SimulatedDevice.Folder, CancellationToken.None);
            }
            catch (InvalidOperationException failure)
            {
                told = failure;
            }
        });
        AssertStoppedAndBack(fault);
        Assert.Same(fault.Exception, told);
        _ = Bert.Do(e => e.RevertAsync(SimulatedDevice.Folder, CancellationToken.None));
        _world.RunUntil("it is reverted", () => !Bert.User.Exists("own"));
    }

    [Fact]
    public void A_fault_of_what_looks_for_room_ends_the_folder_which_comes_back()
    {
        Bert.Loggers = _log;
        Anna.User.WriteFile("f", new string('x', 3_000_000));
        var fault = new SeamFault("RoomWatch.RunAsync");
        Bert.BeforeSeam = fault.Throw;
        Bert.Disks.BeforeOperation = (operation, _) => operation == "Write" && !fault.IsThrown ? new FileSystemException(FileSystemError.NoSpace, "No space left on device.") : null;
        _world.StartAll();
        AssertStoppedAndBack(fault);
    }

    [Fact]
    public void A_fault_of_what_looks_for_a_mount_ends_the_folder_which_comes_back()
    {
        Bert.Loggers = _log;
        Bert.User.MountAt("m");
        Bert.User.WriteFile("m/f", "hello");
        Anna.User.WriteFile("f", "hello");
        _world.StartAll();
        _world.RunUntilSynced();
        Bert.User.UnmountFrom("m");
        _world.Scan(Bert);
        var fault = new SeamFault("MountWatch.RunAsync");
        Bert.BeforeSeam = fault.Throw;
        _world.RunUntil("it is thrown", () => fault.IsThrown);
        Bert.User.MountAt("m");
        AssertStoppedAndBack(fault);
    }

    [Fact]
    public void A_fault_of_a_scan_in_place_of_the_watcher_ends_the_folder_which_comes_back()
    {
        Bert.Loggers = _log;
        Anna.User.WriteFile("f", "hello");
        Bert.Start();
        var fault = new SeamFault("FolderWatcher.ScanLaterAsync");
        Bert.BeforeSeam = fault.Throw;
        Bert.WatchFault = new IOException("Too many open files.");
        Anna.Start();
        _world.RunUntil("it is thrown", () => fault.IsThrown);
        Bert.WatchFault = null;
        AssertStoppedAndBack(fault);
    }

    [Fact]
    public void A_fault_beyond_all_that_a_folder_puts_right_by_itself_starts_it_again()
    {
        Bert.Loggers = _log;
        Anna.User.WriteFile("f", "hello");
        var left = 1;
        var fault = new SeamFault("FolderSupervisor.FailAsync");
        Bert.BeforeSeam = fault.Throw;
        Bert.Indexes.BeforeCommit = _ =>
        {
            if (left-- > 0)
                throw new IOException("The disk with the home is full.");
        };
        _world.StartAll();
        AssertStoppedAndBack(fault);
    }

    [Fact]
    public void A_part_of_a_folder_that_can_not_be_closed_keeps_none_of_the_others_open()
    {
        Bert.Loggers = _log;
        Bert.FolderLocks = new BrokenLocks();
        Anna.User.WriteFile("f", new string('x', 3_000_000));
        var fault = new SeamFault("PullFlow.RunAsync");
        Bert.BeforeSeam = fault.Throw;
        _world.StartAll();
        AssertStoppedAndBack(fault);
        Assert.Contains(_log.Texts, t => t.Contains("could not be closed properly", StringComparison.Ordinal));
        Assert.Contains(_log.Exceptions, e => e.Message == "The lock's code broke." && e.StackTrace?.Contains("FolderSupervisor.CloseAsync", StringComparison.Ordinal) == true);
    }

    private void AssertStoppedAndBack(SeamFault fault)
    {
        _world.RunUntil("it is thrown", () => fault.IsThrown);
        _world.RunUntil("bert says so", () => Bert.Snapshot.Error.Contains("An error in FolderSync", StringComparison.Ordinal));
        AssertLogged(fault);
        _world.RunUntil("bert runs again", () => Bert.User.Exists("f") && Bert.Snapshot is { State: FolderState.Idle, Error: "" });
    }

    private void AssertLogged(SeamFault fault)
    {
        _world.RunUntil("it is logged", () => _log.Faults.Contains(fault.Exception));
        Assert.Contains(fault.Method.Split('.')[1], fault.Exception.StackTrace, StringComparison.Ordinal);
    }

    /// <summary>Thrown once, when this method, or a lambda in it, uses the object.</summary>
    private sealed class SeamFault(string method)
    {
        public string Method => method;

        public Exception Exception { get; } = new InvalidOperationException($"The code of {method} broke.");

        public bool IsThrown { get; private set; }

        public void Throw()
        {
            if (IsThrown || !FaultyTime.IsAskedBy(method))
                return;
            IsThrown = true;
            throw Exception;
        }
    }

    private sealed class BrokenLocks : IFolderLocks
    {
        public IDisposable? TryLock(string path, out string? holder)
        {
            holder = null;
            return new Broken();
        }

        private sealed class Broken : IDisposable
        {
            public void Dispose() => throw new InvalidOperationException("The lock's code broke.");
        }
    }
}
