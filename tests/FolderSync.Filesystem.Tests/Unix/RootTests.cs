using FolderSync.Core.Model;
using FolderSync.Filesystem.Local;
using FolderSync.Filesystem.Unix;
using FolderSync.Testing;
using Xunit;
using static FolderSync.Filesystem.Tests.Unix.UnixFileSystemTests;

namespace FolderSync.Filesystem.Tests.Unix;

/// <summary>The folder's root: present, missing, replaced, released; and the filesystem's capabilities.</summary>
public sealed class RootTests
{
    [Fact]
    public void The_state_of_the_root_is_told_apart()
    {
        using var temp = new TempFolder();
        var root = temp["root"];
        using var disk = new FileSystems().Open(root);
        Assert.Equal(RootState.Missing, disk.CheckRoot());
        Fails(FileSystemError.NotFound, () => disk.List(LocalPath.Root));
        Fails(FileSystemError.NotFound, () => disk.GetSpace());
        // It must throw: null would look like a deletion.
        Fails(FileSystemError.NotFound, () => disk.Stat(At("x")));
        File.WriteAllText(root, "");
        Assert.Equal(RootState.NotADirectory, disk.CheckRoot());
        File.Delete(root);
        Directory.CreateDirectory(root);
        Assert.Equal(RootState.MarkerMissing, disk.CheckRoot());
        disk.CreateDirectory(At(".stfolder"), 0x1c0);
        Assert.Equal(RootState.Present, disk.CheckRoot());
        disk.RemoveDirectory(At(".stfolder"));
        File.WriteAllText(Path.Combine(root, ".stfolder"), "");
        Assert.Equal(RootState.Present, disk.CheckRoot());
        Assert.InRange(disk.GetSpace().Free, 1, disk.GetSpace().Total);
    }

    [Fact]
    public void Another_directory_in_its_place_is_used_only_after_it_was_looked_at()
    {
        using var temp = new TempFolder();
        temp.Write("root/.stfolder");
        temp.Write("root/old");
        using var disk = new FileSystems().Open(temp["root"]);
        Assert.Equal(RootState.Present, disk.CheckRoot());
        Directory.Move(temp["root"], temp["moved"]);
        Directory.CreateDirectory(temp["root"]);
        Assert.NotNull(disk.Stat(At("old")));
        Assert.Equal(RootState.Replaced, disk.CheckRoot());
        Assert.Null(disk.Stat(At("old")));
    }

    [Fact]
    public void A_removed_root_does_not_look_empty()
    {
        using var temp = new TempFolder();
        temp.Write("root/.stfolder");
        using var disk = new FileSystems().Open(temp["root"]);
        Assert.Single(disk.List(LocalPath.Root));
        Directory.Delete(temp["root"], recursive: true);
        Fails(FileSystemError.NotFound, () => disk.List(LocalPath.Root));
        Assert.Equal(RootState.Missing, disk.CheckRoot());
    }

    [Fact]
    public void An_unused_root_is_let_go_and_only_the_same_one_is_taken_again()
    {
        using var temp = new TempFolder();
        temp.Write("root/.stfolder");
        temp.Write("root/file");
        var time = new ManualTime();
        using var disk = new UnixFileSystem(temp["root"], time, BeneathResolver.KernelResolves);
        Assert.True(disk.HoldsRoot);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(disk.HoldsRoot);
        Assert.NotNull(disk.Stat(At("file")));
        Assert.True(disk.HoldsRoot);
        time.Advance(TimeSpan.FromSeconds(6));
        Directory.Move(temp["root"], temp["moved"]);
        temp.Write("root/.stfolder");
        temp.Write("root/file");
        Fails(FileSystemError.NotFound, () => disk.Stat(At("file")));
        Assert.Equal(RootState.Present, disk.CheckRoot());
        Assert.NotNull(disk.Stat(At("file")));
        time.Advance(TimeSpan.FromSeconds(6));
        File.Delete(temp["root/.stfolder"]);
        Fails(FileSystemError.NotFound, () => disk.Stat(At("file")));
    }

    [Fact]
    public void The_root_is_held_while_something_is_not_durable()
    {
        using var temp = new TempFolder();
        var time = new ManualTime();
        using var disk = new UnixFileSystem(temp.Path, time, BeneathResolver.KernelResolves);
        disk.OpenWrite(At("file"), create: true).Dispose();
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(disk.HoldsRoot);
        disk.SyncAll();
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(disk.HoldsRoot);
        disk.OpenWrite(At("file"), create: true).Dispose();
        for (var i = 0; i < 30; i++)
            time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(disk.HoldsRoot);
        Fails(FileSystemError.Io, disk.SyncAll);
        disk.SyncAll();
    }

    [SkippableFact]
    public void A_full_disk_says_so_and_the_space_is_told()
    {
        using var mounted = Mounted.Tmpfs("size=1m");
        using var disk = new FileSystems().Open(mounted.Path);
        Assert.Equal("tmpfs", disk.Traits.Name);
        Assert.Equal(1 << 20, disk.GetSpace().Total);
        using var file = disk.OpenWrite(At("big"), create: true);
        Fails(FileSystemError.NoSpace, () => file.Write(new byte[2 << 20], 0));
        Assert.Equal(0, disk.GetSpace().Free);
    }

    [SkippableFact]
    public void A_read_only_disk_says_so()
    {
        using var mounted = Mounted.Tmpfs("ro");
        using var disk = new FileSystems().Open(mounted.Path);
        Fails(FileSystemError.ReadOnly, () => disk.CreateDirectory(At("d"), 0x1c0));
    }

