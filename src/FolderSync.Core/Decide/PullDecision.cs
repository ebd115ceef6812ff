using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>What to do about a needed name.</summary>
public enum PullKind
{
    /// <summary>Nothing now.</summary>
    None,

    /// <summary>The disk is right: only the index adopts the version.</summary>
    Adopt,

    /// <summary>Keep the local state and record it over the global one (a receive-only change against a deletion, a deletion against what it deleted).</summary>
    KeepLocal,

    /// <summary>The content is right: set mtime or mode.</summary>
    Metadata,
    File,
    Directory,
    Symlink,
    Delete,
}

/// <param name="Conflict">The local file is concurrent and becomes a conflict copy.</param>
/// <param name="Version">The vector to record afterwards, see <see cref="VersionBy"/>.</param>
/// <param name="Announce">The content outlived a concurrent deletion: from now on it is this device's version.</param>
/// <param name="Resolves">Two different concurrent versions become one.</param>
/// <param name="Aside">A deletion of this device wins: the content becomes a conflict copy, and the tombstone stays.</param>
/// <remarks>
/// A resolution is an event of its own and gets a counter of its own. The merged vector alone does not say what was chosen: who has resolved
/// an older version of one side comes to the same vector with another outcome, and two devices with equal vectors never look at each other again.
/// Versions that are alike merge without one, so that the devices which all resolved alike come to rest.
/// </remarks>
public readonly record struct PullDecision(PullKind Kind, bool Conflict, VersionVector Version, bool Announce = false, bool Resolves = false, bool Aside = false)
{
    /// <summary>The vector that this device records.</summary>
    public VersionVector VersionBy(ShortId self, long unixSeconds) => Announce || Resolves ? EditVersion.ForKept(Version, self, unixSeconds) : Version;

    /// <summary>Decides for a name that <see cref="Need"/> reports as needed. Pure.</summary>
    /// <param name="mine">This device's entry, null where it has none.</param>
    /// <param name="ignoreDelete">The folder ignores deletions.</param>
    public static PullDecision For(FileEntry? mine, FileEntry global, FolderType folder, bool ignoreDelete = false)
    {
        var concurrent = mine?.Version.IsConcurrentWith(global.Version) == true;
        var merged = concurrent ? EditVersion.ForWinner(mine!.Version, global.Version) : null;
        var version = merged ?? global.Version;
        if (mine is null or { Deleted: true })
        {
            if (global.Deleted)
                return new PullDecision(PullKind.Adopt, false, version);
            if (mine is not null && GlobalVersion.Outranks(mine, global) && folder != FolderType.SendOnly)
                return new PullDecision(GlobalVersion.IsDeleted(mine, global) ? PullKind.KeepLocal : PullKind.File, false, version, Announce: true, Aside: true);
            return folder == FolderType.SendOnly ? default : new PullDecision(KindOf(global), false, version, Announce: concurrent);
        }
        if (global.Deleted)
            return OfDeletion(mine, global, concurrent, version, folder, ignoreDelete);
        if (mine.SameContent(global) && LocalChange.SameMetadata(mine, global))
            return new PullDecision(PullKind.Adopt, false, version);
        if (folder == FolderType.SendOnly)
            return default;
        if (mine.SameContent(global))
            return new PullDecision(PullKind.Metadata, false, version, Resolves: merged is not null);
        var derived = !global.PreviousBlocksHash.IsNone && global.PreviousBlocksHash == mine.BlocksHash && mine.IsFile && !mine.IsInvalid;
        return new PullDecision(KindOf(global), concurrent && !derived, version, Resolves: merged is not null);
    }

    private static PullDecision OfDeletion(FileEntry mine, FileEntry global, bool concurrent, VersionVector version, FolderType folder, bool ignoreDelete)
    {
        if (folder == FolderType.SendOnly)
            return default;
        if (!ignoreDelete && GlobalVersion.Outranks(global, mine))
            return new PullDecision(PullKind.Delete, Conflict: !GlobalVersion.IsDeleted(global, mine), version, Resolves: true);
        if (concurrent)
            return new PullDecision(PullKind.KeepLocal, false, version, Resolves: true);
        return ignoreDelete ? default : new PullDecision(PullKind.Delete, false, version);
    }

    private static PullKind KindOf(FileEntry global) => global.Type switch
    {
        FileType.Directory => PullKind.Directory,
        FileType.Symlink => PullKind.Symlink,
        _ => PullKind.File,
    };
}
