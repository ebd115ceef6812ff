using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

public class MemoryFileSystemTests
{
    private static readonly LocalPath Temp = LocalPath.Root.Child("temp"), Place = LocalPath.Root.Child("place");

    private readonly MemoryDisks _disks = new(TimeProvider.System);

    [Fact]
    public void What_was_synced_survives_every_crash()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var root = $"/r{seed}";
            var fs = _disks.Open(root);
            using (var file = fs.OpenWrite(Temp, create: true))
            {
                file.Write(new byte[] { 1, 2, 3 }, 0);
                file.SetModified(new FileTime(1000, 5));
                file.Sync();
            }
            fs.Rename(Temp, Place, RenameMode.NoReplace);
            fs.SyncDirectory(LocalPath.Root);
            _disks.Disk(root).Crash(new Random(seed));
            var item = Assert.Single(_disks.Disk(root).User.Tree());
            Assert.Equal("place", item.Path);
            Assert.Equal([1, 2, 3], item.Content);
            Assert.Equal(new FileTime(1000, 5), item.Modified);
        }
    }

    [Fact]
    public void Unsynced_content_is_lost_wholly_in_part_or_not_at_all()
    {
        var seen = new HashSet<string>();
        for (var seed = 0; seed < 300; seed++)
        {
            var disk = _disks.Disk($"/r{seed}");
            disk.User.WriteFile("place", "old");
            using (var file = _disks.Open($"/r{seed}").OpenWrite(Place, create: false))
                file.Write("NEWER"u8, 0);
            disk.Crash(new Random(seed));
            seen.Add(disk.User.ReadText("place"));
        }
        Assert.Contains("old", seen);
        Assert.Contains("NEWER", seen);
        Assert.Contains("NEWE", seen);
        Assert.Contains(seen, s => s.Length == 5 && s.Contains('\0', StringComparison.Ordinal));
        Assert.All(seen, s => Assert.InRange(s.Length, 3, 5));
    }

    [Fact]
    public void Unsynced_names_survive_in_the_order_of_the_journal()
    {
        var seen = new HashSet<int>();
        for (var seed = 0; seed < 100; seed++)
        {
            var fs = _disks.Open($"/r{seed}");
            for (var i = 0; i < 4; i++)
                fs.CreateDirectory(LocalPath.Root.Child($"{i}"), 0x1ED);
            fs.SyncDirectory(LocalPath.Root);
            for (var i = 4; i < 8; i++)
                fs.CreateDirectory(LocalPath.Root.Child($"{i}"), 0x1ED);
            fs.Disk.Crash(new Random(seed));
            var names = fs.Disk.User.Tree().Select(i => i.Path).ToList();
            Assert.Equal(Enumerable.Range(0, names.Count).Select(i => $"{i}"), names);
            seen.Add(names.Count);
        }
        Assert.Equal([4, 5, 6, 7, 8], seen.Order());
    }

    [Fact]
    public void A_rename_or_exchange_is_never_half_done_after_a_crash()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var fs = _disks.Open($"/r{seed}");
            var user = fs.Disk.User;
            user.WriteFile("a", "A");
            user.WriteFile("d/b", "B");
            var (a, b) = (LocalPath.Root.Child("a"), LocalPath.Root.Child("d").Child("b"));
            fs.Rename(a, b, seed % 2 == 0 ? RenameMode.Exchange : RenameMode.Replace);
            fs.Disk.Crash(new Random(seed));
            var texts = string.Join(",", user.Tree().Where(i => i.Kind == FileKind.File).Select(i => $"{i.Path}={user.ReadText(i.Path)}"));
            Assert.Contains(texts, seed % 2 == 0 ? ["a=A,d/b=B", "a=B,d/b=A"] : new[] { "a=A,d/b=B", "d/b=A" });
        }
    }

    [Fact]
    public void A_killed_process_changes_nothing_more()
    {
        var fs = _disks.Open("/r");
        var file = fs.OpenWrite(Temp, create: true);
        fs.KillAfter(1);
        file.Write("1234"u8, 0);
        Assert.Throws<FileSystemException>(() => file.Write("5678"u8, 4));
        Assert.Throws<FileSystemException>(() => file.Write("9"u8, 0));
        Assert.Throws<FileSystemException>(() => fs.RemoveFile(Temp));
        Assert.Equal("123456", fs.Disk.User.ReadText("temp"));
        Assert.Equal(6, _disks.Open("/r").Stat(Temp)!.Value.Size);
    }

    [Fact]
    public void Faults_are_injected_and_counted()
    {
        var fs = _disks.Open("/r");
        fs.BeforeOperation = (operation, path) => operation == nameof(fs.CreateDirectory) && path == Place
            ? new FileSystemException(FileSystemError.NoSpace, "Full.")
            : null;
        fs.CreateDirectory(Temp, 0x1ED);
        Assert.Equal(FileSystemError.NoSpace, Assert.Throws<FileSystemException>(() => fs.CreateDirectory(Place, 0x1ED)).Error);
        Assert.Equal(1, fs.Operations);
    }

    [Fact]
    public void Names_without_case_keep_how_they_were_written()
    {
        _disks.Options = new MemoryDiskOptions { CaseInsensitive = true };
        var fs = _disks.Open("/r");
        var user = fs.Disk.User;
        user.WriteFile("File", "x");
        Assert.NotNull(fs.Stat(LocalPath.Root.Child("fILE")));
        fs.Rename(LocalPath.Root.Child("file"), LocalPath.Root.Child("FILE"), RenameMode.NoReplace);
        Assert.Equal("FILE", Assert.Single(user.Tree()).Path);
        user.WriteFile("other", "y");
        Assert.Throws<FileSystemException>(() => fs.Rename(LocalPath.Root.Child("other"), LocalPath.Root.Child("file"), RenameMode.NoReplace));
        fs.Disk.Crash(new Random(1));
        Assert.Equal(2, user.Tree().Count);
    }

    [Fact]
    public void A_full_disk_and_denied_access_fail()
    {
        _disks.Options = new MemoryDiskOptions { Capacity = 10 };
        var fs = _disks.Open("/r");
        using var file = fs.OpenWrite(Temp, create: true);
        file.Write(new byte[10], 0);
        Assert.Equal(FileSystemError.NoSpace, Assert.Throws<FileSystemException>(() => file.Write(new byte[1], 10)).Error);
        Assert.Equal((0, 10), fs.GetSpace());
        fs.Disk.User.Chmod("", 0x16D);
        Assert.Equal(FileSystemError.AccessDenied, Assert.Throws<FileSystemException>(() => fs.RemoveFile(Temp)).Error);
        fs.Disk.User.Chmod("temp", 0);
        Assert.Equal(FileSystemError.AccessDenied, Assert.Throws<FileSystemException>(() => fs.OpenRead(Temp)).Error);
    }

    [Fact]
    public void Roots_and_links_are_as_on_a_real_disk()
    {
        var fs = _disks.Open("/r");
        var user = fs.Disk.User;
        Assert.Equal(RootState.MarkerMissing, fs.CheckRoot());
        user.MakeDirectory(".stfolder");
        Assert.Equal(RootState.Present, fs.CheckRoot());
        user.Unmount();
        Assert.Equal(RootState.Missing, fs.CheckRoot());
        Assert.Throws<FileSystemException>(() => fs.List(LocalPath.Root));
        user.Mount();
        user.WriteFile("d/f", "x");
        user.Symlink("l", "d");
        user.HardLink("d/f", "h");
        Assert.Null(fs.Stat(LocalPath.Root.Child("l").Child("f")));
        Assert.Equal(FileSystemError.Escapes, Assert.Throws<FileSystemException>(() => fs.OpenRead(LocalPath.Root.Child("l").Child("f"))).Error);
        Assert.Equal(FileSystemError.WrongKind, Assert.Throws<FileSystemException>(() => fs.OpenWrite(LocalPath.Root.Child("h"), false)).Error);
        Assert.Equal(2, fs.Stat(LocalPath.Root.Child("h"))!.Value.Links);
        Assert.Equal("d", fs.ReadSymlink(LocalPath.Root.Child("l")));
    }

    [Fact]
    public void Edits_show_in_ctime_even_where_the_mtime_is_put_back()
    {
        var fs = _disks.Open("/r");
        var user = fs.Disk.User;
        user.WriteFile("place", "one");
        var before = fs.Stat(Place)!.Value;
        user.Overwrite("place", 0, "two"u8);
        user.Touch("place", before.Modified);
        var after = fs.Stat(Place)!.Value;
        Assert.Equal(before with { ChangeTime = after.ChangeTime }, after);
        Assert.True(after.ChangeTime > before.ChangeTime);
    }
}
