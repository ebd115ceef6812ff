using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using FolderSync.Core.Blocks;
using FolderSync.Core.Model;
using K4os.Hash.xxHash;

namespace FolderSync.Filesystem.Scan;

/// <summary>Reads and hashes a file's blocks. Synchronous, for workers.</summary>
internal sealed class FileHasher(IFileSystem fs, bool usePreHashes, bool fullVerify)
{
    /// <summary>Bytes per read: the smallest block, so that almost every block takes one read.</summary>
    private const int Chunk = BlockSize.Min;

    private const int Attempts = 3;

    /// <summary>Allocates the hashes for the size in the file's stat.</summary>
    public void Prepare(FileToHash file)
    {
        file.BlockSize = BlockSizeOf(file);
        var blocks = BlockList.CountFor(file.Stat.Size, file.BlockSize);
        file.Hashes = new byte[blocks * BlockHash.Length];
        file.PreHashes = usePreHashes ? new byte[blocks * sizeof(ulong)] : [];
        file.IsStable = true;
    }

    /// <summary>Hashes a whole file, and starts over if it changes meanwhile. Ends with its blocks, a failure, or unstable.</summary>
    public void HashFile(FileToHash file, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts && file.Failure is null && file.Blocks is null; attempt++)
        {
            if (attempt > 0 && !Restat(file))
                return;
            Prepare(file);
            HashRange(file, 0, file.Hashes.Length / BlockHash.Length, cancellation);
            Complete(file);
        }
    }

    /// <summary>Hashes some blocks of a prepared file. Other ranges may be hashed concurrently.</summary>
    public void HashRange(FileToHash file, int first, int count, CancellationToken cancellation)
    {
        if (!file.IsStable || file.Failure is not null)
            return;
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            using var open = fs.OpenRead(LocalPath.Of(file.Name));
            var same = IsSame(open.Stat(), file.Stat);
            using var sha = file.BlockSize > Chunk ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
            for (var i = first; same && i < first + count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                same = HashBlock(file, open, i, buffer.AsSpan(0, Chunk), sha);
            }
            if (!same || !IsSame(open.Stat(), file.Stat))
                file.IsStable = false;
        }
        catch (FileSystemException e)
        {
            file.Failure = e;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Builds the block list once all ranges are hashed and the file hasn't changed.</summary>
    public static void Complete(FileToHash file)
    {
        if (file is { IsStable: true, Failure: null })
            file.Blocks = new BlockList(file.BlockSize, file.Stat.Size, file.Hashes);
    }

    /// <summary>Stats the file again; false when it is gone or no longer a file.</summary>
    public bool Restat(FileToHash file)
    {
        try
        {
            if (fs.Stat(LocalPath.Of(file.Name)) is { Kind: FileKind.File } stat)
            {
                file.Stat = stat;
                return true;
            }
            file.Failure = new FileSystemException(FileSystemError.NotFound, "It vanished while it was read.");
        }
        catch (FileSystemException e)
        {
            file.Failure = e;
        }
        return false;
    }

    /// <summary>A file that kept its size keeps its block size, so that equal content has equal blocks whoever split it.</summary>
    private static int BlockSizeOf(FileToHash file)
    {
        if (file.Known is not { IsFile: true, Blocks: { } blocks })
            return BlockSize.For(file.Stat.Size);
        return blocks.FileSize == file.Stat.Size && BlockSize.IsValid(blocks.BlockSize)
            ? blocks.BlockSize
            : BlockSize.For(file.Stat.Size, blocks.BlockSize);
    }

    private static bool IsSame(FileStat a, FileStat b) => a.Kind == b.Kind && a.Size == b.Size && a.Stamp == b.Stamp;

    /// <summary>False when the file ends early.</summary>
    private bool HashBlock(FileToHash file, IReadFile open, int index, Span<byte> buffer, IncrementalHash? sha)
    {
        var offset = (long)index * file.BlockSize;
        var size = (int)Math.Min(file.BlockSize, file.Stat.Size - offset);
        var expected = usePreHashes && !fullVerify ? KnownPreHash(file, index, size) : null;
        var hash = file.Hashes.AsSpan(index * BlockHash.Length, BlockHash.Length);
        if (size <= buffer.Length)
        {
            var data = buffer[..size];
            if (Fill(open, data, offset) < size)
                return false;
            var pre = usePreHashes ? XXH64.DigestOf(data) : 0;
            if (expected == pre)
                file.Known!.Blocks!.HashBytes(index).CopyTo(hash);
            else
                SHA256.HashData(data, hash);
            KeepPreHash(file, index, pre);
            return true;
        }
        if (expected is not null && Stream(file, open, index, size, buffer, null) is { } unchanged && unchanged == expected)
        {
            file.Known!.Blocks!.HashBytes(index).CopyTo(hash);
            KeepPreHash(file, index, unchanged);
            return true;
        }
        if (Stream(file, open, index, size, buffer, sha) is not { } digest)
            return false;
        sha!.GetHashAndReset(hash);
        KeepPreHash(file, index, digest);
        return true;
    }

    /// <summary>
    /// Reads a block in chunks and returns its pre-hash, or null when the file ends early. Without <paramref name="sha"/> it computes nothing else.
    /// </summary>
    private ulong? Stream(FileToHash file, IReadFile open, int index, int size, Span<byte> buffer, IncrementalHash? sha)
    {
        var pre = usePreHashes ? new XXH64() : null;
        var offset = (long)index * file.BlockSize;
        for (var done = 0; done < size;)
        {
            var data = buffer[..Math.Min(buffer.Length, size - done)];
            if (Fill(open, data, offset + done) < data.Length)
                return null;
            pre?.Update(data);
            sha?.AppendData(data);
            done += data.Length;
        }
        return pre?.Digest() ?? 0;
    }

    private static int Fill(IReadFile open, Span<byte> data, long offset)
    {
        var done = 0;
        while (done < data.Length && open.Read(data[done..], offset + done) is var n and > 0)
            done += n;
        return done;
    }

    /// <summary>The stored pre-hash of the block, if the file was split the same way.</summary>
    private static ulong? KnownPreHash(FileToHash file, int index, int size)
    {
        if (file.Known is not { IsFile: true, Blocks: { } blocks } known || blocks.BlockSize != file.BlockSize ||
            index >= blocks.Count || blocks.SizeOf(index) != size || known.PreHashes.Length != blocks.Count * sizeof(ulong))
            return null;
        return BinaryPrimitives.ReadUInt64LittleEndian(known.PreHashes.Span[(index * sizeof(ulong))..]);
    }

    private void KeepPreHash(FileToHash file, int index, ulong digest)
    {
        if (usePreHashes)
            BinaryPrimitives.WriteUInt64LittleEndian(file.PreHashes.AsSpan(index * sizeof(ulong)), digest);
    }
}
