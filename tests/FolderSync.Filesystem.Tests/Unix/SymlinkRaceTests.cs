using System.Text;
using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Apply;
using FolderSync.Filesystem.Scan;
using FolderSync.Filesystem.Tests.Apply;
using FolderSync.Filesystem.Tests.Scan;
using FolderSync.Filesystem.Unix;
using FolderSync.Testing;
using Xunit;
using Xunit.Abstractions;

namespace FolderSync.Filesystem.Tests.Unix;

/// <summary>All operations on a folder while directories and files in it are exchanged for symlinks to the outside.</summary>
public sealed class SymlinkRaceTests(ITestOutputHelper output)
{
    private const int OperationsOfRound = 500;

    private static readonly string[] Tops = ["d0", "d1", ".stversions", "t"];
    private static readonly string[] Leaves = ["f0", "f1", "f2", "new", ".foldersync.f0.tmp", "f1~20200101-000000"];

    [Theory, InlineData(true), InlineData(false)]
    public async Task Nothing_outside_is_read_or_changed_by_any_call(bool byKernel) => await RaceAsync(byKernel, new Calls(), rounds: 6);

    [Theory, InlineData(true), InlineData(false)]
    public async Task Nothing_outside_is_read_or_changed_by_batches_versions_and_scans(bool byKernel) => await RaceAsync(byKernel, new Stages(), rounds: 2);

    private async Task RaceAsync(bool byKernel, Work work, int rounds)
    {
        using var proof = new ProofRun(output, rounds, "FOLDERSYNC_RACES", parts: 4);
        for (var seed = proof.Seed; proof.Continues(); seed++)
        {
            using var folder = new SwappedFolder(seed, racers: 2);
            using var disk = new UnixFileSystem(folder.Path, TimeProvider.System, byKernel);
            disk.CheckRoot();
            work.Begin(disk, folder, new Random(seed));
            for (var n = 0; n < OperationsOfRound; n++)
            {
                try
                {
                    await work.DoAsync();
                    proof.Count("operations that succeeded");
                }
                catch (Exception e) when (e is FileSystemException or RootUnavailableException)
                {
                    proof.Count("refused");
                }
            }
            Assert.Equal("", folder.Changes());
            proof.Count("swaps", folder.Swaps);
        }
    }

    private abstract class Work
    {
        protected UnixFileSystem Disk { get; private set; } = null!;

        protected SwappedFolder Folder { get; private set; } = null!;

        protected Random Random { get; private set; } = null!;

        public virtual void Begin(UnixFileSystem disk, SwappedFolder folder, Random random) => (Disk, Folder, Random) = (disk, folder, random);

        public abstract Task DoAsync();

        protected string Name()
        {
            var name = Tops[Random.Next(Tops.Length)];
            for (var depth = Random.Next(3); depth > 0; depth--)
                name += depth == 1 ? "/s" : "/s/t";
            return Random.Next(6) == 0 ? name : $"{name}/{Leaves[Random.Next(Leaves.Length) * Random.Next(2)]}";
        }

        protected void CheckRead(ReadOnlySpan<byte> bytes) =>
            Assert.False(Encoding.UTF8.GetString(bytes).Contains("outside", StringComparison.Ordinal), "A file outside was read.");
    }

    private sealed class Calls : Work
    {
        private const int Count = 17;

        public override Task DoAsync()
        {
            var path = ApplyFolder.Path(Name());
            switch (Random.Next(Count))
            {
                case 0: CheckStat(Disk.Stat(path)); break;
                case 1: Assert.DoesNotContain(Disk.List(path), c => c.Leaf == SwappedFolder.Secret); break;
                case 2: ReadAll(path); break;
                case 3: Write(Disk.OpenWrite(path, create: Random.Next(2) == 0)); break;
                case 4: Write(Disk.CreateNew(path)); break;
                case 5: Disk.CreateDirectory(path, 0x1ed); break;
                case 6: Disk.CreateSymlink(path, "f1"); break;
                case 7: Disk.ReadSymlink(path); break;
                case 8: Disk.Rename(path, ApplyFolder.Path(Name()), RenameMode.NoReplace); break;
                case 9: Disk.Rename(path, ApplyFolder.Path(Name()), RenameMode.Replace); break;
                case 10: Disk.Rename(path, ApplyFolder.Path(Name()), RenameMode.Exchange); break;
                case 11: Disk.RemoveFile(path); break;
                case 12: Disk.RemoveDirectory(path); break;
                case 13: Disk.SetPermissions(path, 0x1c0); break;
                case 14: Disk.SetModified(path, new FileTime(1_000_000_000, 1)); break;
                case 15: Disk.SyncDirectory(path); break;
                case 16: Disk.FilesystemOf(path); break;
            }
            return Task.CompletedTask;
        }

