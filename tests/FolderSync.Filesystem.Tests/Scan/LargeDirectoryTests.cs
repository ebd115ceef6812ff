using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Scan;
using Xunit;

namespace FolderSync.Filesystem.Tests.Scan;

/// <summary>One directory with very many names: a scan's memory depends on the directory listing, not on the findings.</summary>
public class LargeDirectoryTests
{
    [Fact]
    public Task Fifty_thousand_names() => ScanAsync(50_000);

    /// <summary>Takes about a minute: runs with FOLDERSYNC_LONG=1 only.</summary>
    [SkippableFact]
    public Task A_million_names()
    {
        Skip.IfNot(Environment.GetEnvironmentVariable("FOLDERSYNC_LONG") == "1", "FOLDERSYNC_LONG=1 is not set.");
        return ScanAsync(1_000_000);
    }

    private static async Task ScanAsync(int names)
    {
        using var workers = new Workers(2);
        var scanner = new Scanner(new EmptyFiles(names), workers, new ScannerOptions());
        long found = 0, peak = 0;
        var last = default(FileName);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await scanner.ScanAsync(new ScanRequest([]), new Nothing(), IgnoreRules.None, batch =>
        {
            Assert.InRange(batch.Count, 1, 512);
            foreach (var finding in batch)
            {
                var name = Assert.IsType<ScanFinding.Changed>(finding).Entry.Name;
                Assert.True(last.CompareTo(name) < 0);
                last = name;
            }
            found += batch.Count;
            if (found % 51_200 == 0)
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before);
            return Task.CompletedTask;
        }, null, CancellationToken.None);
        Assert.Equal(names, found);
        Assert.InRange(peak / names, 0, 300);
    }

    private sealed class Nothing : IKnownEntries
    {
        public FileEntry? Find(FileName name) => null;

        public IEnumerable<FileEntry> Under(FileName directory) => [];
    }

    /// <summary>A root with this many empty files; implements only what a scan uses.</summary>
    private sealed class EmptyFiles(int count) : IFileSystem
    {
        private static readonly FileStat Empty = new(FileKind.File, 0, new FileTime(1, 1), 1, 1, 0x1A4, 1);

        public FileSystemTraits Traits { get; } = new();

        public FileSystemTraits TraitsAt(LocalPath path) => Traits;

        public RootState CheckRoot() => RootState.Present;

        public FileStat? Stat(LocalPath path) => Empty;

        public string FilesystemOf(LocalPath directory) => "";

        public byte[] ReadLinked(string leaf, int limit) => throw new NotSupportedException();

        public List<DirectoryChild> List(LocalPath directory)
        {
            var children = new List<DirectoryChild>(count);
            for (var i = 0; i < count; i++)
            {
                var leaf = $"file number {i}";
                children.Add(new DirectoryChild(leaf, leaf, Empty));
            }
            return children;
        }

        public IReadFile OpenRead(LocalPath path) => new EmptyFile();

        public void Dispose()
        {
        }

        public (long Free, long Total) GetSpace() => throw new NotSupportedException();

        public string? ValidateName(FileName name) => throw new NotSupportedException();

        public IWriteFile OpenWrite(LocalPath path, bool create) => throw new NotSupportedException();

        public IWriteFile CreateNew(LocalPath path) => throw new NotSupportedException();

        public void CreateDirectory(LocalPath path, uint permissions) => throw new NotSupportedException();

        public void CreateSymlink(LocalPath path, string target) => throw new NotSupportedException();

        public string ReadSymlink(LocalPath path) => throw new NotSupportedException();

        public void Rename(LocalPath from, LocalPath to, RenameMode mode) => throw new NotSupportedException();

        public void RemoveFile(LocalPath path) => throw new NotSupportedException();

        public void RemoveDirectory(LocalPath path) => throw new NotSupportedException();

        public void SetPermissions(LocalPath path, uint permissions) => throw new NotSupportedException();

        public void SetModified(LocalPath path, FileTime modified) => throw new NotSupportedException();

        public void SyncDirectory(LocalPath path) => throw new NotSupportedException();

        public void SyncAll() => throw new NotSupportedException();

        private sealed class EmptyFile : IReadFile
        {
            public FileStat Stat() => Empty;

            public int Read(Span<byte> buffer, long offset) => 0;

            public void Dispose()
            {
            }
        }
    }
}
