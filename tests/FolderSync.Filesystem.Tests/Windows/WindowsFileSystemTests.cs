using FolderSync.Core.Model;
using FolderSync.Filesystem.Local;
using FolderSync.Filesystem.Windows;
using FolderSync.Testing;
using Xunit;
using static FolderSync.Filesystem.Tests.Unix.UnixFileSystemTests;

namespace FolderSync.Filesystem.Tests.Windows;

/// <summary>Every call, on a Windows disk.</summary>
public sealed class WindowsFileSystemTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly IFileSystem _disk;

    public WindowsFileSystemTests() => _disk = new FileSystems().Open(_temp.Path);

    public void Dispose()
    {
        _disk.Dispose();
        _temp.Dispose();
    }

    [WindowsFact]
    public void A_file_is_written_read_renamed_and_removed()
    {
        _disk.CreateDirectory(At("a"), 0x1ed);
        _disk.CreateDirectory(At("a/b"), 0x1c0);
        using (var file = _disk.OpenWrite(At("a/b/ünï \U0001f600"), create: true))
        {
            file.Write("hello"u8, 3);
            file.SetLength(20);
            file.SetModified(new FileTime(1_000_000_000, 123_456_789));
            file.Sync();
        }
        _disk.SyncDirectory(At("a/b"));
        _disk.SyncDirectory(LocalPath.Root);
        _disk.Rename(At("a/b/ünï \U0001f600"), At("a/x"), RenameMode.NoReplace);
        var stat = _disk.Stat(At("a/x"))!.Value;
        // NTFS stores times in units of 100 ns.
        Assert.Equal((FileKind.File, 20L, new FileTime(1_000_000_000, 123_456_700), 1L), (stat.Kind, stat.Size, stat.Modified, stat.Links));
        ReadsHello(_disk, At("a/x"));
        Fails(FileSystemError.NotEmpty, () => _disk.RemoveDirectory(At("a")));
        Fails(FileSystemError.WrongKind, () => _disk.RemoveFile(At("a/b")));
        _disk.RemoveFile(At("a/x"));
        _disk.RemoveDirectory(At("a/b"));
        _disk.RemoveDirectory(At("a"));
        Fails(FileSystemError.NotFound, () => _disk.RemoveFile(At("a/x")));
        Assert.Null(_disk.Stat(At("a/x")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path));
    }

    [WindowsFact]
    public void Times_from_the_first_to_the_last_that_the_disk_has_are_kept()
    {
        _temp.Write("file");
        foreach (var second in new[] { 0L, 1, 951_782_400, 1_700_000_000, 4_102_444_800 })
        {
            _disk.SetModified(At("file"), new FileTime(second, 999_999_900));
            Assert.Equal(new FileTime(second, 999_999_900), _disk.Stat(At("file"))!.Value.Modified);
        }
    }

    [WindowsFact]
    public void Listing_tells_all_children_and_their_kinds()
    {
        Directory.CreateDirectory(_temp["d/dir"]);
        for (var i = 0; i < 1200; i++)
            _temp.Write($"d/a file whose name takes some room in the buffer of a listing {i:D4}", "12345");
        var children = _disk.List(At("d"));
        Assert.Equal(1201, children.Count);
        Assert.Equal(1201, children.Select(c => c.Leaf).Distinct().Count());
        Assert.Equal(FileKind.Directory, children.Single(c => c.Leaf == "dir").Stat.Kind);
        Assert.All(children.Where(c => c.Leaf != "dir"), c => Assert.Equal((FileKind.File, 5L), (c.Stat.Kind, c.Stat.Size)));
        Assert.Equal(_disk.Stat(At("d/dir")), children.Single(c => c.Leaf == "dir").Stat);
        Fails(FileSystemError.WrongKind, () => _disk.List(At("d/" + children.First(c => c.Leaf != "dir").Leaf)));
    }

    [WindowsFact]
    public void Names_that_Windows_cannot_have_are_refused_by_every_call_and_reach_nothing_else()
    {
        _temp.Write("file", "mine");
        string[] impossible = ["file:stream", "file::$DATA", "C:", "a|b", "a?", "a*", "<a", "a>", "a\"b", "a\\b", "..\\file", "trailing.", "trailing ", "CON", "nul.txt", "COM1", "lpt9.log", "aux", "a\u0001b", new string('x', 256)];
        foreach (var name in impossible)
        {
            Assert.NotNull(_disk.ValidateName(FileName.Parse("d/" + name)));
            var at = LocalPath.Root.Child(name);
            Action[] calls =
            [
                () => _disk.Stat(at), () => _disk.OpenRead(at).Dispose(), () => _disk.OpenWrite(at, create: true).Dispose(), () => _disk.CreateDirectory(at, 0x1ed),
                () => _disk.RemoveFile(at), () => _disk.RemoveDirectory(at), () => _disk.Rename(At("file"), at, RenameMode.Replace), () => _disk.Rename(at, At("other"), RenameMode.NoReplace),
                () => _disk.SetModified(at, default),
            ];
            Assert.All(calls, call => Fails(FileSystemError.Other, call));
        }
        Assert.Equal(["file"], Directory.GetFileSystemEntries(_temp.Path).Select(Path.GetFileName));
        Assert.Equal("mine", File.ReadAllText(_temp["file"]));
        Assert.Null(_disk.ValidateName(FileName.Parse("console/com10/.dot/a b.c")));
    }

    [WindowsFact]
    public void Case_does_not_matter_but_is_kept()
    {
        Assert.True(_disk.Traits.CaseInsensitive);
        _temp.Write("File", "mine");
        Assert.Equal(_disk.Stat(At("File")), _disk.Stat(At("fILE")));
        Fails(FileSystemError.Exists, () => _disk.CreateDirectory(At("FILE"), 0x1ed));
        Assert.Equal("File", Assert.Single(_disk.List(LocalPath.Root)).Leaf);
    }

    [WindowsFact]
    public void Paths_longer_than_260_characters_are_paths_as_all_others()
    {
        var path = LocalPath.Root;
        for (var i = 0; i < 8; i++)
        {
            path = path.Child(new string((char)('a' + i), 200));
            _disk.CreateDirectory(path, 0x1ed);
        }
        var file = path.Child("file");
        using (var written = _disk.OpenWrite(file, create: true))
            written.Write("deep"u8, 0);
        _disk.Rename(file, path.Child("other"), RenameMode.NoReplace);
        using (var read = _disk.OpenRead(path.Child("other")))
            Assert.Equal(4, read.Read(new byte[10], 0));
        Assert.Equal("other", Assert.Single(_disk.List(path)).Leaf);
        _disk.RemoveFile(path.Child("other"));
        for (; !path.IsRoot; path = path.Parent)
            _disk.RemoveDirectory(path);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path));
    }

    [WindowsFact]
    public void Renaming_replaces_only_what_it_may()
    {
        _temp.Write("a", "a");
        _temp.Write("b", "b");
        Fails(FileSystemError.Exists, () => _disk.Rename(At("a"), At("b"), RenameMode.NoReplace));
        Assert.Equal("b", File.ReadAllText(_temp["b"]));
        _disk.Rename(At("a"), At("b"), RenameMode.Replace);
        Assert.Equal("a", File.ReadAllText(_temp["b"]));
        Assert.False(File.Exists(_temp["a"]));
        Fails(FileSystemError.NotFound, () => _disk.Rename(At("a"), At("c"), RenameMode.Replace));
    }

    [WindowsFact]
    public void Two_files_exchange_their_names_and_nothing_stays_between()
    {
        _temp.Write(".foldersync.0123456789abcdef0123456789abcdef.tmp", "new");
        _temp.Write("file", "old");
        _disk.Rename(At(".foldersync.0123456789abcdef0123456789abcdef.tmp"), At("file"), RenameMode.Exchange);
        Assert.Equal("new", File.ReadAllText(_temp["file"]));
        Assert.Equal("old", File.ReadAllText(_temp[".foldersync.0123456789abcdef0123456789abcdef.tmp"]));
        Assert.Equal(2, Directory.GetFiles(_temp.Path).Length);
        Fails(FileSystemError.NotFound, () => _disk.Rename(At("file"), At("gone"), RenameMode.Exchange));
        Directory.CreateDirectory(_temp["d"]);
        Fails(FileSystemError.NotSupported, () => _disk.Rename(At("d"), At("file"), RenameMode.Exchange));
        Assert.Equal("new", File.ReadAllText(_temp["file"]));
    }

    [WindowsFact]
    public void A_file_that_another_program_holds_is_told_as_such_and_stays()
    {
        _temp.Write("held", "mine");
        _temp.Write("new", "new");
        using (new FileStream(_temp["held"], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Action[] calls =
            [
                () => _disk.OpenRead(At("held")).Dispose(), () => _disk.OpenWrite(At("held"), create: false).Dispose(), () => _disk.RemoveFile(At("held")),
                () => _disk.Rename(At("held"), At("away"), RenameMode.NoReplace),
                () => _disk.Rename(At("new"), At("held"), RenameMode.Exchange),
            ];
            Assert.All(calls, call => Assert.Contains("held", Fails(FileSystemError.InUse, call).Message, StringComparison.Ordinal));
            // A scan sees it nevertheless.
            Assert.Equal(4, _disk.Stat(At("held"))!.Value.Size);
            Assert.Equal(2, _disk.List(LocalPath.Root).Count);
        }
        Assert.Equal(("mine", "new"), (File.ReadAllText(_temp["held"]), File.ReadAllText(_temp["new"])));
        _disk.Rename(At("new"), At("held"), RenameMode.Exchange);
        Assert.Equal(("new", "mine"), (File.ReadAllText(_temp["held"]), File.ReadAllText(_temp["new"])));
    }

    [WindowsFact]
    public void What_a_scanner_holds_for_a_moment_is_renamed_when_it_lets_go()
    {
        _temp.Write("new", "new");
        var held = new FileStream(_temp["new"], FileMode.Open, FileAccess.Read, FileShare.Read);
        var pauses = 0;
        using var disk = new WindowsFileSystem(_temp.Path, _ =>
        {
            if (++pauses == 2)
                held.Dispose();
        });
        disk.Rename(At("new"), At("placed"), RenameMode.NoReplace);
        Assert.Equal((2, "new"), (pauses, File.ReadAllText(_temp["placed"])));
    }

    [WindowsFact]
    public void Nobody_is_kept_from_a_file_that_is_being_read_here()
    {
        _temp.Write("file", "mine");
        using var read = _disk.OpenRead(At("file"));
        File.WriteAllText(_temp["file"], "changed");
        Assert.Equal(7, read.Stat().Size);
        File.Move(_temp["file"], _temp["moved"]);
        File.Delete(_temp["moved"]);
        // Windows 10 removes the name at once, older versions when the last handle is closed.
        read.Dispose();
        Assert.False(File.Exists(_temp["moved"]));
    }

    [WindowsFact]
    public void A_symlink_is_never_made_and_the_reason_is_said()
    {
        Assert.False(_disk.Traits.Symlinks);
        Assert.Contains("symlinks are not synced on Windows", Fails(FileSystemError.NotSupported, () => _disk.CreateSymlink(At("link"), "x")).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path));
    }

    [WindowsFact]
    public void The_root_and_its_marker_are_told_apart()
    {
        Assert.Equal(RootState.MarkerMissing, _disk.CheckRoot());
        _disk.CreateDirectory(At(".stfolder"), 0x1ed);
        Assert.Equal(RootState.Present, _disk.CheckRoot());
        Assert.True(File.GetAttributes(_temp[".stfolder"]).HasFlag(FileAttributes.Hidden));
        using var missing = new FileSystems().Open(_temp["none"]);
        Assert.Equal(RootState.Missing, missing.CheckRoot());
        using var file = new FileSystems().Open(_temp.Write("file"));
        Assert.Equal(RootState.NotADirectory, file.CheckRoot());
        using var drive = new FileSystems().Open(@"Q:\none");
        Assert.Equal(RootState.Missing, drive.CheckRoot());
        var (free, total) = _disk.GetSpace();
        Assert.InRange(free, 1, total);
        Assert.NotEmpty(_disk.Traits.Name);
    }
}
