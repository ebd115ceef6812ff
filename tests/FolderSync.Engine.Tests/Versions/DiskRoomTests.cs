using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Versions;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Filesystem.Local;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Engine.Tests.Versions;

/// <summary>A small disk: 16 MiB, of which one must stay free; the trash can has five versions of 2 MiB.</summary>
public sealed class DiskRoomTests
{
    private const int MiB = 1 << 20;

    private readonly FixedTime _time = new() { Now = DateTimeOffset.UtcNow };

    [SkippableFact]
    public void On_a_real_disk_versions_go_for_what_is_written_and_no_further()
    {
        Skip.If(OperatingSystem.IsWindows(), "tmpfs is Linux' own");
        using var mounted = Mounted.Tmpfs("size=16m");
        using var disk = new FileSystems().Open(mounted.Path);
        var versioner = new TrashCanVersioner(disk, _time);
        for (var i = 0; i < 4; i++)
            Keep(mounted.Path, versioner, "many");
        Keep(mounted.Path, versioner, "only");
        var room = Room(disk, versioner);
        var name = FileName.Parse("new");

        // All are young: five MiB, and nothing more.
        Assert.Equal(FileSystemError.NoSpace, Assert.Throws<FileSystemException>(() => room.Admit(name, 6 * MiB)).Error);
        Assert.Equal(5, versioner.List().Count);
        _time.Now += TimeSpan.FromDays(38);
        Assert.Equal(FileSystemError.NoSpace, Assert.Throws<FileSystemException>(() => room.Admit(name, 12 * MiB)).Error);
        Assert.Equal(FileSystemError.NoSpace, Assert.Throws<FileSystemException>(() => room.Admit(name, 0, holes: 6 * MiB)).Error);
        using (room.Admit(name, 4 * MiB))
            Assert.Equal(FileSystemError.NoSpace, Assert.Throws<FileSystemException>(() => room.Admit(FileName.Parse("other"), 8 * MiB)).Error);
        Assert.Equal(5, versioner.List().Count);

        using var plan = room.Admit(name, 10 * MiB);
        using var file = disk.OpenWrite(LocalPath.Root.Child("new"), create: true);
        for (var written = 0; written < 10; written++)
        {
            plan.Write(MiB, () => file.Write(new byte[MiB], (long)written * MiB));
            Assert.True(disk.GetSpace().Free >= MiB, "What is to stay free stays free.");
            // 16 = 1 free + 10 of versions + 5: from the sixth on, every two need one version.
            Assert.Equal(5 - Math.Max(0, (written + 1 - 5 + 1) / 2), versioner.List().Count);
        }
        Assert.Equal(["many", "only"], versioner.List().Select(v => v.Name.Value));
        Assert.Equal(0, plan.Remaining);
        Assert.Equal(FileSystemError.NoSpace, Assert.Throws<FileSystemException>(() => plan.Write(2 * MiB, () => Assert.Fail("No."))).Error);
        Assert.Equal(["many", "only"], versioner.List().Select(v => v.Name.Value));
    }

    [SkippableFact]
    public void Copies_and_holes_take_only_what_is_free()
    {
        Skip.If(OperatingSystem.IsWindows(), "tmpfs is Linux' own");
        using var mounted = Mounted.Tmpfs("size=16m");
        using var disk = new FileSystems().Open(mounted.Path);
        var versioner = new TrashCanVersioner(disk, _time);
        for (var i = 0; i < 5; i++)
            Keep(mounted.Path, versioner, "many");
        _time.Now += TimeSpan.FromDays(38);
        using var plan = Room(disk, versioner).Admit(FileName.Parse("new"), 10 * MiB);
        Assert.True(plan.TryWrite(4 * MiB, () => { }));
        Assert.False(plan.TryWrite(6 * MiB, () => Assert.Fail("No.")));
        Assert.Equal(5, versioner.List().Count);
    }

    private DiskRoom Room(IFileSystem disk, TrashCanVersioner versioner) => new(
        disk, versioner, () => new FolderConfig { Id = new FolderId("f"), Path = "/f", MinDiskFree = MiB, MinDiskFreeIsBytes = true }, () => t => _time.Now - t, _time);

    private static void Keep(string root, TrashCanVersioner versioner, string name)
    {
        File.WriteAllBytes(Path.Combine(root, name), new byte[2 * MiB]);
        versioner.Keep(LocalPath.Root.Child(name), FileName.Parse(name));
    }
}
