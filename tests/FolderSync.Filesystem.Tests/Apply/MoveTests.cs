using CsCheck;
using FolderSync.Filesystem.Apply;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

public sealed class MoveTests
{
    public static TheoryData<DiskUnderTest> Disks() => [.. Enum.GetValues<DiskUnderTest>()];

    [Theory, MemberData(nameof(Disks))]
    public void A_chain_moves_from_its_free_end(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var (a, b, c) = (folder.Write("a", "1"), folder.Write("b", "22"), folder.Write("c", "333"));
        AllDone(folder, [Move(a, "b", b), Move(b, "c", c), Move(c, "d"), folder.Place("a", "fresh", a)]);
        Assert.Equal(["a=fresh", "b=1", "c=22", "d=333"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void Two_files_swap_names(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var (a, b) = (folder.Write("x/a", "1"), folder.Write("y/b", "22"));
        AllDone(folder, [Move(a, "y/b", b), Move(b, "x/a", a)]);
        Assert.Equal(["x/", "x/a=22", "y/", "y/b=1"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void Files_and_directories_take_each_others_names(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var d = folder.MakeFolder("d");
        var (x, f) = (folder.Write("d/x", "x"), folder.Write("f", "ff"));
        AllDone(folder, [Move(x, "f/y"), Move(f, "d", d), new ApplyStep.PlaceDirectory(Folder("f"), f, ActionForExisting.Discard)]);
        Assert.Equal(["d=ff", "f/", "f/y=x"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_file_takes_the_name_of_its_directory(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var d = folder.MakeFolder("d");
        var x = folder.Write("d/x", "x");
        AllDone(folder, [Move(x, "d", d)]);
        Assert.Equal(["d=x"], folder.Tree());
        var moved = folder.Scan("d");
        AllDone(folder, [Move(moved, "d/d"), new ApplyStep.PlaceDirectory(Folder("d"), moved, ActionForExisting.Discard)]);
        Assert.Equal(["d/", "d/d=x"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_directory_moves_with_what_is_in_it(DiskUnderTest kind)
    {
        using var folder = On(kind);
        folder.Write("d/sub/x", "x");
        AllDone(folder, [Move(folder.Scan("d"), "e")]);
        Assert.Equal(["e/", "e/sub/", "e/sub/x=x"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void What_a_move_displaces_is_kept(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var (a, b) = (folder.Write("a", "1"), folder.Write("b", "22"));
        AllDone(folder, [Move(a, "b", b, ActionForExisting.Version)]);
        Assert.Equal([".stversions/", ".stversions/b=22", "b=1"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_moves_metadata_are_the_targets(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var a = folder.Write("a", "1");
        var target = File("b", "1", 0x180);
        var done = Assert.IsType<ApplyResult.Done>(folder.Apply(new ApplyStep.Move(a, target, null, ActionForExisting.Discard)));
        var stat = folder.Fs.Stat(Path("b"))!.Value;
        Assert.Equal((target.Modified, folder.Fs.Traits.Permissions ? 0x180u : stat.Permissions, stat.Stamp), (stat.Modified, stat.Permissions, done.Stamp));
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_move_that_cannot_be_placed_is_as_if_it_had_not_been(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var (a, b) = (folder.Write("a", "1"), folder.Write("b", "22"));
        folder.Write("b", "edited");
        var before = folder.Tree();
        Assert.IsType<ApplyResult.LocallyChanged>(folder.Apply(new ApplyStep.Move(a, File("b", "1", 0x180), b, ActionForExisting.Discard)));
        Assert.Equal(before, folder.Tree());
        var again = folder.Scan("a");
        Assert.Equal((a.Modified, a.Permissions), (again.Modified, again.Permissions));
    }

    [Theory, MemberData(nameof(Disks))]
    public void What_waits_for_a_name_that_is_not_freed_is_not_placed(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var (a, b) = (folder.Write("a", "1"), folder.Write("b", "22"));
        folder.Write("b", "edited");
        var results = folder.Applier.Apply([Move(a, "b", b), Move(b, "c")]);
        Assert.All(results, r => Assert.IsNotType<ApplyResult.Done>(r));
        Assert.Equal(["a=1", "b=edited"], folder.Tree());
    }

    /// <summary>Any moves among a few names, in any order: every content arrives.</summary>
    [Fact]
    public void Any_set_of_moves_preserves_every_content()
    {
        string[] names = ["a", "b", "c", "d/a", "d/b", "e/f/g"];
        var places = Gen.Shuffle(Enumerable.Range(0, names.Length + 2).ToArray());
        Gen.Select(Gen.Bool, places, Gen.Shuffle(Enumerable.Range(0, names.Length).ToArray()))
            .Sample((exchange, place, order) =>
            {
                using var folder = On(exchange ? DiskUnderTest.Memory : DiskUnderTest.MemoryWithoutExchange);
                var entries = names.Select(n => folder.Write(n, "content of " + n)).ToArray();
                string[] all = [.. names, "new", "d/new"];
                var targets = place.Take(names.Length).Select(p => all[p]).ToArray();
                var steps = order.Where(i => targets[i] != names[i])
                    .Select(i => (ApplyStep)Move(entries[i], targets[i], Array.IndexOf(names, targets[i]) is var at and >= 0 ? entries[at] : null)).ToList();
                AllDone(folder, steps);
                for (var i = 0; i < names.Length; i++)
                    Assert.Equal("content of " + names[i], folder.Text(targets[i]));
                Assert.Equal(names.Length, folder.Tree().Count(t => t.Contains('=', StringComparison.Ordinal)));
            }, iter: 300, threads: 1);
    }

    private static void AllDone(ApplyFolder folder, IReadOnlyList<ApplyStep> steps)
    {
        var results = folder.Applier.Apply(steps);
        Assert.All(results, r => Assert.IsType<ApplyResult.Done>(r));
        Assert.All(results.Where(r => !r.Step.Target.IsDirectory), r => Assert.Equal(folder.Fs.Stat(LocalPath.Of(r.Step.Target.Name))!.Value.Stamp, ((ApplyResult.Done)r).Stamp));
    }
}
