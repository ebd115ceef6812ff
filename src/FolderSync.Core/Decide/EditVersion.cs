using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>
/// The vectors that this device makes: of its edits, and of what it takes over a concurrent version. None is beyond what every device takes
/// (<see cref="VersionVector.MaxCounters"/>, <see cref="VersionVector.MaxCounter"/>), or one entry would part devices for ever. Pure.
/// </summary>
public static class EditVersion
{
    /// <summary>The version of an edit made here over <paramref name="basis"/>.</summary>
    /// <remarks>
    /// At the limit it is a new, short vector, concurrent with the old: the conflict rules decide between the two, and both contents survive.
    /// It must be concurrent with every other one that this device began, too (a lost conflict forgets the short vector, the clock may stand
    /// or go back), so a second counter stands for just this edit over just this basis: equal ones are equal edits.
    /// </remarks>
    /// <param name="edited">What is recorded; its version does not count.</param>
    public static VersionVector Of(FileEntry edited, VersionVector basis, ShortId self, long unixSeconds)
    {
        var raised = basis.Raise(self, unixSeconds);
        return raised.IsWithinLimits ? raised : Short(edited, basis, self, unixSeconds);
    }

    /// <summary>The version of an edit made here that knew of both versions. Where they don't fit into one it is over <paramref name="mine"/> alone.</summary>
    public static VersionVector OfBoth(FileEntry edited, VersionVector mine, VersionVector theirs, ShortId self, long unixSeconds)
    {
        var raised = mine.Merge(theirs).Raise(self, unixSeconds);
        return raised.IsWithinLimits ? raised : Of(edited, mine, self, unixSeconds);
    }

    /// <summary>
    /// The version to record for a winner that replaces a concurrent one: the merged vector, or null where that and the counter of whoever
    /// resolved the two (<see cref="PullDecision.Resolves"/>) don't fit. Then it is the winner's own: all devices come to the same, and who still has
    /// the loser decides as this device did.
    /// </summary>
    public static VersionVector? OfWinner(VersionVector loser, VersionVector winner)
    {
        var merged = loser.Merge(winner);
        return merged.CanBeRaised ? merged : null;
    }

    /// <summary>
    /// The version to record for what was taken over a concurrent deletion: this device's counter is raised, so that the deletion is dominated under
    /// every rule in use. At the limit it can't be, and the version stays the one that was taken: a short one might lose against it.
    /// </summary>
    public static VersionVector OfKept(VersionVector taken, ShortId self, long unixSeconds)
    {
        var raised = taken.Raise(self, unixSeconds);
        return raised.IsWithinLimits ? raised : taken;
    }

    private static VersionVector Short(FileEntry edited, VersionVector basis, ShortId self, long unixSeconds)
    {
        var value = (ulong)Math.Clamp(unixSeconds, 1, (long)VersionVector.MaxCounter);
        var edit = DigestOf(edited, basis, self);
        // Not covered by the basis, and none of this device's own.
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
