using BenchmarkDotNet.Attributes;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Scan;

namespace FolderSync.Benchmarks;

/// <summary>A scan without changes: every entry is listed, checked, and found unchanged. 20,000 files in 200 directories.</summary>
public class WalkBenchmarks
{
    private const int Directories = 200;
    private const int FilesEach = 100;

    private ScratchTree _tree = null!;
    private IKnownEntries _known = null!;

    [GlobalSetup]
    public async Task FillAsync()
    {
        _tree = new ScratchTree();
        for (var d = 0; d < Directories; d++)
        {
            Directory.CreateDirectory(_tree.Path($"d{d:000}"));
            for (var f = 0; f < FilesEach; f++)
                File.WriteAllText(_tree.Path($"d{d:000}/f{f:000}"), "x");
        }
        var entries = new List<FileEntry>();
        await _tree.ScanAsync(ScratchTree.NothingKnown, IgnoreRules.None, entries);
        _known = new ScratchTree.Known(entries);
        var left = await _tree.ScanAsync(_known, IgnoreRules.None);
        if (entries.Count != Directories * (FilesEach + 1) || left != 0)
            throw new InvalidOperationException($"{entries.Count} entries were found, and {left} again.");
    }

    [GlobalCleanup]
    public void Remove() => _tree.Dispose();

    [Benchmark(OperationsPerInvoke = Directories * (FilesEach + 1))]
    public Task<int> WalkUnchanged() => _tree.ScanAsync(_known, IgnoreRules.None);
}
