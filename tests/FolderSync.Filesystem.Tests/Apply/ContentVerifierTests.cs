using FolderSync.Filesystem.Apply;
using FolderSync.Simulator.Disks;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

/// <summary>On a disk without change times new content may have the old size and mtime: it is never destroyed without reading it.</summary>
public sealed class ContentVerifierTests
{
    [Theory]
    [InlineData("replaced")]
    [InlineData("removed")]
    [InlineData("made a link")]
    public void Hidden_content_becomes_a_conflict_copy(string way)
    {
        using var folder = On(new MemoryDiskOptions { ChangeTimes = false, Inodes = false });
        var old = folder.Write("a", "old content");
        var times = folder.Disk!.User.Stat("a").Modified;
        folder.Disk.User.WriteFile("a", "new content");
        folder.Disk.User.Touch("a", times);

        var done = Assert.IsType<ApplyResult.Done>(folder.Apply(Step(folder, old, way)));

        Assert.NotNull(done.ConflictCopy);
        Assert.Equal("new content", folder.Disk.User.ReadText(done.ConflictCopy.Value.Value));
    }

    [Theory]
    [InlineData("replaced")]
    [InlineData("removed")]
    [InlineData("made a link")]
    public void What_is_as_the_index_says_goes_as_asked(string way)
    {
        using var folder = On(new MemoryDiskOptions { ChangeTimes = false, Inodes = false });
        var old = folder.Write("a", new string('x', 3 * BlockSize + 5));
        var step = Step(folder, old, way);

        var done = Assert.IsType<ApplyResult.Done>(folder.Apply(step));

        Assert.Same(step, done.Step);
        Assert.Null(done.ConflictCopy);
    }

    private static ApplyStep Step(ApplyFolder folder, FolderSync.Core.Model.FileEntry old, string way) => way switch
    {
        "replaced" => folder.Place("a", "theirs", old),
        "removed" => new ApplyStep.Remove(old with { Deleted = true, Blocks = null, Size = 0 }, old, ActionForExisting.Discard),
        _ => new ApplyStep.PlaceSymlink(Link("a", "x"), old, ActionForExisting.Discard),
    };
}
