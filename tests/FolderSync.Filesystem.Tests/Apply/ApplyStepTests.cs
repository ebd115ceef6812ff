using FolderSync.Core.Model;
using FolderSync.Filesystem.Apply;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

public sealed class ApplyStepTests
{
    private const string Copy = "a.sync-conflict-20260102-030405-";

    public static TheoryData<DiskUnderTest> Disks() => [.. Enum.GetValues<DiskUnderTest>()];

    /// <summary>Every kind of item replaced by every other, with each action for the existing one.</summary>
    public static TheoryData<DiskUnderTest, string, string, ActionForExisting> Pairs()
    {
        var data = new TheoryData<DiskUnderTest, string, string, ActionForExisting>();
        foreach (var disk in Enum.GetValues<DiskUnderTest>())
        {
            foreach (var old in new[] { "nothing", "file", "directory", "link" })
            {
                foreach (var wanted in new[] { "file", "directory", "link", "nothing" })
                {
                    if (disk == DiskUnderTest.Real && OperatingSystem.IsWindows() && (old == "link" || wanted == "link"))
                        continue;
                    foreach (var displaced in Enum.GetValues<ActionForExisting>())
                        data.Add(disk, old, wanted, displaced);
                }
            }
        }
        return data;
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Any_kind_is_replaced_by_any_other(DiskUnderTest kind, string old, string wanted, ActionForExisting displaced)
    {
        using var folder = On(kind);
        var expected = old switch
        {
            "file" => folder.Write("d/a.txt", "old"),
            "directory" => folder.MakeFolder("d/a.txt"),
            "link" => folder.MakeLink("d/a.txt", "elsewhere"),
            _ => null,
        };
        folder.MakeFolder("d");
        ApplyStep? step = wanted switch
        {
            "file" => folder.Place("d/a.txt", "new", expected, displaced),
            "directory" => new ApplyStep.PlaceDirectory(Folder("d/a.txt"), expected, displaced),
            "link" => new ApplyStep.PlaceSymlink(Link("d/a.txt", "there"), expected, displaced),
            _ => expected is null ? null : Remove(expected, displaced),
        };
        if (step is null)
            return;

        var done = Assert.IsType<ApplyResult.Done>(folder.Apply(step));

        var tree = folder.Tree();
        var now = wanted switch { "file" => "d/a.txt=new", "directory" => "d/a.txt/", "link" => "d/a.txt->there", _ => null };
        var kept = old switch { "file" => "=old", "link" => "->elsewhere", _ => null };
        List<string?> all = ["d/", now];
        if (kept is not null && displaced == ActionForExisting.Version)
            all.AddRange([".stversions/", ".stversions/d/", ".stversions/d/a.txt" + kept]);
        if (kept is not null && displaced == ActionForExisting.Conflict)
            all.Add("d/" + Copy + Peer + ".txt" + kept);
        all.RemoveAll(i => i is null);
        Assert.Equal(all.Order(StringComparer.Ordinal), tree);
        Assert.Equal(kept is not null && displaced == ActionForExisting.Conflict ? Name("d/" + Copy + Peer + ".txt") : null, done.ConflictCopy);
        Assert.Equal(folder.Fs.Stat(Path("d/a.txt"))?.Stamp ?? default, done.Stamp);
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_placed_file_has_the_targets_mode_and_time(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var target = File("a", "content", 0x1C9);
        folder.Apply(new ApplyStep.PlaceFile(folder.Stage(target, "content"), target, null, ActionForExisting.Discard));
        var stat = folder.Fs.Stat(Path("a"))!.Value;
        Assert.Equal((target.Modified, folder.Fs.Traits.Permissions ? target.Permissions : stat.Permissions, 7L), (stat.Modified, stat.Permissions, stat.Size));
    }

    [SkippableFact]
    public void Without_known_permissions_the_old_files_stay_and_a_new_file_gets_the_masks()
    {
        Skip.If(OperatingSystem.IsWindows());
        using var folder = On(DiskUnderTest.Real);
        var old = folder.Write("a", "old", 0x180);
        foreach (var path in new[] { "a", "b" })
        {
            var target = File(path, "new", 0) with { NoPermissions = true };
            var expected = path == "a" ? old : null;
            Assert.IsType<ApplyResult.Done>(folder.Apply(
                new ApplyStep.PlaceFile(folder.Stage(target, "new", expected), target, expected, ActionForExisting.Discard)));
        }
        Assert.Equal((0x180u, 0x1A4u), (folder.Fs.Stat(Path("a"))!.Value.Permissions, folder.Fs.Stat(Path("b"))!.Value.Permissions));
    }

    /// <summary>The applier never touches what the index doesn't know.</summary>
    [Theory, MemberData(nameof(Disks))]
    public void An_unscanned_edit_is_left_and_told(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var old = folder.Write("a", "old");
        ApplyStep[] steps = [
            folder.Place("a", "new", old), new ApplyStep.PlaceSymlink(Link("a", "x"), old, ActionForExisting.Discard), Remove(old),
            new ApplyStep.PlaceDirectory(Folder("a"), old, ActionForExisting.Discard), new ApplyStep.SetMetadata(File("a", "old"), old), Move(old, "b")];
        folder.Write("a", "edit");
        var before = folder.Tree();
        foreach (var step in steps.Where(s => folder.Fs.Traits.Symlinks || s is not ApplyStep.PlaceSymlink))
        {
            var changed = Assert.IsType<ApplyResult.LocallyChanged>(folder.Apply(step));
            Assert.Contains(Name("a"), changed.Rescan);
        }
        Assert.Equal(before.Where(t => !t.Contains(".tmp", StringComparison.Ordinal)), folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void Something_unexpected_at_a_new_name_is_left_and_told(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var from = folder.Write("from", "content");
        folder.Write("a", "mine");
        ApplyStep[] steps = [folder.Place("a", "new", null), new ApplyStep.PlaceSymlink(Link("a", "x"), null, ActionForExisting.Discard), Move(from, "a"),
            new ApplyStep.PlaceDirectory(Folder("a"), null, ActionForExisting.Discard)];
        foreach (var step in steps.Where(s => folder.Fs.Traits.Symlinks || s is not ApplyStep.PlaceSymlink))
            Assert.Contains(Name("a"), Assert.IsType<ApplyResult.LocallyChanged>(folder.Apply(step)).Rescan);
        Assert.Equal("mine", folder.Text("a"));
        Assert.Equal("content", folder.Text("from"));
    }

    [Theory, MemberData(nameof(Disks))]
    public void Only_metadata_is_set(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var old = folder.Write("a", "same");
        var target = File("a", "same", 0x180);
        var done = Assert.IsType<ApplyResult.Done>(folder.Apply(new ApplyStep.SetMetadata(target, old)));
        var stat = folder.Fs.Stat(Path("a"))!.Value;
        Assert.Equal((target.Modified, folder.Fs.Traits.Permissions ? 0x180u : stat.Permissions, stat.Stamp), (stat.Modified, stat.Permissions, done.Stamp));
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_directory_goes_only_when_all_that_is_left_may(DiskUnderTest kind)
    {
        using var folder = On(kind, new ApplierOptions
        {
            LeftoverOf = (name, _) => name.Leaf[0] switch { 'u' => Leftover.Unknown, 'k' => Leftover.Kept, _ => Leftover.Deletable },
        });
        var unknown = folder.MakeFolder("x");
        folder.Write("x/unknown", "u");
        folder.Write("x/deletable", "d");
        Assert.Equal([Name("x/unknown")], Assert.IsType<ApplyResult.LocallyChanged>(folder.Apply(Remove(unknown))).Rescan);

        var kept = folder.MakeFolder("y");
        folder.Write("y/kept", "k");
        folder.Write("y/deletable", "d");
        Assert.Contains("'kept'", Assert.IsType<ApplyResult.Failed>(folder.Apply(Remove(kept))).Problem.Reason, StringComparison.Ordinal);

        var free = folder.MakeFolder("z");
        folder.Write("z/deletable/too", "d");
        folder.Write("z/.foldersync.some.tmp", "t");
        Assert.IsType<ApplyResult.Done>(folder.Apply(Remove(free)));
        Assert.Equal(["x/", "x/deletable=d", "x/unknown=u", "y/", "y/deletable=d", "y/kept=k"], folder.Tree());
    }

    [Fact]
    public void A_special_file_keeps_its_directory_and_is_named_as_what_it_is()
    {
        using var folder = On(DiskUnderTest.Memory);
        var directory = folder.MakeFolder("d");
        folder.Disk!.User.MakeOther("d/pipe");
        Assert.Contains("'pipe (a pipe, socket or device)'", Assert.IsType<ApplyResult.Failed>(folder.Apply(Remove(directory))).Problem.Reason, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_batch_finds_its_own_order(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var top = folder.MakeFolder("old");
        var sub = folder.MakeFolder("old/sub");
        var one = folder.Write("old/sub/one", "1");
        var two = folder.Write("old/two", "2");
        folder.MakeFolder("new/deep");
        var removed = folder.Scan("new/deep");
        var wasFolder = folder.Scan("new");
        ApplyStep[] steps = [
            Remove(top), Remove(sub), Move(two, "made/here/two"), Remove(one),
            new ApplyStep.PlaceDirectory(Folder("made/here"), null, ActionForExisting.Discard),
            new ApplyStep.PlaceDirectory(Folder("made"), null, ActionForExisting.Discard),
            folder.Place("new", "file", wasFolder), Remove(removed),
        ];
        Assert.All(folder.Applier.Apply(steps), r => Assert.IsType<ApplyResult.Done>(r));
        Assert.Equal(["made/", "made/here/", "made/here/two=2", "new=file"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_conflict_copy_never_takes_a_name_that_is_somebodys(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var expected = folder.Write("a", "one");
        var names = new HashSet<FileName>();
        foreach (var next in new[] { "two", "three", "four" })
        {
            var done = Assert.IsType<ApplyResult.Done>(folder.Apply(folder.Place("a", next, expected, ActionForExisting.Conflict)));
            names.Add(done.ConflictCopy!.Value);
            expected = folder.Scan("a");
        }
        Assert.Equal(3, names.Count);
        Assert.Equal(["one", "three", "two"], names.Select(n => folder.Text(n.Value)!).Order());
    }

    [Fact]
    public void A_special_file_at_the_name_is_a_problem_and_not_a_loop_of_scans()
    {
        using var folder = On(DiskUnderTest.Memory);
        folder.Disk!.User.MakeOther("a");
        Assert.Equal(FileSystemError.WrongKind, Assert.IsType<ApplyResult.Failed>(folder.Apply(folder.Place("a", "new", null))).Problem.Error);
        Assert.IsType<ApplyResult.Failed>(folder.Apply(new ApplyStep.PlaceDirectory(Folder("a"), null, ActionForExisting.Discard)));
    }

    [Fact]
    public void Nothing_is_touched_when_the_folder_is_not_there()
    {
        using var folder = On(DiskUnderTest.Memory);
        var step = folder.Place("a", "new", null);
        folder.Disk!.User.ReplaceRoot();
        Assert.IsType<ApplyResult.Failed>(folder.Apply(step));
        Assert.Empty(folder.Disk.User.Tree());
    }

    [Theory]
    [InlineData(DiskUnderTest.MemoryCaseInsensitive)]
    [InlineData(DiskUnderTest.MemoryCaseUnrecognized)]
    public void Another_spelling_on_a_disk_that_takes_it_for_the_same_is_never_touched(DiskUnderTest kind)
    {
        using var folder = On(kind);
        folder.Write("foo", "mine");
        folder.Write("dir/x", "x");
        var gone = File("FOO", "theirs");
        Assert.IsType<ApplyResult.Done>(folder.Apply(Remove(gone)));
        Assert.IsType<ApplyResult.Failed>(folder.Apply(folder.Place("Foo", "theirs", null)));
        Assert.IsType<ApplyResult.Failed>(folder.Apply(folder.Place("DIR/y", "theirs", null)));
        Assert.Equal("mine", folder.Text("foo"));
    }

    [Fact]
    public void Only_the_case_of_a_name_changes()
    {
        foreach (var kind in Enum.GetValues<DiskUnderTest>())
        {
            using var folder = On(kind);
            var old = folder.Write("File", "content");
            Assert.IsType<ApplyResult.Done>(folder.Apply(Move(old, "file")));
            Assert.Equal(["file=content"], folder.Tree());
        }
    }

    [Fact]
    public void A_read_only_directory_is_opened_for_the_moment_only()
    {
        using var folder = On(DiskUnderTest.Memory);
        var old = folder.Write("d/a", "old");
        var gone = folder.Write("d/b", "gone");
        folder.MakeFolder("d/e");
        var inner = folder.Scan("d/e");
        folder.Disk!.User.Chmod("d", 0x16D);
        var steps = new ApplyStep[] { folder.Place("d/a", "new", old, ActionForExisting.Version), Remove(gone), Remove(inner), folder.Place("d/c", "c", null) };
        Assert.All(folder.Applier.Apply(steps), r => Assert.IsType<ApplyResult.Done>(r));
        Assert.Equal([".stversions/", ".stversions/d/", ".stversions/d/a=old", "d/", "d/a=new", "d/c=c"], folder.Tree());
        Assert.Equal(0x16Du, folder.Disk.User.Stat("d").Permissions);
    }

    [Fact]
    public void A_failed_sync_discards_what_was_not_durable_and_nothing_else()
    {
        using var folder = On(DiskUnderTest.Memory);
        var old = folder.Write("a", "old");
        var gone = folder.Write("b", "gone");
        var steps = new ApplyStep[] { folder.Place("a", "new", old), Remove(gone) };
        var failed = false;
        folder.Memory.BeforeOperation = (operation, _) =>
        {
            if (operation != "SyncAll" || failed)
                return null;
            failed = true;
            return new FileSystemException(FileSystemError.Io, "the disk is dying");
        };
        var results = folder.Applier.Apply(steps);
        Assert.Equal(FileSystemError.Io, Assert.IsType<ApplyResult.Failed>(results[0]).Problem.Error);
        Assert.IsType<ApplyResult.Done>(results[1]);
        Assert.Equal(["a=old"], folder.Tree());
    }

    [Fact]
    public void When_versions_cannot_be_kept_the_file_stays()
    {
        foreach (var kind in new[] { DiskUnderTest.Memory, DiskUnderTest.MemoryWithoutExchange })
        {
            using var folder = On(kind);
            var old = folder.Write("a", "old");
            var gone = folder.Write("b", "gone");
            folder.MakeLink(".stversions", "/tmp");
            var results = folder.Applier.Apply([folder.Place("a", "new", old, ActionForExisting.Version), Remove(gone, ActionForExisting.Version)]);
            Assert.All(results, r => Assert.IsType<ApplyResult.Failed>(r));
            Assert.Equal(("old", "gone"), (folder.Text("a"), folder.Text("b")));
        }
    }
}
