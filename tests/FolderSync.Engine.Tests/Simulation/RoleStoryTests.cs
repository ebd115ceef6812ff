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
        Anna.User.WriteFile("big", new string('x', 3 << 20));
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
    public void A_directory_that_is_deleted_here_while_something_is_made_in_it_there_comes_back()
    {
        Anna.User.WriteFile("d/old", "old");
        Begin();
        _world.Network.Part(Anna.Id, Bert.Id);
        Anna.User.Delete("d");
        _world.Scan(Anna);
        Bert.User.WriteFile("d/new", "new");
        _world.Scan(Bert);
        _world.Network.Join(Anna.Id, Bert.Id);
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
