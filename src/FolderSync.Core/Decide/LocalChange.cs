using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>Derives this device's new entry from what a scan saw on disk. Pure.</summary>
public static class LocalChange
{
    /// <summary>The entry to commit for an item that a scan saw; null when there is nothing to record.</summary>
    /// <param name="seen">The item on disk, without a version.</param>
    /// <param name="mine">This device's entry (present or tombstone), or null.</param>
    /// <param name="global">The global version; null when nobody has the name.</param>
    /// <param name="unixSeconds">Now.</param>
    public static FileEntry Seen(FileEntry seen, FileEntry? mine, FileEntry? global, ShortId self, long unixSeconds, FolderType folder)
    {
        var previous = mine is { Deleted: false } && !WasNeverHere(mine) ? mine.BlocksHash : default;
        // It has the content of an announced version: placed before a crash, restored from a backup, or merged by hand.
        if (global is { IsInvalid: false, Deleted: false } && IsThatVersion(seen, global) && mine?.Version.IsConcurrentWith(global.Version) != true &&
            (mine is null || global.Version.Covers(mine.Version) || IsFlagged(mine)))
            return Stamped(global, seen);
        if (mine is { Deleted: false } && (mine.LocalFlags & (LocalFlags.Ignored | LocalFlags.Unsupported)) != 0 && IsThatVersion(seen, mine))
            return Stamped(mine, seen) with { LocalFlags = LocalFlags.None };

        var basis = mine is null ? VersionVector.Empty : WasNeverHere(mine) ? OwnPart(mine.Version, self) : mine.Version;
        var knowsDeletion = global is { Deleted: true } && mine is null or { Deleted: true } && global is not null;
        return seen with
        {
            Version = knowsDeletion
                ? EditVersion.ForMergedEdit(seen, basis, global!.Version, self, unixSeconds)
                : EditVersion.ForEdit(seen, basis, self, unixSeconds),
            ModifiedBy = self,
            PreviousBlocksHash = previous,
            Platform = mine is { Deleted: false } ? mine.Platform : default,
            LocalFlags = folder == FolderType.ReceiveOnly ? LocalFlags.ReceiveOnlyChanged : LocalFlags.None,
        };
    }

