using FolderSync.Filesystem.Scan;
using Xunit;

namespace FolderSync.Filesystem.Tests.Scan;

/// <summary>What must never look like a deletion, and changes during a scan.</summary>
public class ScannerFaultTests
{
    private readonly ScanRig _rig = new();

    [Fact]
    public async Task An_unreadable_directory_is_reported_and_nothing_below_it_is_gone()
    {
        _rig.User.WriteFile("a/b/c", "x");
        _rig.User.WriteFile("z", "x");
        await _rig.ScanAsync();
        _rig.User.Chmod("a/b", 0);
        _rig.User.Delete("z");
        Assert.Equal(["~a/b", "!a/b", "-z"], await _rig.ScanAsync());
        Assert.Equal(["!a/b"], await _rig.ScanAsync());
        Assert.Equal(["!a/b/c"], await _rig.ScanAsync("a/b/c"));
        _rig.User.Chmod("a/b", 0x1ED);
        Assert.Equal(["~a/b"], await _rig.ScanAsync());
    }

    [Theory]
    [InlineData(nameof(IFileSystem.List), "d", "!d"), InlineData(nameof(IFileSystem.OpenRead), "d/f", "!d/f")]
    [InlineData(nameof(IReadFile.Read), "d/f", "!d/f"), InlineData("FileStat", "d/f", "!d/f"), InlineData(nameof(IFileSystem.ReadSymlink), "d/l", "!d/l")]
    public async Task An_input_output_error_is_reported_with_its_reason(string operation, string path, string expected)
    {
        _rig.User.WriteFile("d/f", "x");
        _rig.User.Symlink("d/l", "x");
        await _rig.ScanAsync();
        _rig.User.WriteFile("d/f", "y");
        _rig.User.Delete("d/l");
        _rig.User.Symlink("d/l", "y");
        Break(operation, path, FileSystemError.Io);
        var findings = await _rig.FindAsync(false);
        Assert.Contains(expected, findings.Select(ScanRig.Text));
        Assert.DoesNotContain(findings, f => f is ScanFinding.Deleted);
        var problem = Assert.Single(findings.OfType<ScanFinding.Problem>()).What;
        Assert.Equal((FileSystemError.Io, "The disk is broken."), (problem.Error, problem.Reason));
        _rig.FileSystem.BeforeOperation = null;
        Assert.DoesNotContain(await _rig.ScanAsync(), f => f[0] is '!' or '-');
    }

    [Fact]
    public async Task What_vanishes_while_it_is_scanned_is_no_error()
    {
        _rig.User.WriteFile("known/f", "x");
        await _rig.ScanAsync();
        _rig.User.WriteFile("known/f", "edited");
        _rig.User.WriteFile("new/f", "x");
        _rig.User.Symlink("s", "x");
        Once(nameof(IFileSystem.OpenRead), "known/f", () => _rig.User.Delete("known"));
        Once(nameof(IFileSystem.List), "new", () => _rig.User.Delete("new"));
        Once(nameof(IFileSystem.ReadSymlink), "s", () => _rig.User.Delete("s"));
        Assert.Equal(["-known", "-known/f"], await _rig.ScanAsync());
    }

    [Fact]
    public async Task What_changes_its_kind_while_it_is_scanned_is_walked_again()
    {
        _rig.User.WriteFile("d/f", "x");
        _rig.User.WriteFile("f", "x");
        Once(nameof(IFileSystem.List), "d", () =>
        {
            _rig.User.Delete("d");
            _rig.User.Symlink("d", "x");
        });
        Once(nameof(IFileSystem.OpenRead), "f", () =>
        {
            _rig.User.Delete("f");
            _rig.User.WriteFile("f/below", "x");
        });
        Assert.Equal(["+d", "+f", "+f/below"], await _rig.ScanAsync());
        Assert.Empty(await _rig.ScanAsync());
    }