    [SkippableFact]
    public void A_filesystem_mounted_below_is_another_device_and_is_synced_too()
    {
        using var temp = new TempFolder();
        using var mounted = Mounted.Tmpfs("size=1m");
        Directory.CreateDirectory(temp["below"]);
        Xunit.Skip.IfNot(TempFolder.Run("mount", "--bind", mounted.Path, temp["below"]), "no bind mount here");
        try
        {
            using var disk = new FileSystems().Open(temp.Path);
            using (var file = disk.OpenWrite(At("below/file"), create: true))
                file.Write("x"u8, 0);
            disk.SyncAll();
            Fails(FileSystemError.CrossDevice, () => disk.Rename(At("below/file"), At("file"), RenameMode.NoReplace));
            // Nothing keeps it open any more.
            Assert.True(TempFolder.Run("umount", temp["below"]));
        }
        finally
        {
            TempFolder.Run("umount", "-l", temp["below"]);
        }
    }

    [SkippableFact]
    public void A_drive_can_be_unmounted_when_the_folder_is_at_rest()
    {
        using var mounted = Mounted.Tmpfs("size=1m");
        var time = new ManualTime();
        using var disk = new UnixFileSystem(mounted.Path, time, BeneathResolver.KernelResolves);
        Assert.False(TempFolder.Run("umount", mounted.Path));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(TempFolder.Run("umount", mounted.Path));
        // What is below the mount is not part of the folder.
        Fails(FileSystemError.NotFound, () => disk.CreateDirectory(At("d"), 0x1c0));
    }

    [SkippableFact]
    public void Ext4_that_folds_case_is_found_out_and_a_change_of_case_is_made()
    {
        using var mounted = Mounted.Image(16, "", "mkfs.ext4", "-q", "-O", "casefold", "-E", "encoding=utf8");
        Directory.CreateDirectory(Path.Combine(mounted.Path, "folder"));
        Xunit.Skip.IfNot(TempFolder.Run("chattr", "+F", Path.Combine(mounted.Path, "folder")), "no chattr +F here");
        using var disk = new FileSystems().Open(Path.Combine(mounted.Path, "folder"));
        CaseChanges(disk);
    }

    [SkippableFact]
    public void Fat_folds_case_has_no_permissions_and_only_windows_names()
    {
        using var mounted = Mounted.Image(16, ",utf8=1", "mkfs.vfat");
        using var disk = new FileSystems().Open(mounted.Path);
        Assert.True(disk.Traits is { WindowsNames: true, Permissions: false, Symlinks: false, CanSyncAll: false, ModifiedWindowNanoseconds: 2_000_000_000 });
        Assert.NotNull(disk.ValidateName(FileName.Parse("a:b")));
        Assert.Null(disk.ValidateName(FileName.Parse(new string('ü', 255))));
        disk.CreateDirectory(At("d"), 0x1c0);
        disk.SetPermissions(At("d"), 0x100);
        using (var file = disk.OpenWrite(At("d/f"), create: true))
        {
            file.SetPermissions(0x100);
            file.Sync();
        }
        disk.SyncDirectory(At("d"));
        CaseChanges(disk);
    }

    [Theory]
    [InlineData("ext4", true, true, false, 0)]
    [InlineData("btrfs", true, true, false, 0)]
    [InlineData("overlay", true, true, false, 0)]
    [InlineData("zfs", true, true, false, 0)]
    [InlineData("fuse.sshfs", false, true, false, 0)]
    [InlineData("fuseblk", false, false, false, 0)]
    [InlineData("nfs4", false, true, false, 0)]
    [InlineData("cifs", false, false, false, 0)]
    [InlineData("9p", false, true, false, 0)]
    [InlineData("vfat", false, false, true, 2_000_000_000)]
    [InlineData("exfat", false, false, true, 2_000_000_000)]
    [InlineData("something new", false, true, false, 0)]
    public void What_a_filesystem_can_do_is_known_by_its_name(string name, bool syncAll, bool permissions, bool fat, long window)
    {
        var traits = FileSystemTypes.TraitsOf(name, 255);
        Assert.Equal((syncAll, permissions, fat, fat, !fat, window),
            (traits.CanSyncAll, traits.Permissions, traits.WindowsNames, traits.CaseInsensitive, traits.Symlinks, traits.ModifiedWindowNanoseconds));
    }

    [Theory]
    [InlineData("36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw", 36, "ext3")]
    [InlineData("36 35 98:0 / /mnt\\040x rw - fuse.sshfs me@there:/ rw", 36, "fuse.sshfs")]
    [InlineData("36 35 98:0 / /mnt rw - ext3 /dev/root rw", 3, null)]
    public void The_mount_table_names_the_type(string line, ulong id, string? type) =>
        Assert.Equal(type, FileSystemTypes.FindMount(["1 0 0:1 / / rw - tmpfs none rw", line], id));

    private static void CaseChanges(IFileSystem disk)
    {
        Assert.True(disk.Traits.CaseInsensitive);
        using (var file = disk.OpenWrite(At("name"), create: true))
            file.Write("x"u8, 0);
        foreach (var mode in new[] { RenameMode.NoReplace, RenameMode.Replace })
        {
            disk.Rename(At("name"), At("NAME"), mode);
            Assert.Contains(disk.List(LocalPath.Root), c => c.Leaf == "NAME");
            disk.Rename(At("NAME"), At("name"), mode);
            Assert.Contains(disk.List(LocalPath.Root), c => c.Leaf == "name");
        }
        disk.RemoveFile(At("name"));
    }
}
