using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>What a user tells a folder to do waits for the first scan of each opening, outlives a stop of the folder, and is always answered.</summary>
public sealed class CommandStoryTests
{
    private readonly SimulatedWorld _world = new("anna", "bert");

    /// <summary>Null: none yet; empty: it is done; otherwise why it is not.</summary>
    private string? _answer;
    private bool _isAsked;

    /// <summary>After these what was asked is in the folder's queue.</summary>
    private const int StepsToAsk = 50;

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Fact]
    public void A_command_waits_for_the_first_scan_of_a_rebuilt_index()
    {
        Begin();
        AskDuringRebuild(Revert);
        AssertReverted();
    }

    [Fact]
    public void A_command_that_finds_the_index_damaged_is_carried_out_when_it_is_rebuilt()
    {
        Begin();
        Bert.Indexes.Damage(SimulatedDevice.Folder);
        Ask(Revert);
        AssertReverted();
        Assert.Equal(1, Bert.Indexes.QuarantineCount);
    }

    [Fact]
    public void A_command_outlives_a_fault_of_the_folder()
    {
        Begin();
        FailScans(1);
        AskDuringRebuild(Revert);
        _world.RunUntil("bert stops", () => Bert.Snapshot.Error.Contains("An error in FolderSync", StringComparison.Ordinal));
        Assert.Null(_answer);
        AssertReverted();
    }

    [Fact]
    public void Of_a_folder_that_stops_again_a_command_is_answered_with_the_reason()
    {
        Begin();
        FailScans(2);
        AskDuringRebuild(Revert);
        _world.RunUntil("it is answered", () => _answer is not null);
        Assert.Contains("The index's code broke.", _answer, StringComparison.Ordinal);
        _world.RunUntil("bert is back", () => Bert.Snapshot is { Error: "", State: FolderState.Idle });
        Assert.True(Bert.User.Exists("own"));
    }

    [Fact]
    public void An_awaited_scan_outlives_a_fault_of_the_folder()
    {
        Begin();
        FailScans(1);
        AskDuringRebuild(Scan);
        _world.RunUntil("it is answered", () => _answer is not null);
        // (The scan that fails is its waiters' own; who comes meanwhile waits on.)
        Assert.Equal("", _answer);
        Assert.Equal("", Bert.Snapshot.Error);
    }

    [Fact]
    public void A_command_outlives_a_configuration_that_reopens_the_folder()
    {
        Begin();
        AskDuringRebuild(Revert, () => Reconfigure(f => f with { RescanIntervalSeconds = 7200 }));
        AssertReverted();
        Assert.Equal(7200, Bert.Snapshot.Config.RescanIntervalSeconds);
    }

    [Fact]
    public void A_folder_that_is_paused_answers()
    {
        Begin();
        AskDuringRebuild(Revert, () => Reconfigure(f => f with { Paused = true }));
        AssertAnswered("The folder is paused.");
    }

    [Fact]
    public void A_folder_that_is_removed_answers()
    {
        Begin();
        AskDuringRebuild(Revert, () => Bert.Configure(_world.Devices, f => f, e => e with { Folders = [] }));
        AssertAnswered("The folder was removed.");
    }

    [Fact]
    public void A_folder_under_another_path_answers()
    {
        Begin();
        AskDuringRebuild(Revert, () => Reconfigure(f => f with { Path = "/elsewhere" }));
        AssertAnswered("The folder's path was changed before that was done. Ask again if it still holds.");
    }

    [Fact]
    public void A_service_that_ends_answers()
    {
        Begin();
        AskDuringRebuild(Revert, () => _ = Bert.Do(e => e.DisposeAsync().AsTask()));
        AssertAnswered("FolderSync is shutting down.");
    }

    /// <summary>An index that lacks what was not scanned yet would announce all of it as deleted.</summary>
    [Fact]
    public void An_override_of_a_folder_that_can_not_be_scanned_deletes_nothing()
    {
        Begin(FolderType.SendOnly);
        Bert.Stop();
        _world.RunUntil("bert stops", () => !Bert.IsRunning);
        Bert.Indexes.Remove(SimulatedDevice.Folder);
        Bert.User.WriteFile(".stignore", "#include absent\n");
        Bert.Start();
        _world.RunUntil("bert knows what anna has", () => Bert.Engine?.Folder(SimulatedDevice.Folder) is { Counts.Need.Items: > 0, State: FolderState.Error });
        Ask(e => e.OverrideAsync(SimulatedDevice.Folder, CancellationToken.None));
        _world.RunUntil("it is answered", () => _answer is not null);
        Assert.Contains("ignore patterns can't be used", _answer, StringComparison.Ordinal);

        Bert.User.Delete(".stignore");
        _world.RunUntil("bert has scanned", () => Bert.Snapshot is { Error: "", Counts.Local.Files: > 0 });
        _world.RunFor(TimeSpan.FromHours(2));
        Assert.Equal(["hello", "hello"], _world.Devices.Select(d => d.User.ReadText("f")));
    }

    [Fact]
    public void An_override_deletes_nothing_that_is_on_the_disk_and_could_not_be_read()
    {
        Begin(FolderType.SendOnly);
        Anna.User.WriteFile("gone", "only there");
        Anna.Notice("gone");
        _world.RunUntil("bert hears of it", () => Bert.Snapshot.Counts.Need.Items == 1);
        Bert.Stop();
        _world.RunUntil("bert stops", () => !Bert.IsRunning);
        Bert.Indexes.Remove(SimulatedDevice.Folder);
        Bert.Disks.BeforeOperation = (operation, path) =>
            operation == "OpenRead" && path == LocalPath.Of(FileName.Parse("f")) ? new FileSystemException(FileSystemError.Io, "The disk is bad.") : null;
        Bert.Start();
        _world.RunUntil("bert has scanned what it can", () => Bert.Engine?.Folder(SimulatedDevice.Folder) is { Counts.Need.Items: 2, State: FolderState.Idle, ScanProblems.Count: 1 });
        Ask(e => e.OverrideAsync(SimulatedDevice.Folder, CancellationToken.None));
        _world.RunUntil("anna follows", () => !Anna.User.Exists("gone"));
        _world.RunFor(TimeSpan.FromHours(2));
        Assert.Equal("", _answer);
        Assert.Equal("hello", Anna.User.ReadText("f"));
    }

    private static Task Revert(SyncEngine engine) => engine.RevertAsync(SimulatedDevice.Folder, CancellationToken.None);

    private static Task Scan(SyncEngine engine) => engine.ScanAsync(SimulatedDevice.Folder, [], CancellationToken.None);

    /// <summary>Both have "f", and bert alone "own", which a revert removes.</summary>
    private void Begin(FolderType type = FolderType.ReceiveOnly)
    {
        Bert.Configure(_world.Devices, f => f with { Type = type });
        Anna.User.WriteFile("f", "hello");
        Bert.User.WriteFile("f", "hello");
        if (type == FolderType.ReceiveOnly)
            Bert.User.WriteFile("own", "own");
        _world.StartAll();
        _world.RunUntil("both have scanned", () => _world.Devices.All(d => d.Engine?.Folder(SimulatedDevice.Folder) is { State: FolderState.Idle, LastScan: not null, Counts.Need.Items: 0 } && d.Engine.Devices.All(p => p.Connected)));
    }

    private void Reconfigure(Func<FolderConfig, FolderConfig> folder) => Bert.Configure(_world.Devices, f => folder(f with { Type = FolderType.ReceiveOnly }));

    private void Ask(Func<SyncEngine, Task> command) => _ = Bert.Do(async e =>
    {
        try
        {
            var asked = command(e);
            _isAsked = true;
            await asked;
            _answer = "";
        }
        catch (EngineException failure)
        {
            _answer = failure.Message;
        }
    });

    /// <summary>While the folder is scanned for the first time after its index was rebuilt; then does something else during that scan.</summary>
    private void AskDuringRebuild(Func<SyncEngine, Task> command, Action? then = null)
    {
        // The scan takes longer than it takes to ask, whatever comes first in this history.
        for (var i = 0; then is not null && i < 500; i++)
            Bert.User.WriteFile($"many/{i}", $"{i}");
        var steps = 0;
        _world.AfterStep = () =>
        {
            if (Bert.Indexes.QuarantineCount == 0 || Bert.Engine?.Folder(SimulatedDevice.Folder) is not { State: FolderState.Scanning })
                return;
            if (steps++ == 0)
                Ask(command);
            if (then is not null && steps <= StepsToAsk)
                return;
            _world.AfterStep = null;
            then?.Invoke();
        };
        Bert.Indexes.Damage(SimulatedDevice.Folder);
        Bert.Rescan();
        _world.RunUntil("it is asked", () => _isAsked && _world.AfterStep is null);
    }

    private void FailScans(int times) => Bert.Indexes.BeforeCommit = method =>
    {
        if (method == "CommitLocal" && _isAsked && times-- > 0)
            throw new InvalidOperationException("The index's code broke.");
    };

    private void AssertReverted()
    {
        _world.RunUntil("it is answered", () => _answer is not null);
        Assert.Equal("", _answer);
        Assert.False(Bert.User.Exists("own"));
        _world.RunUntilSynced();
        Assert.Equal("hello", Bert.User.ReadText("f"));
    }

    private void AssertAnswered(string sentence)
    {
        _world.RunUntil("it is answered", () => _answer is not null);
        Assert.Equal(sentence, _answer);
        Assert.True(Bert.User.Exists("own"));
    }
}
