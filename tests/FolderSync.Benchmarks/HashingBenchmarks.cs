using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using FolderSync.Core.Ignore;
using K4os.Hash.xxHash;

namespace FolderSync.Benchmarks;

/// <summary>The cost of a block: hashing, pre-hashing, and both with reading and everything else that a scan does. 64 MiB per operation.</summary>
public class HashingBenchmarks
{
    private const int Size = 64 << 20;
    private const int Block = 128 << 10;

    private readonly byte[] _content = new byte[Size];
    private ScratchTree _tree = null!;

    [GlobalSetup]
    public void Fill()
    {
        new Random(1).NextBytes(_content);
        _tree = new ScratchTree();
        File.WriteAllBytes(_tree.Path("file"), _content);
    }

    [GlobalCleanup]
    public void Remove() => _tree.Dispose();

    [Benchmark]
    public int Sha256()
    {
        Span<byte> hash = stackalloc byte[32];
        var sum = 0;
        for (var at = 0; at < Size; at += Block)
        {
            SHA256.HashData(_content.AsSpan(at, Block), hash);
            sum += hash[0];
        }
        return sum;
    }

    [Benchmark]
    public ulong PreHash()
    {
        ulong sum = 0;
        for (var at = 0; at < Size; at += Block)
            sum += XXH64.DigestOf(_content.AsSpan(at, Block));
        return sum;
    }

    /// <summary>Reads from the page cache, with as many workers as the service has.</summary>
    [Benchmark]
    public Task<int> ScanOneFile() => _tree.ScanAsync(ScratchTree.NothingKnown, IgnoreRules.None);
}
