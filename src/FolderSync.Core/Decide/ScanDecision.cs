using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>The result of lstat for a name in the index; never a fifo or the like.</summary>
/// <param name="Size">Bytes; used for files only.</param>
/// <param name="Permissions">Unix bits, masked with 0777.</param>
/// <param name="Stamp">The disk's mtime, ctime and inode.</param>
/// <param name="SymlinkTarget">The target of a symlink that was read already; null: not read.</param>
public readonly record struct ObservedState(FileType Type, long Size, uint Permissions, DiskStamp Stamp, string? SymlinkTarget = null);

/// <summary>Which properties of a disk can be trusted.</summary>
public readonly record struct ScanTraits()
{
    /// <summary>The filesystem has permission bits, and the folder doesn't ignore them.</summary>
    public bool ComparePermissions { get; init; } = true;

    /// <summary>Two mtimes closer than this count as equal; 0: exact comparison. FAT has 2 s.</summary>
    public long ModifiedWindowNanoseconds { get; init; }

    /// <summary>Inode numbers survive a remount. They don't on FUSE, network filesystems and FAT.</summary>
    public bool StableInodes { get; init; } = true;
}

/// <summary>A scan's verdict about a name in the index.</summary>
public enum ScanVerdict
{
    Unchanged,

    /// <summary>The same version; store the new stamp, so that the next scan trusts it.</summary>
    RefreshStamp,

    /// <summary>Mtime or permissions changed and the content did not: a new version with the known content.</summary>
    MetadataOnly,

    /// <summary>
    /// From <see cref="ScanDecision.CompareMetadata"/>: read the content (a symlink's target) to find out. From <see cref="ScanDecision.CompareContent"/>: it
    /// changed.
    /// </summary>
    Rehash,

    /// <summary>Another type of item is there.</summary>
    TypeChanged,
}

/// <summary>Decides whether the item on disk is still what the index says. Pure.</summary>
public static class ScanDecision
{
    /// <summary>A filesystem with such a coarse window stores local time, so its mtimes jump an hour with daylight saving time.</summary>
    private const long LocalTimeWindow = 2_000_000_000;

    private const long Hour = 3_600_000_000_000;

    private const LocalFlags NotBelieved = LocalFlags.Ignored | LocalFlags.Unsupported | LocalFlags.MustRescan;

    /// <summary>
    /// Decides by metadata alone. A changed ctime or inode alone is a reason to read: content can be swapped while its mtime stays.
    /// </summary>
    /// <param name="known">This device's own entry, not a tombstone.</param>
    /// <param name="fullVerify">Reads every content, whatever the metadata says.</param>
    public static ScanVerdict CompareMetadata(FileEntry known, ObservedState seen, ScanTraits traits, bool fullVerify = false)
    {
        if (known.Deleted || known.Type != seen.Type)
            return ScanVerdict.TypeChanged;
        var believed = (known.LocalFlags & NotBelieved) == 0 && !known.Invalid;
        return known.Type switch
        {
            FileType.Directory => believed && SamePermissions(known, seen, traits) ? ScanVerdict.Unchanged : ScanVerdict.MetadataOnly,
            FileType.Symlink => CompareSymlink(known, seen, traits, believed),
            _ => believed && !fullVerify ? CompareFile(known, seen, traits) : ScanVerdict.Rehash,
        };
    }

    /// <summary>Decides after the content of a file or symlink was read.</summary>
    /// <param name="sameContent">The content matches <paramref name="known"/>.</param>
    public static ScanVerdict CompareContent(FileEntry known, ObservedState seen, ScanTraits traits, bool sameContent)
    {
        if (known.Deleted || known.Type != seen.Type)
            return ScanVerdict.TypeChanged;
        if (!sameContent)
            return ScanVerdict.Rehash;
        var believed = (known.LocalFlags & NotBelieved) == 0 && !known.Invalid;
        if (!believed || (known.Type == FileType.File && !(SameModified(known, seen, traits) && SamePermissions(known, seen, traits))))
            return ScanVerdict.MetadataOnly;
        return known.Disk == seen.Stamp ? ScanVerdict.Unchanged : ScanVerdict.RefreshStamp;
    }

    /// <summary>
    /// The mtime for the name's entry: the known one while the disk's hasn't changed (the disk may be unable to store it), otherwise the disk's.
    /// </summary>
    public static FileTime ModifiedOf(FileEntry? known, ObservedState seen, ScanTraits traits) =>
        known is { Deleted: false } && known.Type == seen.Type && SameModified(known, seen, traits) ? known.Modified : seen.Stamp.Modified;

    private static ScanVerdict CompareFile(FileEntry known, ObservedState seen, ScanTraits traits)
    {
        if (known.Size != seen.Size || !SameModified(known, seen, traits) || MayHideChange(known.Disk, seen.Stamp, traits))
            return ScanVerdict.Rehash;
        if (!SamePermissions(known, seen, traits))
            return ScanVerdict.MetadataOnly;
        return known.Disk == seen.Stamp ? ScanVerdict.Unchanged : ScanVerdict.RefreshStamp;
    }

    private static ScanVerdict CompareSymlink(FileEntry known, ObservedState seen, ScanTraits traits, bool believed)
    {
        if (seen.SymlinkTarget is { } target)
            return CompareContent(known, seen, traits, sameContent: target == known.SymlinkTarget);
        var proven = believed && known.Disk == seen.Stamp && seen.Stamp.ChangeTime != 0;
        return proven ? ScanVerdict.Unchanged : ScanVerdict.Rehash;
    }

    /// <summary>Size and mtime are equal, but something else suggests different content.</summary>
    private static bool MayHideChange(DiskStamp known, DiskStamp seen, ScanTraits traits)
    {
        if (known == default)
            return seen != default;
        var changeTimesKnown = known.ChangeTime != 0 && seen.ChangeTime != 0;
        if (changeTimesKnown && !SameTime(FileTime.FromNanoseconds(known.ChangeTime), FileTime.FromNanoseconds(seen.ChangeTime), traits))
            return true;
        return traits.StableInodes && traits.ModifiedWindowNanoseconds < LocalTimeWindow &&
               known.Inode != 0 && seen.Inode != 0 && known.Inode != seen.Inode;
    }

    private static bool SameModified(FileEntry known, ObservedState seen, ScanTraits traits) =>
        SameTime(known.Disk == default ? known.Modified : known.Disk.Modified, seen.Stamp.Modified, traits);

    private static bool SameTime(FileTime a, FileTime b, ScanTraits traits)
    {
        if (a == b)
            return true;
        var window = traits.ModifiedWindowNanoseconds;
        if (window <= 0)
            return false;
        var apart = Int128.Abs((((Int128)a.Seconds - b.Seconds) * 1_000_000_000) + a.Nanoseconds - b.Nanoseconds);
        return apart < window || (window >= LocalTimeWindow && Int128.Abs(apart - Hour) < window);
    }

    private static bool SamePermissions(FileEntry known, ObservedState seen, ScanTraits traits) =>
        !traits.ComparePermissions || known.NoPermissions || known.Permissions == seen.Permissions;
}
