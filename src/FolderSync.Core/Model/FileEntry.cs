namespace FolderSync.Core.Model;

public enum FileType
{
    File,
    Directory,
    Symlink,
}

/// <summary>Why others must treat an entry as invalid although it exists here; sent only as "invalid".</summary>
[Flags]
public enum LocalFlags
{
    None = 0,

    /// <summary>A type of file that can't be synced here.</summary>
    Unsupported = 1,

    /// <summary>An ignore pattern covers it now; the entry holds its last state.</summary>
    Ignored = 2,

    /// <summary>Scan it again before trusting it.</summary>
    MustRescan = 4,

    /// <summary>Changed locally in a receive-only folder: never announced as valid, undone by Revert.</summary>
    ReceiveOnlyChanged = 8,
}

/// <summary>A modification time: seconds since 1970 and nanoseconds, as the wire carries it.</summary>
public readonly record struct FileTime(long Seconds, int Nanoseconds) : IComparable<FileTime>
{
    public static FileTime FromNanoseconds(long unixNanoseconds) =>
        new(Math.DivRem(unixNanoseconds, 1_000_000_000, out var rest) - (rest < 0 ? 1 : 0), (int)(rest < 0 ? rest + 1_000_000_000 : rest));

    public static FileTime From(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        return rest < 0 ? new(seconds - 1, (int)((rest + TimeSpan.TicksPerSecond) * 100)) : new(seconds, (int)(rest * 100));
    }

    public DateTimeOffset ToDateTimeOffset() =>
        DateTimeOffset.UnixEpoch.AddTicks((Math.Clamp(Seconds, -62_135_596_800, 253_402_300_799) * TimeSpan.TicksPerSecond) + (Nanoseconds / 100));

    public int CompareTo(FileTime other) => Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);
}

/// <summary>
/// The disk's own metadata of a file when it was last seen: it proves that no unread change hides behind an equal size and mtime. Only in this
/// device's own entries, never on the wire.
/// </summary>
/// <param name="Modified">The mtime on disk; differs from <see cref="FileEntry.Modified"/> when the filesystem ignores utimes.</param>
/// <param name="ChangeTime">ctime in ns since 1970, 0 where the platform has none.</param>
/// <param name="Inode">0 where the platform has none.</param>
public readonly record struct DiskStamp(FileTime Modified, long ChangeTime, ulong Inode);

/// <summary>What the conflict rules compare of a version that another one stands for.</summary>
public sealed record VersionOrigin(VersionVector Version, FileTime Modified);

/// <summary>One device's statement about one name: the state of a file, directory or symlink, or its tombstone. Immutable.</summary>
public sealed record FileEntry
{
    public required FileName Name { get; init; }

    public FileType Type { get; init; }

    /// <summary>Bytes; 0 for directories, symlinks and tombstones.</summary>
    public long Size { get; init; }

    public FileTime Modified { get; init; }

    public ShortId ModifiedBy { get; init; }

    /// <summary>Unix permission bits, at most 0777.</summary>
    public uint Permissions { get; init; }

    /// <summary>The permissions are not meaningful (they come from a system or folder without them).</summary>
    public bool NoPermissions { get; init; }

    public bool Deleted { get; init; }

    /// <summary>As received: the device has the name but can't or won't serve it.</summary>
    public bool Invalid { get; init; }

    /// <summary>Only in this device's own entries.</summary>
    public LocalFlags LocalFlags { get; init; }

    public VersionVector Version { get; init; }

    /// <summary>The announcing device's sequence number of this entry, raised with every change there.</summary>
    public long Sequence { get; init; }

    /// <summary>Null unless it is a present file.</summary>
    public BlockList? Blocks { get; init; }

    /// <summary>The blocks hash of the version that this one replaced; none if unknown.</summary>
    public BlockHash PreviousBlocksHash { get; init; }

    /// <summary>
    /// What somebody made of which this version says more: a tombstone deleted it; a merge adopted it unchanged over other versions. Null: of a tombstone
    /// unknown, of others this version itself. FolderSync sends it along, Syncthing drops it: devices may have one version with and without it.
    /// See <see cref="Decide.GlobalVersion.Outranks"/>.
    /// </summary>
    public VersionOrigin? Origin { get; init; }

    /// <summary>UTF-8, verbatim; null unless it is a present symlink.</summary>
    public string? SymlinkTarget { get; init; }

    /// <summary>The PlatformData message (ownership, xattrs) as received; stored and passed on, not interpreted.</summary>
    public ReadOnlyMemory<byte> Platform { get; init; }

    /// <summary>Only in this device's own entries of present items.</summary>
    public DiskStamp Disk { get; init; }

    /// <summary>XXH64 of each block, 8 bytes little-endian; only in this device's own entries, may be missing. Never decides reuse.</summary>
    public ReadOnlyMemory<byte> PreHashes { get; init; }

    public BlockHash BlocksHash => Blocks?.BlocksHash ?? default;

    public int BlockSize => Blocks?.BlockSize ?? 0;

    /// <summary>Others must not use this version: it is invalid there, or flagged here.</summary>
    public bool IsInvalid => Invalid || LocalFlags != LocalFlags.None;

    public bool IsDirectory => Type == FileType.Directory && !Deleted;

    public bool IsFile => Type == FileType.File && !Deleted;

    public bool IsSymlink => Type == FileType.Symlink && !Deleted;

    /// <summary>Same type and same content (both absent, same blocks, same target), regardless of times, modes and versions.</summary>
    public bool SameContent(FileEntry other)
    {
        if (Deleted || other.Deleted)
            return Deleted && other.Deleted;
        return Type == other.Type && Type switch
        {
            FileType.File => Size == other.Size && BlocksHash == other.BlocksHash && BlockSize == other.BlockSize,
            FileType.Symlink => SymlinkTarget == other.SymlinkTarget,
            _ => true,
        };
    }

    public override string ToString() =>
        $"{Name} {(Deleted ? "deleted " : "")}{(IsInvalid ? "invalid " : "")}{Type} {Size} {Version} #{Sequence}";
}
