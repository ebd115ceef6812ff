using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Local;
using FolderSync.Filesystem.Scan;
using FolderSync.Simulator.Disks;
using Xunit;

namespace FolderSync.Filesystem.Tests.Scan;

/// <summary>After any edits, incremental scans give the same index as one initial scan.</summary>
public sealed class ScannerPropertyTests : IDisposable
{
    private static readonly string[][] Patterns = [[], ["/a"], ["!/a/b", "/a"], ["b"], ["!\u00E9", "*"], ["a*"]];

    private readonly string _root = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    private readonly Workers _threads = new(2);

    public void Dispose()
    {
        _threads.Dispose();
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task On_a_simulated_disk(bool onThreads)
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var fs = new MemoryDisks(TimeProvider.System).Open("/r");
            await EditAndScanAsync(fs, seed, onThreads ? _threads : new InlineWorkers(), rounds: 12);
        }
    }

    [SkippableFact]
    public async Task On_a_real_disk()
    {
        Skip.If(OperatingSystem.IsWindows(), "The edits include names and links that Windows refuses.");
        for (var seed = 0; seed < 15; seed++)
        {
            var root = Path.Combine(_root, $"{seed}");
            Directory.CreateDirectory(root);
            using var fs = new FileSystems().Open(root);
            await EditAndScanAsync(fs, seed, _threads, rounds: 12);
        }
    }

    [Fact]
    public async Task Findings_do_not_depend_on_threads()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var inline = await EditAndScanAsync(new MemoryDisks(TimeProvider.System).Open("/r"), seed, new InlineWorkers(), rounds: 6);
            var threads = await EditAndScanAsync(new MemoryDisks(TimeProvider.System).Open("/r"), seed, _threads, rounds: 6);
            Assert.Equal(inline, threads);
        }
    }

    private static async Task<List<string>> EditAndScanAsync(IFileSystem fs, int seed, IWorkers workers, int rounds)
    {
        var random = new Random(seed);
        var edits = new RandomEdits(fs, random);
        var known = new KnownTable { WithoutBlocks = seed % 2 == 0 };
        var found = new List<string>();
        fs.CreateDirectory(LocalPath.Root.Child(InternalNames.Marker), 0x1ED);
        var ignores = IgnoreRules.None;
        for (var round = 0; round < rounds; round++)
        {
            for (var n = random.Next(8); n > 0; n--)
                edits.Edit();
            var everything = random.Next(3) == 0;
            if (everything && random.Next(2) == 0)
                ignores = IgnoreParser.Parse(Patterns[random.Next(Patterns.Length)]);
            if (edits.Touched.Count == 0 && !everything)
                continue;
            FileName[] below = everything ? [] : [.. edits.Touched.Select(FileName.Parse)];
            edits.Touched.Clear();
            found.AddRange(await ScanAsync(fs, workers, known, ignores, below));
            var fresh = new KnownTable();
            await ScanAsync(fs, new InlineWorkers(), fresh, ignores, []);
            Assert.Equal(Describe(fresh), Describe(known));
        }
        Assert.Empty(await ScanAsync(fs, workers, known, ignores, []));
        return found;
    }

    private static async Task<List<string>> ScanAsync(IFileSystem fs, IWorkers workers, KnownTable known, IgnoreRules ignores, FileName[] below)
    {
        var found = new List<ScanFinding>();
        await new Scanner(fs, workers, new ScannerOptions()).ScanAsync(new ScanRequest(below), known, ignores, batch =>
        {
            found.AddRange(batch);
            known.Take(batch);
            return Task.CompletedTask;
        }, null, CancellationToken.None);
        Assert.DoesNotContain(found, f => f is ScanFinding.Problem);
        var order = found.OfType<ScanFinding.Changed>().Select(c => c.Entry.Name).ToList();
        Assert.Equal(order.Order(), order);
        return [.. found.Select(ScanRig.Text)];
    }

    private static IEnumerable<string> Describe(KnownTable table) =>
        from e in table.All
        where (e.LocalFlags & LocalFlags.Ignored) == 0
        let time = e.Type == FileType.File ? e.Modified : default
        select $"{e.Name} {e.Type} {e.Size} {time.Seconds}.{time.Nanoseconds} {e.Permissions:x} {e.BlocksHash} {e.SymlinkTarget} {e.PreHashes.Length}";
}
