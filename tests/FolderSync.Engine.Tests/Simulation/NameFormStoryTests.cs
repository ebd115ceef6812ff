using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Names whose letters are decomposed (NFD), on disks that take other spellings for one name.</summary>
public sealed class NameFormStoryTests
{
    [Fact]
    public void A_decomposed_name_beside_another_spelling_of_its_composed_form_is_not_taken_for_that()
    {
        var world = new SimulatedWorld("anna", "bert");
        var (anna, bert) = (world["anna"], world["bert"]);
        anna.Disks.Options = new MemoryDiskOptions { CaseInsensitive = true };
        anna.User.WriteFile("\u00d6", "composed, capital");
        anna.User.WriteFile("o\u0308", "decomposed, small");
        world.StartAll();
        world.RunUntil("the composed one arrives", () => bert.User.Exists("\u00d6"));
        world.RunFor(TimeSpan.FromHours(2));

        Assert.Equal("composed, capital", bert.User.ReadText("\u00d6"));
        Assert.False(bert.User.Exists("\u00f6"));
        Assert.Contains(anna.Snapshot.ScanProblems, p => p.Reason.Contains("only in case", StringComparison.Ordinal));
        Assert.Equal("decomposed, small", anna.User.ReadText("o\u0308"));
    }

    [Fact]
    public void Two_names_that_differ_in_case_are_two_where_only_the_form_is_ignored()
    {
        var world = new SimulatedWorld("anna", "bert");
        var (anna, bert) = (world["anna"], world["bert"]);
        anna.Disks.Options = new MemoryDiskOptions { FormInsensitive = true, ListsDecomposed = true };
        anna.User.WriteFile("\u00d6", "capital");
        anna.User.WriteFile("o\u0308", "small");
        world.StartAll();
        world.RunUntil("both are there", () => bert.User.Exists("\u00d6") && bert.User.Exists("\u00f6"));
        bert.User.WriteFile("\u00f6", "edited elsewhere");
        world.Scan(bert);
        world.RunUntil("the edit arrives", () => anna.User.ReadText("o\u0308") == "edited elsewhere");
        Assert.Equal("capital", anna.User.ReadText("\u00d6"));
    }
}
