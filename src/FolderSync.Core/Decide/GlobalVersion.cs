using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>Chooses the global version among several devices' entries of one name. Pure; the order of arrival doesn't matter.</summary>
public static class GlobalVersion
{
    /// <summary>
    /// True when <paramref name="a"/> is preferred to <paramref name="b"/>: valid beats invalid; then a vector that covers the other; among
    /// concurrent ones <see cref="WinsConflict"/> decides. Equal vectors aren't preferred to each other.
    /// </summary>
    public static bool Beats(FileEntry a, FileEntry b)
    {
        if (a.IsInvalid != b.IsInvalid)
            return b.IsInvalid;
        return a.Version.Compare(b.Version) switch
        {
            VectorOrder.Newer => true,
            VectorOrder.Equal or VectorOrder.Older => false,
            _ => WinsConflict(a, b),
        };
    }

    /// <summary>Between concurrent versions: an edit beats a delete, then the newer mtime wins, then the device counter.</summary>
    public static bool WinsConflict(FileEntry a, FileEntry b)
    {
        if (a.IsInvalid != b.IsInvalid)
            return b.IsInvalid;
        if (a.Deleted != b.Deleted)
            return b.Deleted;
        var byTime = a.Modified.CompareTo(b.Modified);
        return byTime != 0 ? byTime > 0 : a.Version.Compare(b.Version) == VectorOrder.ConcurrentGreater;
    }

    /// <summary>
    /// Whether a deletion wins over a concurrent version of a file, which must not come back by it. It does if it deleted that very version: only merged
    /// with another one meanwhile. And if it deleted a version that the other wasn't made of and that wins over it: the other had lost before, merged
    /// or not, and whoever has it keeps its content as a conflict copy. An edit of what was deleted beats the deletion.
    /// </summary>
    public static bool Outranks(FileEntry tombstone, FileEntry edit)
    {
        if (tombstone is not { Deleted: true, IsInvalid: false, Origin: { } deleted } || edit is not { IsFile: true, IsInvalid: false } ||
            !tombstone.Version.IsConcurrentWith(edit.Version) || !tombstone.Version.Covers(deleted.Version))
            return false;
        var byTime = deleted.Modified.CompareTo(edit.Modified);
        var wins = deleted.Version.Compare(edit.Origin?.Version ?? edit.Version) switch
        {
            VectorOrder.ConcurrentGreater => byTime >= 0,
            VectorOrder.ConcurrentLesser => byTime > 0,
            var order => order != VectorOrder.Older,
        };
        // What doesn't fit into one vector is settled by no one: the edit stays.
        return wins && tombstone.Version.Merge(edit.Version).CanBeRaised;
    }

    /// <summary>The very version that the deletion deleted, or one before: nothing is lost with it.</summary>
    public static bool IsDeleted(FileEntry tombstone, FileEntry edit) => tombstone.Origin?.Version.Covers(edit.Origin?.Version ?? edit.Version) == true;

    /// <summary>The index of the global version among <paramref name="versions"/> (at least one), the first of equals.</summary>
    /// <param name="own">The index of this device's own version, -1 if it has none. What has it wins over it is settled here (<see cref="Outranks"/>).</param>
    /// <remarks>
    /// Beats is not transitive over three concurrent versions when an old vector beats a conflict winner, so every version that a
    /// valid other one dominates is left out first. What remains is concurrent or has equal vectors; a broken device's entries may
    /// have an equal vector and be unlike all the same, so those are told apart by the same rule and then by content.
    /// </remarks>
    public static int Choose(IReadOnlyList<FileEntry> versions, int own = -1)
    {
        var best = -1;
        for (var i = 0; i < versions.Count; i++)
        {
            if (IsDominated(versions, i))
                continue;
            if (best < 0 || IsPreferred(versions[i], versions[best]))
                best = i;
        }
        return own >= 0 && versions[best].Version == versions[own].Version && FindOutranking(versions, own) is >= 0 and var deletion ? deletion : best;
    }

    /// <summary>The best deletion that wins over this device's edit, -1 if there is none.</summary>
    private static int FindOutranking(IReadOnlyList<FileEntry> versions, int own)
    {
        var best = -1;
        for (var i = 0; i < versions.Count; i++)
        {
            if (Outranks(versions[i], versions[own]) && !IsDominated(versions, i) && (best < 0 || IsPreferred(versions[i], versions[best])))
                best = i;
        }
        return best;
    }

    /// <summary>A strict weak order over entries of which none dominates another: the first key that differs decides.</summary>
    private static bool IsPreferred(FileEntry a, FileEntry b)
    {
        if (a.Version != b.Version || a.Deleted != b.Deleted || a.Modified != b.Modified)
            return WinsConflict(a, b);
        var order = a.Type.CompareTo(b.Type);
        if (order == 0) order = a.Size.CompareTo(b.Size);
        if (order == 0) order = a.BlocksHash.ToBytes().AsSpan().SequenceCompareTo(b.BlocksHash.ToBytes());
        if (order == 0) order = string.CompareOrdinal(a.SymlinkTarget, b.SymlinkTarget);
        return order > 0;
    }

    private static bool IsDominated(IReadOnlyList<FileEntry> versions, int index)
    {
        var it = versions[index];
        for (var j = 0; j < versions.Count; j++)
        {
            if (j == index) continue;
            if (it.IsInvalid && !versions[j].IsInvalid) return true;
            if (it.IsInvalid == versions[j].IsInvalid && versions[j].Version.Compare(it.Version) == VectorOrder.Newer) return true;
        }
        return false;
    }
}
