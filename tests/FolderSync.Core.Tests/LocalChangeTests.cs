using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;
using static FolderSync.Core.Tests.PullDecisionTests;

namespace FolderSync.Core.Tests;

/// <summary>How a scan classifies what it sees.</summary>
public sealed class LocalChangeTests
{
    private const long Now = 1000;
    private static readonly ShortId Self = new(9);
    private static readonly DiskStamp Stamp = new(new FileTime(5, 0), 77, 3);

    [Fact]
    public void A_new_file_begins_a_version() =>
        Assert.Equal((V((9, Now)), Self, LocalFlags.None), Said(LocalChange.Seen(On("x"), null, null, Self, Now, FolderType.SendReceive)));

    [Fact]
    public void An_edit_follows_the_version_it_was_made_of_and_names_its_content()
    {
        var entry = LocalChange.Seen(On("y"), File(V((1, 4), (9, 2000)), "x"), File(V((1, 4)), "x"), Self, Now, FolderType.SendReceive);
        Assert.Equal(V((1, 4), (9, 2001)), entry.Version);
        Assert.Equal(Hash("x"), entry.PreviousBlocksHash);
    }

    [Theory]
    [InlineData(11, "x", true)]
    [InlineData(11, "y", true)]
    [InlineData(7, "x", true)]
    [InlineData(7, "y", false)]
    [InlineData(3, "x", false)]
    public void A_name_is_respelled_where_the_other_was_found_after_it(long twin, string content, bool respelled) =>
        Assert.Equal(respelled, LocalChange.IsRespelled(
            File(V((1, 1)), "x") with { Sequence = 5 }, File(V((1, 2)), content) with { Sequence = twin }, seenUntil: 10));

    /// <summary>The move's own new version needs no other; what a scan took for another version does.</summary>
    [Theory]
    [InlineData(11, 1, 0, false)] // made here, by the scan that missed the other
    [InlineData(11, 2, 0, true)] // taken for what device 2 announced
    [InlineData(10, 2, 7, true)] // it was there before, and is the moved file now
    [InlineData(10, 1, 7, true)]
    [InlineData(10, 2, 8, false)] // a copy that was there before
    [InlineData(10, 2, 0, false)] // no inodes: it can't be told
    public void What_a_file_was_moved_onto(long sequence, ulong by, ulong inode, bool moved)
    {
        var gone = new FileEntry { Name = FileName.Parse("a"), Size = 1, Disk = new DiskStamp(default, 1, inode == 0 ? 0u : 7u) };
        var twin = gone with { Name = FileName.Parse("b"), Sequence = sequence, ModifiedBy = new ShortId(by), Disk = new DiskStamp(default, 2, inode) };
        Assert.Equal(moved, LocalChange.IsMovedOnto(gone, twin, new ShortId(1), seenUntil: 10));
        Assert.False(LocalChange.IsMovedOnto(gone, twin with { Deleted = true }, new ShortId(1), seenUntil: 10));
    }

    [Fact]
    public void A_version_that_a_file_was_moved_onto_outlives_a_deletion_and_yields_to_no_edit_unseen()
    {
        var (self, other) = (new ShortId(1), new ShortId(2));
        var twin = new FileEntry { Name = FileName.Parse("b"), Version = VersionVector.Empty.Raise(other, 100) };
        var deletion = LocalChange.Tombstone(twin, 200) with { Version = twin.Version.Raise(other, 200) };
        var edit = deletion with { Deleted = false };
        Assert.Equal(VectorOrder.Newer, LocalChange.MovedOnto(twin, deletion, self, 300).Version.Compare(deletion.Version));
        Assert.True(LocalChange.MovedOnto(twin, edit, self, 300).Version.IsConcurrentWith(edit.Version));
        Assert.Equal((VectorOrder.Newer, self), (LocalChange.MovedOnto(twin, twin, self, 300).Version.Compare(twin.Version), LocalChange.MovedOnto(twin, null, self, 300).ModifiedBy));
    }

    [Fact]
    public void A_name_that_stood_there_before_and_was_edited_is_another_file() => Assert.False(LocalChange.IsRespelled(
        File(V((1, 1)), "x") with { Sequence = 5 }, File(V((1, 2)), "x") with { Sequence = 11, PreviousBlocksHash = Hash("y") }, seenUntil: 10));

    /// <summary>A file that was placed before a crash, but not committed, is not an edit.</summary>
    [Fact]
    public void The_content_of_an_announced_version_is_that_version()
    {
        var global = File(V((1, 4)), "x") with { Sequence = 12 };
        Assert.Equal(global with { Disk = Stamp, Sequence = 0 }, LocalChange.Seen(On("x"), null, global, Self, Now, FolderType.SendReceive));
        Assert.Equal(global with { Disk = Stamp, Sequence = 0 }, LocalChange.Seen(On("x"), File(V((1, 3)), "w"), global, Self, Now, FolderType.SendReceive));
    }

    [Fact]
    public void An_older_or_concurrent_version_is_not_taken_for_it()
    {
        Assert.Equal(V((1, 5), (9, Now)), LocalChange.Seen(On("x"), File(V((1, 5)), "w"), File(V((1, 4)), "x"), Self, Now, FolderType.SendReceive).Version);
        Assert.Equal(V((9, Now)), LocalChange.Seen(On("x"), File(V((9, 1)), "w"), File(V((1, 4)), "x"), Self, Now, FolderType.SendReceive).Version);
    }