        private void CheckStat(FileStat? stat) => Assert.False(stat is { } found && Folder.OutsideInodes.Contains(found.Inode), "Something outside was looked at.");

        private void ReadAll(LocalPath path)
        {
            using var file = Disk.OpenRead(path);
            CheckStat(file.Stat());
            var buffer = new byte[100];
            CheckRead(buffer.AsSpan(0, file.Read(buffer, 0)));
        }

        private void Write(IWriteFile file)
        {
            using (file)
            {
                CheckStat(file.Stat());
                file.Write("inside"u8, 0);
                file.SetPermissions(0x180);
                file.SetModified(new FileTime(1_100_000_000, 1));
            }
        }
    }

    private sealed class Stages : Work
    {
        private ApplyFolder _apply = null!;
        private KnownTable _known = null!;
        private int _contents;

        public override void Begin(UnixFileSystem disk, SwappedFolder folder, Random random)
        {
            base.Begin(disk, folder, random);
            (_apply, _known) = (ApplyFolder.Over(disk), new KnownTable());
        }

        public override Task DoAsync()
        {
            switch (Random.Next(12))
            {
                case 0: return ScanAsync();
                case 1: _apply.Applier.Recover(); break;
                case 2: new TempCleaner(Disk).RemoveStale(DateTimeOffset.UtcNow.AddDays(1)); break;
                case 3: _apply.Versioner.CleanUp(static _ => TimeSpan.FromDays(1000), new RetentionLimits(TimeSpan.FromDays(1), 1)); break;
                case 4: Restore(); break;
                default: Apply(); break;
            }
            return Task.CompletedTask;
        }

        private async Task ScanAsync() => await new Scanner(Disk, new InlineWorkers(), new ScannerOptions()).ScanAsync(
            new ScanRequest([], FullVerify: Random.Next(2) == 0), _known, IgnoreRules.None, batch =>
            {
                Assert.DoesNotContain(batch, f => f is ScanFinding.Changed { Entry: var e } && (e.Name.Leaf == SwappedFolder.Secret || e.Size == SwappedFolder.OutsideText.Length));
                _known.Take(batch);
                return Task.CompletedTask;
            }, _ => { }, CancellationToken.None);

        private void Restore()
        {
            var versions = _apply.Versioner.List();
            Assert.DoesNotContain(versions, v => v.Name.Leaf == SwappedFolder.Secret);
            if (versions.Count == 0)
                return;
            var version = versions[Random.Next(versions.Count)];
            if (Random.Next(3) == 0)
                _apply.Versioner.Remove(version);
            else
                _apply.Versioner.Restore(version);
        }

        private void Apply()
        {
            var name = Name();
            var there = Find(name);
            var displaced = (ActionForExisting)Random.Next(3);
            var target = Name();
            ApplyStep step = Random.Next(6) switch
            {
                0 => new ApplyStep.PlaceDirectory(ApplyFolder.Folder(name), there, displaced),
                1 => new ApplyStep.PlaceSymlink(ApplyFolder.Link(name, "f1"), there, displaced),
                2 when there is not null => ApplyFolder.Remove(there, displaced),
                3 when there is not null => ApplyFolder.Move(there, target, Find(target), displaced),
                4 when there is { Type: FileType.File } => new ApplyStep.SetMetadata(there with { Permissions = 0x1c0 }, there),
                _ => _apply.Place(name, $"inside {_contents++}", there, displaced),
            };
            if (_apply.Apply(step) is ApplyResult.Failed { Problem: var problem })
                throw new FileSystemException(problem.Error, problem.Reason);
        }

        private FileEntry? Find(string name)
        {
            try
            {
                return Disk.Stat(ApplyFolder.Path(name)) is null ? null : _apply.Scan(name);
            }
            catch (InvalidOperationException)
            {
                // It vanished meanwhile.
                return null;
            }
        }
    }
}
