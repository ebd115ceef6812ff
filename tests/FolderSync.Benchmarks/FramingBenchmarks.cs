using BenchmarkDotNet.Attributes;
using FolderSync.Core.Model;
using FolderSync.Protocol.Framing;
using FolderSync.Protocol.Messages;
using FolderSync.Protocol.Wire;

namespace FolderSync.Benchmarks;

/// <summary>Serializes and parses messages: an index of 1,000 entries, measured per entry; a block of 128 KiB as a response.</summary>
[MemoryDiagnoser]
public class FramingBenchmarks
{
    private const int Entries = 1000;

    private readonly BepMessage.Index _index = new(new FolderId("bench"), [.. Enumerable.Range(0, Entries).Select(i => IndexAtSize.Entry(i, default) with { Sequence = i + 1 })], Entries);
    private readonly MemoryStream _sink = new(1 << 20);
    private byte[] _body = [];
    private byte[] _compressed = [];
    private int _compressedLength;

    [GlobalSetup]
    public void Encode()
    {
        var body = OutgoingBody.Of(_index);
        _body = new byte[body.Size];
        body.WriteTo(_body);
        _compressed = new byte[Lz4Body.MaxLength(_body.Length)];
        if (!Lz4Body.TryCompress(_body, _compressed, out _compressedLength))
            throw new InvalidOperationException("The index does not get smaller.");
        if (((BepMessage.Index)IndexCodec.Read(_body, isUpdate: false)).Files.Count != Entries)
            throw new InvalidOperationException("The index is not read as it was written.");
    }

    [Benchmark(OperationsPerInvoke = Entries)]
    public object ReadIndex() => IndexCodec.Read(_body, isUpdate: false);

    [Benchmark(OperationsPerInvoke = Entries)]
    public int WriteIndex()
    {
        var body = OutgoingBody.Of(_index);
        body.WriteTo(_body);
        return body.Size;
    }

    /// <summary>The complete path: composed, compressed, flushed.</summary>
    [Benchmark(OperationsPerInvoke = Entries)]
    public async Task<long> WriteFrame()
    {
        _sink.Position = 0;
        var writer = new FrameWriter(_sink);
        await writer.WriteAsync(OutgoingBody.Of(_index), Compression.Metadata, default);
        await writer.FlushAsync(default);
        return writer.BytesSent;
    }

    [Benchmark]
    public int Decompress()
    {
        var raw = Lz4Body.Decompress(_compressed.AsSpan(0, _compressedLength), MessageType.Index, out var length);
        BodyPool.Return(raw);
        return length;
    }
}
