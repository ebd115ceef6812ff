using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>If many files disappear, their deletion needs the user's decision, however the disk reports it; moved files don't count.</summary>
public sealed class DeletionHoldStoryTests
{
    private const int Files = 400;

    private readonly SimulatedWorld _world = new(1, ["anna", "bert"], f => f with { HoldDeletionsOver = 1000, HoldDeletionsOverPercent = 25 });

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    /// <summary>Each scan woke a round that found the missing file again and asked for a scan.</summary>
    [Fact]
    public void What_is_held_and_announced_anew_with_the_same_content_makes_nobody_spin()
    {
        Begin();
        Hold();
        var before = Bert.User.Stat("d/1").Modified;
        Bert.User.WriteFile("d/1", "in between");
        _world.Network.Partition(Anna.Id, Bert.Id);
        _world.Scan(Bert);
        Write(Bert, 1);
        Bert.User.Touch("d/1", before);
        _world.Scan(Bert);
        _world.Network.Heal(Anna.Id, Bert.Id);
        _world.RunFor(TimeSpan.FromHours(1));
        Assert.NotNull(Anna.Snapshot.Hold);
        Assert.Equal("content of 1", Bert.User.ReadText("d/1"));
    }

    [Fact]
    public void A_mass_deletion_in_many_watcher_batches_is_held_as_one()
    {
        Begin();
        for (var i = 0; i < Files / 2; i++)
        {
            Delete(Anna, i);
            if (i % 10 == 9)
                _world.RunFor(TimeSpan.FromMilliseconds(300));
        }
        _world.RunUntil("the deletions are held", () => Anna.Snapshot.Hold is { Incoming: false });
        _world.RunFor(TimeSpan.FromHours(3));

        Assert.True(Anna.Snapshot.Hold!.Files > Files / 4, $"{Anna.Snapshot.Hold.Files} are held");
        // Before the burst was recognized, no more was announced than a user's single deletions.
        Assert.InRange(FilesOf(Bert), Files - 20, Files);
    }

    [Fact]
    public void A_slow_mass_deletion_is_held_before_the_limit_is_passed()
    {
        Begin();
        for (var i = 0; i < Files / 2; i++)
        {
            Delete(Anna, i);
            _world.RunFor(TimeSpan.FromSeconds(2.5));
        }
        _world.RunUntil("the deletions are held", () => Anna.Snapshot.Hold is { Incoming: false });
        _world.RunFor(TimeSpan.FromHours(3));

        Assert.InRange(FilesOf(Bert), Files * 3 / 4, Files - 1);
    }

    [Fact]
    public void A_restart_between_two_halves_of_a_mass_deletion_does_not_make_them_two()
    {
        Begin();
        var deleted = Files * 22 / 100;
        for (var i = 0; i < deleted; i++)
            Delete(Anna, i);
        _world.RunUntil("the first part is announced, as a user's own deletions are", () => FilesOf(Bert) == Files - deleted);
        Anna.Stop();
        _world.RunUntil("anna stops", () => !Anna.IsRunning);
        for (var i = deleted; i < deleted + 40; i++)
            Anna.User.Delete($"d/{i}");
        Anna.Start();
        _world.RunUntil("the second part is held", () => Anna.Engine?.Folder(SimulatedDevice.Folder)?.Hold is { Incoming: false });
        // Longer than the guard's window, and over several scans.
        _world.RunFor(TimeSpan.FromHours(5));
        Assert.Equal(Files - deleted, FilesOf(Bert));
    }

    [Fact]
    public void What_another_device_deleted_stays_held_however_long_nobody_decides()
    {
        Anna.Configure(_world.Devices, f => f);
        Bert.Configure(_world.Devices, f => f with { HoldDeletionsOver = 1000, HoldDeletionsOverPercent = 25, HoldIncomingDeletions = true });
        Begin();
        var deleted = Files * 22 / 100;
        for (var i = 0; i < deleted; i++)
            Delete(Anna, i);
        _world.RunUntil("the first part is deleted", () => FilesOf(Bert) == Files - deleted);
        for (var i = deleted; i < deleted + 40; i++)
            Delete(Anna, i);
        _world.RunUntil("the second part is held", () => Bert.Snapshot.Hold is { Incoming: true });
        for (var i = 0; i < 5; i++)
        {
            // Something to pull, so that it is looked at again.
            Anna.User.WriteFile($"{i}", "new");
            Anna.Notice($"{i}");
            _world.RunFor(TimeSpan.FromHours(1));
            Assert.True(Bert.User.Exists($"{i}"));
        }
        Assert.Equal(Files - deleted, FilesOf(Bert));
    }