    [Fact]
    public async Task A_file_that_is_written_while_it_is_hashed_is_read_again()
    {
        _rig.User.WriteFile("f", new byte[300_000]);
        Once(nameof(IReadFile.Read), "f", () => _rig.User.Append("f", "more"u8), after: 1);
        Assert.Equal(["+f"], await _rig.ScanAsync());
        Assert.Equal(300_004, _rig.Known["f"].Size);
        Assert.Empty(await _rig.FindAsync(fullVerify: true));
    }

    [Theory]
    [InlineData(300_000), InlineData(17 << 20)]
    public async Task A_file_that_is_always_being_written_is_reported_and_not_announced(int size)
    {
        _rig.User.WriteFile("f", new byte[size]);
        _rig.FileSystem.BeforeOperation = (operation, _) =>
        {
            if (operation == nameof(IFileSystem.OpenRead))
                _rig.User.Overwrite("f", 5, "z"u8);
            return null;
        };
        var problem = Assert.IsType<ScanFinding.Problem>(Assert.Single(await _rig.FindAsync(false))).What;
        Assert.Contains("being changed", problem.Reason, StringComparison.Ordinal);
        _rig.FileSystem.BeforeOperation = null;
        Assert.Equal(["+f"], await _rig.ScanAsync());
    }

    [Fact]
    public async Task An_editor_that_saves_by_removing_and_making_anew_deletes_nothing()
    {
        _rig.User.WriteFile("f", "x");
        await _rig.ScanAsync();
        _rig.User.Delete("f");
        Once(nameof(IFileSystem.Stat), "f", () => _rig.User.WriteFile("f", "saved"));
        Assert.Equal(["*f"], await _rig.ScanAsync());
    }

    [Theory]
    [InlineData(RootState.Missing), InlineData(RootState.Replaced)]
    public async Task A_root_that_goes_away_takes_nothing_with_it(RootState expected)
    {
        for (var i = 0; i < 5; i++)
            _rig.User.WriteFile($"d{i}/f", "x");
        await _rig.ScanAsync();
        Action lose = expected == RootState.Missing ? _rig.User.Unmount : _rig.User.ReplaceRoot;
        foreach (var (operation, path) in new[] { (nameof(IFileSystem.List), ""), (nameof(IFileSystem.List), "d2"), (nameof(IFileSystem.CheckRoot), "") })
        {
            Once(operation, path, lose);
            Assert.Equal(expected, (await Assert.ThrowsAsync<RootUnavailableException>(() => _rig.ScanAsync())).State);
            Assert.Equal(10, _rig.Known.All.Count);
            if (expected == RootState.Missing)
                _rig.User.Mount();
            else
                return;
        }
        Assert.Empty(await _rig.ScanAsync());
    }

    [Fact]
    public async Task A_root_that_goes_away_before_the_last_batch_keeps_what_was_missed()
    {
        _rig.User.WriteFile("f", "x");
        await _rig.ScanAsync();
        _rig.User.Delete("f");
        var checks = 0;
        _rig.FileSystem.BeforeOperation = (operation, _) =>
        {
            if (operation == nameof(IFileSystem.CheckRoot) && ++checks == 3)
                _rig.User.Unmount();
            return null;
        };
        await Assert.ThrowsAsync<RootUnavailableException>(() => _rig.ScanAsync());
        Assert.Single(_rig.Known.All);
    }

    private void Break(string operation, string path, FileSystemError error) =>
        _rig.FileSystem.BeforeOperation = (o, p) => o == operation && p.Value == path ? new FileSystemException(error, "The disk is broken.") : null;

    /// <summary>Does something once, before the operation runs for the first time or after some more calls.</summary>
    private void Once(string operation, string path, Action act, int after = 0)
    {
        var before = _rig.FileSystem.BeforeOperation;
        _rig.FileSystem.BeforeOperation = (o, p) =>
        {
            if (o == operation && p.Value == path && after-- == 0)
                act();
            return before?.Invoke(o, p);
        };
    }
}
