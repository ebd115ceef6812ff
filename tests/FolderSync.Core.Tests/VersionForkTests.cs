using CsCheck;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;
using static FolderSync.Core.Tests.PullDecisionTests;

namespace FolderSync.Core.Tests;

/// <summary>Two computers with one device ID: what their versions hide, and what each of them makes of it.</summary>
public sealed class VersionForkTests
{
    private static readonly ShortId Anna = new(0x4000_0000_0000_0000);
    private static readonly ShortId Bert = new(7);

    [Fact]
    public void One_vector_with_two_states_is_a_contradiction_and_nothing_else_is()
    {
        var version = Vector(100, 5);
        var mine = Edit(version, "one");
        Assert.True(VersionFork.IsContradiction(mine, Edit(version, "two")));
        Assert.True(VersionFork.IsContradiction(mine, mine with { Deleted = true, Blocks = null, Size = 0 }));
        Assert.True(VersionFork.IsContradiction(mine, mine with { Type = FileType.Symlink, Blocks = null, Size = 0, SymlinkTarget = "x" }));
        var link = mine with { Type = FileType.Symlink, Blocks = null, Size = 0, SymlinkTarget = "x" };
        Assert.True(VersionFork.IsContradiction(link, link with { SymlinkTarget = "y" }));

        Assert.False(VersionFork.IsContradiction(mine, mine));
        Assert.False(VersionFork.IsContradiction(mine, mine with { Modified = new FileTime(77, 0), Permissions = 0x180, NoPermissions = true }));
        Assert.False(VersionFork.IsContradiction(mine, Edit(Vector(101, 5), "two")));
        Assert.False(VersionFork.IsContradiction(mine, Edit(version, "two") with { Invalid = true }));
        foreach (var flag in Enum.GetValues<LocalFlags>().Where(f => f != LocalFlags.None))
            Assert.False(VersionFork.IsContradiction(mine with { LocalFlags = flag }, Edit(version, "two")));
        Assert.False(VersionFork.IsContradiction(Edit(default, "one"), Edit(default, "two")));
        Assert.False(VersionFork.IsContradiction(mine with { Deleted = true, Blocks = null, Size = 0 }, mine with { Deleted = true, Blocks = null, Size = 0, Type = FileType.Directory }));
    }

    [Fact]
    public void Blocks_of_other_sizes_say_nothing_but_for_a_single_one()
    {
        var version = Vector(100, 5);
        Assert.False(VersionFork.IsContradiction(Blocks(version, 128 << 10, 1 << 20, 1), Blocks(version, 256 << 10, 1 << 20, 2)));
        Assert.True(VersionFork.IsContradiction(Blocks(version, 128 << 10, 1 << 20, 1), Blocks(version, 256 << 10, (1 << 20) + 1, 2)));
        Assert.True(VersionFork.IsContradiction(Blocks(version, 128 << 10, 1000, 1), Blocks(version, 256 << 10, 1000, 2)));
        Assert.False(VersionFork.IsContradiction(Blocks(version, 128 << 10, 1000, 1), Blocks(version, 256 << 10, 1000, 1)));
        // An entry without its blocks can't be compared.
        Assert.False(VersionFork.IsContradiction(Blocks(version, 128 << 10, 1000, 1), Blocks(version, 128 << 10, 1000, 2) with { Blocks = null }));
    }

    /// <summary>Whoever notices, in whatever order, the two states come to lie beside each other, each under one version on all devices.</summary>
    [Fact]
    public void Both_states_get_versions_of_their_own_that_are_the_same_wherever_they_are()
    {
        var (one, two) = (Edit(Vector(100, 5), "one"), Edit(Vector(100, 5), "two"));
        var (first, second) = (VersionFork.BesideContradiction(one, two), VersionFork.BesideContradiction(two, one));

        Assert.True(first.Version.IsConcurrentWith(two.Version) && second.Version.IsConcurrentWith(one.Version) && first.Version.IsConcurrentWith(second.Version));
        // Another holder of the state, which has it from elsewhere.
        Assert.Equal(first.Version, VersionFork.BesideContradiction(one with { Sequence = 99, Disk = new DiskStamp(one.Modified, 1, 2) }, two).Version);
        // What both were made of is covered, and nothing is noticed a second time.
        Assert.True(first.Version.Covers(Vector(99, 5)) && first.Version.Covers(Vector(50, 5)));
        Assert.False(VersionFork.IsContradiction(first, two) || VersionFork.IsContradiction(first, second));
        Assert.Equal((one.BlocksHash, one.ModifiedBy, one.Modified), (first.BlocksHash, first.ModifiedBy, first.Modified));
        // The rules for conflicts decide as ever, on every device in the same way.
        Assert.NotEqual(GlobalVersion.WinsConflict(first, second), GlobalVersion.WinsConflict(second, first));
        Assert.True(PullDecision.For(first, second, FolderType.SendReceive).Conflict);
    }

