using CsCheck;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

/// <summary>The versions that this device creates, at the limits of what every device accepts.</summary>
public sealed class EditVersionTests
{
    private const long Now = 1_900_000_000;

    private static readonly ShortId Self = new(0x4000_0000_0000_0000);

    private static readonly FileEntry Edited = new() { Name = FileName.Parse("a"), Size = 3, Modified = new FileTime(Now, 5) };

    /// <summary>Vectors with few counters and with almost the maximum, with low values and the highest, with and without this device.</summary>
    private static readonly Gen<VersionVector> Vectors = Gen.Select(
        Gen.OneOf(Gen.Int[0, 3], Gen.Int[VersionVector.MaxCounters - 2, VersionVector.MaxCounters]), Gen.ULong[1, 400], Gen.ULong[1, 3], Gen.Bool, Gen.Int[0, 9]).Select(
            (count, first, value, hasSelf, high) =>
            {
                var counters = Enumerable.Range(0, count).Select(i => new Counter(new ShortId(first + (ulong)i), i == high ? VersionVector.MaxCounter : value)).ToList();
                if (hasSelf && count > 0)
                    counters[^1] = new Counter(Self, high == 0 ? VersionVector.MaxCounter : value);
                return VersionVector.Of(counters);
            });

    [Fact]
    public void An_edit_is_never_beyond_the_limits_nor_covered_by_what_it_replaces() => Gen.Select(Vectors, Gen.Long[-5, 5]).Sample((basis, time) =>
    {
        var version = EditVersion.ForEdit(Edited, basis, Self, time);
        Assert.True(version.IsWithinLimits);
        Assert.False(basis.Covers(version));
        var fits = basis.Raise(Self, time).IsWithinLimits;
        Assert.Equal(fits, version.Covers(basis));
        Assert.True(fits || (version.IsConcurrentWith(basis) && version.Counters.Length == 2));
    });

    [Fact]
    public void An_edit_over_two_versions_covers_both_where_that_fits_and_is_covered_by_none() => Gen.Select(Vectors, Vectors).Sample((mine, theirs) =>
    {
        var version = EditVersion.ForMergedEdit(Edited, mine, theirs, Self, Now);
        Assert.True(version.IsWithinLimits);
        Assert.False(mine.Covers(version));
        Assert.Equal(mine.Merge(theirs).Raise(Self, Now).IsWithinLimits, version.Covers(mine) && version.Covers(theirs));
    });

    [Fact]
    public void A_winner_s_version_covers_the_winner_and_is_within_the_limits() => Gen.Select(Vectors, Vectors).Sample((loser, winner) =>
    {
        var merged = EditVersion.ForWinner(loser, winner);
        var version = merged ?? winner;
        // Otherwise the entry would be needed again and again.
        Assert.True(version.Covers(winner));
        Assert.Equal(merged is not null, merged?.Covers(loser) == true);
        // The device that resolved the conflict adds its own counter to the merged vector, or to an empty one.
        Assert.True(version.IsWithinLimits && (merged is null || version.Raise(Self, Now).IsWithinLimits));
    });

    [Fact]
    public void What_is_kept_over_a_deletion_never_has_the_deletion_s_own_version() => Gen.Select(Vectors, Vectors).Sample((mine, theirs) =>
    {
        if (!mine.IsConcurrentWith(theirs))
            return;
        var kept = LocalChange.Kept(Edited with { Version = mine }, theirs, Self, Now);
        Assert.True(kept.Version.IsWithinLimits && !mine.Covers(kept.Version));
        Assert.False(theirs.Covers(kept.Version));
    });

    [Fact]
    public void Short_vectors_of_unlike_edits_are_concurrent_though_the_clock_stands()
    {
        var full = VersionVector.Of(Enumerable.Range(1, VersionVector.MaxCounters).Select(i => new Counter(new ShortId((ulong)i), 1)));
        var first = EditVersion.ForEdit(Edited, full, Self, Now);
        var second = EditVersion.ForEdit(Edited with { Size = 4 }, full, Self, Now);
        var earlier = EditVersion.ForEdit(Edited with { Size = 5 }, full, Self, Now - 1000);
        Assert.True(first.IsConcurrentWith(second) && second.IsConcurrentWith(earlier) && earlier.IsConcurrentWith(first));
        Assert.Equal(first, EditVersion.ForEdit(Edited, full, Self, Now));
        // From then on it is a version like any other.
        var next = EditVersion.ForEdit(Edited with { Size = 6 }, first, Self, Now);
        Assert.Equal(VectorOrder.Newer, next.Compare(first));
    }

    [Fact]
    public void A_device_whose_own_counter_was_pushed_to_the_highest_can_still_edit()
    {
        var pushed = VersionVector.Of([new Counter(Self, VersionVector.MaxCounter)]);
        var version = EditVersion.ForEdit(Edited, pushed, Self, Now);
        Assert.True(version.IsWithinLimits && version.IsConcurrentWith(pushed));
        var nearly = VersionVector.Of([new Counter(Self, VersionVector.MaxCounter - 1)]);
        Assert.Equal(pushed, EditVersion.ForEdit(Edited, nearly, Self, Now));
        // The clock may be beyond the last possible year.
        Assert.True(EditVersion.ForEdit(Edited, VersionVector.Empty, Self, long.MaxValue).IsWithinLimits);
    }
}
