using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>The metadata that only this device's own entry has: flags, disk stamp, pre-hashes.</summary>
/// <remarks>
/// <code>flags | what follows 1 | [seconds zigzag, ns zigzag of the stamp, where unlike the entry's] | [ctime zigzag | inode] | [pre-hashes: length, bytes]</code>
/// </remarks>
internal static class LocalMetadata
{
    /// <summary>The record contains pre-hashes up to this many bytes; longer ones have their own table.</summary>
    public const int MaxInlinePreHashes = 8 * EntryBody.MaxInlineBlocks;

    private const int HasStamp = 1, OwnTime = 2, InlinePreHashes = 4, StoredPreHashes = 8;

    public static void Write(RecordWriter to, FileEntry entry)
    {
        var stamp = entry.Disk;
        var what = entry.PreHashes.IsEmpty ? 0 : entry.PreHashes.Length <= MaxInlinePreHashes ? InlinePreHashes : StoredPreHashes;
        if (stamp != default)
            what |= stamp.Modified == entry.Modified ? HasStamp : HasStamp | OwnTime;
        to.Varint((int)entry.LocalFlags);
        to.Byte((byte)what);
        if ((what & OwnTime) != 0)
        {
            to.Zigzag(stamp.Modified.Seconds);
            to.Zigzag(stamp.Modified.Nanoseconds);
        }
        if ((what & HasStamp) != 0)
        {
            to.Zigzag(stamp.ChangeTime);
            to.Varint(stamp.Inode);
        }
        if ((what & InlinePreHashes) != 0)
            to.Prefixed(entry.PreHashes.Span);
    }

    public static LocalFlags FlagsOf(ReadOnlySpan<byte> part) => part.IsEmpty ? LocalFlags.None : (LocalFlags)new RecordReader(part).Int();

    public static bool HasStoredPreHashes(ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
            return false;
        var reader = new RecordReader(part);
        reader.Int();
        return (reader.Byte() & StoredPreHashes) != 0;
    }

    /// <param name="lists">Provides long pre-hashes; null to omit all.</param>
    public static FileEntry AddTo(FileEntry entry, ReadOnlySpan<byte> part, ReadOnlySpan<byte> key, IndexConnection? lists)
    {
        var reader = new RecordReader(part);
        var flags = (LocalFlags)reader.Int();
        var what = reader.Byte();
        var time = (what & OwnTime) != 0 ? new FileTime(reader.Zigzag(), (int)reader.Zigzag()) : entry.Modified;
        var stamp = (what & HasStamp) != 0 ? new DiskStamp(time, reader.Zigzag(), reader.Varint()) : default;
        ReadOnlyMemory<byte> preHashes = default;
        if (lists is not null && (what & InlinePreHashes) != 0)
            preHashes = reader.Prefixed().ToArray();
        else if (lists is not null && (what & StoredPreHashes) != 0)
            preHashes = lists.LoadPreHashes(key);
        return entry with { LocalFlags = flags, Disk = stamp, PreHashes = preHashes };
    }
}
