using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Queries;
using FolderSync.Engine.Status;
using FolderSync.Index;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Engine.Tests.Status;

/// <summary>"Out of sync" always has a reason.</summary>
public sealed class NeedReasonsTests
{
    private static readonly DeviceId Anna = Entries.Device(1), Bert = Entries.Device(2);
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly FolderId Id = new("docs");
    private static readonly FileEntry Theirs = Entries.File("a", Entries.Vector((1, 2)));
    private static readonly FileEntry Mine = Entries.File("a", Entries.Vector((1, 1)), content: 9);

    private static readonly FolderSnapshot Folder = new()
    {
        Config = new FolderConfig { Id = Id, Path = "/docs", Devices = [Anna, Bert] },
        State = FolderState.Idle,
        LastScan = Noon,
    };

    [Fact]
    public void What_a_connected_device_has_waits_for_its_turn() =>
        Assert.Equal((NeedState.Waiting, "It is queued."), Of(Folder, [Up(Anna)], Theirs, null, Anna));

    [Fact]
    public void What_is_transferred_says_how_far()
    {
        var folder = Folder with { Transfers = [new FileProgress(Theirs.Name, 40, 80, 1, 0, 0, 0)] };
        var reason = new NeedReasons(folder, [Up(Anna)]).Of(new NeededItem(Theirs, null), _ => [Anna]);
        Assert.Equal((NeedState.Transferring, 40L, "It is being transferred: 50 %."), (reason.State, reason.BytesDone, reason.Text));
    }

    [Theory]
    [InlineData("down", "not connected")]
    [InlineData("paused", "paused here")]
    [InlineData("folder paused", "the folder is paused there")]
    [InlineData("not sharing", "the folder is not shared there")]
    [InlineData("starting", "the connection is being set up")]
    public void Nobody_can_give_it(string state, string why)
    {
        var anna = state switch
        {
            "down" => Up(Anna) with { Connected = false },
            "paused" => Up(Anna) with { Connected = false, Config = Up(Anna).Config with { Paused = true } },
            "folder paused" => Up(Anna, RemoteFolderState.Paused),
            "not sharing" => Up(Anna, RemoteFolderState.NotSharing),
            _ => Up(Anna, RemoteFolderState.Unknown),
        };
        var reason = new NeedReasons(Folder, [anna, Up(Bert)]).Of(new NeededItem(Theirs, Mine), _ => [Anna]);
        Assert.Equal((NeedState.Blocked, Anna), (reason.State, reason.Device));
        Assert.Contains($"Anna ({why})", reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_that_have_it_are_all_named()
    {
        var (state, text) = Of(Folder, [Up(Anna) with { Connected = false }, Up(Bert) with { Connected = false }], Theirs, null, Anna, Bert);
        Assert.Equal(NeedState.Blocked, state);
        Assert.Contains("Anna, Bert (not connected)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_has_it_any_more() => Assert.StartsWith("No known device has this version", Of(Folder, [Up(Anna)], Theirs, null).Text, StringComparison.Ordinal);

    [Fact]
    public void An_empty_file_a_directory_and_a_deletion_need_nobody()
    {
        var deleted = Theirs with { Deleted = true, Size = 0, Blocks = null };
        Assert.Equal(NeedState.Waiting, Of(Folder, [], deleted, Mine).State);
        Assert.Equal(NeedState.Waiting, Of(Folder, [], Theirs with { Size = 0 }, null).State);
        Assert.Equal(NeedState.Waiting, Of(Folder, [], Entries.Folder("d", Entries.Vector((1, 2))), null).State);
    }

    [Fact]
    public void A_failure_says_why_and_when_it_is_tried_again()
    {
        var folder = Folder with { PullProblems = [new PullProblem(Theirs.Name, "Not enough space.", Bert, Noon, false)] };
        var reason = new NeedReasons(folder, [Up(Anna)]).Of(new NeededItem(Theirs, null), _ => [Anna]);
        Assert.Equal(new NeedReason(NeedState.Blocked, "Not enough space.", 0, Bert, Noon), reason);
    }

    [Fact]
    public void The_folder_s_own_state_stands_for_all()
    {
        Assert.Equal("This folder is paused.", Of(Folder with { Config = Folder.Config with { Paused = true } }, [Up(Anna)], Theirs, null, Anna).Text);
        Assert.Equal("This folder is stopped: no marker", Of(Folder with { Error = "no marker" }, [Up(Anna)], Theirs, null, Anna).Text);
        Assert.Equal("It is waiting for the folder's first scan.", Of(Folder with { LastScan = null }, [Up(Anna)], Theirs, null, Anna).Text);
        Assert.Contains("being scanned", Of(Folder with { State = FolderState.Scanning }, [Up(Anna)], Theirs, null, Anna).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_never_brought_in_says_so()
    {
        var sendOnly = Folder with { Config = Folder.Config with { Type = FolderType.SendOnly } };
        Assert.Contains("only sends", Of(sendOnly, [Up(Anna)], Theirs, Mine, Anna).Text, StringComparison.Ordinal);
        var keeping = Folder with { Config = Folder.Config with { IgnoreDelete = true } };
        Assert.Contains("ignore-delete", Of(keeping, [Up(Anna)], Theirs with { Deleted = true, Size = 0, Blocks = null }, Mine).Text, StringComparison.Ordinal);
        var held = Folder with { Hold = new ChangeHold(true, 1200, 2000, [], Noon) };
        Assert.Contains("held until you confirm", Of(held, [Up(Anna)], Theirs with { Deleted = true, Size = 0, Blocks = null }, Mine).Text, StringComparison.Ordinal);
        Assert.Contains("this one with them", Of(held, [Up(Anna)], Theirs, Mine, Anna).Text, StringComparison.Ordinal);
        Assert.Equal(NeedState.Waiting, Of(held, [Up(Anna)], Theirs, null, Anna).State);
    }

    private static (NeedState State, string Text) Of(FolderSnapshot folder, IReadOnlyList<DeviceSnapshot> devices, FileEntry global, FileEntry? local, params DeviceId[] holders)
    {
        var reason = new NeedReasons(folder, devices).Of(new NeededItem(global, local), _ => holders);
        return (reason.State, reason.Text);
    }

    private static DeviceSnapshot Up(DeviceId id, RemoteFolderState state = RemoteFolderState.Valid) => new()
    {
        Config = new DeviceConfig { Id = id, Name = id == Anna ? "Anna" : "Bert" },
        Connected = true,
        Folders = new Dictionary<FolderId, RemoteFolderState> { [Id] = state },
    };
}
