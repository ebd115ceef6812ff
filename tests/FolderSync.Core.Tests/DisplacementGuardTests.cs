using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;
using static FolderSync.Core.Tests.PullDecisionTests;

namespace FolderSync.Core.Tests;

/// <summary>What peers' changes displace, and how much of that is too much.</summary>
public sealed class DisplacementGuardTests
{
    private static readonly ShortId Self = new(2);
    private static readonly VersionVector Old = V((1, 1)), New = V((1, 2)), Mine = V((1, 1), (2, 1)), Own = V((2, 1));
    private static readonly DisplacementLimits Default = new(200, 30, DeletionLimits.None);

    public static TheoryData<string, FileEntry?, FileEntry, bool, bool> Decisions() => new()
    {
        { "an edit", File(Old, "x"), File(New, "y"), true, true },
        { "a deletion", File(Old, "x"), Deleted(New), true, true },
        { "a directory takes a file's name", File(Old, "x"), Directory(New), true, true },
        { "a link takes a file's name", File(Old, "x"), Link(New), true, true },
        { "a new file", null, File(New, "y"), false, false },
        { "a file that was deleted here before", Deleted(Old), File(New, "y"), false, false },
        { "a deletion of what isn't here", null, Deleted(New), false, false },
        { "only a mode", File(Old, "x"), File(New, "x") with { Permissions = 0x1ED }, false, false },
        { "only a time", File(Old, "x"), File(New, "x") with { Modified = new FileTime(9, 9) }, false, false },
        { "the same, a newer version of it", File(Old, "x"), File(New, "x"), false, false },
        { "a conflict: both stay", File(Mine, "x"), File(New, "y"), false, false },
        { "an edit here against a deletion there", File(Mine, "x"), Deleted(New), false, false },
        { "reverted here: the others' version was asked for", File(VersionVector.Empty, "x"), File(New, "y"), false, false },
        { "concurrent, but made of what is here: no conflict copy is made", File(Mine, "x"), File(New, "y") with { PreviousBlocksHash = Hash("x") }, true, true },
        { "an empty file has no content, and waits with the others", File(Old, ""), File(New, "y"), true, false },
        { "a directory has none, either", Directory(Old), Deleted(New), true, false },
        { "a file takes a directory's name", Directory(Old), File(New, "y"), true, false },
        { "a link that leads elsewhere", Link(Old), Link(New) with { SymlinkTarget = "u" }, true, false },
    };

    [Theory]
    [MemberData(nameof(Decisions))]
    public void What_displaces(string name, FileEntry? mine, FileEntry global, bool replaces, bool displaces)
    {
        var decision = PullDecision.For(mine, global, FolderType.SendReceive);
        Assert.Equal((name, replaces, displaces), (name, DisplacementGuard.Replaces(mine, decision, true), DisplacementGuard.Displaces(mine, decision, true)));
    }

    [Fact]
    public void Without_conflict_copies_a_conflict_displaces() =>
        Assert.True(DisplacementGuard.Displaces(File(Mine, "x"), PullDecision.For(File(Mine, "x"), File(New, "y"), FolderType.SendReceive), makesConflictCopies: false));

    /// <summary>The jobs that aren't held for their size, as they displace it; what they displace by their kind is above.</summary>
    [Theory]
    [InlineData("a branch switch of 5,000 files in a tree of 20,000", 5_000, 20_000, false)]
    [InlineData("20,000 of 100,000 photos get another tag", 20_000, 100_000, false)]
    [InlineData("a formatter changes 1,000 of 5,000 sources", 1_000, 5_000, false)]
    [InlineData("an archive over an old one: 1,300 of 4,500 files differ", 1_300, 4_500, false)]
    [InlineData("a first sync, and a rename of everything, displace nothing", 0, 100_000, false)]
    [InlineData("a build writes the same 150 of 400 files anew, ten times", 150, 400, false)]
    [InlineData("a small folder, all of it: its trash can is to be enough", 199, 199, false)]
    [InlineData("a small folder from the limit on", 200, 200, true)]
    [InlineData("just the share", 300, 1_000, true)]
    [InlineData("just below it", 299, 1_000, false)]
    [InlineData("everything", 100_000, 100_000, true)]
    public void How_much_is_held(string job, long files, long before, bool held) =>
        Assert.True(held == DisplacementGuard.MustHold(new Displacement(files, 0, 0, before, before), Default), job);

