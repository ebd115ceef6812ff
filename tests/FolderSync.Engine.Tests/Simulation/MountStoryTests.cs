using System.Text;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Status;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Another filesystem is mounted in anna's folder, and comes and goes.</summary>
public sealed class MountStoryTests
{
    private readonly SimulatedWorld _world = new(1, ["anna", "bert"], f => f with { Versioning = f.Versioning with { Kind = VersioningKind.TrashCan } });

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    private FolderSnapshot? Folder => Anna.Engine?.Folder(SimulatedDevice.Folder);

    [Fact]
    public void Edits_deletions_and_moves_cross_it_in_both_directions()
    {
        Begin();
        Bert.User.WriteFile("m/edited", "edited elsewhere");
        Bert.User.Delete("m/deleted");
        Bert.User.Rename("m/moved", "out");
        Bert.User.Rename("plain", "m/in");
        Bert.User.Rename("swap", "between");
        Bert.User.Rename("m/swap", "swap");
        Bert.User.Rename("between", "m/swap");
        Settle(Bert);
        Assert.Equal(("edited elsewhere", "moved", "plain", "in m", "outside"), (Text("m/edited"), Text("out"), Text("m/in"), Text("swap"), Text("m/swap")));
        Assert.False(Anna.User.Exists("m/moved") || Anna.User.Exists("plain") || Anna.User.Exists("m/deleted"));
        Assert.Equal(("edited", "deleted"), (Text(".stversions/m/edited"), Text(".stversions/m/deleted")));
        Assert.Empty(Folder!.PullProblems);

        Anna.User.WriteFile("m/edited", "edited here");
        Anna.User.Delete("m/in");
        Settle(Anna);
        Assert.Equal("edited here", Bert.User.ReadText("m/edited"));
        Assert.False(Bert.User.Exists("m/in"));
    }