    [Fact]
    public void What_was_deleted_long_before_a_restart_is_not_counted_with_what_is_deleted_after_it()
    {
        Begin();
        var deleted = Files * 22 / 100;
        for (var i = 0; i < deleted; i++)
            Delete(Anna, i);
        _world.RunUntil("the first part is announced", () => FilesOf(Bert) == Files - deleted);
        _world.RunFor(TimeSpan.FromHours(2));
        Anna.Stop();
        _world.RunUntil("anna stops", () => !Anna.IsRunning);
        for (var i = deleted; i < deleted + 40; i++)
            Anna.User.Delete($"d/{i}");
        Anna.Start();
        // Sooner than a window that had started again would have ended.
        _world.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(Files - deleted - 40, FilesOf(Bert));
        Assert.Null(Anna.Snapshot.Hold);
    }

    [Fact]
    public void What_goes_while_deletions_are_held_waits_too()
    {
        Begin();
        Hold();
        var before = FilesOf(Bert);
        Delete(Anna, Files - 1);
        _world.RunFor(TimeSpan.FromMinutes(5));

        Assert.NotNull(Anna.Snapshot.Hold);
        Assert.Equal(before, FilesOf(Bert));
    }

    [Fact]
    public void Confirmed_deletions_go_to_the_others()
    {
        // Half of the folder is enough to be asked there, too.
        Bert.Configure(_world.Devices, f => f with { HoldIncomingFrom = 0 });
        Begin();
        Hold();
        _world.Command(Anna, e => e.DecideHeldChangesAsync(SimulatedDevice.Folder, accept: true, CancellationToken.None));
        _world.RunUntil("bert deletes", () => FilesOf(Bert) == FilesOf(Anna));

        Assert.Null(Anna.Snapshot.Hold);
        Assert.Equal(Files / 2, FilesOf(Bert));
    }

    [Fact]
    public void Refused_deletions_bring_the_files_back()
    {
        Begin();
        Hold();
        _world.Command(Anna, e => e.DecideHeldChangesAsync(SimulatedDevice.Folder, accept: false, CancellationToken.None));
        _world.RunUntilSynced();

        Assert.Null(Anna.Snapshot.Hold);
        Assert.Equal(FilesOf(Bert), FilesOf(Anna));
        Assert.InRange(FilesOf(Anna), Files - 20, Files);
    }

    [Fact]
    public void Files_that_come_back_by_themselves_end_the_hold()
    {
        Begin();
        Hold();
        for (var i = 0; i < Files / 2; i++)
            Write(Anna, i);
        _world.Scan(Anna);

        Assert.Null(Anna.Snapshot.Hold);
        _world.RunUntilSynced();
        Assert.Equal(Files, FilesOf(Bert));
    }

    [Fact]
    public void Moved_files_are_not_gone_however_they_are_noticed()
    {
        Begin();
        for (var i = 0; i < Files; i++)
        {
            Anna.User.Rename($"d/{i}", $"e/{i}");
            // The old name first, the new one much later.
            Anna.Notice($"d/{i}");
            if (i % 50 == 49)
            {
                _world.RunFor(TimeSpan.FromSeconds(5));
                Anna.Notice("e");
                _world.RunFor(TimeSpan.FromSeconds(5));
            }
        }
        _world.RunUntilSynced();

        Assert.Null(Anna.Snapshot.Hold);
        Assert.False(Bert.User.Exists("d/0"));
        Assert.Equal(Files, FilesOf(Bert));
    }

    [Fact]
    public void Few_deletions_are_not_waited_for()
    {
        Begin();
        var start = _world.Time.Now;
        for (var i = 0; i < 10; i++)
            Delete(Anna, i);
        _world.RunUntil("bert deletes", () => FilesOf(Bert) == Files - 10);

        Assert.InRange(TimeSpan.FromTicks(_world.Time.Now - start).TotalSeconds, 0, 2);
    }

    [Fact]
    public void An_emptied_folder_is_held_at_the_next_start()
    {
        Begin();
        Anna.Stop();
        _world.RunUntil("anna stops", () => !Anna.IsRunning);
        Anna.User.Delete("d");
        Anna.Start();
        _world.RunUntil("the deletions are held", () => Anna.Engine?.Folder(SimulatedDevice.Folder)?.Hold is { Files: Files });
        _world.RunFor(TimeSpan.FromHours(3));

        Assert.Equal(Files, FilesOf(Bert));
    }

    private static int FilesOf(SimulatedDevice device) => device.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal)).Count(i => i.Path.Contains('/', StringComparison.Ordinal));

    private void Begin()
    {
        for (var i = 0; i < Files; i++)
            Write(Anna, i);
        _world.StartAll();
        _world.RunUntilSynced();
    }

    private void Hold()
    {
        for (var i = 0; i < Files / 2; i++)
            Anna.User.Delete($"d/{i}");
        Anna.Notice("d");
        _world.RunUntil("the deletions are held", () => Anna.Snapshot.Hold is { Incoming: false });
    }

    private static void Write(SimulatedDevice device, int i) => device.User.WriteFile($"d/{i}", $"content of {i}");

    private static void Delete(SimulatedDevice device, int i)
    {
        device.User.Delete($"d/{i}");
        device.Notice($"d/{i}");
    }
}
