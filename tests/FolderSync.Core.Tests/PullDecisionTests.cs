using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

/// <summary>What to do with a needed name, case by case.</summary>
public sealed class PullDecisionTests
{
    private static readonly VersionVector Old = V((1, 1)), New = V((1, 2)), Mine = V((1, 1), (2, 1));

    public static TheoryData<string, FileEntry?, FileEntry, FolderType, PullKind, bool> Rows() => new()
    {
        { "new file", null, File(New, "x"), FolderType.SendReceive, PullKind.File, false },
        { "new directory", null, Directory(New), FolderType.SendReceive, PullKind.Directory, false },
        { "new link", null, Link(New), FolderType.SendReceive, PullKind.Symlink, false },
        { "deleted, never here", null, Deleted(New), FolderType.SendReceive, PullKind.Adopt, false },
        { "deleted here and there", Deleted(Old), Deleted(New), FolderType.SendReceive, PullKind.Adopt, false },
        { "made again", Deleted(Old), File(New, "x"), FolderType.SendReceive, PullKind.File, false },
        { "newer content", File(Old, "x"), File(New, "y"), FolderType.SendReceive, PullKind.File, false },
        { "newer mode only", File(Old, "x"), File(New, "x") with { Permissions = 0x1ED }, FolderType.SendReceive, PullKind.Metadata, false },
        { "newer time only", File(Old, "x"), File(New, "x") with { Modified = new FileTime(9, 9) }, FolderType.SendReceive, PullKind.Metadata, false },
        { "newer version of the same", File(Old, "x"), File(New, "x"), FolderType.SendReceive, PullKind.Adopt, false },
        { "concurrent edits", File(Mine, "x"), File(New, "y"), FolderType.SendReceive, PullKind.File, true },
        { "concurrent, same content", File(Mine, "x"), File(New, "x"), FolderType.SendReceive, PullKind.Adopt, false },
        { "concurrent, same content, other time", File(Mine, "x"), File(New, "x") with { Modified = new FileTime(9, 9) }, FolderType.SendReceive, PullKind.Metadata, false },
        { "concurrent, made of what is here", File(Mine, "x"), File(New, "y") with { PreviousBlocksHash = Hash("x") }, FolderType.SendReceive, PullKind.File, false },
        { "concurrent, file against directory", File(Mine, "x"), Directory(New), FolderType.SendReceive, PullKind.Directory, true },
        { "concurrent, edited there, deleted here", Deleted(Mine), File(New, "y"), FolderType.SendReceive, PullKind.File, false },
        { "newer deletion", File(Old, "x"), Deleted(New), FolderType.SendReceive, PullKind.Delete, false },
        { "concurrent deletion", File(Mine, "x"), Deleted(New), FolderType.SendReceive, PullKind.KeepLocal, false },
        { "concurrent deletion of what had won over this", File(Mine, "x"), Deleted(New, V((1, 2)), 6), FolderType.SendReceive, PullKind.Delete, true },
        { "concurrent deletion of what was merged into this", Merged(Mine, V((1, 1))), Deleted(New, V((1, 1)), 5), FolderType.SendReceive, PullKind.Delete, false },
        { "concurrent, edited there, deleted here what had won over that", Deleted(Mine, V((2, 1)), 6), File(New, "y"), FolderType.SendReceive, PullKind.File, false },
        { "concurrent, merged there of what was deleted here", Deleted(Mine, V((1, 1)), 5), Merged(New, V((1, 1))), FolderType.SendReceive, PullKind.KeepLocal, false },
        { "send-only: concurrent, deleted here what had won over that", Deleted(Mine, V((2, 1)), 6), File(New, "y"), FolderType.SendOnly, PullKind.None, false },
        { "receive-only change against a deletion", File(Mine, "x") with { LocalFlags = LocalFlags.ReceiveOnlyChanged }, Deleted(New), FolderType.ReceiveOnly, PullKind.KeepLocal, false },
        { "send-only: new", null, File(New, "x"), FolderType.SendOnly, PullKind.None, false },
        { "send-only: newer", File(Old, "x"), File(New, "y"), FolderType.SendOnly, PullKind.None, false },
        { "send-only: deleted", File(Old, "x"), Deleted(New), FolderType.SendOnly, PullKind.None, false },
        { "send-only: mode", File(Old, "x"), File(New, "x") with { Permissions = 0x1ED }, FolderType.SendOnly, PullKind.None, false },
        { "send-only: the same", File(Old, "x"), File(New, "x"), FolderType.SendOnly, PullKind.Adopt, false },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Table(string name, FileEntry? mine, FileEntry global, FolderType folder, PullKind kind, bool conflict)
    {
        var decision = PullDecision.For(mine, global, folder);
        Assert.Equal((name, kind, conflict), (name, decision.Kind, decision.Conflict));
        if (kind != PullKind.None)
            Assert.True(decision.Version.Covers(global.Version) && (mine is null || decision.Version.Covers(mine.Version)), "What is recorded covers both.");
    }

    [Fact]
    public void Deletions_are_left_where_the_folder_ignores_them()
    {
        Assert.Equal(PullKind.None, PullDecision.For(File(Old, "x"), Deleted(New), FolderType.SendReceive, ignoreDelete: true).Kind);
        Assert.Equal(PullKind.File, PullDecision.For(File(Old, "x"), File(New, "y"), FolderType.SendReceive, ignoreDelete: true).Kind);
    }

    /// <summary>Wherever both meet, the edit's content becomes a conflict copy, and the deletion covers both.</summary>
    [Fact]
    public void A_deletion_that_wins_stays_on_either_side()
    {
        var (deletion, edit) = (Deleted(New, V((1, 2)), 6), File(Mine, "y"));
        Assert.True(PullDecision.For(deletion, edit, FolderType.SendReceive) is { Kind: PullKind.File, Aside: true, Announce: true });
        Assert.True(PullDecision.For(edit, deletion, FolderType.SendReceive) is { Kind: PullKind.Delete, Conflict: true, Resolves: true });
        Assert.Equal(PullKind.KeepLocal, PullDecision.For(edit, deletion, FolderType.SendReceive, ignoreDelete: true).Kind);
    }

    [Fact]
    public void What_outlives_a_concurrent_deletion_of_ours_is_announced_anew() =>
        Assert.True(PullDecision.For(Deleted(Mine), File(New, "y"), FolderType.SendReceive) is { Announce: true });

    [Fact]
    public void Concurrent_versions_merge_under_this_devices_counter_unless_they_are_alike()
    {
        var self = new ShortId(9);
        foreach (var row in Rows())
        {
            var (name, mine, global, folder) = ((string)row[0], (FileEntry?)row[1], (FileEntry)row[2], (FolderType)row[3]);
            var decision = PullDecision.For(mine, global, folder);
            if (decision.Kind == PullKind.None)
                continue;
            var isResolution = mine?.Version.IsConcurrentWith(global.Version) == true && decision.Kind != PullKind.Adopt;
            Assert.Equal((name, isResolution ? 77ul : 0ul), (name, decision.VersionBy(self, 77)[self]));
        }
    }

    internal static VersionVector V(params (ulong Device, ulong Value)[] counters) => VersionVector.Of(counters.Select(c => new Counter(new ShortId(c.Device), c.Value)));

    internal static FileEntry File(VersionVector version, string content) => new()
    {
        Name = FileName.Parse("f"),
        Version = version,
        Size = content.Length,
        Permissions = 0x1A4,
        Modified = new FileTime(5, 0),
        ModifiedBy = new ShortId(1),
        Blocks = new BlockList(128 << 10, content.Length, Hash(content).ToBytes(), Hash(content)),
    };

    internal static BlockHash Hash(string content) => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));

    internal static FileEntry Deleted(VersionVector version) => new() { Name = FileName.Parse("f"), Deleted = true, Version = version, Modified = new FileTime(7, 0) };

    /// <summary>A deletion of what was modified at <paramref name="seconds"/>.</summary>
    internal static FileEntry Deleted(VersionVector version, VersionVector deleted, long seconds) =>
        Deleted(version) with { Origin = new VersionOrigin(deleted, new FileTime(seconds, 0)) };

    /// <summary>"x" of another version, merged.</summary>
    private static FileEntry Merged(VersionVector version, VersionVector origin) => File(version, "x") with { Origin = new VersionOrigin(origin, new FileTime(5, 0)) };

    internal static FileEntry Directory(VersionVector version) => new() { Name = FileName.Parse("f"), Type = FileType.Directory, Version = version, Permissions = 0x1ED };

    internal static FileEntry Link(VersionVector version) => new() { Name = FileName.Parse("f"), Type = FileType.Symlink, Version = version, SymlinkTarget = "t" };
}
