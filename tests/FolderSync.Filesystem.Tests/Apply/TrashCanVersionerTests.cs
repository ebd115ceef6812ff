using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Apply;
using FolderSync.Simulator.Disks;
using FolderSync.Testing;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

public sealed class TrashCanVersionerTests
{
    public static TheoryData<DiskUnderTest> Disks() => [.. Enum.GetValues<DiskUnderTest>()];

    [Theory, MemberData(nameof(Disks))]
    public void No_version_is_ever_overwritten(DiskUnderTest kind)
    {
        using var folder = On(kind);
        for (var i = 0; i < 4; i++)
            folder.Versioner.Keep(Path("d/a.txt"), folder.Write("d/a.txt", $"version {i}").Name);
        folder.Versioner.Flush();
        var versions = folder.Versioner.List();
        Assert.All(versions, v => Assert.Equal(Name("d/a.txt"), v.Name));
        Assert.Equal(["version 0", "version 1", "version 2", "version 3"], versions.Select(v => folder.Text(v.Path.Value)!).Order());
        Assert.Equal("version 3", folder.Text(".stversions/d/a.txt"));
        Assert.Equal(Path(".stversions/d/a.txt"), versions[0].Path);
        Assert.All(versions.Skip(1), v => Assert.Matches(@"^a~\d{8}-\d{6}\.txt$", v.Path.Leaf));
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_file_and_later_a_directory_of_one_name_are_both_kept(DiskUnderTest kind)
    {
        using var folder = On(kind);
        folder.Versioner.Keep(Path("a"), folder.Write("a", "file").Name);
        folder.Versioner.Keep(Path("a/b"), folder.Write("a/b", "below").Name);
        folder.Fs.RemoveDirectory(Path("a"));
        folder.Versioner.Keep(Path("a"), folder.Write("a", "file again").Name);
        Assert.Equal(["a", "a", "a/b"], folder.Versioner.List().Select(v => v.Name.Value));
        Assert.Equal(["below", "file", "file again"], folder.Versioner.List().Select(v => folder.Text(v.Path.Value)!).Order());
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_restored_version_trades_places_with_what_is_there(DiskUnderTest kind)
    {
        using var folder = On(kind);
        folder.Versioner.Keep(Path("d/a"), folder.Write("d/a", "1").Name);
        folder.Versioner.Keep(Path("d/a"), folder.Write("d/a", "22").Name);
        folder.Write("d/a", "333");
        folder.Versioner.Restore(folder.Versioner.List().Single(v => v.Size == 1));
        Assert.Equal("1", folder.Text("d/a"));
        Assert.Equal(["22", "333"], folder.Versioner.List().Select(v => folder.Text(v.Path.Value)!).Order());
        Assert.Equal("333", folder.Text(".stversions/d/a"));

        folder.Versioner.Restore(folder.Versioner.List()[0]);
        Assert.Equal("333", folder.Text("d/a"));
        Assert.Equal("1", folder.Text(".stversions/d/a"));
        folder.Versioner.Restore(folder.Versioner.List()[0]);

        folder.Fs.RemoveFile(Path("d/a"));
        folder.Fs.RemoveDirectory(Path("d"));
        folder.Versioner.Restore(folder.Versioner.List()[0]);
        Assert.Equal("333", folder.Text("d/a"));
        Assert.Single(folder.Versioner.List());
    }

    [Fact]
    public void A_directory_at_the_name_is_not_restored_over()
    {
        using var folder = On(DiskUnderTest.Memory);
        folder.Versioner.Keep(Path("a"), folder.Write("a", "1").Name);
        folder.MakeFolder("a");
        var version = folder.Versioner.List()[0];
        Assert.Equal(FileSystemError.WrongKind, Assert.Throws<FileSystemException>(() => folder.Versioner.Restore(version)).Error);
        Assert.Equal("1", folder.Text(".stversions/a"));
    }

    [Fact]
    public void Old_versions_and_empty_directories_are_cleaned_up()
    {
        var time = new FixedTime();
        var disk = new MemoryDisk(time, new MemoryDiskOptions());
        var fs = new MemoryFileSystem(disk);
        var versioner = new TrashCanVersioner(fs, time);
        disk.User.WriteFile("d/old", "old");
        versioner.Keep(Path("d/old"), Name("d/old"));
        time.Now += TimeSpan.FromDays(10);
        disk.User.WriteFile("e/new", "new");
        versioner.Keep(Path("e/new"), Name("e/new"));
        Assert.Equal(0, versioner.CleanUp(Since(time), Age(0)).Removed);
        Assert.Equal(6, versioner.TotalBytes);
        Assert.Equal(0, versioner.CleanUp(Since(time), Age(11)).Removed);
        Assert.Equal(new CleanedVersions(1, 3), versioner.CleanUp(Since(time), Age(9)));
        Assert.Equal(3, versioner.TotalBytes);
        Assert.Equal(Name("e/new"), Assert.Single(versioner.List()).Name);
        Assert.False(disk.User.Exists(".stversions/d"));
        time.Now += TimeSpan.FromDays(31);
        Assert.Equal(1, versioner.CleanUp(Since(time), Age(30)).Removed);
        Assert.False(disk.User.Exists(".stversions/e"));
    }

    [Fact]
    public void Over_the_size_files_with_many_versions_are_thinned_out()
    {
        var (time, disk, versioner) = OnMemory();
        foreach (var name in (string[])["c", "a", "a", "a", "b", "a"])
            Keep(disk, versioner, time, name, "1234567890", TimeSpan.FromMinutes(1));
        Assert.Equal(new CleanedVersions(2, 20), versioner.CleanUp(Since(time), new RetentionLimits(TimeSpan.FromDays(30), 25)));
        Assert.Equal(["a", "a", "b", "c"], versioner.List().Select(v => v.Name.Value));
        Assert.True(disk.User.Exists(".stversions/a"));
        Assert.Equal(40, versioner.TotalBytes);
        // A version that is stored after the count is included without another count.
        disk.User.WriteFile("d", "12345");
        versioner.Keep(Path("d"), Name("d"));
        Assert.Equal(45, versioner.TotalBytes);
    }

    /// <summary>Files that were edited before are rewritten thirty times, faster or slower, with mtimes that are true or set back, and then the room ends.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(60 * 20, false)]
    public void After_a_flood_the_content_from_before_it_is_there_whatever_room_there_is(int minutes, bool setsTimesBack)
    {
        var (time, disk, versioner) = OnMemory();
        var originals = new Dictionary<string, string>();
        for (var i = 0; i < 3; i++)
        {
            if (i > 0)
                Edit("edited", $"edit {i}", TimeSpan.FromDays(3));
            Edit("often", $"edit {i}", TimeSpan.FromDays(10));
        }
        Edit("edited", "the last edit", TimeSpan.FromDays(10));
        Edit("once", "never edited", TimeSpan.Zero);
        foreach (var name in (string[])["edited", "often", "once"])
            originals[name] = disk.User.ReadText(name);
        for (var i = 0; i < 30; i++)
        {
            foreach (var name in originals.Keys)
                Edit(name, $"encrypted {i:00000000}", TimeSpan.Zero);
            time.Now += TimeSpan.FromMinutes(minutes);
            versioner.CleanUp(Since(time), new RetentionLimits(TimeSpan.FromDays(30), 1));
            versioner.FreeSpace(Since(time), 1);
        }
        foreach (var (name, content) in originals)
            Assert.Contains(content, versioner.List().Where(v => v.Name.Value == name).Select(v => disk.User.ReadText(v.Path.Value)));

        void Edit(string name, string content, TimeSpan then)
        {
            if (disk.User.Exists(name))
                versioner.Keep(Path(name), Name(name));
            disk.User.WriteFile(name, content);
            if (setsTimesBack)
                disk.User.Touch(name, FileTime.From(DateTimeOffset.UnixEpoch));
            time.Now += then;
        }
    }

    [Fact]
    public void Room_is_made_by_old_versions_that_have_a_newer_one_and_by_no_more_than_it_takes()
    {
        var (time, disk, versioner) = OnMemory();
        foreach (var name in (string[])["d/a", "d/a", "d/a", "e/only", "b", "b"])
            Keep(disk, versioner, time, name, "1234567890", TimeSpan.FromDays(1));
        time.Now += TimeSpan.FromDays(36);
        Keep(disk, versioner, time, "b", "young", TimeSpan.FromMinutes(1));
        Assert.Equal(30, versioner.ReclaimableBytes(Since(time)));
        Assert.Equal(default, versioner.FreeSpace(Since(time), 31));
        Assert.Equal(7, versioner.List().Count);
        Assert.Equal(new CleanedVersions(2, 20), versioner.FreeSpace(Since(time), 11));
        Assert.Equal(["b", "b", "b", "d/a", "e/only"], versioner.List().Select(v => v.Name.Value));
        Assert.Equal(default, versioner.FreeSpace(Since(time), 11));
        Assert.Equal(10, versioner.ReclaimableBytes(Since(time)));
        Assert.True(disk.User.Exists(".stversions/d/a"));
    }

    /// <summary>A file manager takes the newest version away: what was an old version is now the only one.</summary>
    [Fact]
    public void What_became_the_only_version_meanwhile_makes_no_room()
    {
        var (time, disk, versioner) = OnMemory();
        foreach (var name in (string[])["a", "a", "b", "b"])
            Keep(disk, versioner, time, name, "1234567890", TimeSpan.FromDays(1));
        time.Now += TimeSpan.FromDays(38);
        Assert.Equal(20, versioner.ReclaimableBytes(Since(time)));
        disk.User.Delete(".stversions/a");
        Assert.Equal(new CleanedVersions(1, 10), versioner.FreeSpace(Since(time), 20));
        Assert.Equal(["a", "b"], versioner.List().Select(v => v.Name.Value));

        Keep(disk, versioner, time, "b", "1234567890", TimeSpan.Zero);
        Assert.Equal(0, versioner.ReclaimableBytes(Since(time)));
        time.Now += TimeSpan.FromDays(38);
        Assert.Equal(10, versioner.ReclaimableBytes(Since(time)));
        versioner.Remove(versioner.List().First(v => v.Name == Name("b")));
        Assert.Equal(0, versioner.ReclaimableBytes(Since(time)));
    }

    [Theory, MemberData(nameof(Disks))]
    public void A_version_is_found_and_removed_by_its_key_and_nothing_else_is(DiskUnderTest kind)
    {
        using var folder = On(kind);
        folder.Write("mine", "not a version");
        folder.Versioner.Keep(Path("d/a"), folder.Write("d/a", "1").Name);
        folder.Versioner.Keep(Path("d/b"), folder.Write("d/b", "2").Name);
        var version = folder.Versioner.List()[0];
        Assert.Equal("d/a", folder.Versioner.KeyOf(version));
        Assert.Equal(version, folder.Versioner.Find("d/a"));
        foreach (var wrong in (string[])["", "/", "d", "../mine", "d/../../mine", "/d/a", "d//a", "d/a/", "d/\0", ".", "mine", "d/c"])
            Assert.Null(folder.Versioner.Find(wrong));
        folder.Versioner.Remove(version);
        Assert.Equal(["d/b"], folder.Versioner.List().Select(v => v.Name.Value));
        folder.Versioner.Remove(folder.Versioner.Find("d/b")!);
        Assert.Null(folder.Fs.Stat(Path(".stversions/d")));
        Assert.Equal("not a version", folder.Text("mine"));
    }

    [Theory, MemberData(nameof(Disks))]
    public void What_another_name_replaces_is_kept(DiskUnderTest kind)
    {
        using var folder = On(kind);
        folder.Write("d/a", "current");
        folder.Write("d/copy", "the copy's");
        folder.Versioner.Replace(Path("d/copy"), Name("d/a"));
        Assert.Equal("the copy's", folder.Text("d/a"));
        Assert.Null(folder.Text("d/copy"));
        var kept = Assert.Single(folder.Versioner.List());
        Assert.Equal((Name("d/a"), "current"), (kept.Name, folder.Text(kept.Path.Value)));

        folder.Write("d/copy", "once more");
        folder.Fs.RemoveFile(Path("d/a"));
        folder.Versioner.Replace(Path("d/copy"), Name("d/a"));
        Assert.Equal("once more", folder.Text("d/a"));
        Assert.Single(folder.Versioner.List());

        folder.MakeFolder("e");
        Assert.Equal(FileSystemError.WrongKind, Assert.Throws<FileSystemException>(() => folder.Versioner.Replace(Path("d/a"), Name("e"))).Error);
        Assert.Equal("once more", folder.Text("d/a"));
    }

    private static RetentionLimits Age(int days) => new(days > 0 ? TimeSpan.FromDays(days) : null, 0);

    private static Func<DateTimeOffset, TimeSpan> Since(FixedTime time) => t => time.Now - t;

    private static (FixedTime Time, MemoryDisk Disk, TrashCanVersioner Versioner) OnMemory()
    {
        var time = new FixedTime();
        var disk = new MemoryDisk(time, new MemoryDiskOptions());
        return (time, disk, new TrashCanVersioner(new MemoryFileSystem(disk), time));
    }

    private static void Keep(MemoryDisk disk, TrashCanVersioner versioner, FixedTime time, string name, string content, TimeSpan then)
    {
        disk.User.WriteFile(name, content);
        versioner.Keep(Path(name), Name(name));
        time.Now += then;
    }

    /// <summary>The versions are on another disk: the power may fail at any call on either; the content is on at least one of them.</summary>
    [Fact]
    public void On_another_disk_a_version_is_durable_before_it_leaves_here()
    {
        for (var calls = 0; ; calls++)
        {
            var time = new FixedTime();
            var (here, there) = (new MemoryDisk(time, new MemoryDiskOptions()), new MemoryDisk(time, new MemoryDiskOptions()));
            var (fs, other) = (new MemoryFileSystem(here), new MemoryFileSystem(there));
            here.User.WriteFile("d/a", "kept");
            var left = calls;
            FileSystemException? Count(string operation, LocalPath path) =>
                left-- > 0 ? null : new FileSystemException(FileSystemError.Io, "the power is out");
            fs.BeforeOperation = other.BeforeOperation = Count;
            var failed = Record.Exception(() => new TrashCanVersioner(fs, other, time).Keep(Path("d/a"), Name("d/a"))) is not null;
            fs.BeforeOperation = other.BeforeOperation = null;
            here.Crash(new Random(calls));
            there.Crash(new Random(calls + 1000));
            var everywhere = string.Join(' ', here.User.Tree()) + " | " + string.Join(' ', there.User.Tree());
            Assert.True((here.User.Exists("d/a") ? here : there).User is var user && user.Exists("d/a") && user.ReadText("d/a") == "kept",
                $"lost after {calls}: {everywhere}");
            if (failed)
                continue;
            var versioner = new TrashCanVersioner(fs, other, time);
            here.User.WriteFile("d/a", "present");
            versioner.Restore(versioner.List()[0]);
            Assert.Equal("kept", here.User.ReadText("d/a"));
            Assert.Equal("present", there.User.ReadText("d/a"));
            return;
        }
    }

    [SkippableFact]
    public void A_symlink_among_the_versions_is_not_followed()
    {
        Skip.If(OperatingSystem.IsWindows());
        using var folder = On(DiskUnderTest.Real);
        var outside = Directory.CreateTempSubdirectory("foldersync-outside-").FullName;
        try
        {
            folder.MakeFolder(".stversions");
            folder.MakeLink(".stversions/d", outside);
            var a = folder.Write("d/a", "kept");
            folder.Versioner.Keep(Path("d/a"), a.Name);
            Assert.Empty(Directory.GetFileSystemEntries(outside));
            Assert.Contains(folder.Versioner.List(), v => v.Name == a.Name && folder.Text(v.Path.Value) == "kept");
        }
        finally
        {
            Directory.Delete(outside, true);
        }
    }

    [Fact]
    public void Stale_temp_files_go_and_young_ones_stay()
    {
        var time = new FixedTime();
        var disk = new MemoryDisk(time, new MemoryDiskOptions());
        disk.User.MakeDirectory(".stfolder");
        disk.User.WriteFile("d/.foldersync.old.tmp", "old");
        disk.User.WriteFile(".syncthing.old.tmp", "old");
        disk.User.WriteFile(".stversions/.foldersync.theirs.tmp", "kept");
        disk.User.WriteFile("d/file.tmp", "a user's");
        time.Now += TimeSpan.FromDays(2);
        disk.User.WriteFile("d/.foldersync.young.tmp", "young");
        disk.User.Touch("d/.foldersync.young.tmp", new FileTime(1000, 0));
        var cleaner = new TempCleaner(new MemoryFileSystem(disk));
        disk.User.WriteFile(".foldersync.~journal.tmp", "");
        Assert.Equal(0, cleaner.RemoveStale(time.Now.AddDays(-1)));
        disk.User.Delete(".foldersync.~journal.tmp");
        Assert.Equal(2, cleaner.RemoveStale(time.Now.AddDays(-1)));
        Assert.True(disk.User.Exists("d/.foldersync.young.tmp") && disk.User.Exists("d/file.tmp"));
    }
}
