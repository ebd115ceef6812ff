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
