using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>Which of several devices' entries for one name is the global one. Pure; the order of arrival never matters.</summary>
public static class GlobalVersion
{
    /// <summary>
    /// True when <paramref name="a"/> is to be preferred to <paramref name="b"/>: valid beats invalid; then the vector that covers
    /// the other; between concurrent ones <see cref="WinsConflict"/>. Equal vectors are not preferred to each other.
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
    /// valid other one dominates is left out first.
    /// </remarks>
    public static int Choose(IReadOnlyList<FileEntry> versions)
    {
        var best = -1;
        for (var i = 0; i < versions.Count; i++)
        {
            if (IsDominated(versions, i))
                continue;
            if (best < 0 || Beats(versions[i], versions[best]))
                best = i;
        }
        return best;
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
