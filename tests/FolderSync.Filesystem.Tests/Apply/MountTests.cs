using FolderSync.Filesystem.Apply;
using FolderSync.Filesystem.Local;
using FolderSync.Testing;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

/// <summary>Another filesystem is mounted inside the folder: no rename leads from the one to the other.</summary>
public sealed class MountTests
{
    public static TheoryData<DiskUnderTest> Disks() => [DiskUnderTest.Memory, DiskUnderTest.MemoryWithoutExchange, DiskUnderTest.MemoryWithoutSyncAll];

    [Theory, MemberData(nameof(Disks))]
    public void What_is_replaced_or_removed_there_is_kept_among_the_versions(DiskUnderTest kind)
    {
        using var folder = Mounted(kind);
        var (edited, removed) = (folder.Write("m/edited", "old"), folder.Write("m/d/removed", "gone"));
        AllDone(folder.Applier.Apply([folder.Place("m/edited", "new", edited, ActionForExisting.Version), Remove(removed, ActionForExisting.Version)]));
        Assert.Equal([".stversions/", ".stversions/m/", ".stversions/m/d/", ".stversions/m/d/removed=gone", ".stversions/m/edited=old", "m/", "m/d/", "m/edited=new"], folder.Tree());
        // The next version of a name that has one already.
        AllDone([folder.Apply(folder.Place("m/edited", "newer", folder.Scan("m/edited"), ActionForExisting.Version))]);
        Assert.Equal(2, folder.Tree(".stversions/m").Count(t => t.Contains("edited", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_version_comes_back_to_it(DiskUnderTest kind)
    {
        using var folder = Mounted(kind);
        AllDone([folder.Apply(folder.Place("m/f", "second", folder.Write("m/f", "first"), ActionForExisting.Version)), folder.Apply(Remove(folder.Write("m/g", "g"), ActionForExisting.Version))]);
        foreach (var version in folder.Versioner.List().ToList())
            folder.Versioner.Restore(version);
        Assert.Equal("first", folder.Text("m/f"));
        Assert.Equal("g", folder.Text("m/g"));
        Assert.Equal([".stversions/", ".stversions/m/", ".stversions/m/f=second", "m/", "m/f=first", "m/g=g"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_move_across_fails_as_such_and_changes_nothing(DiskUnderTest kind)
    {
        using var folder = Mounted(kind);
        var (a, b, c) = (folder.Write("a", "1"), folder.Write("m/b", "22"), folder.Write("c", "333"));
        var results = folder.Applier.Apply([Move(a, "m/new"), Move(b, "d/new"), Move(c, "m/b", b)]);
        Assert.All(results, r => Assert.Equal(FileSystemError.CrossDevice, Assert.IsType<ApplyResult.Failed>(r).Problem.Error));
        Assert.Equal(["a=1", "c=333", "m/", "m/b=22"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_ring_of_names_across_stays_as_it_was(DiskUnderTest kind)
    {
        using var folder = Mounted(kind);
        var (a, b, c) = (folder.Write("a", "1"), folder.Write("b", "22"), folder.Write("m/c", "333"));
        var results = folder.Applier.Apply([Move(a, "b", b), Move(b, "m/c", c), Move(c, "a", a)]);
        Assert.All(results, r => Assert.Equal(FileSystemError.CrossDevice, Assert.IsType<ApplyResult.Failed>(r).Problem.Error));
        Assert.Equal(["a=1", "b=22", "m/", "m/c=333"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_directory_takes_the_name_of_a_file_there(DiskUnderTest kind)
    {
        using var folder = Mounted(kind);
        var file = folder.Write("m/f", "x");
        AllDone([folder.Apply(new ApplyStep.PlaceDirectory(Folder("m/f"), file, ActionForExisting.Version)), folder.Apply(folder.Place("m/f/g", "y", null))]);
        Assert.Equal([".stversions/", ".stversions/m/", ".stversions/m/f=x", "m/", "m/f/", "m/f/g=y"], folder.Tree());
    }

    [Fact]
    public void Names_that_changed_there_are_made_durable_by_themselves()
    {
        using var folder = Mounted(DiskUnderTest.Memory);
        var removed = Enumerable.Range(0, 10).SelectMany(i => new[] { folder.Write($"m/{i}/f", "x"), folder.Write($"{i}/f", "x") }).ToList();
        var synced = new HashSet<string>();
        folder.Memory.BeforeOperation = (operation, path) =>
        {
            if (operation == nameof(IFileSystem.SyncDirectory))
                synced.Add(path.Value);
            return null;
        };
        AllDone(folder.Applier.Apply([.. removed.Select(r => Remove(r))]));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"m/{i}"), synced.Order());
    }

    [SkippableFact]
    public void A_real_mount_is_told_apart_by_its_number_and_by_its_filesystem()
    {
        using var temp = new TempFolder();
        using var tmpfs = Testing.Mounted.Tmpfs("size=1m");
        Directory.CreateDirectory(temp["other"]);
        Directory.CreateDirectory(temp["same/inner"]);
        Directory.CreateDirectory(temp["bound"]);
        Xunit.Skip.IfNot(TempFolder.Run("mount", "--bind", tmpfs.Path, temp["other"]), "no bind mount here");
        try
        {
            // A part of the same filesystem: the device is the same, and no rename leads there all the same.
            Assert.True(TempFolder.Run("mount", "--bind", temp["same"], temp["bound"]));
            using var disk = new FileSystems().Open(temp.Path);
            var root = disk.Stat(LocalPath.Root)!.Value.Mount;
            Assert.NotEqual(0u, root);
            Assert.Equal(root, disk.Stat(Path("same/inner"))!.Value.Mount);
            Assert.Equal(3, new[] { root, disk.Stat(Path("other"))!.Value.Mount, disk.Stat(Path("bound"))!.Value.Mount }.Distinct().Count());
            Assert.Equal(disk.Stat(Path("bound"))!.Value.Mount, disk.List(LocalPath.Root).Single(c => c.Leaf == "bound").Stat.Mount);
            Assert.Equal(disk.Stat(Path("bound"))!.Value.Mount, disk.Stat(Path("bound/inner"))!.Value.Mount);
            Assert.Equal(disk.FilesystemOf(LocalPath.Root), disk.FilesystemOf(Path("bound")));
            Assert.NotEqual(disk.FilesystemOf(LocalPath.Root), disk.FilesystemOf(Path("other")));
            using (var file = disk.OpenWrite(Path("bound/file"), create: true))
                file.Write("x"u8, 0);
            Assert.Equal(FileSystemError.CrossDevice, Assert.Throws<FileSystemException>(() => disk.Rename(Path("bound/file"), Path("file"), RenameMode.NoReplace)).Error);
        }
        finally
        {
            TempFolder.Run("umount", "-l", temp["bound"]);
            TempFolder.Run("umount", "-l", temp["other"]);
        }
    }

    private static ApplyFolder Mounted(DiskUnderTest kind)
    {
        var folder = On(kind);
        folder.Disk!.User.MountAt("m");
        return folder;
    }

    private static void AllDone(IReadOnlyList<ApplyResult> results) => Assert.All(results, r => Assert.IsType<ApplyResult.Done>(r));
}
