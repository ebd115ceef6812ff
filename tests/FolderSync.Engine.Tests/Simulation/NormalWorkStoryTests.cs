using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Jobs that change many files at once, or seem to, and that nobody wants to be asked about: none is held, and all devices get them.</summary>
public sealed class NormalWorkStoryTests
{
    private readonly SimulatedWorld _world = new("anna", "bert");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Fact]
    public void A_first_sync_into_an_empty_folder_while_the_other_goes_on_working()
    {
        Make(1000);
        _world.StartAll();
        _world.RunUntil("a part is here", () => Bert.User.Exists("d/1"));
        for (var i = 0; i < 400; i++)
            Edit(i);
        _world.Scan(Anna);
        AssertDone();
    }

    [Fact]
    public void Folders_with_different_contents_that_meet_for_the_first_time()
    {
        Make(400);
        for (var i = 0; i < 400; i++)
            Bert.User.WriteFile($"d/{i}", i % 2 == 0 ? $"content of {i}" : $"another content of {i}");
        _world.StartAll();
        AssertDone();
    }

    [Fact]
    public void A_folder_restored_from_an_old_backup_that_meets_the_others()
    {
        Make(400);
        Bert.Configure(_world.Devices, f => f with { Paused = true });
        _world.StartAll();
        _world.RunUntil("anna has scanned", () => Anna.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
        for (var i = 0; i < 400; i++)
        {
            Bert.User.WriteFile($"d/{i}", $"content of {i}");
            Edit(i);
        }
        _world.Scan(Anna);
        Bert.Configure(_world.Devices, f => f);
        AssertDone();
        Assert.Equal("edited 7", Bert.User.ReadText("d/7"));
    }

    [Fact]
    public void A_branch_switch_in_a_larger_tree()
    {
        Begin(1000);
        for (var i = 0; i < 250; i++)
            Edit(i);
        for (var i = 250; i < 290; i++)
            Anna.User.Delete($"d/{i}");
        for (var i = 0; i < 300; i++)
            Anna.User.WriteFile($"branch/{i}", $"on the branch {i}");
        AssertDone();
    }

    [Fact]
    public void Other_tags_for_a_fifth_of_the_photos()
    {
        Begin(1500);
        for (var i = 0; i < 300; i++)
            Anna.User.WriteFile($"d/{i}", $"content of {i} with a tag");
        AssertDone();
    }

    [Fact]
    public void A_formatter_over_a_source_tree()
    {
        Begin(1250);
        for (var i = 0; i < 250; i++)
            Edit(i * 5);
        AssertDone();
    }

    [Fact]
    public void An_archive_unpacked_over_an_old_one()
    {
        Begin(900);
        for (var i = 0; i < 900; i++)
        {
            // All are written anew and get the archive's times; most of them are as they were.
            Anna.User.WriteFile($"d/{i}", i % 4 == 0 ? $"the new release's {i}" : $"content of {i}");
            Anna.User.Touch($"d/{i}", new FileTime(1_800_000_000 + i, 0));
        }
        AssertDone();
        Assert.Equal("the new release's 8", Bert.User.ReadText("d/8"));
    }

    [Fact]
    public void Versions_restored_after_a_flood_that_was_accepted_by_mistake()
    {
        Begin(400);
        AcceptFlood();
        foreach (var key in Bert.User.Tree(".stversions/d").Select(v => v.Path[".stversions/".Length..]).ToList())
            _world.Command(Bert, e => e.RestoreVersionAsync(SimulatedDevice.Folder, key, CancellationToken.None));
        AssertDone();
        Assert.Equal("content of 7", Anna.User.ReadText("d/7"));
    }

    [Fact]
    public void A_backup_restored_after_a_flood_that_was_accepted_by_mistake()
    {
        Begin(400);
        var written = Enumerable.Range(0, 400).Select(i => Anna.User.Stat($"d/{i}").Modified).ToList();
        AcceptFlood();
        for (var i = 0; i < 400; i++)
        {
            Anna.User.WriteFile($"d/{i}", $"content of {i}");
            Anna.User.Touch($"d/{i}", written[i]);
        }
        AssertDone();
        Assert.Equal("content of 7", Bert.User.ReadText("d/7"));
    }

    [Fact]
    public void Everything_is_renamed()
    {
        Begin(400);
        Anna.User.Rename("d", "moved");
        AssertDone();
        Assert.Equal("content of 7", Bert.User.ReadText("moved/7"));
    }

    [Fact]
    public void Times_and_modes_of_everything_change()
    {
        Begin(400);
        for (var i = 0; i < 400; i++)
        {
            Anna.User.Touch($"d/{i}", new FileTime(1_800_000_000 + i, 0));
            Anna.User.Chmod($"d/{i}", 0x1ED);
        }
        AssertDone();
    }

    [Fact]
    public void Photos_are_imported_and_get_their_tags_at_once()
    {
        Begin(700);
        for (var i = 0; i < 250; i++)
            Anna.User.WriteFile($"import/{i}", $"photo {i}");
        _world.Scan(Anna);
        _world.RunUntilSynced();
        for (var i = 0; i < 250; i++)
            Anna.User.WriteFile($"import/{i}", $"photo {i} with a tag");
        AssertDone();
    }

    [Fact]
    public void A_build_writes_the_same_outputs_again_and_again()
    {
        Begin(400);
        for (var build = 0; build < 8; build++)
        {
            for (var i = 0; i < 150; i++)
                Anna.User.WriteFile($"d/{i}", $"build {build} of {i}");
            _world.Scan(Anna);
            _world.RunUntilSynced();
        }
        AssertDone();
    }

    [Fact]
    public void Logs_are_rotated()
    {
        Begin(0);
        for (var i = 0; i < 300; i++)
            Anna.User.WriteFile($"log/{i:000}", $"day {300 - i}");
        _world.Scan(Anna);
        _world.RunUntilSynced();
        for (var i = 299; i > 0; i--)
            Anna.User.Rename($"log/{i - 1:000}", $"log/{i:000}");
        Anna.User.WriteFile("log/000", "day 301");
        AssertDone();
        Assert.Equal("day 300", Bert.User.ReadText("log/001"));
    }

    [Fact]
    public void Everything_is_replaced_by_an_editor_that_keeps_backups()
    {
        Begin(300);
        for (var i = 0; i < 300; i++)
        {
            Anna.User.Rename($"d/{i}", $"d/{i}~");
            Edit(i);
        }
        AssertDone();
        Assert.Equal("content of 7", Bert.User.ReadText("d/7~"));
    }

    [Fact]
    public void Local_changes_of_a_receive_only_folder_are_reverted()
    {
        Begin(400);
        Bert.Configure(_world.Devices, f => f with { Type = FolderType.ReceiveOnly });
        for (var i = 0; i < 400; i++)
            Bert.User.WriteFile($"d/{i}", $"changed here {i}");
        _world.Scan(Bert);
        _world.Command(Bert, e => e.RevertAsync(SimulatedDevice.Folder, CancellationToken.None));
        AssertDone();
        Assert.Equal("content of 7", Bert.User.ReadText("d/7"));
    }

    private void Make(int files)
    {
        for (var i = 0; i < files; i++)
            Anna.User.WriteFile($"d/{i}", $"content of {i}");
    }

    private void Begin(int files)
    {
        Make(files);
        _world.StartAll();
        _world.RunUntilSynced();
        _world.RunFor(TimeSpan.FromSeconds(3));
    }

    private void Edit(int i) => Anna.User.WriteFile($"d/{i}", $"edited {i}");

    private void AcceptFlood()
    {
        for (var i = 0; i < 400; i++)
            Edit(i);
        _world.Scan(Anna);
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is not null);
        _world.Command(Bert, e => e.DecideHeldChangesAsync(SimulatedDevice.Folder, true, CancellationToken.None));
        _world.RunUntilSynced();
        _world.RunFor(TimeSpan.FromDays(1));
    }

    /// <summary>It arrives, and nobody is asked.</summary>
    private void AssertDone()
    {
        var held = 0;
        Assert.All(_world.Devices, d => Assert.Null(d.Engine!.Folder(SimulatedDevice.Folder)?.Hold));
        using var anna = Anna.Engine!.Events.Listen(OnEvent);
        using var bert = Bert.Engine!.Events.Listen(OnEvent);
        if (Anna.Engine.Folder(SimulatedDevice.Folder)?.LastScan is not null)
            _world.Scan(Anna);
        _world.RunUntilSynced();
        Assert.Equal(0, held);

        void OnEvent(LoggedEvent logged) => held += logged.Event is EngineEvent.ChangesHeld ? 1 : 0;
    }
}
