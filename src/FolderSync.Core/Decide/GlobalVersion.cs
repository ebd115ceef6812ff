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

    /// <summary>The index of the global version among <paramref name="versions"/> (at least one), the first of equals.</summary>
    /// <remarks>
    /// Beats is not transitive over three concurrent versions when an old vector beats a conflict winner, so every version that a
    /// valid other one dominates is left out first. What remains is concurrent or has equal vectors; a broken device's entries may
    /// have an equal vector and be unlike all the same, so those are told apart by the same rule and then by content.
    /// </remarks>
    public static int Choose(IReadOnlyList<FileEntry> versions)
    {
        var best = -1;
        for (var i = 0; i < versions.Count; i++)
        {
            if (IsDominated(versions, i))
                continue;
            if (best < 0 || IsPreferred(versions[i], versions[best]))
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
