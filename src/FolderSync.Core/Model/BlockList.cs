using System.Security.Cryptography;

namespace FolderSync.Core.Model;

/// <summary>One block of a file: its index in the list, offset and size in bytes.</summary>
public readonly record struct Block(int Index, long Offset, int Size, BlockHash Hash);

/// <summary>
/// A file's blocks, packed: their SHA-256 hashes, 32 bytes each. Every block has <see cref="BlockSize"/> bytes except the last. An empty file has
/// one block of size 0.
/// </summary>
public sealed class BlockList : IEquatable<BlockList>
{
    private readonly ReadOnlyMemory<byte> _hashes;

    /// <param name="blockSize">Bytes, a power of two from 128 KiB to 16 MiB.</param>
    /// <param name="fileSize">Bytes.</param>
    /// <param name="hashes">32 bytes per block; taken over, not copied.</param>
    /// <param name="blocksHash">SHA-256 of <paramref name="hashes"/>; computed if not given.</param>
    public BlockList(int blockSize, long fileSize, ReadOnlyMemory<byte> hashes, BlockHash blocksHash = default)
    {
        if (hashes.Length != CountFor(fileSize, blockSize) * BlockHash.Length)
            throw new ArgumentException($"{fileSize} bytes in blocks of {blockSize} don't match {hashes.Length / 32} hashes.", nameof(hashes));
        BlockSize = blockSize;
        FileSize = fileSize;
        _hashes = hashes;
        BlocksHash = blocksHash.IsNone ? new BlockHash(SHA256.HashData(hashes.Span)) : blocksHash;
    }

    /// <summary>SHA-256 of the empty string, the single block of an empty file.</summary>
    public static BlockHash EmptyHash { get; } = new(SHA256.HashData([]));

    public static BlockList EmptyFile(int blockSize) => new(blockSize, 0, EmptyHash.ToBytes());

    public int BlockSize { get; }

    public long FileSize { get; }

    public int Count => _hashes.Length / BlockHash.Length;

    /// <summary>All hashes, 32 bytes a block.</summary>
    public ReadOnlyMemory<byte> Hashes => _hashes;

    /// <summary>SHA-256 over <see cref="Hashes"/>; equal for equal content with equal block sizes.</summary>
    public BlockHash BlocksHash { get; }

    public Block this[int index] => new(index, (long)index * BlockSize, SizeOf(index), HashOf(index));

    public static long CountFor(long fileSize, int blockSize) => fileSize == 0 ? 1 : (fileSize + blockSize - 1) / blockSize;

    public BlockHash HashOf(int index) => new(_hashes.Span.Slice(index * BlockHash.Length, BlockHash.Length));

    public ReadOnlySpan<byte> HashBytes(int index) => _hashes.Span.Slice(index * BlockHash.Length, BlockHash.Length);

    public int SizeOf(int index) => (int)Math.Min(BlockSize, FileSize - ((long)index * BlockSize));

    public bool Equals(BlockList? other) =>
        other is not null && BlockSize == other.BlockSize && FileSize == other.FileSize && _hashes.Span.SequenceEqual(other._hashes.Span);

    public override bool Equals(object? obj) => Equals(obj as BlockList);

    public override int GetHashCode() => BlocksHash.GetHashCode();
}