    /// <summary>The tombstone for a present entry that is missing on disk.</summary>
    /// <param name="global">The global version, null where nobody has the name.</param>
    public static FileEntry Deleted(FileEntry mine, FileEntry? global, ShortId self, long unixSeconds, FolderType folder)
    {
        var tombstone = Tombstone(mine, unixSeconds) with { ModifiedBy = self };
        // Made here and deleted again, where nothing of this device counts: as if it had never been.
        if (folder == FolderType.ReceiveOnly && (mine.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0 && global is null or { IsInvalid: true } or { Deleted: true })
            return global is { Deleted: true, IsInvalid: false } ? Unplaced(global) : tombstone with { Version = VersionVector.Empty };
        // It was deleted while ignored: nobody is notified, and devices that have it send it back.
        if ((mine.LocalFlags & LocalFlags.Ignored) != 0)
            return tombstone with { Version = VersionVector.Empty };
        return tombstone with
        {
            Version = EditVersion.ForEdit(tombstone, mine.Version, self, unixSeconds),
            LocalFlags = folder == FolderType.ReceiveOnly ? LocalFlags.ReceiveOnlyChanged : LocalFlags.None,
        };
    }

    /// <summary>
    /// What becomes of a change of this device's when its folder is receive-only no more. It counts from now on: what stands here is announced, and
    /// what was deleted here is recorded as standing, so that the next scan misses it, and the guard over deletions judges it as any other. A
    /// deletion that others have edited past loses: the file comes back.
    /// </summary>
    /// <param name="global">The global version, null where nobody else has the name.</param>
    public static FileEntry Released(FileEntry mine, FileEntry? global, long unixSeconds)
    {
        if (!mine.Deleted)
            return mine with { LocalFlags = mine.LocalFlags & ~LocalFlags.ReceiveOnlyChanged };
        return global is { Deleted: false, IsInvalid: false } && mine.Version.Covers(global.Version)
            ? Unplaced(global)
            : Tombstone(mine, unixSeconds) with { Version = VersionVector.Empty };
    }

    /// <summary>An ignore pattern covers it from now on: keep the entry, and announce it as invalid.</summary>
    public static FileEntry NowIgnored(FileEntry mine) => mine with { LocalFlags = LocalFlags.Ignored };

    /// <summary>A pipe, socket or device has its name: kept as it was, told to the others as invalid, so that nobody asks for it here.</summary>
    public static FileEntry NowSpecial(FileEntry mine) => mine with { LocalFlags = LocalFlags.Unsupported };

    /// <summary>
    /// What the others are told of a name that is ignored here: the version that counts, as invalid, so that nobody waits for this device to take it,
    /// also where what is here is concurrent with it. What is recorded stays what was here last: it is what stands on the disk when the name is
    /// ignored no more.
    /// </summary>
    /// <param name="global">The global version, null where nobody has the name.</param>
    public static FileEntry AnnouncedIgnored(FileEntry mine, FileEntry? global) =>
        (mine.LocalFlags & LocalFlags.Ignored) != 0 && global is { IsInvalid: false } && !mine.Version.Covers(global.Version)
            ? global with { Sequence = mine.Sequence, LocalFlags = LocalFlags.Ignored, Disk = default, PreHashes = default }
            : mine;

    /// <summary>
    /// A local edit and a remote deletion are concurrent: the edit wins, and is announced so that it dominates under every rule in use (Syncthing
    /// 1: an edit beats a delete; 2: the newer one wins). Null when there is nothing to win, or the deletion wins (<see cref="GlobalVersion.Outranks"/>).
    /// </summary>
    public static FileEntry? Resurrect(FileEntry? mine, FileEntry theirs, ShortId self, long unixSeconds)
    {
        if (!theirs.Deleted || theirs.IsInvalid || mine is not { Deleted: false, IsInvalid: false } || !mine.Version.IsConcurrentWith(theirs.Version) ||
            GlobalVersion.Outranks(theirs, mine))
            return null;
        var version = EditVersion.ForMergedEdit(mine, mine.Version, theirs.Version, self, unixSeconds);
        // The two don't fit into one vector: it wins as it is.
        return version.Covers(theirs.Version) ? Merged(mine, version) with { ModifiedBy = self } : null;
    }

    /// <summary>Records the local state over a concurrent deletion, as <see cref="PullKind.KeepLocal"/> says.</summary>
    public static FileEntry Kept(FileEntry mine, VersionVector theirs, ShortId self, long unixSeconds)
    {
        var raised = mine.Version.Merge(theirs).Raise(self, unixSeconds);
        if (raised.IsWithinLimits)
            return Merged(mine, raised);
        // Reuse the deletion's vector only when nobody sees it; otherwise two devices would have one version, present and deleted.
        return mine.IsInvalid
            ? mine with { Version = theirs }
            : mine with { Version = EditVersion.ForEdit(mine, mine.Version, self, unixSeconds), ModifiedBy = self };
    }

    /// <summary>
    /// Whether a missing name was respelled, on a disk that takes both spellings for one: the other spelling appeared after it, as a new name, with
    /// its content or in this very scan. Otherwise they were two files.
    /// </summary>
    /// <param name="twin">What exists now.</param>
    /// <param name="seenUntil">The highest sequence before the scan.</param>
    public static bool IsRespelled(FileEntry gone, FileEntry twin, long seenUntil) =>
        twin.Sequence > gone.Sequence && twin.PreviousBlocksHash.IsNone && (twin.Sequence > seenUntil || twin.SameContent(gone));

    /// <summary>
    /// Whether a missing file was moved to where another version is recorded than one that this device made of the move: a scan took it for an announced
    /// version, or for what stood there before.
    /// </summary>
    /// <param name="twin">Of the same content, on the disk now.</param>
    /// <param name="seenUntil">The highest sequence before the scan.</param>
    public static bool IsMovedOnto(FileEntry gone, FileEntry twin, ShortId self, long seenUntil) =>
        twin is { Deleted: false, IsInvalid: false } && (twin.Sequence > seenUntil ? twin.ModifiedBy != self : gone.Disk.Inode != 0 && twin.Disk.Inode == gone.Disk.Inode);

    /// <summary>The version that this device gives a file that was moved onto it. It outlives a deletion, and is concurrent with an edit.</summary>
    /// <param name="global">The global version, null where nobody has the name.</param>
    public static FileEntry MovedOnto(FileEntry twin, FileEntry? global, ShortId self, long unixSeconds) => twin with
    {
        Version = global is { Deleted: true, IsInvalid: false }
            ? EditVersion.ForMergedEdit(twin, twin.Version, global.Version, self, unixSeconds)
            : EditVersion.ForEdit(twin, twin.Version, self, unixSeconds),
        Origin = null,
        ModifiedBy = self,
    };

    /// <summary>
    /// Replaces an entry that was recorded although its name never got a place on disk: nobody deleted it. Without a version it loses against every
    /// other, so it is needed again.
    /// </summary>
    public static FileEntry NeverPlaced(FileEntry mine, long unixSeconds) => Tombstone(mine, unixSeconds) with { Version = VersionVector.Empty };

    /// <summary>The tombstone of an entry.</summary>
    public static FileEntry Tombstone(FileEntry entry, long unixSeconds) => new()
    {
        Name = entry.Name,
        Type = entry.Type,
        Deleted = true,
        Modified = new FileTime(unixSeconds, 0),
        ModifiedBy = entry.ModifiedBy,
        Version = entry.Version,
        PreviousBlocksHash = entry.Deleted ? entry.PreviousBlocksHash : entry.BlocksHash,
        Origin = entry.Deleted ? entry.Origin : OriginOf(entry),
    };

    /// <summary>The entry under a version that also covers others: of content that isn't new it stays known what it is.</summary>
    public static FileEntry Merged(FileEntry entry, VersionVector version) => entry with
    {
        Version = version,
        Origin = entry.Deleted || version == entry.Version ? entry.Origin : OriginOf(entry),
    };

    /// <summary>A tombstone that replaces <paramref name="replaced"/> and doesn't say what it deleted: that.</summary>
    public static FileEntry WithOrigin(FileEntry tombstone, FileEntry? replaced) =>
        tombstone is { Deleted: true, IsInvalid: false, Origin: null } && replaced is { Deleted: false, IsInvalid: false } &&
        tombstone.Version.Covers(replaced.Version)
            ? tombstone with { Origin = OriginOf(replaced) }
            : tombstone;

    /// <summary>Same content and the same metadata, as far as both have it.</summary>
    public static bool IsThatVersion(FileEntry seen, FileEntry version) =>
        !version.Deleted && seen.SameContent(version) && SameMetadata(seen, version);

    /// <summary>Compares modes when both have them, and the mtimes of files.</summary>
    public static bool SameMetadata(FileEntry a, FileEntry b) =>
        (a.NoPermissions || b.NoPermissions || a.Type == FileType.Symlink || a.Permissions == b.Permissions) &&
        (a.Type != FileType.File || a.Modified == b.Modified);

    private static VersionOrigin OriginOf(FileEntry entry) => entry.Origin ?? new VersionOrigin(entry.Version, entry.Modified);

    /// <summary>Another device's version as this one's entry, nothing of it seen on the disk.</summary>
    private static FileEntry Unplaced(FileEntry global) => global with { Disk = default, PreHashes = default, LocalFlags = LocalFlags.None, Sequence = 0 };

    /// <summary>
    /// Another device's version was recorded of an ignored name, and what stands here was never that version: it is no edit of it but concurrent.
    /// </summary>
    private static bool WasNeverHere(FileEntry mine) => mine is { Deleted: false, Disk: var disk } && disk == default && (mine.LocalFlags & LocalFlags.Ignored) != 0;

    private static VersionVector OwnPart(VersionVector version, ShortId self) => version[self] is > 0 and var own ? VersionVector.Of([new Counter(self, own)]) : VersionVector.Empty;

    private static bool IsFlagged(FileEntry mine) => (mine.LocalFlags & (LocalFlags.ReceiveOnlyChanged | LocalFlags.Ignored)) != 0;

    private static FileEntry Stamped(FileEntry version, FileEntry seen) => version with
    {
        Disk = seen.Disk,
        PreHashes = seen.PreHashes,
        Invalid = false,
        LocalFlags = LocalFlags.None,
        Sequence = 0,
    };
}
