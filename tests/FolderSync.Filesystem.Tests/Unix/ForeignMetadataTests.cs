using FolderSync.Core.Model;
using FolderSync.Filesystem.Apply;
using FolderSync.Filesystem.Tests.Apply;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Unix;

/// <summary>What a file has on a real disk besides what is synced.</summary>
public sealed class ForeignMetadataTests
{
    [SkippableTheory, InlineData(false), InlineData(true)]
    public void What_is_not_synced_is_carried_over_from_the_replaced_file(bool acrossDisks)
    {
        using var folder = On(DiskUnderTest.Real);
        folder.Write("a", "old", 0x1A0);
        using var before = MetadataProbe.On(folder.RealPath("a"));
        before.GiveAway();
        before.Set("user.mine", "kept"u8);
        before.Set("system.posix_acl_access", MetadataProbe.AccessList);
        // Belongs to the old content.
        before.Set("security.capability", MetadataProbe.Capability);
        var was = before.ToString();
        Skip.IfNot(was.Contains("user.mine=", StringComparison.Ordinal), "The filesystem of the temporary files has no extended attributes.");
        var old = folder.Scan("a");
        var target = File("a", "new", 0x1A0);
        if (acrossDisks)
            FileCopy.Copy(folder.Fs, Path("a"), folder.Fs, Path("b"));
        else
            Assert.IsType<ApplyResult.Done>(folder.Apply(new ApplyStep.PlaceFile(folder.Stage(target, "new", old), target, old, ActionForExisting.Version)));
        using var after = MetadataProbe.On(folder.RealPath(acrossDisks ? "b" : "a"));
        Assert.Equal(was.Replace(MetadataProbe.CapabilityLine, "", StringComparison.Ordinal), after.ToString());
        Assert.Equal(0x1A0u, folder.Fs.Stat(Path(acrossDisks ? "b" : "a"))!.Value.Permissions);
    }

    [Theory, InlineData(10_413_792_000), InlineData(-2_000_000_000)]
    public void A_far_time_is_set(long seconds)
    {
        using var folder = On(DiskUnderTest.Real);
        var target = File("a", "content", 0x1A4) with { Modified = new FileTime(seconds, 5) };
        var done = Assert.IsType<ApplyResult.Done>(folder.Apply(new ApplyStep.PlaceFile(folder.Stage(target, "content"), target, null, ActionForExisting.Discard)));
        Assert.Equal(folder.Fs.Stat(Path("a"))!.Value.Modified, done.Stamp.Modified);
        Assert.Equal(seconds, done.Stamp.Modified.Seconds);
    }
}