    [Theory]
    [InlineData("400 of 1,000 are encrypted: 400 copies come, 400 originals go", 400, 0, 1_400, 1_000, true)]
    [InlineData("250 files are imported into a folder of 700 and get their tags", 250, 250, 950, 700, false)]
    [InlineData("what came just now is the whole folder, and all of it is rewritten", 300, 300, 300, 0, true)]
    [InlineData("what came just now is rewritten, and little else", 150, 60, 1_000, 250, false)]
    public void What_came_within_the_window(string job, long files, long those, long total, long before, bool held) =>
        Assert.True(held == DisplacementGuard.MustHold(new Displacement(files, those, 0, total, before), Default), job);

    [Theory]
    [InlineData(0, 30, 1_000_000, 1_000_000, false)] // switched off
    [InlineData(200, 0, 200, 1_000_000, true)] // no share
    [InlineData(1, 100, 99, 100, false)]
    [InlineData(1, 100, 100, 100, true)]
    public void Limits(long fromFiles, double fromPercent, long files, long before, bool held) =>
        Assert.Equal(held, DisplacementGuard.MustHold(new Displacement(files, 0, files, before, before), new DisplacementLimits(fromFiles, fromPercent, DeletionLimits.None)));

    [Fact]
    public void Deletions_alone_have_their_own_limits_where_they_are_switched_on()
    {
        var limits = Default with { Deletions = new DeletionLimits(100, 0) };
        Assert.False(DisplacementGuard.MustHold(new Displacement(150, 0, 100, 10_000, 10_000), limits));
        Assert.True(DisplacementGuard.MustHold(new Displacement(150, 0, 101, 10_000, 10_000), limits));
        Assert.True(new DisplacementLimits(0, 30, DeletionLimits.None).IsOff);
        Assert.False((limits with { FromFiles = 0 }).IsOff);
    }

    [Fact]
    public void Folders_that_meet_for_the_first_time()
    {
        Assert.True(DisplacementGuard.IsFirstMeeting(File(Own, "x"), File(New, "y"), Self));
        Assert.False(DisplacementGuard.IsFirstMeeting(File(Mine, "x"), File(New, "y"), Self)); // it has had others' versions before
        Assert.False(DisplacementGuard.IsFirstMeeting(File(Own, "x"), File(V((1, 1), (2, 1)), "y"), Self)); // made by who knew it
    }

    [Fact]
    public void Taking_back_this_devices_last_edit()
    {
        var edited = File(Own, "x") with { ModifiedBy = Self, PreviousBlocksHash = Hash("before") };
        Assert.True(DisplacementGuard.IsUndo(edited, File(V((1, 1), (2, 1)), "before"), Self));
        Assert.False(DisplacementGuard.IsUndo(edited, File(V((1, 1), (2, 1)), "another"), Self));
        Assert.False(DisplacementGuard.IsUndo(edited with { ModifiedBy = new ShortId(1) }, File(V((1, 1), (2, 1)), "before"), Self)); // others may lie about it
        Assert.False(DisplacementGuard.IsUndo(edited with { PreviousBlocksHash = default }, Deleted(New), Self));
    }

    [Fact]
    public void The_reason_gives_the_figures() =>
        Assert.Equal(
            "312 of 400 files would be replaced or deleted within ten minutes; 200 files that are 30 % of the folder need confirmation.",
            DisplacementGuard.ExplainHold(new Displacement(312, 0, 12, 400, 400), Default));
}
