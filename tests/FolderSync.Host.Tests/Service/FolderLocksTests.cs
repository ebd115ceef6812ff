using FolderSync.Host.Service;
using Xunit;

namespace FolderSync.Host.Tests.Service;

public sealed class FolderLocksTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-locks-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_folder_has_one_owner()
    {
        Directory.CreateDirectory(Path.Combine(_directory, ".stfolder"));
        var locks = new FolderLocks();
        using (Assert.IsAssignableFrom<IDisposable>(locks.TryLock(_directory, out _)))
        {
            Assert.Null(locks.TryLock(_directory, out var holder));
            Assert.Contains($"{Environment.ProcessId}", holder, StringComparison.Ordinal);
        }
        using var again = locks.TryLock(_directory, out _);
        Assert.NotNull(again);
    }
}
