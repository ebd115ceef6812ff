using System.Text;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Unix;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Filesystem.Tests.Unix;

/// <summary>Every call, with both ways of resolving paths.</summary>
public sealed class UnixFileSystemTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly List<IDisposable> _open = [];

    [Theory, InlineData(true), InlineData(false)]
    public void A_file_is_written_read_renamed_and_removed(bool byKernel)
    {
        var disk = Open(byKernel);
        disk.CreateDirectory(At("a"), 0x1ed);
        disk.CreateDirectory(At("a/b"), 0x1c0);
        using (var file = disk.OpenWrite(At("a/b/new\nline"), create: true))
        {
            Assert.Equal(0x180u, file.Stat().Permissions);
            file.Write("hello"u8, 3);
            file.SetLength(20);
            file.SetPermissions(0x1a4);
            file.SetModified(new FileTime(1_000_000_000, 123_456_789));
            file.Sync();
        }
        disk.SyncDirectory(At("a/b"));
        disk.SyncDirectory(LocalPath.Root);
        disk.SyncAll();
        disk.Rename(At("a/b/new\nline"), At("a/x"), RenameMode.NoReplace);
        var stat = disk.Stat(At("a/x"))!.Value;
        Assert.Equal((FileKind.File, 20L, new FileTime(1_000_000_000, 123_456_789), 0x1a4u, 1L), (stat.Kind, stat.Size, stat.Modified, stat.Permissions, stat.Links));
        Assert.NotEqual(0, stat.ChangeTime);
        ReadsHello(disk, At("a/x"));
        disk.RemoveFile(At("a/x"));
        disk.RemoveDirectory(At("a/b"));
        disk.RemoveDirectory(At("a"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_linked_ignore_file_is_read_wherever_it_is_and_nothing_but_a_file_is(bool byKernel)
    {
        using var elsewhere = new TempFolder();
        elsewhere.Write("patterns", "*.log");
        var disk = Open(byKernel);
        void LinkTo(string target)
        {
            File.Delete(_temp[".stignore"]);
            File.CreateSymbolicLink(_temp[".stignore"], target);
        }
        LinkTo(elsewhere["patterns"]);
        Assert.Equal("*.log"u8, disk.ReadLinked(".stignore", 100));
        Fails(FileSystemError.Other, () => disk.ReadLinked(".stignore", 4));
        LinkTo(elsewhere["nowhere"]);
        Fails(FileSystemError.NotFound, () => disk.ReadLinked(".stignore", 100));
        LinkTo(elsewhere.Path);
        Fails(FileSystemError.WrongKind, () => disk.ReadLinked(".stignore", 100));
        // Opening a pipe would wait for its other end.
        Assert.True(TempFolder.Run("mkfifo", elsewhere["pipe"]));
        LinkTo(elsewhere["pipe"]);
        Fails(FileSystemError.WrongKind, () => disk.ReadLinked(".stignore", 100));
        LinkTo("/dev/zero");
        Fails(FileSystemError.WrongKind, () => disk.ReadLinked(".stignore", 100));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Listing_tells_kinds_and_shows_names_that_are_not_utf8(bool byKernel)
    {
        var disk = Open(byKernel);
        _temp.Write("d/file", "12345");
        Directory.CreateDirectory(_temp["d/dir"]);
        File.CreateSymbolicLink(_temp["d/link"], "nowhere");
        Assert.True(TempFolder.Run("mkfifo", _temp["d/fifo"]));
        Assert.True(TempFolder.Run("sh", "-c", $"touch \"$(printf '{_temp.Path}/d/a\\377b')\""));
        var children = disk.List(At("d")).OrderBy(c => c.DisplayName, StringComparer.Ordinal).ToList();
        Assert.Equal(["a\\xffb", "dir", "fifo", "file", "link"], children.Select(c => c.DisplayName));
        Assert.Equal([null, "dir", "fifo", "file", "link"], children.Select(c => c.Leaf));
        Assert.Equal([FileKind.File, FileKind.Directory, FileKind.Other, FileKind.File, FileKind.Symlink], children.Select(c => c.Stat.Kind));
        foreach (var child in children.Where(c => c.Leaf is not null))
            Assert.Equal(disk.Stat(At("d").Child(child.Leaf!)), child.Stat);
        Assert.Equal(5, disk.Stat(At("d/file"))!.Value.Size);
        Assert.Equal(FileKind.Directory, disk.Stat(LocalPath.Root)!.Value.Kind);
        Assert.Single(disk.List(LocalPath.Root));
        Assert.Single(disk.List(LocalPath.Root));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Nothing_is_ever_reached_through_a_symlink(bool byKernel)
    {
        using var outside = new TempFolder();
        outside.Write("secret", "outside");
        Directory.CreateDirectory(outside["dir"]);
        File.CreateSymbolicLink(_temp["out"], outside.Path);
        _temp.Write("in/file", "inside");
        File.CreateSymbolicLink(_temp["same"], "in");
        var disk = Open(byKernel);
        Assert.Null(disk.Stat(At("out/secret")));
        Assert.Null(disk.Stat(At("same/file")));
        foreach (var parent in new[] { "out", "same" })
        {
            Fails(FileSystemError.Escapes, () => disk.OpenRead(At(parent + "/secret")));
            Fails(FileSystemError.Escapes, () => disk.OpenWrite(At(parent + "/secret"), create: true));
            Fails(FileSystemError.Escapes, () => disk.CreateDirectory(At(parent + "/x"), 0x1ff));
            Fails(FileSystemError.Escapes, () => disk.CreateSymlink(At(parent + "/x"), "t"));
            Fails(FileSystemError.Escapes, () => disk.ReadSymlink(At(parent + "/x")));
            Fails(FileSystemError.Escapes, () => disk.RemoveFile(At(parent + "/secret")));
            Fails(FileSystemError.Escapes, () => disk.RemoveDirectory(At(parent + "/dir")));
            Fails(FileSystemError.Escapes, () => disk.SetPermissions(At(parent + "/secret"), 0x1ff));
            Fails(FileSystemError.Escapes, () => disk.SetModified(At(parent + "/secret"), default));
            Fails(FileSystemError.Escapes, () => disk.Rename(At("in/file"), At(parent + "/stolen"), RenameMode.Replace));
            Fails(FileSystemError.Escapes, () => disk.Rename(At(parent + "/secret"), At("mine"), RenameMode.NoReplace));
            Fails(FileSystemError.Escapes, () => disk.List(At(parent + "/dir")));
            Fails(FileSystemError.Escapes, () => disk.SyncDirectory(At(parent + "/dir")));
            Fails(FileSystemError.WrongKind, () => disk.List(At(parent)));
            Fails(FileSystemError.WrongKind, () => disk.OpenRead(At(parent)));
            Fails(FileSystemError.WrongKind, () => disk.OpenWrite(At(parent), create: true));
            Fails(FileSystemError.WrongKind, () => disk.RemoveDirectory(At(parent)));
        }
        Assert.Equal("outside", File.ReadAllText(outside["secret"]));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_parent_that_is_swapped_for_a_symlink_meanwhile_leads_nowhere(bool byKernel)
    {
        using var outside = new TempFolder();
        outside.Write("file", "outside");
        Directory.CreateDirectory(_temp["d"]);
        File.CreateSymbolicLink(_temp["l"], outside.Path);
        var disk = Open(byKernel);
        using var swaps = Open(true);
        var stop = false;
        var swapper = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
                swaps.Rename(At("d"), At("l"), RenameMode.Exchange);
        });
        swapper.Start();
        Action[] calls =
        [
            () =>
            {
                using var file = disk.OpenWrite(At("d/file"), create: true);
                file.Write("inside"u8, 0);
            },
            () => disk.SetPermissions(At("d/file"), 0x180),
            () => disk.SetModified(At("d/file"), new FileTime(1, 0)),
            () => disk.CreateDirectory(At("d/made"), 0x1c0),
            () => disk.RemoveDirectory(At("d/made")),
            () => disk.Rename(At("d/file"), At("d/other"), RenameMode.Replace),
            () => disk.RemoveFile(At("d/other")),
        ];
        int[] reached = new int[calls.Length], refused = new int[calls.Length];
        for (var i = 0; i < 100_000 && (i < 1_000 || reached.Contains(0) || refused.Contains(0)); i++)
        {
            for (var c = 0; c < calls.Length; c++)
            {
                try
                {
                    calls[c]();
                    reached[c]++;
                }
                catch (FileSystemException e) when (e.Error is FileSystemError.Escapes)
                {
                    refused[c]++;
                }
                catch (FileSystemException e) when (e.Error is FileSystemError.NotFound or FileSystemError.Exists)
                {
                    // The previous call was refused.
                }
            }
        }
        Volatile.Write(ref stop, true);
        swapper.Join();
        Assert.Equal("outside", File.ReadAllText(outside["file"]));
        Assert.Equal([outside["file"]], Directory.GetFileSystemEntries(outside.Path));
        Assert.True(File.GetLastWriteTimeUtc(outside["file"]).Year > 2000);
        Assert.False(reached.Contains(0) || refused.Contains(0), $"reached {string.Join(' ', reached)}, refused {string.Join(' ', refused)}: the race did not happen");
    }

    [Fact]
    public void Only_regular_files_with_one_name_are_opened_for_writing()
    {
        var disk = Open();
        Assert.True(TempFolder.Run("mkfifo", _temp["fifo"]));
        Fails(FileSystemError.WrongKind, () => disk.OpenRead(At("fifo")));
        Fails(FileSystemError.WrongKind, () => disk.OpenWrite(At("fifo"), create: true));
        Directory.CreateDirectory(_temp["dir"]);
        Fails(FileSystemError.WrongKind, () => disk.OpenRead(At("dir")));
        Fails(FileSystemError.WrongKind, () => disk.OpenWrite(At("dir"), create: true));
        _temp.Write("one", "content");
        Assert.True(TempFolder.Run("ln", _temp["one"], _temp["two"]));
        var e = Fails(FileSystemError.WrongKind, () => disk.OpenWrite(At("two"), create: true));
        Assert.Contains("hard links", e.Message, StringComparison.Ordinal);
        disk.OpenRead(At("two")).Dispose();
        Fails(FileSystemError.NotFound, () => disk.OpenWrite(At("three"), create: false));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Renaming_keeps_replaces_or_exchanges(bool byKernel)
    {
        var disk = Open(byKernel);
        _temp.Write("a", "a");
        _temp.Write("b", "b");
        Fails(FileSystemError.Exists, () => disk.Rename(At("a"), At("b"), RenameMode.NoReplace));
        disk.Rename(At("a"), At("b"), RenameMode.Exchange);
        Assert.Equal("b", File.ReadAllText(_temp["a"]));
        disk.Rename(At("a"), At("b"), RenameMode.Replace);
        Assert.Equal("b", File.ReadAllText(_temp["b"]));
        Assert.False(File.Exists(_temp["a"]));
        Fails(FileSystemError.NotFound, () => disk.Rename(At("a"), At("b"), RenameMode.Exchange));
        _temp.Write("full/x");
        Directory.CreateDirectory(_temp["empty"]);
        Fails(FileSystemError.NotEmpty, () => disk.Rename(At("empty"), At("full"), RenameMode.Replace));
        Fails(FileSystemError.NotEmpty, () => disk.RemoveDirectory(At("full")));
        Fails(FileSystemError.WrongKind, () => disk.RemoveFile(At("full")));
        Fails(FileSystemError.WrongKind, () => disk.RemoveDirectory(At("b")));
        disk.Rename(At("full"), At("empty"), RenameMode.Replace);
        Assert.True(File.Exists(_temp["empty/x"]));
        foreach (var call in new Action[] { () => disk.Rename(LocalPath.Root, At("b"), RenameMode.Replace), () => disk.RemoveDirectory(LocalPath.Root) })
            Fails(FileSystemError.WrongKind, call);
    }

    [Fact]
    public void What_stands_in_for_a_rename_without_replacing_replaces_nothing()
    {
        _temp.Write("a", "a");
        _temp.Write("b", "b");
        Directory.CreateDirectory(_temp["d/in"]);
        Directory.CreateDirectory(_temp["e"]);
        Assert.Equal(Errno.Exists, WithoutReplacing("a", "b"));
        Assert.Equal(Errno.Exists, WithoutReplacing("d", "e"));
        Assert.Equal(Errno.Exists, WithoutReplacing("d", "b"));
        Assert.Equal(Errno.NotFound, WithoutReplacing("none", "c"));
        Assert.Equal(0, WithoutReplacing("a", "c"));
        Assert.Equal(0, WithoutReplacing("d", "f"));
        Assert.Equal("a", File.ReadAllText(_temp["c"]));
        Assert.Equal(["b", "c", "e", "f"], Directory.GetFileSystemEntries(_temp.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(Directory.Exists(_temp["f/in"]));
        Assert.Empty(Directory.GetFileSystemEntries(_temp["e"]));
    }

    [Fact]
    public void A_change_of_case_goes_by_a_third_name_and_back_if_it_fails()
    {
        _temp.Write("name", "x");
        using var root = new Descriptor(Libc.Open(Libc.CurrentDirectory, Encoding.UTF8.GetBytes(_temp.Path + "\0"), Libc.DirectoryOnly, 0));
        using (var lease = root.Use())
        {
            ResolvedPath small = new(lease, lease.Fd, "name\0"u8), capital = new(lease, lease.Fd, "NAME\0"u8);
            Assert.Equal(0, RenameOperations.ChangeSpelling(small, capital));
            Assert.Equal("NAME", Path.GetFileName(Assert.Single(Directory.GetFiles(_temp.Path))));
            _temp.Write("name", "other");
            Assert.Equal(Errno.Exists, RenameOperations.ChangeSpelling(small, capital));
        }
        Assert.Equal(["NAME", "name"], Directory.GetFiles(_temp.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("other", File.ReadAllText(_temp["name"]));
    }

    [Fact]
    public void Symlinks_are_made_read_and_touched_as_themselves()
    {
        var disk = Open();
        var target = new string('ü', 700);
        disk.CreateSymlink(At("l"), target);
        Assert.Equal(target, disk.ReadSymlink(At("l")));
        disk.SetModified(At("l"), new FileTime(-5, 7));
        Assert.Equal((FileKind.Symlink, new FileTime(-5, 7)), (disk.Stat(At("l"))!.Value.Kind, disk.Stat(At("l"))!.Value.Modified));
        Fails(FileSystemError.WrongKind, () => disk.SetPermissions(At("l"), 0x1ff));
        Fails(FileSystemError.Exists, () => disk.CreateSymlink(At("l"), "x"));
        _temp.Write("f");
        Assert.Throws<FileSystemException>(() => disk.ReadSymlink(At("f")));
        disk.RemoveFile(At("l"));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Permissions_are_exact_and_a_directory_keeps_its_setgid_bit(bool byKernel)
    {
        var disk = Open(byKernel);
        disk.CreateDirectory(At("d"), 0x1ff);
        Assert.Equal(0x1ffu, disk.Stat(At("d"))!.Value.Permissions);
        Assert.True(TempFolder.Run("chmod", "2700", _temp["d"]));
        disk.SetPermissions(At("d"), 0x1ed);
        Assert.Equal((UnixFileMode)0x5ed, ModeOf(_temp["d"]));
        _temp.Write("f");
        Assert.True(TempFolder.Run("chmod", "4755", _temp["f"]));
        disk.SetPermissions(At("f"), 0x1ed);
        Assert.Equal((UnixFileMode)0x1ed, ModeOf(_temp["f"]));
    }

    [Fact]
    public void Permissions_can_be_changed_by_handle_too()
    {
        _temp.Write("f");
        File.CreateSymbolicLink(_temp["l"], "f");
        using var root = new Descriptor(Libc.Open(Libc.CurrentDirectory, Encoding.UTF8.GetBytes(_temp.Path + "\0"), Libc.DirectoryOnly, 0));
        using var lease = root.Use();
        Assert.Equal(0, FilePermissions.ChangeByHandle(new ResolvedPath(lease, lease.Fd, "f\0"u8), 0x124));
        Assert.Equal((UnixFileMode)0x124, ModeOf(_temp["f"]));
        Assert.Equal(-1, FilePermissions.ChangeByHandle(new ResolvedPath(lease, lease.Fd, "l\0"u8), 0x1ff));
        Assert.Equal((UnixFileMode)0x124, ModeOf(_temp["f"]));
        root.Dispose();
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_path_may_be_longer_than_the_kernel_takes_at_once(bool byKernel)
    {
        var disk = Open(byKernel);
        var path = LocalPath.Root;
        for (var i = 0; i < 60; i++)
        {
            path = path.Child(new string((char)('a' + (i % 26)), 200));
            disk.CreateDirectory(path, 0x1c0);
        }
        Assert.True(path.Value.Length > 12_000);
        var file = path.Child("file");
        using (var writer = disk.OpenWrite(file, create: true))
            writer.Write("x"u8, 0);
        Assert.Equal(1, disk.Stat(file)!.Value.Size);
        Assert.Equal("file", Assert.Single(disk.List(path)).Leaf);
        disk.Rename(file, At("short"), RenameMode.NoReplace);
        Assert.True(File.Exists(_temp["short"]));
        for (; !path.IsRoot; path = path.Parent)
            disk.RemoveDirectory(path);
    }

    [Fact]
    public void What_is_not_there_is_null_or_says_so()
    {
        var disk = Open();
        _temp.Write("file");
        Assert.Null(disk.Stat(At("none")));
        Assert.Null(disk.Stat(At("file/below")));
        Assert.Null(disk.Stat(At(new string('x', 300))));
        var e = Fails(FileSystemError.NotFound, () => disk.OpenRead(At("none/x\u001b[31m")));
        Assert.Equal($"Can't read '{_temp["none/x\\x1b[31m"]}': No such file or directory.", e.Message);
        Fails(FileSystemError.NotFound, () => disk.OpenRead(At("file/below")));
        Fails(FileSystemError.NameTooLong, () => disk.CreateDirectory(At(new string('x', 256)), 0x1ff));
        Fails(FileSystemError.Other, () => disk.CreateDirectory(At("\ud800"), 0x1ff));
        Fails(FileSystemError.Exists, () => disk.CreateDirectory(At("file"), 0x1ff));
    }

    [Fact]
    public void A_range_is_copied_by_the_kernel()
    {
        var disk = Open();
        var data = new byte[300_000];
        new Random(1).NextBytes(data);
        File.WriteAllBytes(_temp["source"], data);
        using var source = disk.OpenRead(At("source"));
        using var target = disk.OpenWrite(At("target"), create: true);
        Assert.True(target.TryCopyRange(source, 4096, 131_072, 131_072));
        Assert.True(target.TryCopyRange(source, 1, 0, 10));
        Assert.False(target.TryCopyRange(source, 299_000, 0, 5_000));
        var copied = new byte[131_072];
        Assert.Equal(copied.Length, target.Read(copied, 131_072));
        Assert.True(data.AsSpan(4096, 131_072).SequenceEqual(copied));
    }

    [Fact]
    public void Names_that_are_too_long_are_refused_with_the_reason()
    {
        var disk = Open();
        Assert.Null(disk.ValidateName(FileName.Parse("CON/a:b/nul.txt.")));
        Assert.Null(disk.ValidateName(FileName.Parse(new string('x', 255))));
        Assert.Null(disk.ValidateName(FileName.Parse(new string('ü', 127))));
        Assert.Contains("256 bytes", disk.ValidateName(FileName.Parse("a/" + new string('ü', 128))), StringComparison.Ordinal);
    }

    [Fact]
    public void No_handle_is_left_open()
    {
        var disk = Open();
        void Use()
        {
            for (var i = 0; i < 50; i++)
            {
                _temp.Write($"d{i}/e/f", "x");
                disk.List(At($"d{i}/e"));
                disk.OpenRead(At($"d{i}/e/f")).Dispose();
                Assert.ThrowsAny<Exception>(() => disk.OpenRead(At($"d{i}/e/g")));
                Assert.ThrowsAny<Exception>(() => disk.OpenRead(At($"d{i}/e")));
                Assert.ThrowsAny<Exception>(() => disk.OpenRead(At($"d{i}/e/f/g")));
                disk.SyncDirectory(At($"d{i}/e"));
                disk.Rename(At($"d{i}/e/f"), At($"d{i}/f"), RenameMode.Replace);
            }
        }
        bool IsOurs(string fd)
        {
            try
            {
                return File.ResolveLinkTarget(fd, false)?.FullName.StartsWith(_temp.Path, StringComparison.Ordinal) == true;
            }
            catch (IOException)
            {
                // Another test has closed it meanwhile.
                return false;
            }
        }
        int Handles() => Directory.GetFileSystemEntries("/proc/self/fd").Count(IsOurs);
        Use();
        Assert.InRange(Handles(), 0, 1);
    }

    public void Dispose()
    {
        _open.ForEach(o => o.Dispose());
        _temp.Dispose();
    }

    internal static LocalPath At(string path) => path.Split('/').Aggregate(LocalPath.Root, (parent, leaf) => parent.Child(leaf));

    internal static FileSystemException Fails(FileSystemError error, Action call)
    {
        var e = Assert.Throws<FileSystemException>(call);
        Assert.True(e.Error == error, $"{e.Error}, not {error}: {e.Message}");
        return e;
    }

    /// <summary>The file has 20 bytes, "hello" from the third on, and an inode; the handle and the name report the same.</summary>
    internal static void ReadsHello(IFileSystem disk, LocalPath path)
    {
        var stat = disk.Stat(path)!.Value;
        Assert.NotEqual(0UL, stat.Inode);
        using var file = disk.OpenRead(path);
        var buffer = new byte[64];
        Assert.Equal(20, file.Read(buffer, 0));
        Assert.Equal("\0\0\0hello\0", Encoding.UTF8.GetString(buffer, 0, 9));
        Assert.Equal(2, file.Read(buffer, 18));
        Assert.Equal(0, file.Read(buffer, 20));
        Assert.Equal(stat, file.Stat());
    }

    private static FileSystemException Fails(FileSystemError error, Func<IDisposable> call) => Fails(error, () => call().Dispose());

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);

    private UnixFileSystem Open(bool byKernel = true)
    {
        var disk = new UnixFileSystem(_temp.Path, TimeProvider.System, byKernel && BeneathResolver.KernelResolves);
        _open.Add(disk);
        return disk;
    }

    private int WithoutReplacing(string from, string to)
    {
        using var root = new Descriptor(Libc.Open(Libc.CurrentDirectory, Encoding.UTF8.GetBytes(_temp.Path + "\0"), Libc.DirectoryOnly, 0));
        using var lease = root.Use();
        return RenameOperations.WithoutReplacing(new ResolvedPath(lease, lease.Fd, Encoding.UTF8.GetBytes(from + "\0")),
            new ResolvedPath(lease, lease.Fd, Encoding.UTF8.GetBytes(to + "\0")));
    }
}
