using System.Security.Cryptography;
using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>Packs the blocks of one FileInfo and checks whether they make up a file.</summary>
/// <remarks>
/// Keeps the first fault instead of throwing it: entries of encrypted folders break these rules by design and are refused elsewhere.
/// </remarks>
internal ref struct BlockCollector
{
    public const int MinBlockSize = 128 << 10, MaxBlockSize = 16 << 20;

    /// <summary>The smallest BlockInfo with a hash, and the largest whose length takes one byte.</summary>
    private const int MinInfo = BlockHash.Length + 2, MaxShortInfo = 127;

    private byte[]? _hashes;
    private int _count;
    private long _end;
    private int _firstSize, _lastSize;
    private string? _fault;

    public readonly bool Any => _count > 0 || _fault is not null;

    /// <param name="info">One BlockInfo.</param>
    /// <param name="following">The bytes after it in the FileInfo.</param>
    public void Add(ReadOnlySpan<byte> info, ReadOnlySpan<byte> following)
    {
        long offset = 0, size = 0;
        ReadOnlySpan<byte> hash = default;
        var reader = new ProtoReader(info);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.BlockInfo.Offset: offset = reader.ReadInt64(); break;
                case Tags.BlockInfo.Size: size = reader.ReadInt32(); break;
                case Tags.BlockInfo.Hash: hash = reader.ReadBytes(); break;
                default: reader.Skip(tag); break;
            }
        }
        _fault ??= FaultOf(offset, size, hash.Length);
        if (_fault is not null)
            return;
        if (_count == 0)
            _firstSize = (int)size;
        _lastSize = (int)size;
        _end = offset + size;
        Store(hash, following);
    }

    /// <summary>Why the blocks can't make up a file of this size, or null.</summary>
    public readonly string? Fault(int blockSize, long fileSize)
    {
        if (_fault is not null)
            return _fault;
        if (blockSize is < MinBlockSize or > MaxBlockSize || !int.IsPow2(blockSize))
            return $"has blocks of {blockSize} bytes, which is no power of two from 128 KiB to 16 MiB";
        if (_count > 1 && _firstSize != blockSize)
            return $"has a block of {_firstSize} bytes where its block size is {blockSize}";
        if (_lastSize > blockSize || (_lastSize == 0 && fileSize != 0))
            return $"has a last block of {_lastSize} bytes where its block size is {blockSize}";
        return _end == fileSize ? null : $"has blocks that sum up to {_end} bytes while its size is {fileSize}";
    }

    /// <summary>The blocks, once <see cref="Fault"/> has found none. Computes their hash, whatever the peer announced.</summary>
    public readonly BlockList ToList(int blockSize, long fileSize)
    {
        var length = _count * BlockHash.Length;
        var hashes = _hashes!.Length == length ? _hashes : _hashes.AsSpan(0, length).ToArray();
        Span<byte> blocksHash = stackalloc byte[BlockHash.Length];
        SHA256.HashData(hashes, blocksHash);
        return new BlockList(blockSize, fileSize, hashes, new BlockHash(blocksHash));
    }

    private readonly string? FaultOf(long offset, long size, int hashLength)
    {
        if (hashLength != BlockHash.Length)
            return $"has a block whose hash has {hashLength} bytes";
        if (offset < 0 || size < 0 || size > MaxBlockSize)
            return $"has a block of {size} bytes at offset {offset}";
        if (offset != _end)
            return $"has a block at offset {offset} where {_end} is due";
        if (_count > 0 && _lastSize != _firstSize)
            return "has a block in its middle that is shorter than the others";
        return _count > 0 && size == 0 ? "has an empty block after others" : null;
    }

    private void Store(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> following)
    {
        _hashes ??= GC.AllocateUninitializedArray<byte>((1 + CountRun(following)) * BlockHash.Length);
        if (_hashes.Length == _count * BlockHash.Length)
            Array.Resize(ref _hashes, _hashes.Length * 2);
        hash.CopyTo(_hashes.AsSpan(_count * BlockHash.Length));
        _count++;
    }

    /// <summary>
    /// The number of BlockInfos that follow directly. Counts only those long enough for a hash, so that memory stays proportionate.
    /// </summary>
    private static int CountRun(ReadOnlySpan<byte> data)
    {
        const byte tagLow = (byte)((Tags.FileInfo.Block & 0x7F) | 0x80), tagHigh = (byte)(Tags.FileInfo.Block >> 7);
        var count = 0;
        while (data.Length > 3 && data[0] == tagLow && data[1] == tagHigh && data[2] is >= MinInfo and <= MaxShortInfo && data.Length >= 3 + data[2])
        {
            data = data[(3 + data[2])..];
            count++;
        }
        return count;
    }
}
