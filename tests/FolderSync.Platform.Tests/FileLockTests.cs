using Xunit;

namespace FolderSync.Platform.Tests;

public sealed class FileLockTests : IDisposable
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
}
