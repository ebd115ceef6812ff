using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using FolderSync.Filesystem.Apply;
using FolderSync.Filesystem.Local;
using FolderSync.Testing;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

/// <summary>
/// Another user of this computer may write in the folder and has put files there in advance, which he has open. Needs root, to make another user's
/// files.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class ForeignTempTests : IDisposable
{
    private const int Nobody = 65534;

    private readonly string _root = Directory.CreateTempSubdirectory("foldersync-foreign-").FullName;
    private readonly IFileSystem _disk;
    private readonly Applier _applier;

    public ForeignTempTests()
    {
        _disk = new FileSystems().Open(_root);
        _disk.CheckRoot();
        _disk.CreateDirectory(Path(".stfolder"), 0x1ED);
        _applier = new Applier(_disk, null, new ApplierOptions(), new FixedTime());
    }

    public void Dispose()
    {
        _disk.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [SkippableTheory]
    [InlineData("another's")]
    [InlineData("others may write")]
    [InlineData("second name")]
    [InlineData("symlink")]
    public void What_somebody_has_open_at_a_temp_name_never_becomes_content(string kind)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "makes another user's files");
        // Two blocks: the first one is there already, as in an interrupted transfer.
        var content = Content(2);
        var target = ApplyFolder.File("a", content);
        var temp = In(".foldersync.a.tmp");
        System.IO.File.WriteAllBytes(kind is "another's" or "others may write" ? temp : In("theirs"), content[..BlockSize]);
        switch (kind)
        {
            case "another's":
                Chown(temp, Nobody);
                break;
            case "others may write":
                System.IO.File.SetUnixFileMode(temp, (UnixFileMode)0x1B6);
                break;
            case "second name":
                Assert.Equal(0, Link(In("theirs"), temp));
                break;
            default:
                System.IO.File.CreateSymbolicLink(temp, In("theirs"));
                break;
        }
        using var held = new FileStream(temp, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        var staged = _applier.Stage(target, null);
        foreach (var i in staged.Missing)
            staged.WriteBlock(i, content.AsSpan(i * BlockSize, BlockSize));
        staged.Finish();
        // After verification, before and after placing.
        Scribble(held);
        var results = _applier.Apply([new ApplyStep.PlaceFile(staged, target, null, ActionForExisting.Discard)]);
        Scribble(held);

        Assert.IsType<ApplyResult.Done>(Assert.Single(results));
        Assert.Equal(content, System.IO.File.ReadAllBytes(In("a")));
        var stat = _disk.Stat(Path("a"))!.Value;
        Assert.Equal((1L, false, 0x1A4u), (stat.Links, stat.IsForeign, stat.Permissions));
    }

    /// <summary>It names directories whose modes a crash left open, and names to be repaired: only this user's own is believed.</summary>
    [SkippableFact]
    public void Another_users_journal_and_records_change_nothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "makes another user's files");
        System.IO.File.WriteAllText(In("victim"), "mine");
        System.IO.File.WriteAllText(In(".foldersync.a.tmp"), "theirs");
        _disk.CreateDirectory(Path("d"), 0x1ED);
        // A record: "a" was displaced, and is at its temp name.
        System.IO.File.WriteAllText(In(".foldersync.~journal.tmp"), string.Concat(((string[])["a", "", "0.0", "0", "0", "1", "", "0", "6", "0.0", "0", "0"]).Select(f => f + "\0")));
        Chown(In(".foldersync.~journal.tmp"), Nobody);
        System.IO.File.CreateSymbolicLink(In(".foldersync.~mode-0.tmp"), "0:d");
        Assert.Equal(0, ChownLink(In(".foldersync.~mode-0.tmp"), Nobody, Nobody));

        Assert.Empty(_applier.Recover());
        Assert.False(System.IO.File.Exists(In("a")));
        Assert.False(System.IO.File.Exists(In(".foldersync.~journal.tmp")));
        Assert.Equal(0x1EDu, _disk.Stat(Path("d"))!.Value.Permissions);
        Assert.Null(_disk.Stat(Path(".foldersync.~mode-0.tmp")));
    }

    [SkippableFact]
    public void An_own_temp_is_still_resumed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Unix modes");
        var content = Content(4);
        var target = ApplyFolder.File("a", content);
        using (var first = _applier.Stage(target, null))
            first.WriteBlock(2, content.AsSpan(2 * BlockSize, BlockSize));
        using var again = _applier.Stage(target, null);
        Assert.Equal([0, 1, 3], again.Missing);
    }

    private static byte[] Content(int blocks) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, blocks).Select(i => new string((char)('a' + i), BlockSize))));

    private static void Scribble(FileStream held)
    {
        held.Position = 0;
        held.Write("changed after verification"u8);
        held.Flush(flushToDisk: true);
    }

    private static void Chown(string path, uint user) => Assert.Equal(0, ChownLink(path, user, user));

    private string In(string name) => System.IO.Path.Combine(_root, name);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChownLink(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
