using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>
/// Creates all version vectors of this device: for its edits, and for versions that it adopts over concurrent ones. None exceeds what every device
/// accepts (<see cref="VersionVector.MaxCounters"/>, <see cref="VersionVector.MaxCounter"/>), since one such entry would keep devices apart
/// forever. Pure.
/// </summary>
public static class EditVersion
{
    /// <summary>The version of a local edit of <paramref name="basis"/>.</summary>
    /// <remarks>
    /// At the limit it is a new, short vector, concurrent with the old one: the conflict rules decide between them and both contents survive. It
    /// must also be concurrent with every other short vector of this device (a lost conflict forgets the short vector, and the clock may stop or go
    /// back), so a second counter identifies exactly this edit of this basis: equal counters mean equal edits.
    /// </remarks>
    /// <param name="edited">The entry to record; its version is ignored.</param>
    public static VersionVector ForEdit(FileEntry edited, VersionVector basis, ShortId self, long unixSeconds)
    {
        var raised = basis.Raise(self, unixSeconds);
        return raised.IsWithinLimits ? raised : Short(edited, basis, self, unixSeconds);
    }

    /// <summary>
    /// The version of a local edit that knew both versions. If they don't fit into one vector, it covers <paramref name="mine"/> alone.
    /// </summary>
    public static VersionVector ForMergedEdit(FileEntry edited, VersionVector mine, VersionVector theirs, ShortId self, long unixSeconds)
    {
        var raised = mine.Merge(theirs).Raise(self, unixSeconds);
        return raised.IsWithinLimits ? raised : ForEdit(edited, mine, self, unixSeconds);
    }

    /// <summary>
    /// The version to record for a winner that replaces a concurrent version: the merged vector, or null when the merged vector and the resolver's
    /// counter (<see cref="PullDecision.Resolves"/>) don't fit. Then the winner keeps its own: all devices reach the same result, and a device that
    /// still has the loser decides as this one did.
    /// </summary>
    public static VersionVector? ForWinner(VersionVector loser, VersionVector winner)
    {
        var merged = loser.Merge(winner);
        return merged.CanBeRaised ? merged : null;
    }

    /// <summary>
    /// The version to record for content adopted over a concurrent deletion. Raises this device's counter, so that the deletion is dominated under
    /// every rule in use. At the limit that is impossible and the adopted version stays: a short one might lose against it.
    /// </summary>
    public static VersionVector ForKept(VersionVector taken, ShortId self, long unixSeconds)
    {
        var raised = taken.Raise(self, unixSeconds);
        return raised.IsWithinLimits ? raised : taken;
    }

    /// <summary>
    /// A version of <paramref name="mine"/> that is concurrent with <paramref name="theirs"/>, although theirs equals or covers it: without the
    /// counter of <paramref name="forked"/> that theirs has, and with one that stands for this very state. It depends on the two alone, so all
    /// devices that have the state give it the same version.
    /// </summary>
    /// <param name="forked">The device under whose ID both were made.</param>
    public static VersionVector ForFork(FileEntry mine, VersionVector theirs, ShortId forked)
    {
        var state = DigestOf(mine, mine.Version, forked);
        while (mine.Version[new ShortId(state)] != 0 || theirs[new ShortId(state)] != 0 || state == 0)
            state++;
        var own = new Counter(forked, Math.Min(mine.Version[forked], theirs[forked] - 1));
        var fork = VersionVector.Of(mine.Version.Counters.Where(c => c.Device != forked).Append(own).Append(new Counter(new ShortId(state), 1)));
        return fork.IsWithinLimits ? fork : VersionVector.Of([own, new Counter(new ShortId(state), 1)]);
    }

    private static VersionVector Short(FileEntry edited, VersionVector basis, ShortId self, long unixSeconds)
    {
        var value = (ulong)Math.Clamp(unixSeconds, 1, (long)VersionVector.MaxCounter);
        var edit = DigestOf(edited, basis, self);
        // Not covered by the basis, and not one of this device's own.
        while (basis[new ShortId(edit)] >= value || edit == self.Value || edit == 0)
            edit++;
        ImmutableArray<Counter> counters = [new Counter(self, value), new Counter(new ShortId(edit), value)];
        return VersionVector.OfSorted(counters.Sort((a, b) => a.Device.CompareTo(b.Device)));
    }

    private static ulong DigestOf(FileEntry edited, VersionVector basis, ShortId self)
    {
        var text = new StringBuilder();
        text.Append(self.Value).Append(edited.Deleted ? 'd' : 'p').Append((int)edited.Type).Append(' ').Append(edited.Size).Append(' ')
            .Append(edited.BlocksHash.ToString()).Append(' ').Append(edited.Modified.Seconds).Append(' ').Append(edited.Modified.Nanoseconds).Append(' ')
            .Append(edited.Permissions).Append(' ').Append(edited.SymlinkTarget).Append(basis.ToString());
        return BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
