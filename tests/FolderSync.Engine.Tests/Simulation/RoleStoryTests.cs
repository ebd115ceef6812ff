using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Status;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>What sharing, ignoring, the folder's type and a lost index may and may not do to other devices' files.</summary>
public sealed class RoleStoryTests
{
    private readonly SimulatedWorld _world = new("anna", "bert");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Fact]
    public void Unsharing_deletes_nothing_and_ends_all_exchange()
    {
        Begin();
        Bert.Configure(_world.Devices, f => f with { Devices = [] });
        _world.RunUntil("anna is notified", () => Anna.Engine!.Devices.Single().Folders.GetValueOrDefault(SimulatedDevice.Folder) is RemoteFolderState.NotSharing);
        Anna.User.WriteFile("more", "more");
        Anna.User.Delete("f");
        _world.Scan(Anna);
        Bert.User.WriteFile("own", "own");
        _world.Scan(Bert);
        _world.RunFor(TimeSpan.FromHours(2));

        Assert.Equal("hello", Bert.User.ReadText("f"));
        Assert.False(Bert.User.Exists("more") || Anna.User.Exists("own"));
        Assert.Equal(0, Bert.Snapshot.Counts.Need.Items);
    }

    [Fact]
    public void A_removed_device_takes_nothing_with_it_and_needs_nothing_more()
    {
        Begin();
        Anna.User.WriteFile("big", new string('x', 24 << 20));
        Anna.Notice("big");
        _world.AfterStep = () =>
        {
            if (Bert.Engine?.Folder(SimulatedDevice.Folder) is not { FetchedBytes: > 0 })
                return;
            _world.AfterStep = null;
            Bert.Configure(_world.Devices, f => f with { Devices = [] }, e => e with { Devices = [] });
        };
        _world.RunUntil("bert knows nobody", () => Bert.Engine!.Devices.Count == 0 && Bert.Snapshot.State == FolderState.Idle);
        _world.RunFor(TimeSpan.FromHours(2));

        Assert.Equal("hello", Bert.User.ReadText("f"));
        Assert.False(Bert.User.Exists("big"));
        Assert.Equal((0, 0), (Bert.Snapshot.Counts.Need.Items, Bert.Snapshot.NeedBytes));
    }

    [Fact]
    public void What_is_ignored_here_and_deleted_there_stays_here()
    {
        Begin();
        Ignore("f");
        Anna.User.Delete("f");
        _world.Scan(Anna);
        _world.RunFor(TimeSpan.FromHours(2));

        Assert.Equal("hello", Bert.User.ReadText("f"));
    }

    [Fact]
    public void What_was_deleted_while_it_was_ignored_comes_back_when_it_no_longer_is()
    {
        Begin();
        Ignore("f");
        Bert.User.Delete("f");
        _world.Scan(Bert);
        _world.RunFor(TimeSpan.FromHours(2));
        Assert.Equal("hello", Anna.User.ReadText("f"));
        Ignore();
        _world.RunUntil("it is back", () => Bert.User.Exists("f"));

        Assert.Equal("hello", Anna.User.ReadText("f"));
    }

    [Fact]
    public void Who_ignores_a_name_lacks_nothing_when_it_changes_elsewhere_and_gets_it_when_it_is_ignored_no_more()
    {
        Anna.User.WriteFile("g", "g");
        Anna.User.WriteFile("h", "h");
        Begin();
        Ignore("f", "g", "h");
        Anna.User.WriteFile("f", "edited there");
        Anna.User.WriteFile("h", "edited there");
        Anna.User.Delete("g");
        _world.Scan(Anna);
        _world.RunUntil("anna sees that bert lacks nothing", () => Anna.Index.CompletionOf(Bert.Id).Need.Items == 0);
        _world.RunFor(TimeSpan.FromHours(1));
        Assert.Equal(0, Anna.Index.CompletionOf(Bert.Id).Need.Items);
        Assert.Equal((0, "hello", "g"), (Bert.Snapshot.Counts.Need.Items, Bert.User.ReadText("f"), Bert.User.ReadText("g")));

        Bert.User.WriteFile("h", "edited here, while it was ignored");
        Ignore();
        _world.RunUntilSynced();
        Assert.Equal("edited there", Bert.User.ReadText("f"));
        // What was edited while it was ignored is a version of its own.
        Assert.All(_world.Devices, d => Assert.Equal(
            ["edited here, while it was ignored", "edited there"],
            d.User.Tree().Where(i => i.Path.StartsWith('h')).Select(i => System.Text.Encoding.UTF8.GetString(i.Content)).Order()));
    }

    [Fact]
    public void What_a_pipe_has_the_name_of_is_neither_here_nor_deleted()
    {
        Anna.User.WriteFile("d/inside", "inside");
        Begin();
        Bert.User.Delete("f");
        Bert.User.MakeOther("f");
        _world.Scan(Bert);
        _world.RunUntil("anna knows that bert has it no more", () => Anna.Index.Find(Bert.Id, FolderSync.Core.Model.FileName.Parse("f")) is { IsInvalid: true });
        _world.RunFor(TimeSpan.FromHours(2));
        Assert.Equal("hello", Anna.User.ReadText("f"));
        Assert.Contains(Bert.Snapshot.ScanProblems, p => p.Path == "f" && p.Reason.Contains("pipe", StringComparison.Ordinal));

        // The file again, as it was: the version is the same.
        Bert.User.Delete("f");
        Bert.User.WriteFile("f", "hello");
        Bert.User.Touch("f", Anna.User.Stat("f").Modified);
        _world.Scan(Bert);
        _world.RunUntil("anna knows that bert has it again", () => Anna.Index.Find(Bert.Id, FolderSync.Core.Model.FileName.Parse("f")) is { IsInvalid: false });
        Assert.Equal(Anna.Index.FindLocal(FolderSync.Core.Model.FileName.Parse("f"))!.Version, Bert.Index.FindLocal(FolderSync.Core.Model.FileName.Parse("f"))!.Version);

        // A directory that holds one can't be deleted, which is said as it is.
        Bert.User.MakeOther("d/pipe");
        Anna.User.Delete("d");
        _world.Scan(Anna);
        _world.RunUntil("bert says why", () => Bert.Snapshot.PullProblems.Any(p => p.Reason.Contains("pipe (a pipe, socket or device)", StringComparison.Ordinal)));
        _world.RunFor(TimeSpan.FromHours(1));
        Assert.Contains(Bert.Snapshot.PullProblems, p => p.Reason.Contains("pipe (a pipe, socket or device)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_directory_that_is_deleted_here_while_something_is_made_in_it_there_comes_back()
    {
        Anna.User.WriteFile("d/old", "old");
        Begin();
        _world.Network.Partition(Anna.Id, Bert.Id);
        Anna.User.Delete("d");
        _world.Scan(Anna);
        Bert.User.WriteFile("d/new", "new");
        _world.Scan(Bert);
        _world.Network.Heal(Anna.Id, Bert.Id);
        _world.RunUntil("it is back", () => Anna.User.Exists("d/new"));
        _world.RunUntilSynced();
        _world.RunFor(TimeSpan.FromHours(2));

        Assert.All(_world.Devices, d => Assert.Equal("new", d.User.ReadText("d/new")));
        Assert.All(_world.Devices, d => Assert.False(d.User.Exists("d/old")));
    }

    [Fact]
    public void A_receive_only_folder_announces_nothing_and_reverts_on_demand()
    {
        Bert.Configure(_world.Devices, f => f with { Type = FolderType.ReceiveOnly });
        Begin();
        Bert.User.WriteFile("f", "changed here");
        Bert.User.WriteFile("own", "own");
        _world.Scan(Bert);
        _world.RunFor(TimeSpan.FromHours(2));
        Assert.Equal("hello", Anna.User.ReadText("f"));
        Assert.False(Anna.User.Exists("own"));
        Assert.Equal(2, Bert.Snapshot.Counts.ReceiveOnlyChanged.Files);

        _world.Command(Bert, e => e.RevertAsync(SimulatedDevice.Folder, CancellationToken.None));
        _world.RunUntilSynced();
        Assert.Equal("hello", Bert.User.ReadText("f"));
        Assert.False(Bert.User.Exists("own"));
        // What existed only here is among the versions.
        Assert.Contains(Bert.User.Tree(".stversions"), v => System.Text.Encoding.UTF8.GetString(v.Content) == "own");
    }

    /// <summary>A pipe is in the way: the directory stays, and so does what is said of it.</summary>
    [Fact]
    public void What_a_revert_can_not_remove_stays_a_local_change_and_counts_when_the_type_is_another()
    {
        Bert.Configure(_world.Devices, f => f with { Type = FolderType.ReceiveOnly });
        Begin();
        Bert.User.MakeDirectory("d");
        Bert.User.MakeOther("d/pipe");
        _world.Scan(Bert);
        Assert.Equal(1, Bert.Snapshot.Counts.ReceiveOnlyChanged.Directories);
        _world.Command(Bert, e => e.RevertAsync(SimulatedDevice.Folder, CancellationToken.None));
        _world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(1, Bert.Snapshot.Counts.ReceiveOnlyChanged.Directories);
        Assert.False(Anna.User.Exists("d"));

        Bert.Configure(_world.Devices, f => f with { Type = FolderType.SendReceive });
        _world.RunUntil("it is announced", () => Anna.User.Exists("d"));
    }

    [Theory]
    [InlineData(FolderType.SendReceive)]
    [InlineData(FolderType.SendOnly)]
    public void What_was_changed_in_a_receive_only_folder_counts_when_its_type_is_another(FolderType type)
    {
        Bert.Configure(_world.Devices, f => f with { Type = FolderType.ReceiveOnly });
        foreach (var name in (string[])["edited", "deleted", "edited by both", "deleted, then edited"])
            Anna.User.WriteFile(name, name);
        Begin();
        Bert.User.WriteFile("edited", "edited here");
        Bert.User.WriteFile("added", "added here");
        Bert.User.WriteFile("edited by both", "edited here, too");
        Bert.User.Delete("deleted");
        Bert.User.Delete("deleted, then edited");
        _world.Scan(Bert);
        Anna.User.WriteFile("edited by both", "edited there");
        Anna.User.WriteFile("deleted, then edited", "edited there");
        _world.Scan(Anna);
        _world.RunFor(TimeSpan.FromHours(1));
        Assert.Equal("edited", Anna.User.ReadText("edited"));

        Bert.Configure(_world.Devices, f => f with { Type = type });
        if (type == FolderType.SendReceive)
            _world.RunUntilSynced();
        _world.RunUntil("it is announced", () => Anna.User.Exists("added") && !Anna.User.Exists("deleted"));
        _world.RunFor(TimeSpan.FromHours(1));
        Assert.Equal("edited here", Anna.User.ReadText("edited"));
        Assert.Equal("edited there", Anna.User.ReadText("deleted, then edited"));
        Assert.Equal(0, Bert.Snapshot.Counts.ReceiveOnlyChanged.Items);
        var contents = Anna.User.Tree().Select(i => System.Text.Encoding.UTF8.GetString(i.Content)).ToList();
        Assert.Contains("edited here, too", contents);
        Assert.Contains("edited there", contents);
    }

    [Fact]
    public void What_was_deleted_in_a_receive_only_folder_is_held_if_it_is_much_when_its_type_is_another()
    {
        for (var i = 0; i < 100; i++)
            Anna.User.WriteFile($"d/{i}", $"{i}");
        Bert.Configure(_world.Devices, f => f with { Type = FolderType.ReceiveOnly });
        Begin();
        Bert.User.Delete("d");
        _world.Scan(Bert);
        Bert.Configure(_world.Devices, f => f with { Type = FolderType.SendReceive, HoldDeletionsOverPercent = 25 });
        _world.RunUntil("it is held", () => Bert.Engine?.Folder(SimulatedDevice.Folder)?.Hold is not null);
        _world.RunFor(TimeSpan.FromHours(1));
        Assert.Equal("7", Anna.User.ReadText("d/7"));
    }

    [Fact]
    public void What_is_made_and_deleted_again_in_a_receive_only_folder_leaves_no_change_behind()
    {
        Bert.Configure(_world.Devices, f => f with { Type = FolderType.ReceiveOnly });
        Begin();
        Bert.User.WriteFile("own/file", "own");
        _world.Scan(Bert);
        Assert.Equal(2, Bert.Snapshot.Counts.ReceiveOnlyChanged.Items);
        Bert.User.Delete("own");
        _world.Scan(Bert);
        Assert.Equal(0, Bert.Snapshot.Counts.ReceiveOnlyChanged.Items);

        // A name that others have deleted.
        Anna.User.Delete("f");
        _world.Scan(Anna);
        _world.RunUntilSynced();
        Bert.User.WriteFile("f", "again");
        _world.Scan(Bert);
        Bert.User.Delete("f");
        _world.Scan(Bert);
        Assert.Equal((0, 0), (Bert.Snapshot.Counts.ReceiveOnlyChanged.Items, Bert.Snapshot.Counts.Need.Items));
    }

    [Fact]
    public void A_send_only_folder_takes_nothing_and_overrides_on_demand()
    {
        Bert.Configure(_world.Devices, f => f with { Type = FolderType.SendOnly });
        Begin(isSynced: false);
        _world.RunUntil("bert knows of it", () => Bert.Snapshot.Counts.Global.Files == 1);
        _world.RunFor(TimeSpan.FromHours(2));
        Assert.False(Bert.User.Exists("f"));

        _world.Command(Bert, e => e.OverrideAsync(SimulatedDevice.Folder, CancellationToken.None));
        _world.RunUntil("anna follows", () => !Anna.User.Exists("f"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lost_index_costs_no_file_no_conflict_and_no_deletion(bool changedMeanwhile)
    {
        for (var i = 0; i < 20; i++)
            Anna.User.WriteFile($"{i}", $"file {i}");
        Begin();
        Bert.Stop();
        _world.RunUntil("bert stops", () => !Bert.IsRunning);
        Bert.Indexes.Remove(SimulatedDevice.Folder);
        if (changedMeanwhile)
        {
            Anna.User.WriteFile("3", "changed meanwhile");
            Anna.User.Delete("4");
            Bert.User.Delete("5");
            _world.Scan(Anna);
        }
        Bert.Start();
        _world.RunUntilSynced();
        _world.RunFor(TimeSpan.FromHours(2));

        var names = Anna.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal)).Select(f => f.Path).ToList();
        // Without the index, nothing shows that 5 was deleted here rather than never present.
        Assert.True(Anna.User.Exists("5"));
        if (!changedMeanwhile)
            Assert.Equal(21, names.Count);
        else
            Assert.Contains("changed meanwhile", names.Select(Anna.User.ReadText));
    }

    [Theory]
    [InlineData(-60 * 365)]
    [InlineData(20 * 365)]
    public void A_clock_far_off_costs_nothing(int days)
    {
        var world = new SimulatedWorld(1, ["anna", "bert"], skew: n => n == "bert" ? TimeSpan.FromDays(days) : TimeSpan.Zero);
        var (anna, bert) = (world["anna"], world["bert"]);
        anna.User.WriteFile("f", "1");
        world.StartAll();
        world.RunUntilSynced();
        for (var i = 2; i < 8; i++)
        {
            var device = i % 2 == 0 ? bert : anna;
            device.User.WriteFile("f", $"{i}");
            device.Notice("f");
            world.RunFor(TimeSpan.FromSeconds(3));
            world.RunUntilSynced();
            Assert.Equal($"{i}", (i % 2 == 0 ? anna : bert).User.ReadText("f"));
        }
        Assert.DoesNotContain(anna.User.Tree(""), f => f.Path.Contains("conflict", StringComparison.Ordinal));
    }

    private void Begin(bool isSynced = true)
    {
        Anna.User.WriteFile("f", "hello");
        _world.StartAll();
        if (isSynced)
            _world.RunUntilSynced();
    }

    private void Ignore(params string[] lines) => _world.Command(Bert, async e =>
    {
        await e.SetIgnoresAsync(SimulatedDevice.Folder, lines, CancellationToken.None);
        await e.ScanAsync(SimulatedDevice.Folder, [], CancellationToken.None);
    });
}
