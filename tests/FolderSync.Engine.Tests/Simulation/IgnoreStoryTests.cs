using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>The patterns change without a change of `.stignore` itself.</summary>
public sealed class IgnoreStoryTests
{
    private readonly SimulatedWorld _world = new("anna", "bert");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Fact]
    public void A_change_of_an_included_file_counts_at_once()
    {
        Anna.User.WriteFile(".stignore", "#include patterns/shared");
        Anna.User.WriteFile("patterns/shared", "*.log");
        Begin();
        Assert.False(Bert.User.Exists("a.log"));
        Anna.User.WriteFile("patterns/shared", "*.tmp");
        Anna.Notice("patterns/shared");
        _world.RunUntil("what is ignored no more arrives", () => Bert.User.Exists("a.log"));
    }

    [Fact]
    public void An_included_file_that_another_device_changed_counts_at_once()
    {
        Bert.User.WriteFile(".stignore", "#include shared");
        Bert.User.WriteFile("shared", "*.log");
        Begin();
        _world.RunUntil("bert lacks nothing", () => Bert.User.Exists("b.txt") && Anna.User.Exists("shared"));
        Assert.False(Bert.User.Exists("a.log"));
        Anna.User.WriteFile("shared", "*.tmp");
        Anna.Notice("shared");
        _world.RunUntil("what is ignored no more arrives", () => Bert.User.Exists("a.log"));
    }

    [Fact]
    public void What_changed_while_an_included_file_was_missing_is_found_when_it_is_there()
    {
        Anna.User.WriteFile(".stignore", "#include shared");
        Anna.User.WriteFile("shared", "*.log");
        Begin();
        Anna.User.Rename("shared", "elsewhere");
        Anna.Notice("shared");
        _world.RunUntil("anna says so", () => Anna.Snapshot.Error.Contains("shared", StringComparison.Ordinal));
        Anna.User.WriteFile("meanwhile", "meanwhile");
        Anna.Notice("meanwhile");
        _world.RunFor(TimeSpan.FromMinutes(2));
        Assert.False(Bert.User.Exists("meanwhile"));
        Anna.User.Rename("elsewhere", "shared");
        Anna.Notice("shared");
        _world.RunUntil("what changed meanwhile arrives", () => Bert.User.Exists("meanwhile"));
        Assert.False(Bert.User.Exists("a.log"));
    }

    [Fact]
    public void What_was_never_received_while_it_was_ignored_becomes_a_conflict_and_no_edit_of_it()
    {
        Bert.User.WriteFile(".stignore", "mine");
        Bert.User.WriteFile("mine", "of bert");
        Anna.User.WriteFile("mine", "of anna");
        Begin();
        _world.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal("of bert", Bert.User.ReadText("mine"));
        Bert.User.Delete(".stignore");
        Bert.Notice(".stignore");
        _world.RunUntilSynced();
        _world.RunFor(TimeSpan.FromMinutes(5));
        Assert.All(_world.Devices, d => Assert.Equal(
            ["of anna", "of bert"],
            d.User.Tree().Where(i => i.Path.StartsWith("mine", StringComparison.Ordinal)).Select(i => System.Text.Encoding.UTF8.GetString(i.Content)).Order()));
    }

    [Fact]
    public void Who_ignores_a_name_lacks_nothing_either_when_what_is_here_is_concurrent_or_who_had_the_newest_ignores_it_too()
    {
        var world = new SimulatedWorld("anna", "bert", "carl");
        var (anna, bert, carl) = (world["anna"], world["bert"], world["carl"]);
        anna.User.WriteFile("f", "first");
        world.StartAll();
        world.RunUntilSynced();
        bert.User.WriteFile(".stignore", "f");
        world.Scan(bert);
        // Concurrent edits: anna's counts, until anna ignores it, too.
        world.Network.Partition(anna.Id, carl.Id);
        carl.User.WriteFile("f", "carl's");
        world.Scan(carl);
        world.RunFor(TimeSpan.FromSeconds(10));
        anna.User.WriteFile("f", "anna's, which is later");
        world.Scan(anna);
        world.RunFor(TimeSpan.FromMinutes(1));
        anna.User.WriteFile(".stignore", "f");
        world.Scan(anna);
        world.Network.Heal(anna.Id, carl.Id);
        world.RunUntil("nobody seems to lack anything", () => world.Devices.All(a => a.Engine!.Devices.All(d => d.Connected) && world.Devices.All(b => a == b || a.Index.CompletionOf(b.Id).Need.Items == 0)));
        world.RunFor(TimeSpan.FromHours(1));
        Assert.All(world.Devices, a => Assert.All(world.Devices.Where(b => b != a), b => Assert.Equal(0, a.Index.CompletionOf(b.Id).Need.Items)));
        Assert.Equal("carl's", carl.User.ReadText("f"));
    }

    [Fact]
    public void A_symbolic_link_at_its_place_is_followed()
    {
        Anna.User.WriteFile("dotfiles/ignore", "*.log");
        Anna.User.Symlink(".stignore", "dotfiles/ignore");
        Begin();
        Assert.False(Bert.User.Exists("a.log"));
        Anna.User.WriteFile("dotfiles/ignore", "*.txt");
        Anna.Notice("dotfiles/ignore");
        _world.RunUntil("what is ignored no more arrives", () => Bert.User.Exists("a.log"));
    }

    [Fact]
    public void A_link_that_leads_nowhere_stops_the_folder_instead_of_ignoring_nothing()
    {
        Anna.User.Symlink(".stignore", "nowhere");
        Anna.User.WriteFile("a.log", "log");
        _world.StartAll();
        _world.RunUntil("anna says so", () => Anna.Engine?.Folder(SimulatedDevice.Folder)?.Error.Length > 0);
        _world.RunFor(TimeSpan.FromMinutes(2));
        Assert.False(Bert.User.Exists("a.log"));
    }

    private void Begin()
    {
        Anna.User.WriteFile("a.log", "log");
        Anna.User.WriteFile("b.txt", "text");
        _world.StartAll();
        _world.RunUntil("the rest arrives", () => Bert.User.Exists("b.txt"));
        _world.RunFor(TimeSpan.FromMinutes(1));
    }
}
