using System.Text;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Every device keeps both sides of a conflict, once each.</summary>
public sealed class ConflictStoryTests
{
    /// <summary>What stands at the old name again looks like the version that was there before; each would delete what the other has kept.</summary>
    [Fact]
    public void A_file_that_two_devices_rename_in_opposite_directions_at_once_survives()
    {
        var world = new SimulatedWorld("anna", "bert");
        var (anna, bert) = (world["anna"], world["bert"]);
        anna.User.WriteFile("x", "kept");
        anna.User.WriteFile("y", "old");
        world.StartAll();
        world.RunUntilSynced();
        anna.User.Rename("x", "y");
        anna.Notice("y");
        world.RunUntil("bert has it", () => bert.User.ReadText("y") == "kept" && bert.Snapshot is { State: FolderState.Idle, Counts.Need.Items: 0 });
        bert.User.Rename("y", "x");
        world.Scan(bert);
        world.Scan(anna);
        world.RunUntilSynced();
        Assert.Equal(("kept", "kept"), (anna.User.ReadText("x"), bert.User.ReadText("x")));
        Assert.Equal(SimulatedWorld.Tree(anna), SimulatedWorld.Tree(bert));
    }

    [Fact]
    public void Three_concurrent_edits_leave_one_winner_and_two_copies_everywhere()
    {
        var world = new SimulatedWorld("anna", "bert", "carl");
        Begin(world);
        PartAll(world);
        foreach (var device in world.Devices)
        {
            world.RunFor(TimeSpan.FromSeconds(2));
            device.User.WriteFile("f", "edit of " + device.Name);
            device.Notice("f");
        }
        world.RunFor(TimeSpan.FromSeconds(5));
        JoinAll(world);
        world.RunUntilSynced();
        var sequences = world.Devices.Select(d => d.Index.LocalSequence).ToList();
        world.RunFor(TimeSpan.FromDays(1));

        Assert.Equal("edit of carl", world["anna"].User.ReadText("f"));
        Assert.Equal(["edit of anna", "edit of bert", "edit of carl"], Contents(world["carl"]));
        // The devices don't exchange it for ever.
        Assert.Equal(sequences, world.Devices.Select(d => d.Index.LocalSequence));
    }

    [Fact]
    public void Equal_copies_that_several_devices_made_are_merged()
    {
        var world = new SimulatedWorld("anna", "bert", "carl");
        Begin(world);
        PartAll(world);
        // Each of them displaced the same edit, a few seconds apart.
        foreach (var device in world.Devices)
        {
            world.RunFor(TimeSpan.FromSeconds(7));
            var copy = ConflictName.For(FileName.Parse("f"), DateTimeOffset.UnixEpoch.AddTicks(world.Time.Now), new ShortId(1)).Value;
            device.User.WriteFile(copy, "the displaced edit");
            device.Notice(copy);
        }
        var first = Copies(world["anna"])[0];
        world["carl"].User.WriteFile("g" + first[1..], "the displaced edit");
        world.Scan(world["carl"]);
        JoinAll(world);
        world.RunUntilSynced();
        world.RunUntil("one copy of each is left", () => world.Devices.All(d => Copies(d).SequenceEqual([first, "g" + first[1..]])));
        world.RunFor(TimeSpan.FromHours(2));

        Assert.All(world.Devices, d => Assert.Equal([first, "g" + first[1..]], Copies(d)));
    }

    [Fact]
    public void A_copy_that_was_edited_is_not_merged()
    {
        var world = new SimulatedWorld("anna", "bert");
        Begin(world);
        PartAll(world);
        string[] copies = ["f.sync-conflict-20300101-000001-AAAAAAA", "f.sync-conflict-20300101-000002-AAAAAAA"];
        world["anna"].User.WriteFile(copies[0], "the displaced edit");
        world["bert"].User.WriteFile(copies[1], "the displaced edit");
        foreach (var device in world.Devices)
            world.Scan(device);
        // On bert's disk, which would replace its own spelling with anna's.
        world["bert"].User.WriteFile(copies[1], "edited since");
        JoinAll(world);
        world.RunUntilSynced();
        world.Scan(world["bert"]);
        world.RunUntilSynced();

        Assert.All(world.Devices, d => Assert.Equal(copies, Copies(d)));
        Assert.Equal("edited since", world["anna"].User.ReadText(copies[1]));
    }

