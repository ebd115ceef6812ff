using FolderSync.Core.Model;
using FolderSync.Filesystem.Watch;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Filesystem.Tests.Windows;

/// <summary>Each test waits for the notice that it caused, never for a fixed time.</summary>
public sealed class WindowsWatcherTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private SystemWatcher? _watcher;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_watcher is not null)
            await _watcher.DisposeAsync();
        _temp.Dispose();
    }

    [WindowsFact]
    public async Task Each_way_of_changing_is_noticed()
    {
        foreach (var name in new[] { "saved", "gone", "from", "dir/in", "replaced" })
            _temp.Write(name);
        await StartAsync();
        await File.WriteAllTextAsync(_temp["saved"], "new");
        await SeenAsync("saved");
        File.Delete(_temp["gone"]);
        await SeenAsync("gone");
        File.Move(_temp["from"], _temp["to"]);
        await SeenAsync("from", "to");
        _temp.Write(".stignore", "x");
        await SeenAsync(".stignore");
        File.Move(_temp.Write("editor~"), _temp["replaced"], overwrite: true);
        await SeenAsync("replaced");
        Directory.CreateDirectory(_temp["new"]);
        await SeenAsync("new");
        _temp.Write("new/in", "below");
        await SeenAsync("new/in");
        Directory.Move(_temp["dir"], _temp["moved"]);
        await SeenAsync("dir", "moved");
        Directory.Delete(_temp["moved"], recursive: true);
        await SeenAsync("moved");
    }

    [WindowsFact]
    public async Task What_is_ignored_or_ours_is_no_news()
    {
        Directory.CreateDirectory(_temp["ignored"]);
        await StartAsync(name => name.Value == "ignored");
        _temp.Write("ignored/file", "x");
        _temp.Write(".stfolder", "x");
        _temp.Write(".foldersync.abc.tmp", "x");
        _temp.Write("last", "x");
        var told = new List<string>();
        while (!told.Contains("last"))
            told.AddRange((await _watcher!.Notices.ReadAsync(Timeout())).Names.Select(n => n.Value));
        Assert.DoesNotContain(told, n => n.StartsWith("ignored/", StringComparison.Ordinal) || n.StartsWith('.'));
    }

    private static readonly WatcherOptions Quick = new() { Debounce = new DebounceLimits { MinInterval = TimeSpan.Zero } };

    private static CancellationToken Timeout() => new CancellationTokenSource(TestLimits.Timeout).Token;

    private async Task StartAsync(Func<FileName, bool>? isIgnored = null)
    {
        _watcher = new SystemWatcher(_temp.Path, isIgnored ?? (_ => false), Quick);
        _temp.Write("zz-started");
        await SeenAsync("zz-started");
    }

    private async Task SeenAsync(params string[] names)
    {
        var missing = names.Select(FileName.Parse).ToHashSet();
        while (missing.Count > 0)
        {
            var notice = await _watcher!.Notices.ReadAsync(Timeout());
            missing.RemoveWhere(n => notice.Everything || notice.Names.Any(covers => covers == n || n.IsUnder(covers)));
        }
    }
}
