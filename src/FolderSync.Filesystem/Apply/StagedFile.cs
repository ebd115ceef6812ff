using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using FolderSync.Core.Model;
using K4os.Hash.xxHash;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// A file that is being assembled in a temp file beside its name. Several threads may write different blocks at once. A file of one block opens its
/// temp file only when the block is written, so that any number of small files can be staged. Every disk call throws
/// <see cref="FileSystemException"/>; the temp file stays for the next attempt.
/// </summary>
public sealed class StagedFile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly IFileSystem _disk;
    private readonly ApplierOptions _options;
    private readonly bool _hadFile;
    private readonly bool[] _present;
    private readonly byte[] _preHashes;
    private int _missing;
    private IWriteFile? _file;

    /// <summary>Below this offset the temp file may hold something other than zeros.</summary>
    private long _filled;

    private long _length;

    internal StagedFile(IFileSystem disk, ApplierOptions options, FileEntry target, FileEntry? old)
    {
        Target = target;
        Blocks = target.Blocks ?? throw new ArgumentException($"'{target.Name}' has no blocks.", nameof(target));
        Path = TempName.For(target.Name);
        _disk = disk;
        _options = options;
        _hadFile = old is { IsFile: true };
        _present = new bool[Blocks.Count];
        _preHashes = new byte[Blocks.Count * 8];
        _missing = Blocks.Count;
        if (target.Size == 0)
            Found(0, XXH64.DigestOf([]));
        else if (Blocks.Count > 1)
            Reuse();
    }

    /// <summary>The entry that it will become.</summary>
    public FileEntry Target { get; }

    /// <summary>The indexes of the missing blocks, ascending; a snapshot.</summary>
    public IReadOnlyList<int> Missing
    {
        get
        {
            lock (_gate)
            {
                var missing = new List<int>(_missing);
                for (var i = 0; i < _present.Length; i++)
                {
                    if (!_present[i])
                        missing.Add(i);
                }
                return missing;
            }
        }
    }

    /// <summary>Disk space that it may still need: for missing blocks, and for holes, which some filesystems don't keep as holes.</summary>
    public (long Missing, long Holes) Lacking
    {
        get
        {
            lock (_gate)
            {
                var end = Math.Max(_filled, _length);
                var (missing, holes) = (0L, 0L);
                for (var i = 0; i < _present.Length; i++)
                {
                    if (!_present[i])
                        missing += Blocks.SizeOf(i);
                    else if ((long)i * Blocks.BlockSize >= end)
                        holes += Blocks.SizeOf(i);
                }
                return (missing, holes);
            }
        }
    }

    /// <summary>XXH64 of each block, 8 bytes little-endian; empty while blocks are missing.</summary>
    public ReadOnlyMemory<byte> PreHashes
    {
        get
        {
            lock (_gate)
                return _missing == 0 ? _preHashes : default(ReadOnlyMemory<byte>);
        }
    }

    public bool IsFinished => Finished is not null;

    /// <summary>The temp file.</summary>
    internal LocalPath Path { get; }

    /// <summary>The stat after <see cref="Finish"/>; null before.</summary>
    internal FileStat? Finished { get; private set; }

    private BlockList Blocks { get; }

    /// <summary>
    /// Writes one block, which the caller has verified against its hash. A block of zeros stays a hole if nothing else was written there.
    /// </summary>
    public void WriteBlock(int index, ReadOnlySpan<byte> data)
    {
        var block = Blocks[index];
        if (data.Length != block.Size)
            throw new ArgumentException($"Block {index} of '{Target.Name}' has {block.Size} bytes, not {data.Length}.", nameof(data));
        var preHash = XXH64.DigestOf(data);
        var zero = _options.SparseFiles && data.IndexOfAnyExcept((byte)0) < 0;
        lock (_gate)
        {
            var file = Open();
            if (!zero || block.Offset < _filled)
            {
                file.Write(data, block.Offset);
                _length = Math.Max(_length, block.Offset + block.Size);
            }
            Found(index, preHash);
        }
    }

    /// <summary>
    /// Copies <paramref name="count"/> consecutive blocks from a local file, starting at <paramref name="sourceOffset"/> (bytes). It verifies what
    /// it copied, so a source that changes meanwhile does no harm.
    /// </summary>
    /// <returns>True when all of them are present now. Blocks that don't match or can't be read stay missing.</returns>
    public bool TryCopyBlocks(IReadFile source, long sourceOffset, int firstIndex, int count = 1)
    {
        var all = true;
        var done = 0;
        while (done < count)
        {
            var run = Math.Min(count - done, Math.Max(1, (32 << 20) / Blocks.BlockSize));
            all &= run > 1 && TryCopyRange(source, sourceOffset + ((long)done * Blocks.BlockSize), firstIndex + done, run) ||
                   CopyEach(source, sourceOffset + ((long)done * Blocks.BlockSize), firstIndex + done, run);
            done += run;
        }
        return all;
    }

    /// <summary>Reads a block that is already present, to serve it. False when it is missing or the file is finished.</summary>
    /// <param name="buffer">At least the block's size.</param>
    public bool TryReadBlock(int index, Span<byte> buffer)
    {
        lock (_gate)
        {
            if (index < 0 || index >= _present.Length || !_present[index] || _file is null)
                return false;
            return ReadFull(_file, buffer[..Blocks.SizeOf(index)], Blocks[index].Offset);
        }
    }

    /// <summary>
    /// Sets length, mode and mtime and closes the file, which can then be placed. Syncs it here only when the batch can't be synced as a whole.
    /// </summary>
    public void Finish()
    {
        lock (_gate)
        {
            if (_missing > 0)
                throw new InvalidOperationException($"'{Target.Name}' still lacks {_missing} blocks.");
            if (Finished is not null)
                return;
            var file = Open();
            if (_length != Target.Size)
                file.SetLength(Target.Size);
            CarryOver(file);
            if (_disk.TraitsAt(Path).Permissions)
                file.SetPermissions(WantedPermissions());
            file.SetModified(Target.Modified);
            if (!_disk.Traits.CanSyncAll)
                file.Sync();
            var stat = file.Stat();
            CloseFile();
            Finished = stat;
        }
    }

    /// <summary>Gives up: closes and removes the temp file.</summary>
    public void Discard()
    {
        lock (_gate)
        {
            CloseFile();
            Finished = null;
            TempFile.Clear(_disk, Path);
        }
    }

    /// <summary>Closes and keeps the temp file, so that a later attempt resumes from it.</summary>
    public void Close()
    {
        lock (_gate)
            CloseFile();
    }

    public void Dispose() => Close();

    private void CloseFile()
    {
        _file?.Dispose();
        _file = null;
    }

    private IWriteFile Open()
    {
        if (Finished is not null)
            throw new InvalidOperationException($"'{Target.Name}' is finished.");
        if (_file is not null)
            return _file;
        _file = TempFile.Open(_disk, Path);
        _length = _file.Stat().Size;
        _filled = Math.Max(_filled, _length);
        return _file;
    }

    /// <summary>An attribute that is set after this changes the replaced file's ctime, so the file isn't placed over it.</summary>
    private void CarryOver(IWriteFile file)
    {
        if (!_hadFile)
            return;
        try
        {
            using var replaced = _disk.OpenRead(LocalPath.Of(Target.Name));
            file.CarryOver(replaced);
        }
        catch (FileSystemException)
        {
            // It is gone, or may not be read: what has that name now is looked at when the file is placed.
        }
    }

    private uint WantedPermissions()
    {
        if (!_options.IgnorePermissions && !Target.NoPermissions)
            return Target.Permissions & 0x1FF;
        return _hadFile && _disk.Stat(LocalPath.Of(Target.Name)) is { Kind: FileKind.File } old ? old.Permissions : _options.FilePermissions;
    }

    /// <summary>Finds out which blocks an earlier attempt left and which are holes already.</summary>
    private void Reuse()
    {
        var file = Open();
        var buffer = ArrayPool<byte>.Shared.Rent(Blocks.BlockSize);
        try
        {
            for (var i = 0; i < _present.Length; i++)
            {
                var block = Blocks[i];
                if (block.Offset >= _filled)
                {
                    if (_options.SparseFiles && ZeroBlock.Is(block, out var zero))
                        Found(i, zero);
                }
                else if (block.Offset + block.Size <= _filled && IsBlock(file, buffer.AsSpan(0, block.Size), block.Offset, i))
                {
                    Found(i, XXH64.DigestOf(buffer.AsSpan(0, block.Size)));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Lets the filesystem clone the run, then reads the clone: only blocks that really arrived count.</summary>
    private bool TryCopyRange(IReadFile source, long sourceOffset, int first, int count)
    {
        var offset = Blocks[first].Offset;
        var end = Blocks[first + count - 1];
        var length = end.Offset + end.Size - offset;
        var buffer = ArrayPool<byte>.Shared.Rent(Blocks.BlockSize);
        try
        {
            lock (_gate)
            {
                var file = Open();
                if (_present.AsSpan(first, count).Contains(true) || !file.TryCopyRange(source, sourceOffset, offset, length))
                    return false;
                _length = Math.Max(_length, file.Stat().Size);
                _filled = Math.Max(_filled, _length);
                var all = true;
                for (var i = first; i < first + count; i++)
                {
                    var block = Blocks[i];
                    var data = buffer.AsSpan(0, block.Size);
                    if (block.Offset + block.Size <= _length && IsBlock(file, data, block.Offset, i))
                        Found(i, XXH64.DigestOf(data));
                    else
                        all = false;
                }
                return all;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool CopyEach(IReadFile source, long sourceOffset, int first, int count)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Blocks.BlockSize);
        try
        {
            var all = true;
            for (var i = first; i < first + count; i++)
            {
                if (_present[i])
                    continue;
                var data = buffer.AsSpan(0, Blocks.SizeOf(i));
                if (IsBlock(source, data, sourceOffset + ((long)(i - first) * Blocks.BlockSize), i))
                    WriteBlock(i, data);
                else
                    all = false;
            }
            return all;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads the bytes and compares them with block <paramref name="index"/>. Unreadable bytes don't match.</summary>
    private bool IsBlock(IReadFile file, Span<byte> data, long offset, int index)
    {
        try
        {
            if (!ReadFull(file, data, offset))
                return false;
        }
        catch (FileSystemException)
        {
            return false;
        }
        Span<byte> hash = stackalloc byte[BlockHash.Length];
        SHA256.HashData(data, hash);
        return hash.SequenceEqual(Blocks.HashBytes(index));
    }

    private void Found(int index, ulong preHash)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_preHashes.AsSpan(index * 8), preHash);
        if (_present[index])
            return;
        _present[index] = true;
        _missing--;
    }

    private static bool ReadFull(IReadFile file, Span<byte> data, long offset)
    {
        var read = 0;
        while (read < data.Length)
        {
            var n = file.Read(data[read..], offset + read);
            if (n == 0)
                return false;
            read += n;
        }
        return true;
    }
}