    [Fact]
    public void More_copies_than_wanted_are_kept_and_warned_of()
    {
        var world = new SimulatedWorld(1, ["anna", "bert"], f => f with { MaxConflicts = 2 });
        var (anna, bert) = (world["anna"], world["bert"]);
        Begin(world);
        var told = new List<string>();
        using var listening = anna.Engine!.Events.Listen(e =>
        {
            if (e.Event is EngineEvent.FolderWarned warned)
                told.Add(warned.Message);
        });
        for (var round = 0; round < 3; round++)
        {
            PartAll(world);
            foreach (var device in world.Devices)
            {
                device.User.WriteFile("f", $"edit {round} of {device.Name}");
                device.Notice("f");
                world.RunFor(TimeSpan.FromSeconds(2));
            }
            JoinAll(world);
            world.RunUntilSynced();
            world.RunUntil("the copy is there", () => Copies(anna).Count == round + 1 && Copies(bert).Count == round + 1);
            world.RunUntilSynced();
            Assert.Equal(round == 2 ? 1 : 0, anna.Snapshot.Warnings.Count);
        }

        Assert.Equal(["edit 0 of anna", "edit 1 of anna", "edit 2 of anna", "edit 2 of bert"], Contents(anna));
        Assert.All(told, t => Assert.Contains("'f': There are 3 conflict copies", t, StringComparison.Ordinal));
        Assert.NotEmpty(told);
        Assert.Contains("3 conflict copies", Assert.Single(bert.Snapshot.Warnings).Reason, StringComparison.Ordinal);

        anna.User.Delete(Copies(anna)[0]);
        world.Scan(anna);
        world.RunUntilSynced();
        Assert.Empty(anna.Snapshot.Warnings);
    }

    [Fact]
    public void Same_content_with_another_time_makes_no_copy()
    {
        var world = new SimulatedWorld("anna", "bert");
        Begin(world);
        PartAll(world);
        foreach (var device in world.Devices)
        {
            device.User.WriteFile("f", "the same edit");
            device.Notice("f");
            world.RunFor(TimeSpan.FromSeconds(5));
        }
        JoinAll(world);
        world.RunUntilSynced();

        Assert.All(world.Devices, d => Assert.Empty(Copies(d)));
        Assert.Equal(world["anna"].User.Stat("f").Modified, world["bert"].User.Stat("f").Modified);
    }

    [Theory]
    [InlineData("anna", "bert")]
    [InlineData("bert", "anna")]
    public void An_edit_wins_against_a_deletion_whoever_deleted(string editor, string deleter)
    {
        var world = new SimulatedWorld("anna", "bert");
        Begin(world);
        PartAll(world);
        world[editor].User.WriteFile("f", "edited");
        world[editor].Notice("f");
        world.RunFor(TimeSpan.FromMinutes(1));
        // Later, and therefore newer.
        world[deleter].User.Delete("f");
        world[deleter].Notice("f");
        world.RunFor(TimeSpan.FromMinutes(1));
        var deleted = world[deleter].Index.FindLocal(FileName.Parse("f"))!.Version;
        JoinAll(world);
        world.RunUntil("it is back", () => world[deleter].User.Exists("f"));
        world.RunUntilSynced();

        Assert.Equal("edited", world[deleter].User.ReadText("f"));
        // For a peer that lets the newer one win, it dominates the deletion, too.
        Assert.All(world.Devices, d => Assert.Equal(VectorOrder.Newer, d.Index.FindGlobal(FileName.Parse("f"))!.Version.Compare(deleted)));
    }

    /// <summary>An edit that had lost before doesn't bring back what was deleted on purpose, and isn't lost either.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_old_unmerged_edit_does_not_bring_back_what_was_deleted(bool keepsVersions)
    {
        var world = new SimulatedWorld("anna", "bert", "carl");
        world.Configure(f => keepsVersions ? f : f with { Versioning = new VersioningConfig(VersioningKind.None) });
        Begin(world);
        PartAll(world);
        EditAndNotice(world, "bert", "old edit");
        // Bert is away; the others have a newer edit, and delete that.
        world.Network.Heal(world["anna"].Id, world["carl"].Id);
        EditAndNotice(world, "anna", "newer edit");
        world.RunUntil("carl has it", () => world["carl"].User.ReadText("f") == "newer edit");
        world["carl"].User.Delete("f");
        world["carl"].Notice("f");
        world.RunUntil("it is gone", () => !world["anna"].User.Exists("f"));
        JoinAll(world);
        world.RunUntil("it is settled", () => world.Devices.All(d => !d.User.Exists("f")));
        world.RunUntilSynced();
        world.RunFor(TimeSpan.FromDays(1));

        Assert.All(world.Devices, d => Assert.Equal(["old edit"], Contents(d)));
        Assert.All(world.Devices, d => Assert.Single(Copies(d)));
    }

