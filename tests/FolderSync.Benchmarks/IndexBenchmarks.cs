using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using FolderSync.Core.Model;
using FolderSync.Index;
using FolderSync.Index.Sqlite;

namespace FolderSync.Benchmarks;

/// <summary>
/// The index with 100,000 files: the cost per entry of inserting, looking up and iterating. `index-at-size` runs more queries on a larger one.
/// </summary>
public class IndexBenchmarks
{
    private const int Count = 100_000;
    private const int Batch = 1000;

    private readonly DeviceId _self = new(SHA256.HashData([1]));
    private readonly Random _random = new(1);
    private string _directory = "";
    private IFolderIndex _index = null!;
    private int _round;

    [GlobalSetup]
    public void Fill()
    {
        _directory = Directory.CreateTempSubdirectory("fs-index-bench-").FullName;
        _index = new SqliteFolderIndexes(_directory, _self, () => 7).Open(new FolderId("bench"));
        for (var i = 0; i < Count; i += Batch)
            _index.CommitLocal([.. Enumerable.Range(i, Batch).Select(n => IndexAtSize.Entry(n, _self))]);
    }

    [GlobalCleanup]
    public void Remove()
    {
        _index.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Inserts new names in a durable commit.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void Insert()
    {
        var first = Count + (Batch * _round++);
        _index.CommitLocal([.. Enumerable.Range(first, Batch).Select(n => IndexAtSize.Entry(n, _self))]);
    }

    [Benchmark]
    public long FindLocal() => _index.FindLocal(IndexAtSize.Name(_random.Next(Count)))!.Size;

    [Benchmark]
    public long FindGlobal() => _index.FindGlobal(IndexAtSize.Name(_random.Next(Count)))!.Size;

    [Benchmark(OperationsPerInvoke = Count)]
    public int Iterate()
    {
        var (seen, after) = (0, default(FileName));
        while (seen < Count && _index.LocalPage(default, after, Batch, false) is { Count: > 0 } page)
            (seen, after) = (seen + page.Count, page[^1].Name);
        return seen;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public long Announce()
    {
        var sequence = 0L;
        while (sequence < Count && _index.LocalSince(sequence, Batch) is { Count: > 0 } page)
            sequence = page[^1].Sequence;
        return sequence;
    }
}
