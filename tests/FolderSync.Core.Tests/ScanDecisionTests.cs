using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class ScanDecisionTests
{
    private const long Second = 1_000_000_000;

    private static readonly FileTime Modified = new(1_700_000_000, 123_456_789);
    private static readonly DiskStamp Stamp = new(Modified, 5 * Second, 42);
    private static readonly FileEntry File = new() { Name = FileName.Parse("a"), Size = 10, Modified = Modified, Permissions = 0x1A4, Disk = Stamp };
    private static readonly ObservedState Seen = new(FileType.File, 10, 0x1A4, Stamp);
    private static readonly ScanTraits Exact = new();
    private static readonly ScanTraits Fat = new() { ComparePermissions = false, ModifiedWindowNanoseconds = 2 * Second, StableInodes = false };

    public static TheoryData<string, FileEntry, ObservedState, ScanTraits, ScanVerdict> Looks()
    {
        var directory = File with { Type = FileType.Directory, Size = 0 };
        var link = File with { Type = FileType.Symlink, Size = 0, SymlinkTarget = "t" };
        var seenLink = Seen with { Type = FileType.Symlink };
        var virtualTime = File with { Modified = new FileTime(1, 0) };
        return new()
        {
            { "same", File, Seen, Exact, ScanVerdict.Unchanged },
            { "size", File, Seen with { Size = 11 }, Exact, ScanVerdict.Rehash },
            { "newer mtime", File, Seen with { Stamp = At(1) }, Exact, ScanVerdict.Rehash },
            { "older mtime", File, Seen with { Stamp = At(-3600 * Second) }, Exact, ScanVerdict.Rehash },
            { "ctime only", File, Seen with { Stamp = Stamp with { ChangeTime = 6 * Second } }, Exact, ScanVerdict.Rehash },
            { "inode only", File, Seen with { Stamp = Stamp with { Inode = 43 } }, Exact, ScanVerdict.Rehash },
            { "inode, not stable", File, Seen with { Stamp = Stamp with { Inode = 43 } }, Exact with { StableInodes = false }, ScanVerdict.RefreshStamp },
            { "ctime no longer known", File, Seen with { Stamp = Stamp with { ChangeTime = 0 } }, Exact, ScanVerdict.RefreshStamp },
            { "no stamp", File with { Disk = default }, Seen, Exact, ScanVerdict.Rehash },
            { "chmod, ctime moved with it", File, Seen with { Permissions = 1, Stamp = Stamp with { ChangeTime = 9 } }, Exact, ScanVerdict.Rehash },
            { "permissions", File, Seen with { Permissions = 1 }, Exact, ScanVerdict.MetadataOnly },
            { "permissions ignored", File, Seen with { Permissions = 1 }, Exact with { ComparePermissions = false }, ScanVerdict.Unchanged },
            { "permissions of no meaning", File with { NoPermissions = true }, Seen with { Permissions = 1 }, Exact, ScanVerdict.Unchanged },
            { "mtime the disk can't hold", virtualTime, Seen, Exact, ScanVerdict.Unchanged },
            { "then touched", virtualTime, Seen with { Stamp = At(1) }, Exact, ScanVerdict.Rehash },
            { "FAT: within the window", File, Seen with { Stamp = At((2 * Second) - 1) }, Fat, ScanVerdict.RefreshStamp },
            { "FAT: at the window", File, Seen with { Stamp = At(2 * Second) }, Fat, ScanVerdict.Rehash },
            { "FAT: an hour on", File, Seen with { Stamp = At(3601 * Second) }, Fat, ScanVerdict.RefreshStamp },
            { "FAT: an hour back, ctime too", File with { Disk = Stamp with { ChangeTime = 7200 * Second } }, Seen with { Stamp = At(-3600 * Second) with { ChangeTime = 3600 * Second } }, Fat, ScanVerdict.RefreshStamp },
            { "FAT: two hours", File, Seen with { Stamp = At(7200 * Second) }, Fat, ScanVerdict.Rehash },
            { "an hour, small window", File, Seen with { Stamp = At(3600 * Second) }, Exact with { ModifiedWindowNanoseconds = 100 }, ScanVerdict.Rehash },
            { "file to directory", File, Seen with { Type = FileType.Directory }, Exact, ScanVerdict.TypeChanged },
            { "symlink to file", link, Seen, Exact, ScanVerdict.TypeChanged },
            { "tombstone", File with { Deleted = true }, Seen, Exact, ScanVerdict.TypeChanged },
            { "was ignored", File with { LocalFlags = LocalFlags.Ignored }, Seen, Exact, ScanVerdict.Rehash },
            { "must rescan", File with { LocalFlags = LocalFlags.MustRescan }, Seen, Exact, ScanVerdict.Rehash },
            { "receive-only change stays", File with { LocalFlags = LocalFlags.ReceiveOnlyChanged }, Seen, Exact, ScanVerdict.Unchanged },
            { "directory: times say nothing", directory, Seen with { Type = FileType.Directory, Size = 4096, Stamp = At(1) }, Exact, ScanVerdict.Unchanged },
            { "directory: permissions", directory, Seen with { Type = FileType.Directory, Permissions = 1 }, Exact, ScanVerdict.MetadataOnly },
            { "directory: was ignored", directory with { LocalFlags = LocalFlags.Ignored }, Seen with { Type = FileType.Directory }, Exact, ScanVerdict.MetadataOnly },
            { "symlink: same target", link, seenLink with { SymlinkTarget = "t" }, Exact, ScanVerdict.Unchanged },
            { "symlink: made anew, same target", link, seenLink with { SymlinkTarget = "t", Stamp = At(1) }, Exact, ScanVerdict.RefreshStamp },
            { "symlink: other target", link, seenLink with { SymlinkTarget = "u" }, Exact, ScanVerdict.Rehash },
            { "symlink: not read, stamp same", link, seenLink, Exact, ScanVerdict.Unchanged },
            { "symlink: not read, stamp moved", link, seenLink with { Stamp = At(1) }, Exact, ScanVerdict.Rehash },
        };
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public void Look(string name, FileEntry known, ObservedState seen, ScanTraits traits, ScanVerdict expected) =>
        Assert.True(expected == ScanDecision.CompareMetadata(known, seen, traits), $"{name}: {ScanDecision.CompareMetadata(known, seen, traits)}");

    [Fact]
    public void Full_verify_reads_every_file()
    {
        Assert.Equal(ScanVerdict.Rehash, ScanDecision.CompareMetadata(File, Seen, Exact, fullVerify: true));
        Assert.Equal(ScanVerdict.Unchanged, ScanDecision.CompareContent(File, Seen, Exact, sameContent: true));
    }

    [Fact]
    public void After_reading()
    {
        Assert.Equal(ScanVerdict.Rehash, ScanDecision.CompareContent(File, Seen, Exact, sameContent: false));
        Assert.Equal(ScanVerdict.MetadataOnly, ScanDecision.CompareContent(File, Seen with { Stamp = At(1) }, Exact, sameContent: true));
        Assert.Equal(ScanVerdict.MetadataOnly, ScanDecision.CompareContent(File, Seen with { Permissions = 1 }, Exact, sameContent: true));
        Assert.Equal(
            ScanVerdict.RefreshStamp,
            ScanDecision.CompareContent(File, Seen with { Stamp = Stamp with { ChangeTime = 9 } }, Exact, sameContent: true));
        Assert.Equal(
            ScanVerdict.MetadataOnly,
            ScanDecision.CompareContent(File with { LocalFlags = LocalFlags.Ignored }, Seen, Exact, sameContent: true));
    }

    [Fact]
    public void The_known_mtime_stays_while_the_disk_has_not_moved()
    {
        var known = File with { Modified = new FileTime(1, 0) };
        Assert.Equal(new FileTime(1, 0), ScanDecision.ModifiedOf(known, Seen, Exact));
        Assert.Equal(At(1).Modified, ScanDecision.ModifiedOf(known, Seen with { Stamp = At(1) }, Exact));
        Assert.Equal(Modified, ScanDecision.ModifiedOf(null, Seen, Exact));
    }

    [Fact]
    public void Times_of_a_broken_peer_do_no_harm() =>
        Assert.Equal(ScanVerdict.Rehash, ScanDecision.CompareMetadata(File with { Disk = new(new FileTime(long.MinValue, 0), 1, 1) }, Seen, Fat));

    private static DiskStamp At(long nanosecondsLater) =>
        Stamp with { Modified = FileTime.FromNanoseconds((Modified.Seconds * Second) + Modified.Nanoseconds + nanosecondsLater) };
}