    [Fact]
    public void A_file_made_again_follows_its_deletion()
    {
        Assert.Equal(V((1, 4), (9, Now)), LocalChange.Seen(On("x"), Deleted(V((1, 4))), Deleted(V((1, 4))), Self, Now, FolderType.SendReceive).Version);
        Assert.Equal(V((1, 4), (9, Now)), LocalChange.Seen(On("x"), null, Deleted(V((1, 4))), Self, Now, FolderType.SendReceive).Version);
    }

    [Fact]
    public void In_a_receive_only_folder_changes_are_flagged()
    {
        Assert.Equal(LocalFlags.ReceiveOnlyChanged, LocalChange.Seen(On("y"), File(V((1, 4)), "x"), File(V((1, 4)), "x"), Self, Now, FolderType.ReceiveOnly).LocalFlags);
        Assert.Equal(LocalFlags.ReceiveOnlyChanged, LocalChange.Deleted(File(V((1, 4)), "x"), null, Self, Now, FolderType.ReceiveOnly).LocalFlags);
        // The user put the old content back.
        var flagged = File(V((1, 4), (9, 5)), "y") with { LocalFlags = LocalFlags.ReceiveOnlyChanged };
        Assert.Equal(V((1, 4), (9, 6)), LocalChange.Seen(On("x"), flagged with { Version = V((1, 4), (9, 5)) }, File(V((1, 4)), "w"), Self, 0, FolderType.ReceiveOnly).Version);
    }

    [Fact]
    public void A_deletion_follows_the_version_deleted_but_nobody_is_told_of_an_ignored_one()
    {
        var gone = LocalChange.Deleted(File(V((1, 4)), "x"), null, Self, Now, FolderType.SendReceive);
        Assert.True(gone is { Deleted: true, Size: 0, Blocks: null });
        Assert.Equal((V((1, 4), (9, Now)), Self), (gone.Version, gone.ModifiedBy));
        Assert.Equal((new VersionOrigin(V((1, 4)), new FileTime(5, 0)), Hash("x")), (gone.Origin, gone.PreviousBlocksHash));
        Assert.True(LocalChange.Deleted(LocalChange.NowIgnored(File(V((1, 4)), "x")), null, Self, Now, FolderType.SendReceive).Version.IsEmpty);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 1_000_000)]
    [InlineData(true, 1_000_000)]
    public void An_edit_dominates_a_concurrent_deletion_under_both_rules_in_use(bool ours, long deletedAt)
    {
        var mine = File(ours ? V((1, 4), (9, 1)) : V((2, 4)), "x");
        var theirs = Deleted(ours ? V((1, 5)) : V((9, 2))) with { Modified = new FileTime(deletedAt, 0) };
        var kept = LocalChange.Resurrect(mine, theirs, Self, Now)!;
        Assert.Equal(VectorOrder.Newer, kept.Version.Compare(theirs.Version));
        Assert.Equal(VectorOrder.Newer, kept.Version.Compare(mine.Version));
        Assert.True(kept.SameContent(mine));
    }

    [Fact]
    public void Nothing_is_resurrected_that_a_deletion_knew_of()
    {
        Assert.Null(LocalChange.Resurrect(File(V((1, 4)), "x"), Deleted(V((1, 5))), Self, Now));
        Assert.Null(LocalChange.Resurrect(File(V((1, 6)), "x"), Deleted(V((1, 5))), Self, Now));
        Assert.Null(LocalChange.Resurrect(null, Deleted(V((1, 5))), Self, Now));
        Assert.Null(LocalChange.Resurrect(Deleted(V((2, 1))), Deleted(V((1, 5))), Self, Now));
        Assert.Null(LocalChange.Resurrect(LocalChange.NowIgnored(File(V((2, 4)), "x")), Deleted(V((1, 5))), Self, Now));
        Assert.Null(LocalChange.Resurrect(File(V((2, 4)), "x"), Deleted(V((1, 5)), V((1, 4)), 6), Self, Now));
    }

    [Fact]
    public void A_tombstone_deleted_what_it_replaces_unless_it_says_more()
    {
        var replaced = File(V((1, 4)), "x");
        Assert.Equal(new VersionOrigin(V((1, 4)), new FileTime(5, 0)), LocalChange.WithOrigin(Deleted(V((1, 5))), replaced).Origin);
        var known = Deleted(V((1, 5)), V((1, 3)), 6);
        Assert.Same(known, LocalChange.WithOrigin(known, replaced));
        Assert.Null(LocalChange.WithOrigin(Deleted(V((2, 5))), replaced).Origin);
        Assert.Null(LocalChange.WithOrigin(Deleted(V((1, 5))), null).Origin);
    }

    private static (VersionVector, ShortId, LocalFlags) Said(FileEntry entry) => (entry.Version, entry.ModifiedBy, entry.LocalFlags);

    private static FileEntry On(string content) => File(VersionVector.Empty, content) with { Disk = Stamp, ModifiedBy = default };
}