    [Fact]
    public void An_edit_that_the_other_one_does_not_know_is_overlooked()
    {
        var basis = Edit(Vector(50, 5), "basis");
        var mine = Edit(Vector(100, 5), "one");
        var theirs = Edit(Vector(200, 5), "two") with { PreviousBlocksHash = basis.BlocksHash };
        Assert.True(VersionFork.IsOverlooked(mine, theirs, Anna));
        Assert.True(VersionFork.IsOverlooked(mine, Deleted(Vector(200, 5)) with { PreviousBlocksHash = basis.BlocksHash }, Anna));

        Assert.False(VersionFork.IsOverlooked(mine, theirs with { PreviousBlocksHash = mine.BlocksHash }, Anna));
        Assert.False(VersionFork.IsOverlooked(mine, Edit(Vector(200, 5), "one"), Anna));
        // Another device's edit of it, and one that is beside it anyway.
        Assert.False(VersionFork.IsOverlooked(mine, Edit(Vector(100, 9), "two"), Anna));
        Assert.False(VersionFork.IsOverlooked(mine, Edit(Vector(200, 4), "two"), Anna));
        // Not this computer's edit.
        Assert.False(VersionFork.IsOverlooked(mine with { ModifiedBy = Bert }, theirs, Anna));
        Assert.False(VersionFork.IsOverlooked(mine with { LocalFlags = LocalFlags.ReceiveOnlyChanged }, theirs, Anna));
        Assert.False(VersionFork.IsOverlooked(mine, theirs with { Invalid = true }, Anna));

        var beside = VersionFork.BesideUnknownEdit(mine, theirs, Anna);
        Assert.True(beside.Version.IsConcurrentWith(theirs.Version));
        // Who has it already takes it for the same, and newer.
        Assert.True(beside.Version.Covers(mine.Version));
    }

    [Fact]
    public void A_change_that_is_found_late_is_not_newer_than_an_edit_that_it_does_not_know()
    {
        var known = Vector(50, 5);
        var global = Edit(Vector(200, 5), "two");
        foreach (var change in (FileEntry[])[Edit(Vector(300, 5), "one"), Edit(Vector(200, 5), "one"), Edit(Vector(100, 5), "one"), Deleted(Vector(300, 5))])
        {
            var beside = VersionFork.BesideUnknownEdit(change, known, global, Anna);
            Assert.True(beside.Version.IsConcurrentWith(global.Version));
            Assert.True(beside.Version.Covers(known));
        }
        // It knows that edit, or it is the same.
        Assert.Equal(Vector(300, 5), VersionFork.BesideUnknownEdit(Edit(Vector(300, 5), "one"), Vector(200, 5), global, Anna).Version);
        Assert.Equal(Vector(300, 5), VersionFork.BesideUnknownEdit(Edit(Vector(300, 5), "two"), known, global, Anna).Version);
    }

    [Fact]
    public void A_fork_is_within_the_limits_and_concurrent_whatever_the_vectors() => Gen.Select(
        Gen.OneOf(Gen.Int[1, 3], Gen.Int[VersionVector.MaxCounters - 2, VersionVector.MaxCounters]), Gen.ULong[1, 3], Gen.Bool).Sample((count, value, isHigh) =>
    {
        var version = VersionVector.Of(Enumerable.Range(1, count).Select(i => new Counter(new ShortId((ulong)i), isHigh ? VersionVector.MaxCounter : value)));
        var (mine, theirs) = (Edit(version, "one") with { ModifiedBy = new ShortId(1) }, Edit(version, "two"));
        var beside = VersionFork.BesideContradiction(mine, theirs).Version;
        Assert.True(beside.IsWithinLimits && beside.IsConcurrentWith(version));
    });

    private static VersionVector Vector(ulong anna, ulong bert) => VersionVector.Of([new Counter(Anna, anna), new Counter(Bert, bert)]);

    private static FileEntry Edit(VersionVector version, string content) => PullDecisionTests.File(version, content) with { ModifiedBy = Anna };

    private static FileEntry Blocks(VersionVector version, int blockSize, long size, byte content)
    {
        var hashes = new byte[BlockList.CountFor(size, blockSize) * BlockHash.Length];
        hashes.AsSpan().Fill(content);
        return new FileEntry { Name = FileName.Parse("f"), Size = size, Version = version, ModifiedBy = Anna, Blocks = new BlockList(blockSize, size, hashes) };
    }
}
