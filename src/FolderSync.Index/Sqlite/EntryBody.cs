using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>
/// The part of an entry that devices can have in common: without name, sequence and local metadata. Equal bytes mean equal entries, so devices with
/// the same version share one body.
/// </summary>
/// <remarks>
/// <code>
/// flags 1 | blocks 1 | [list hash 32, of more than 4 blocks] | size | seconds zigzag | ns | modified by 8 | permissions
/// counters n, (device 8, value)* | [previous blocks hash 32] | [target: length, UTF-8] | [platform: length, bytes]
/// [origin: seconds zigzag | ns | counters n, (device 8, value)*]
/// [block size | [file size where unlike size] | [hashes of up to 4 blocks] | [blocks hash 32 as announced, where unlike the list's]]
/// </code>
/// Numbers are varints; the upper half of "blocks" is how many hashes stand here, its top bit that there is an origin. A list is known by the SHA-256 that was computed here, not by the announced one: nobody can put wrong
/// hashes under another's name.
/// </remarks>
internal readonly struct EntryBody
{
    /// <summary>The body contains lists up to this many blocks; longer ones have their own table.</summary>
    public const int MaxInlineBlocks = 4;

    private const int TypeMask = 3, DeletedBit = 4, InvalidBit = 8, NoPermissionsBit = 16, SymlinkBit = 32, PlatformBit = 64, PreviousBit = 128;
    private const int HasBlocks = 1, External = 2, AnnouncedHash = 4, OtherFileSize = 8, InlineShift = 4, InlineMask = 7, OriginBit = 128;

    private readonly ReadOnlyMemory<byte> _bytes;

    public EntryBody(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        var reader = new RecordReader(bytes.Span);
        var flags = reader.Byte();
        Type = (FileType)(flags & TypeMask);
        Deleted = (flags & DeletedBit) != 0;
        Invalid = (flags & InvalidBit) != 0;
        HasList = (reader.Byte() & External) != 0;
        if (HasList)
            reader.Bytes(BlockHash.Length);
        Size = reader.Signed();
    }

    public FileType Type { get; }

    public bool Deleted { get; }

    public bool Invalid { get; }

    public long Size { get; }

    /// <summary>True when the table of lists holds its blocks.</summary>
    public bool HasList { get; }

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public BlockHash ListHash => new(_bytes.Span.Slice(2, BlockHash.Length));

    public Counts Counts => Deleted
        ? new Counts(0, 0, 0, 1, 0)
        : Type switch
        {
            FileType.File => new Counts(1, 0, 0, 0, Size),
            FileType.Directory => new Counts(0, 1, 0, 0, 0),
            _ => new Counts(0, 0, 1, 0, 0),
        };

    /// <summary>Writes the entry's body. If the body <see cref="HasList"/>, the caller must store the list, too.</summary>
    public static void Write(RecordWriter to, FileEntry entry)
    {
        var blocks = entry.Blocks;
        BlockHash list = blocks is null ? default : new BlockHash(SHA256.HashData(blocks.Hashes.Span));
        to.Byte(FlagsOf(entry));
        var external = blocks is { Count: > MaxInlineBlocks };
        to.Byte((byte)((entry.Origin is null ? 0 : OriginBit) | (blocks is null
            ? 0
            : HasBlocks | (external ? External : blocks.Count << InlineShift) | (list == blocks.BlocksHash ? 0 : AnnouncedHash) | (blocks.FileSize == entry.Size ? 0 : OtherFileSize))));
        if (external)
            WriteHash(to, list);
        to.Varint(entry.Size);
        to.Zigzag(entry.Modified.Seconds);
        to.Zigzag(entry.Modified.Nanoseconds);
        to.Fixed(entry.ModifiedBy.Value);
        to.Varint((ulong)entry.Permissions);
        WriteVector(to, entry.Version);
        if (!entry.PreviousBlocksHash.IsNone)
            WriteHash(to, entry.PreviousBlocksHash);
        if (entry.SymlinkTarget is { } target)
            to.Prefixed(Encoding.UTF8.GetBytes(target));
        if (!entry.Platform.IsEmpty)
            to.Prefixed(entry.Platform.Span);
        if (entry.Origin is { } origin)
            WriteOrigin(to, origin);
        if (blocks is null)
            return;
        to.Varint(blocks.BlockSize);
        if (blocks.FileSize != entry.Size)
            to.Varint(blocks.FileSize);
        if (!external)
            to.Bytes(blocks.Hashes.Span);
        if (list != blocks.BlocksHash)
            WriteHash(to, blocks.BlocksHash);
    }

    /// <param name="name">The name of the entry.</param>
    /// <param name="lists">Provides long block lists; null to omit all blocks.</param>
    public FileEntry Decode(FileName name, IndexConnection? lists)
    {
        var reader = new RecordReader(_bytes.Span);
        int flags = reader.Byte(), mode = reader.Byte();
        if (HasList)
            reader.Bytes(BlockHash.Length);
        var size = reader.Signed();
        return new FileEntry
        {
            Name = name,
            Type = Type,
            Size = size,
            Modified = new FileTime(reader.Zigzag(), (int)reader.Zigzag()),
            ModifiedBy = new ShortId(reader.Fixed()),
            Permissions = (uint)reader.Varint(),
            NoPermissions = (flags & NoPermissionsBit) != 0,
            Deleted = Deleted,
            Invalid = Invalid,
            Version = ReadVector(ref reader),
            PreviousBlocksHash = (flags & PreviousBit) != 0 ? new BlockHash(reader.Bytes(BlockHash.Length)) : default,
            SymlinkTarget = (flags & SymlinkBit) != 0 ? Encoding.UTF8.GetString(reader.Prefixed()) : null,
            Platform = (flags & PlatformBit) != 0 ? reader.Prefixed().ToArray() : default,
            Origin = (mode & OriginBit) != 0 ? ReadOrigin(ref reader) : null,
            Blocks = lists is null || (mode & HasBlocks) == 0 ? null : ReadBlocks(ref reader, mode, size, lists),
        };
    }

    /// <summary>The entry's blocks hash, or none when it has no blocks.</summary>
    public BlockHash BlocksHash()
    {
        var bytes = _bytes.Span;
        int mode = bytes[1];
        if ((mode & HasBlocks) == 0)
            return default;
        if ((mode & AnnouncedHash) != 0)
            return new BlockHash(bytes[^BlockHash.Length..]);
        return HasList ? ListHash : new BlockHash(SHA256.HashData(bytes[^(((mode >> InlineShift) & InlineMask) * BlockHash.Length)..]));
    }

    private static byte FlagsOf(FileEntry entry) => (byte)(
        (int)entry.Type
        | (entry.Deleted ? DeletedBit : 0)
        | (entry.Invalid ? InvalidBit : 0)
        | (entry.NoPermissions ? NoPermissionsBit : 0)
        | (entry.SymlinkTarget is null ? 0 : SymlinkBit)
        | (entry.Platform.IsEmpty ? 0 : PlatformBit)
        | (entry.PreviousBlocksHash.IsNone ? 0 : PreviousBit));

    private static void WriteVector(RecordWriter to, VersionVector vector)
    {
        to.Varint(vector.Counters.Length);
        foreach (var counter in vector.Counters)
        {
            to.Fixed(counter.Device.Value);
            to.Varint(counter.Value);
        }
    }

    private static void WriteOrigin(RecordWriter to, VersionOrigin origin)
    {
        to.Zigzag(origin.Modified.Seconds);
        to.Zigzag(origin.Modified.Nanoseconds);
        WriteVector(to, origin.Version);
    }

    private static VersionOrigin ReadOrigin(ref RecordReader reader)
    {
        var modified = new FileTime(reader.Zigzag(), (int)reader.Zigzag());
        return new VersionOrigin(ReadVector(ref reader), modified);
    }

    private static VersionVector ReadVector(ref RecordReader reader)
    {
        var count = reader.Int();
        if (count == 0)
            return default;
        var counters = new Counter[Math.Min(count, 1024)];
        for (var i = 0; i < count; i++)
        {
            if (i == counters.Length)
                Array.Resize(ref counters, Math.Min(count, i * 2));
            counters[i] = new Counter(new ShortId(reader.Fixed()), reader.Varint());
        }
        // Usually there is one counter; Of would sort.
        return count == 1 && counters[0].Value != 0 ? VersionVector.OfSorted([counters[0]]) : VersionVector.Of(counters);
    }

    private BlockList ReadBlocks(ref RecordReader reader, int mode, long size, IndexConnection lists)
    {
        var blockSize = reader.Int();
        var fileSize = (mode & OtherFileSize) != 0 ? reader.Signed() : size;
        var length = checked((int)(BlockList.CountFor(fileSize, blockSize) * BlockHash.Length));
        ReadOnlyMemory<byte> hashes = HasList ? lists.LoadList(ListHash) : _bytes.Slice(reader.Offset, length);
        if (!HasList)
            reader.Bytes(length);
        if (hashes.Length != length)
            throw new IndexDamagedException($"A block list in the index has {hashes.Length} bytes, not {length}.");
        var announced = (mode & AnnouncedHash) != 0 ? new BlockHash(reader.Bytes(BlockHash.Length)) : HasList ? ListHash : default;
        // Copy the hashes, so that the entry doesn't keep the whole record alive.
        return new BlockList(blockSize, fileSize, HasList ? hashes : hashes.ToArray(), announced);
    }

    private static void WriteHash(RecordWriter to, BlockHash hash)
    {
        Span<byte> bytes = stackalloc byte[BlockHash.Length];
        hash.CopyTo(bytes);
        to.Bytes(bytes);
    }
}
