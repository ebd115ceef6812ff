using FolderSync.Core.Model;
using FolderSync.Filesystem.Watch;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Filesystem.Tests.Watch;

/// <summary>Tests with the real kernel. Each test waits for the notice that it caused, never for a fixed time.</summary>
public sealed class InotifyWatcherTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private InotifyWatcher? _watcher;

    [Fact]
    public async Task A_saved_file_is_noticed_soon()
    {
        _temp.Write("d/file");
        await Start();
        await File.WriteAllTextAsync(_temp["d/file"], "new");
        Assert.Equal(["d/file"], await Next());
    }

    [Fact]
    public async Task Each_way_of_changing_is_noticed()
    {
        foreach (var name in new[] { "chmod", "gone", "from", "dir/in", "replaced" })
            _temp.Write(name);
        await Start();
        TempFolder.Run("chmod", "600", _temp["chmod"]);
        await Seen("chmod");
        File.Delete(_temp["gone"]);
        await Seen("gone");
        File.Move(_temp["from"], _temp["to"]);
        await Seen("from", "to");
        File.CreateSymbolicLink(_temp["link"], "x");
        await Seen("link");
        TempFolder.Run("ln", _temp["chmod"], _temp["hard"]);
        await Seen("hard");
        _temp.Write(".stignore", "x");
        await Seen(".stignore");
        File.Move(_temp.Write("editor~"), _temp["replaced"], overwrite: true);
        await Seen("replaced");
        Directory.Move(_temp["dir"], _temp["moved"]);
        await Seen("dir", "moved");
        _temp.Write("moved/in", "after the move");
        await Seen("moved/in");
        Directory.Delete(_temp["moved"], recursive: true);
        await Seen("moved");
    }

    [Fact]
    public async Task What_is_made_in_new_directories_is_never_missed()
    {
        await Start();
        var expected = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            for (var j = 0; j < 5; j++)
                expected.Add(Path.GetRelativePath(_temp.Path, _temp.Write($"n{i}/a/b/c{j}/file")));
        }
        await Covered(expected);
        // By now each of the new directories is watched, too.
        foreach (var name in expected)
        {
            _temp.Write(name, "again");
            await Seen(name);
            if (name.GetHashCode(StringComparison.Ordinal) % 8 != 0)
                break;
        }
    }

    [Fact]
    public async Task What_changes_while_watching_begins_is_noticed()
    {
        for (var i = 0; i < 300; i++)
            _temp.Write($"d{i}/e/file");
        // Older than the clock lag that the watcher allows for.
        await Task.Delay(60);
        _watcher = Watcher(Quick);
        var changed = new HashSet<string>();
        for (var i = 299; i >= 0; i -= 10)
        {
            changed.Add($"d{i}/e/file");
            await File.WriteAllTextAsync(_temp[$"d{i}/e/file"], "changed");
            changed.Add($"d{i}/e/gone");
            File.Move(_temp.Write($"d{i}/e/gone"), _temp[$"d{i}/e/kept"]);
        }
        await Covered(changed);
    }

    [Fact]
    public async Task Ignored_directories_and_our_own_files_are_no_news()
    {
        _temp.Write("ignored/deep/file");
        _temp.Write(".stversions/old");
        await Start(isIgnored: name => name.Value is "ignored" or "new/ignored");
        _temp.Write("ignored/deep/file", "x");
        _temp.Write(".stversions/old", "x");
        _temp.Write(".stfolder");
        _temp.Write(".foldersync.abc.tmp", "x");
        _temp.Write(".syncthing.abc.tmp", "x");
        _temp.Write("last", "x");
        Assert.Equal(["last"], await Next());
    }

    [Fact]
    public async Task Names_that_are_not_normalized_are_noticed_by_their_directory()
    {
        Directory.CreateDirectory(_temp["d"]);
        await Start();
        _temp.Write("d/u\u0308", "x");
        Assert.Equal(["d"], await Next());
    }

    [Fact]
    public async Task Too_many_events_become_everything()
    {
        _temp.Write("a/file");
        await Start();
        using var held = new ManualResetEventSlim();
        var limit = int.Parse(await File.ReadAllTextAsync("/proc/sys/fs/inotify/max_queued_events"), System.Globalization.CultureInfo.InvariantCulture);
        // The callback blocks the watcher's thread while the kernel's queue overflows.
        _hold = held;
        _temp.Write("b/c/file");
        Directory.CreateDirectory(_temp["b/c/d"]);
        for (var i = 0; i < (limit / 2) + 2_000; i++)
        {
            File.WriteAllBytes(_temp["a/one"], []);
            File.WriteAllBytes(_temp["a/two"], []);
        }
        _hold = null;
        held.Set();
        while (!(await _watcher!.Notices.ReadAsync(Timeout())).Everything)
        {
        }
        await _watcher.Started;
        _temp.Write("b/c/file", "new");
        await Covered(["b/c/file"]);
    }

    [Fact]
    public async Task A_root_that_goes_and_comes_back_is_watched_again()
    {
        _temp.Write("root/file");
        await Start("root");
        Directory.Move(_temp["root"], _temp["away"]);
        await Everything();
        Directory.CreateDirectory(_temp["root"]);
        await Everything();
        Assert.Null(_watcher!.Problem);
        _temp.Write("root/new");
        await Seen("new");
    }

    [Fact]
    public async Task Where_the_limit_is_reached_it_says_so_and_polls_the_rest()
    {
        for (var i = 0; i < 10; i++)
            _temp.Write($"d{i}/e/file");
        _watcher = Watcher(Quick with { MaxWatches = 9, Poll = TimeSpan.FromMilliseconds(50) });
        await _watcher.Started;
        Assert.StartsWith("Of the 21 directories", _watcher.Problem!.Reason, StringComparison.Ordinal);
        Assert.Contains(" 12 can't be watched", _watcher.Problem.Reason, StringComparison.Ordinal);
        var polled = new HashSet<string>();
        while (polled.Count < 10)
            polled.UnionWith((await _watcher.Notices.ReadAsync(Timeout())).Names.Select(n => n.Value));
        Assert.All(polled, name => Assert.Matches("^d[0-9](/e)?$", name));
    }

    [Fact]
    public async Task Notices_that_nobody_reads_are_kept_as_few_and_none_is_lost()
    {
        await Start();
        var expected = new HashSet<string>();
        for (var i = 0; i < 600; i++)
            expected.Add(Path.GetRelativePath(_temp.Path, _temp.Write($"{i % 7}/{i}", "x")));
        await _watcher!.Notices.WaitToReadAsync(Timeout());
        Assert.Equal(1, _watcher.Notices.Count);
        await Covered(expected);
    }

    [Fact]
    public async Task Disposing_ends_the_notices_and_lets_everything_go()
    {
        await Start();
        await _watcher!.DisposeAsync();
        await _watcher.Notices.Completion;
        await _watcher.DisposeAsync();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_watcher is not null)
            await _watcher.DisposeAsync();
        _temp.Dispose();
    }

    private static readonly WatcherOptions Quick = new() { Debounce = new DebounceLimits { MinInterval = TimeSpan.Zero } };

    private volatile ManualResetEventSlim? _hold;
    private Func<FileName, bool> _isIgnored = _ => false;
    private string _root = "";

    private InotifyWatcher Watcher(WatcherOptions options) => new(_root.Length > 0 ? _temp[_root] : _temp.Path, name =>
    {
        _hold?.Wait();
        return _isIgnored(name);
    }, options);

    private async Task Start(string root = "", Func<FileName, bool>? isIgnored = null)
    {
        _root = root;
        _isIgnored = isIgnored ?? _isIgnored;
        _watcher = Watcher(Quick);
        await _watcher.Started;
        // Files created just before are reported, too; the tests don't care about them.
        File.WriteAllText(Path.Combine(_temp[root], "zz-started"), "");
        await Seen("zz-started");
    }

    private static CancellationToken Timeout() => new CancellationTokenSource(TestLimits.Timeout).Token;

    private async Task<IEnumerable<string>> Next()
    {
        var notice = await _watcher!.Notices.ReadAsync(Timeout());
        Assert.False(notice.Everything);
        return notice.Names.Select(n => n.Value);
    }

    private Task Seen(params string[] names) => Covered([.. names]);

    private async Task Everything()
    {
        while (!(await _watcher!.Notices.ReadAsync(Timeout())).Everything)
        {
        }
    }

    private async Task Covered(HashSet<string> names)
    {
        var missing = names.Select(FileName.Parse).ToHashSet();
        while (missing.Count > 0)
        {
            var notice = await _watcher!.Notices.ReadAsync(Timeout());
            missing.RemoveWhere(n => notice.Everything || notice.Names.Any(covers => covers == n || n.IsUnder(covers)));
        }
    }
}