    [Fact]
    public void A_move_across_it_moves_no_data()
    {
        var big = Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 400_000)));
        Anna.User.WriteFile("big", big);
        Begin();
        var before = Anna.Engine!.Devices.Single().BytesReceived;
        Bert.User.Rename("big", "m/big");
        Settle(Bert);
        Assert.Equal(big, Anna.User.ReadAll("m/big"));
        Assert.False(Anna.User.Exists("big"));
        Assert.InRange(Anna.Engine!.Devices.Single().BytesReceived - before, 0, big.Length / 20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void When_it_goes_nothing_is_deleted_and_when_it_is_back_all_goes_on_by_itself(bool restarts)
    {
        Begin();
        if (restarts)
            Stop();
        Anna.User.UnmountFrom("m");
        if (restarts)
            Anna.Start();
        else
            Scan();
        _world.RunUntil("what is missing is held", () => Folder?.Hold is not null);
        Assert.Contains("isn't mounted", Folder!.Hold!.Why, StringComparison.Ordinal);
        Assert.Equal(4, Folder.Hold.Files);

        // What comes from bert meanwhile waits; all the rest goes on.
        Bert.User.WriteFile("m/edited", "edited meanwhile");
        Bert.User.WriteFile("m/new", "new");
        Bert.User.WriteFile("other", "other");
        _world.Scan(Bert);
        _world.RunUntil("the rest arrives", () => Anna.User.Exists("other"));
        _world.RunFor(TimeSpan.FromHours(3));
        Assert.Equal("deleted", Bert.User.ReadText("m/deleted"));
        Assert.Empty(Anna.User.Tree("m"));
        Assert.NotNull(Folder.Hold);
        Assert.Contains(Folder.PullProblems, p => p.Name.Value == "m/new" && p.Reason.Contains("isn't mounted", StringComparison.Ordinal));

        Anna.User.MountAt("m");
        _world.RunUntilSynced();
        _world.RunUntil("nothing is held", () => Folder.Hold is null);
        Assert.Equal(("edited meanwhile", "new", "deleted"), (Text("m/edited"), Text("m/new"), Text("m/deleted")));
    }

    [Fact]
    public void A_directory_that_went_with_its_mount_is_held_too()
    {
        Begin();
        Stop();
        Anna.User.UnmountFrom("m");
        Anna.User.Delete("m");
        Anna.Start();
        _world.RunUntil("what is missing is held", () => Folder?.Hold is not null);
        _world.RunFor(TimeSpan.FromHours(3));
        Assert.Equal("edited", Bert.User.ReadText("m/edited"));
    }

    [Fact]
    public void A_copy_elsewhere_in_the_folder_makes_it_no_move_and_a_mount_at_another_place_does()
    {
        Anna.User.WriteFile("copies/edited", "edited");
        foreach (var name in (string[])["deleted", "moved"])
            Anna.User.WriteFile("copies/" + name, name);
        Anna.User.WriteFile("copies/swap", "in m");
        Begin();
        Anna.User.UnmountFrom("m");
        Scan();
        Assert.NotNull(Folder!.Hold);
        _world.RunFor(TimeSpan.FromHours(1));
        Assert.Equal("edited", Bert.User.ReadText("m/edited"));

        Anna.User.MountAt("m", "n");
        Scan();
        _world.RunUntilSynced();
        Assert.Null(Folder.Hold);
        Assert.Equal("edited", Bert.User.ReadText("n/edited"));
        Assert.False(Bert.User.Exists("m/edited"));
    }

    [Fact]
    public void One_that_is_mounted_at_another_place_does_not_cover_up_one_that_went()
    {
        Anna.User.MountAt("z");
        Anna.User.WriteFile("z/only", "only");
        Begin();
        Anna.User.UnmountFrom("m");
        Anna.User.MountAt("m", "n");
        Anna.User.UnmountFrom("z");
        Scan();
        _world.RunFor(TimeSpan.FromHours(1));
        Assert.Contains("'z'", Folder!.Hold?.Why, StringComparison.Ordinal);
        Assert.Equal("only", Bert.User.ReadText("z/only"));
    }

    [Fact]
    public void What_a_new_mount_hides_is_not_deleted()
    {
        Anna.User.WriteFile("h/hidden", "hidden");
        Begin();
        Anna.User.MountAt("h");
        Anna.User.WriteFile("h/visible", "visible");
        Scan();
        _world.RunUntil("what is hidden is held", () => Folder?.Hold is { Why: { } why } && why.Contains("hides", StringComparison.Ordinal));
        _world.RunFor(TimeSpan.FromHours(3));
        Assert.NotNull(Folder!.Hold);
        Assert.Equal("hidden", Bert.User.ReadText("h/hidden"));

        // What was brought to the wrong place isn't missed when that goes again, before somebody looks.
        Anna.User.UnmountFrom("h");
        _world.RunFor(TimeSpan.FromHours(3));
        Assert.Equal("hidden", Bert.User.ReadText("h/hidden"));
        Assert.Equal("visible", Bert.User.ReadText("h/visible"));
    }

    [Fact]
    public void What_was_only_received_onto_it_is_held_too_when_it_goes()
    {
        Bert.User.MakeDirectory("n");
        Begin();
        // No scan sees it before something comes.
        Anna.User.MountAt("n");
        Bert.User.WriteFile("n/received", "received");
        Settle(Bert);
        Anna.User.UnmountFrom("n");
        Scan();
        Assert.Contains("'n' isn't mounted", Folder!.Hold?.Why, StringComparison.Ordinal);
        _world.RunFor(TimeSpan.FromHours(3));
        Assert.Equal("received", Bert.User.ReadText("n/received"));
    }

    [Fact]
    public void Nothing_is_received_onto_one_that_hides_what_stood_there()
    {
        Bert.User.WriteFile("n/hidden", "hidden");
        Begin();
        Anna.User.MountAt("n");
        Bert.User.WriteFile("n/new", "new");
        _world.Scan(Bert);
        _world.RunUntil("it is said why it waits", () => Folder!.PullProblems.Any(p => p.Name.Value == "n/new" && p.Reason.Contains("hides", StringComparison.Ordinal)));
        _world.RunFor(TimeSpan.FromHours(3));
        Assert.False(Anna.User.Exists("n/new"));
        Assert.Equal("hidden", Bert.User.ReadText("n/hidden"));
    }

    [Fact]
    public void An_emptied_or_another_filesystem_is_held()
    {
        Begin();
        foreach (var name in (string[])["edited", "deleted", "moved", "swap"])
            Anna.User.Delete("m/" + name);
        Scan();
        Assert.Contains("is empty now", Folder!.Hold!.Why, StringComparison.Ordinal);
        Anna.User.WriteFile("m/another", "another");
        Scan();
        Assert.Null(Folder.Hold);
        _world.RunUntilSynced();
        Assert.Equal("another", Bert.User.ReadText("m/another"));
        Assert.False(Bert.User.Exists("m/edited"));

        Anna.User.ReplaceMount("m");
        Anna.User.WriteFile("m/foreign", "foreign");
        Scan();
        Assert.Contains("Another filesystem", Folder.Hold!.Why, StringComparison.Ordinal);
        _world.RunFor(TimeSpan.FromHours(3));
        Assert.Equal("another", Bert.User.ReadText("m/another"));
    }

    [Fact]
    public void What_is_confirmed_is_deleted_everywhere_and_what_is_brought_back_comes_back()
    {
        Begin();
        Anna.User.UnmountFrom("m");
        Scan();
        _world.Command(Anna, e => e.DecideHeldChangesAsync(SimulatedDevice.Folder, accept: false, CancellationToken.None));
        _world.RunUntilSynced();
        Assert.Equal("edited", Text("m/edited"));
        Assert.Null(Folder!.Hold);

        Anna.User.Delete("m/edited");
        Anna.User.MountAt("m2");
        Anna.User.WriteFile("m2/x", "x");
        Settle(Anna);
        Assert.False(Bert.User.Exists("m/edited"));
        Anna.User.UnmountFrom("m2");
        Scan();
        _world.Command(Anna, e => e.DecideHeldChangesAsync(SimulatedDevice.Folder, accept: true, CancellationToken.None));
        _world.RunUntilSynced();
        Assert.False(Bert.User.Exists("m2/x"));
        Assert.Null(Folder.Hold);
    }

    private void Begin()
    {
        Anna.User.MountAt("m");
        foreach (var name in (string[])["edited", "deleted", "moved"])
            Anna.User.WriteFile("m/" + name, name);
        Anna.User.WriteFile("m/swap", "in m");
        Anna.User.WriteFile("swap", "outside");
        Anna.User.WriteFile("plain", "plain");
        _world.StartAll();
        _world.RunUntilSynced();
    }

    private void Stop()
    {
        Anna.Stop();
        _world.RunUntil("anna stops", () => !Anna.IsRunning);
    }

    private void Settle(SimulatedDevice device)
    {
        _world.Scan(device);
        _world.RunUntilSynced();
    }

    private void Scan() => _world.Scan(Anna);

    private string Text(string path) => Anna.User.ReadText(path);
}