    /// <summary>The edit would have won over what was deleted: it does so over the deletion, too.</summary>
    [Fact]
    public void A_newer_edit_wins_over_the_deletion_of_another()
    {
        var world = new SimulatedWorld("anna", "bert");
        Begin(world);
        PartAll(world);
        EditAndNotice(world, "anna", "older edit");
        EditAndNotice(world, "bert", "newest edit");
        world["anna"].User.Delete("f");
        world["anna"].Notice("f");
        world.RunFor(TimeSpan.FromMinutes(1));
        JoinAll(world);
        world.RunUntilSynced();
        Assert.All(world.Devices, d => Assert.Equal(["newest edit"], Contents(d)));
    }

    /// <summary>Others have merged what was deleted with an edit that lost to it: that is no edit of it.</summary>
    [Fact]
    public void A_merge_does_not_bring_back_what_was_deleted_meanwhile()
    {
        var world = new SimulatedWorld("anna", "bert", "carl");
        Begin(world);
        PartAll(world);
        EditAndNotice(world, "bert", "old edit");
        world.Network.Heal(world["anna"].Id, world["carl"].Id);
        EditAndNotice(world, "anna", "newer edit");
        world.RunUntil("carl has it", () => world["carl"].User.ReadText("f") == "newer edit");
        PartAll(world);
        world["anna"].User.Delete("f");
        world["anna"].Notice("f");
        world.Network.Heal(world["bert"].Id, world["carl"].Id);
        world.RunUntil("they have merged", () => Contents(world["bert"]).SequenceEqual(["newer edit", "old edit"]) && Contents(world["carl"]).SequenceEqual(["newer edit", "old edit"]));
        JoinAll(world);
        world.RunUntil("it is settled", () => world.Devices.All(d => !d.User.Exists("f")));
        world.RunUntilSynced();
        Assert.All(world.Devices, d => Assert.Equal(["old edit"], Contents(d)));
    }

    /// <summary>The device with the edit doesn't resolve it, as a Syncthing 1 wouldn't: one that has the deletion fetches the content.</summary>
    [Fact]
    public void Whoever_has_the_deletion_keeps_the_edit_of_a_device_that_does_not()
    {
        var world = new SimulatedWorld("anna", "bert");
        Begin(world);
        PartAll(world);
        EditAndNotice(world, "bert", "old edit");
        EditAndNotice(world, "anna", "newer edit");
        world["anna"].User.Delete("f");
        world["anna"].Notice("f");
        world.RunFor(TimeSpan.FromMinutes(1));
        // It announces and serves; it takes nothing.
        world["bert"].Configure(world.Devices, f => f with { Type = FolderType.SendOnly });
        JoinAll(world);
        world.RunUntil("anna has a copy", () => Contents(world["anna"]).SequenceEqual(["old edit"]));
        Assert.False(world["anna"].User.Exists("f"));
        world["bert"].Configure(world.Devices, f => f with { Type = FolderType.SendReceive });
        world.RunUntilSynced();
        Assert.All(world.Devices, d => Assert.Equal(["old edit"], Contents(d)));
    }

    [Fact]
    public void A_deleted_file_that_is_made_again_is_a_newer_version()
    {
        var world = new SimulatedWorld("anna", "bert");
        Begin(world);
        world["anna"].User.Delete("f");
        world["anna"].Notice("f");
        world.RunUntil("it is gone", () => !world["bert"].User.Exists("f"));
        world["bert"].User.WriteFile("f", "again");
        world["bert"].Notice("f");
        world.RunUntilSynced();

        Assert.Equal("again", world["anna"].User.ReadText("f"));
        Assert.All(world.Devices, d => Assert.Empty(Copies(d)));
    }

    [Fact]
    public void A_device_long_offline_learns_of_deletions_and_keeps_what_it_edited()
    {
        var world = new SimulatedWorld("anna", "bert");
        var (anna, bert) = (world["anna"], world["bert"]);
        anna.User.WriteFile("old", "old");
        Begin(world);
        bert.Stop();
        world.RunUntil("bert stops", () => !bert.IsRunning);
        foreach (var name in (string[])["f", "old"])
        {
            anna.User.Delete(name);
            anna.Notice(name);
        }
        world.RunFor(TimeSpan.FromDays(1));
        bert.User.WriteFile("f", "edited offline");
        bert.Start();
        world.RunUntilSynced();
        world.RunUntil("the deletion has arrived", () => !bert.User.Exists("old"));

        Assert.Equal("edited offline", anna.User.ReadText("f"));
        Assert.False(anna.User.Exists("old"));
    }

