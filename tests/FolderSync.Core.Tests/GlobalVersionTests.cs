using CsCheck;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class GlobalVersionTests
{
    private static readonly Gen<FileEntry> Entries = Gen.Select(
        VersionVectorTests.Vectors,
        Gen.Long[1, 3],
        Gen.Bool,
        Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true))),
        Gen.Long[0, 2],
        (vector, time, deleted, invalid, size) => Entry(vector, time, deleted, invalid, size));

    [Fact]
    public void The_order_of_arrival_never_matters() =>
        Gen.Select(Entries.Array[1, 6], Gen.Int).SelectMany((entries, _) => Gen.Shuffle(entries).Select(shuffled => (entries, shuffled)))
            .Sample(pair =>
            {
                var (a, b) = (pair.entries[GlobalVersion.Choose(pair.entries)], pair.shuffled[GlobalVersion.Choose(pair.shuffled)]);
                Assert.Equal((a.Version, a.Deleted, a.Modified, a.IsInvalid, a.Size), (b.Version, b.Deleted, b.Modified, b.IsInvalid, b.Size));
            }, iter: 20_000);

    [Fact]
    public void Nothing_valid_dominates_the_chosen_one() => Entries.Array[1, 6].Sample(entries =>
    {
        var best = entries[GlobalVersion.Choose(entries)];
        Assert.All(entries, e => Assert.False(e.IsInvalid == best.IsInvalid && e.Version.Compare(best.Version) == VectorOrder.Newer));
        Assert.True(!best.IsInvalid || entries.All(e => e.IsInvalid));
    });

    [Fact]
    public void Conflicts_are_antisymmetric() => Gen.Select(Entries, Entries).Sample((a, b) =>
        !a.Version.IsConcurrentWith(b.Version) || GlobalVersion.WinsConflict(a, b) != GlobalVersion.WinsConflict(b, a));

    public static TheoryData<string, FileEntry, FileEntry> Winners()
    {
        VersionVector one = V((1, 1)), two = V((2, 1)), both = V((1, 1), (2, 1));
        return new()
        {
            { "newer vector, older mtime", Entry(both, 1), Entry(one, 9) },
            { "newer delete", Entry(both, 1, deleted: true), Entry(one, 9) },
            { "valid, though older", Entry(one, 1), Entry(both, 9, invalid: true) },
            { "edit beats a concurrent delete", Entry(two, 1), Entry(one, 9, deleted: true) },
            { "newer mtime", Entry(two, 2), Entry(one, 1) },
            { "same mtime: the first counter", Entry(one, 1), Entry(two, 1) },
            { "concurrent, own flag", Entry(one, 1), Entry(two, 9) with { LocalFlags = LocalFlags.ReceiveOnlyChanged } },
        };
    }

    [Theory]
    [MemberData(nameof(Winners))]
    public void Winner(string name, FileEntry winner, FileEntry loser)
    {
        Assert.True(GlobalVersion.Beats(winner, loser) && !GlobalVersion.Beats(loser, winner), name);
        Assert.Equal(0, GlobalVersion.Choose([winner, loser]));
        Assert.Equal(1, GlobalVersion.Choose([loser, winner]));
    }

    public static TheoryData<string, FileEntry, FileEntry, bool> Deletions()
    {
        // 1 edited what both had at (9, 1), and deleted that; 2 edited what both had.
        VersionVector common = V((9, 1)), deleted = V((1, 1), (9, 1)), deletion = V((1, 2), (9, 1)), edit = V((2, 1), (9, 1)), merged = V((1, 1), (2, 1), (9, 1));
        return new()
        {
            { "an edit of what was deleted", Deletion(deletion, common, 5), Edit(edit, 6), false },
            { "an edit of what was deleted, with an older time", Deletion(deletion, common, 5), Edit(edit, 4), false },
            { "an edit that had lost to what was deleted", Deletion(deletion, deleted, 5), Edit(edit, 4), true },
            { "an edit that had won over what was deleted", Deletion(deletion, deleted, 5), Edit(edit, 6), false },
            { "the same time: the first counter", Deletion(deletion, deleted, 5), Edit(edit, 5), true },
            { "the same time: the first counter of the edit", Deletion(V((2, 2)), V((2, 1)), 5), Edit(V((1, 1)), 5), false },
            { "an edit that knew what was deleted", Deletion(deletion, deleted, 5), Edit(merged, 4), false },
            { "what was deleted, merged with what it won over", Deletion(deletion, deleted, 5), Edit(merged, 5) with { Origin = new VersionOrigin(deleted, new FileTime(5, 0)) }, true },
            { "what was edited before the deletion, merged", Deletion(deletion, deleted, 5), Edit(merged, 5) with { Origin = new VersionOrigin(common, new FileTime(5, 0)) }, true },
            { "an edit that had lost, merged", Deletion(deletion, deleted, 5), Edit(merged, 4) with { Origin = new VersionOrigin(edit, new FileTime(4, 0)) }, true },
            { "an edit that had won, merged", Deletion(deletion, deleted, 5), Edit(merged, 6) with { Origin = new VersionOrigin(edit, new FileTime(6, 0)) }, false },
            { "nobody knows what was deleted", Deletion(deletion, deleted, 5) with { Origin = null }, Edit(edit, 4), false },
            { "a tombstone that doesn't cover what it says it deleted", Deletion(deletion, V((3, 1)), 5), Edit(edit, 4), false },
            { "a newer edit", Deletion(deletion, deleted, 5), Edit(V((1, 2), (2, 1), (9, 1)), 4), false },
            { "an invalid deletion", Deletion(deletion, deleted, 5) with { Invalid = true }, Edit(edit, 4), false },
            { "an edit that doesn't count", Deletion(deletion, deleted, 5), Edit(edit, 4) with { LocalFlags = LocalFlags.ReceiveOnlyChanged }, false },
            { "a directory", Deletion(deletion, deleted, 5), Edit(edit, 4) with { Type = FileType.Directory, Blocks = null }, false },
            { "versions that don't fit into one", Deletion(Full(1, 2), Full(1, 1), 5), Edit(Full(2, 1), 4), false },
        };
    }

    /// <summary>Only the device that has the losing edit takes the deletion for the global version; to all others it is content to be kept.</summary>
    [Theory]
    [MemberData(nameof(Deletions))]
    public void Deletion_against_edit(string name, FileEntry deletion, FileEntry edit, bool wins)
    {
        Assert.Equal((name, wins), (name, GlobalVersion.Outranks(deletion, edit)));
        var other = deletion.IsInvalid || edit.IsInvalid || GlobalVersion.Beats(edit, deletion) ? 1 : 0;
        if (deletion.IsInvalid == edit.IsInvalid)
            Assert.Equal((name, wins ? 0 : other, other, other), (name, GlobalVersion.Choose([deletion, edit], 1), GlobalVersion.Choose([deletion, edit], 0), GlobalVersion.Choose([deletion, edit])));
    }

    [Fact]
    public void A_dominated_conflict_winner_does_not_decide()
    {
        // b wins against c by its time, a dominates b, and c wins against a: the choice must not depend on the order of the candidates.
        var (a, b, c) = (Entry(V((1, 2)), 1), Entry(V((1, 1)), 9), Entry(V((2, 1)), 5));
        FileEntry[][] orders = [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]];
        Assert.All(orders, o => Assert.Same(c, o[GlobalVersion.Choose(o)]));
    }

    [Theory]
    [InlineData(false, false, false, true)]
    [InlineData(true, false, false, false)] // a deletion of what it never had
    [InlineData(false, true, false, false)]
    public void Need_of_a_device_without_an_entry(bool deleted, bool invalid, bool have, bool needed) =>
        Assert.Equal(needed, Need.IsNeeded(have ? Entry(V((1, 1)), 1) : null, Entry(V((1, 1)), 1, deleted, invalid)));

    [Fact]
    public void Need_of_a_device_with_an_entry()
    {
        var (old, now) = (Entry(V((1, 1)), 1), Entry(V((1, 2)), 1));
        Assert.True(Need.IsNeeded(old, now));
        Assert.True(Need.IsNeeded(old, now with { Deleted = true }));
        Assert.False(Need.IsNeeded(now, now));
        Assert.False(Need.IsNeeded(now, old));
        Assert.True(Need.IsNeeded(Entry(V((2, 1)), 1), now));
        Assert.False(Need.IsNeeded(old with { LocalFlags = LocalFlags.Ignored }, now));
        Assert.True(Need.IsNeeded(old with { LocalFlags = LocalFlags.ReceiveOnlyChanged }, now));
        Assert.Equal(new Counts(0, 0, 0, 1, 0), Need.Of(old, now with { Deleted = true }));
    }

    private static VersionVector V(params (ulong Device, ulong Value)[] counters) =>
        VersionVector.Of(counters.Select(c => new Counter(new ShortId(c.Device), c.Value)));

    private static FileEntry Entry(VersionVector version, long seconds, bool deleted = false, bool invalid = false, long size = 0) => new()
    {
        Name = FileName.Parse("a"),
        Version = version,
        Modified = new FileTime(seconds, 0),
        Deleted = deleted,
        Invalid = invalid,
        Size = size,
    };

    private static FileEntry Edit(VersionVector version, long time) => PullDecisionTests.File(version, "edit") with { Modified = new FileTime(time, 0) };

    /// <summary>A later deletion of what stood at <paramref name="time"/>.</summary>
    private static FileEntry Deletion(VersionVector version, VersionVector deleted, long time) =>
        PullDecisionTests.Deleted(version) with { Modified = new FileTime(99, 0), Origin = new VersionOrigin(deleted, new FileTime(time, 0)) };

    /// <summary>Almost as many counters as there may be.</summary>
    private static VersionVector Full(ulong device, ulong value) =>
        V([(device, value), .. Enumerable.Range(10, VersionVector.MaxCounters - 2).Select(i => ((ulong)i, 1ul))]);
}
