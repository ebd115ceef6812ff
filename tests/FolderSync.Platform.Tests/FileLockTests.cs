using System.Runtime.Versioning;
using Xunit;

namespace FolderSync.Platform.Tests;

public sealed partial class FileLockTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-lock-").FullName;

    private string Lock => Path.Combine(_directory, "lock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void One_has_it_at_a_time_and_the_other_hears_who()
    {
        using (Assert.IsType<FileLock>(FileLock.TryAcquire(Lock, out var nobody)))
        {
            Assert.Null(nobody);
            Assert.Null(FileLock.TryAcquire(Lock, out var holder));
            Assert.Equal(Environment.ProcessId, holder);
        }
        using var again = FileLock.TryAcquire(Lock, out _);
        Assert.NotNull(again);
    }

    [Fact]
    public void What_an_earlier_process_left_in_it_is_no_holder()
    {
        File.WriteAllText(Lock, "4294967296 and more than a number of any process");
        using var taken = FileLock.TryAcquire(Lock, out _);
        Assert.NotNull(taken);
        Assert.Null(FileLock.TryAcquire(Lock, out var holder));
        Assert.Equal(Environment.ProcessId, holder);
    }

    /// <summary>A home that is gone must not be taken for one that another service has.</summary>
    [Fact]
    public void A_fault_of_the_disk_is_no_holder() =>
        Assert.ThrowsAny<IOException>(() => FileLock.TryAcquire(Path.Combine(_directory, "absent", "lock"), out _));

    /// <summary>In a synced folder where other users may write: nothing that they put there is followed, emptied or believed.</summary>
    [SkippableTheory]
    [InlineData("symlink")]
    [InlineData("second name")]
    [InlineData("others may write")]
    [UnsupportedOSPlatform("windows")]
    public void What_others_put_at_its_name_is_replaced(string kind)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Unix files");
        var victim = Path.Combine(_directory, "victim");
        File.WriteAllText(victim, "mine");
        switch (kind)
        {
            case "symlink":
                File.CreateSymbolicLink(Lock, victim);
                break;
            case "second name":
                Assert.Equal(0, Link(victim, Lock));
                break;
            default:
                File.WriteAllText(Lock, "1");
                File.SetUnixFileMode(Lock, (UnixFileMode)0x1B6);
                break;
        }
        using (Assert.IsType<FileLock>(FileLock.TryAcquire(Lock, out _, isShared: true)))
        {
            Assert.Equal("mine", File.ReadAllText(victim));
            Assert.Null(new FileInfo(Lock).LinkTarget);
            Assert.Equal(OwnerOnlyFile.Mode, File.GetUnixFileMode(Lock));
            Assert.Null(FileLock.TryAcquire(Lock, out var holder, isShared: true));
            Assert.Equal(Environment.ProcessId, holder);
        }
        using var again = FileLock.TryAcquire(Lock, out _, isShared: true);
        Assert.NotNull(again);
    }

    [SkippableFact]
    public void A_linked_directory_is_not_followed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Unix files");
        var elsewhere = Directory.CreateDirectory(Path.Combine(_directory, "elsewhere")).FullName;
        File.CreateSymbolicLink(Path.Combine(_directory, "marker"), elsewhere);
        Assert.ThrowsAny<IOException>(() => FileLock.TryAcquire(Path.Combine(_directory, "marker", "lock"), out _, isShared: true));
        Assert.Empty(Directory.GetFiles(elsewhere));
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "link", StringMarshalling = System.Runtime.InteropServices.StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