    [Fact]
    public void An_unscanned_edit_survives_a_remote_one()
    {
        var world = new SimulatedWorld("anna", "bert");
        Begin(world);
        world["bert"].User.WriteFile("f", "bert's, which no watcher told of");
        world.RunFor(TimeSpan.FromSeconds(2));
        world["anna"].User.WriteFile("f", "anna's");
        world["anna"].Notice("f");
        world.RunUntilSynced();
        world.RunUntil("both are everywhere", () => world.Devices.All(d => Contents(d).SequenceEqual(["anna's", "bert's, which no watcher told of"])));
    }

    /// <summary>
    /// The simulator's seed 48521, step by step. One device resolved carl's first version against anna's, another one resolved his second. Both got
    /// the same merged vector with different content; and equal vectors are never compared again.
    /// </summary>
    [Theory]
    [InlineData("content")]
    [InlineData("time")]
    public void Two_resolutions_of_a_conflict_never_share_a_vector(string edit)
    {
        var world = new SimulatedWorld("anna", "bert", "carl", "dora", "emil");
        var (anna, bert, carl, dora, emil) = (world["anna"], world["bert"], world["carl"], world["dora"], world["emil"]);
        world.StartAll();
        world.RunFor(TimeSpan.FromSeconds(5));
        PartAll(world);
        Write(anna, "anna's", 100);
        Write(carl, "carl's first", 300);
        Meet(world, carl, dora);
        // A restored backup: newer as a version, older as a file.
        Write(carl, edit == "content" ? "carl's second" : "carl's first", 200);
        Meet(world, carl, emil);
        Meet(world, anna, bert);
        Meet(world, bert, dora);
        Meet(world, anna, emil);
        Meet(world, bert, carl);
        JoinAll(world);
        world.RunUntilSynced();
        world.RunFor(TimeSpan.FromHours(3));
        var sequences = world.Devices.Select(d => d.Index.LocalSequence).ToList();
        world.RunFor(TimeSpan.FromDays(1));

        Assert.True(world.AreEqual(), string.Join("\n\n", world.Devices.Select(SimulatedWorld.Tree)));
        Assert.Single(world.Devices.Select(d => d.User.Stat("f").Modified).Distinct());
        Assert.Equal(sequences, world.Devices.Select(d => d.Index.LocalSequence));

        void Write(SimulatedDevice device, string content, long modified)
        {
            device.User.WriteFile("f", content);
            device.User.Touch("f", new FileTime(modified, 0));
            world.Scan(device);
        }
    }

    /// <summary>Connects only these two until they are in sync.</summary>
    private static void Meet(SimulatedWorld world, SimulatedDevice one, SimulatedDevice other)
    {
        world.Network.Heal(one.Id, other.Id);
        // Once more for the conflict copy, which a scan finds.
        for (var i = 0; i < 2; i++)
        {
            world.RunUntil("the two meet", () => one.Engine!.Devices.Any(d => d.Config.Id == other.Id && d.Connected) && Described(one) == Described(other) && IsIdle(one) && IsIdle(other));
            world.RunFor(TimeSpan.FromSeconds(5));
        }
        PartAll(world);

        static string Described(SimulatedDevice device) => string.Join(' ', device.Index.LocalPage(default, default, 100, withBlocks: false).Select(e => $"{e.Name}{e.Version}"));
        static bool IsIdle(SimulatedDevice device) => device.Snapshot is { State: FolderState.Idle, Counts.Need.Items: 0 };
    }

    private static void Begin(SimulatedWorld world)
    {
        world.Devices[0].User.WriteFile("f", "hello");
        world.StartAll();
        world.RunUntilSynced();
        world.RunFor(TimeSpan.FromSeconds(2));
    }

    private static void EditAndNotice(SimulatedWorld world, string editor, string content)
    {
        world.RunFor(TimeSpan.FromSeconds(5));
        world[editor].User.WriteFile("f", content);
        world[editor].Notice("f");
        world.RunFor(TimeSpan.FromSeconds(5));
    }

    private static void PartAll(SimulatedWorld world)
    {
        foreach (var a in world.Devices)
        {
            foreach (var b in world.Devices.Where(b => b != a))
                world.Network.Partition(a.Id, b.Id);
        }
    }

    private static void JoinAll(SimulatedWorld world)
    {
        foreach (var a in world.Devices)
        {
            foreach (var b in world.Devices)
                world.Network.Heal(a.Id, b.Id);
        }
    }

    private static List<string> Copies(SimulatedDevice device) => [.. Seen(device).Select(i => i.Path).Where(p => ConflictName.IsConflictCopy(FileName.Parse(p)))];

    private static IEnumerable<string> Contents(SimulatedDevice device) => Seen(device).Select(i => Encoding.UTF8.GetString(i.Content)).Order(StringComparer.Ordinal);

    private static IEnumerable<MemoryItem> Seen(SimulatedDevice device) =>
        device.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal)).Where(i => i.Kind == FileKind.File);
}
