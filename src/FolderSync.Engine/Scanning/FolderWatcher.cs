using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem.Watch;
using FolderSync.Platform;

namespace FolderSync.Engine.Scanning;

/// <summary>
/// Watches an open folder's disk and requests scans. When that fails, the folder is scanned until it works again; watching is retried with full
/// scans.
/// </summary>
/// <param name="flows">The group with which watching ends.</param>
internal sealed class FolderWatcher(OpenFolder open, IScanRequests scans, TaskGroup flows) : IAsyncDisposable
{
    private readonly Backoff _backoff = new(TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));
    private IWatcher? _watcher;
    private Task _watching = Task.CompletedTask;
    private bool _hasFailed;

    private ConfiguredFolder Folder => open.Folder;

    /// <summary>Called with each full scan.</summary>
    public async Task EnsureAsync()
    {
        if (_hasFailed)
            await DisposeAsync();
        if (!Folder.Config.WatcherEnabled || _watcher is not null)
            return;
        _hasFailed = false;
        try
        {
            var watcher = _watcher = Folder.Parts.Watchers.Watch(Folder.Config.Path, name => open.Ignores.NeedNotWatch(name));
            _watching = Folder.Parts.Supervisor.RunAsync($"watch {Folder.Id}", () => WatchAsync(watcher), OnFault, flows.Ended);
        }
        catch (IOException e)
        {
            Log.NotWatched(Folder.Log, Folder.DisplayName, e.Message);
            OnFault(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _watcher, null) is not { } watcher)
            return;
        await watcher.DisposeAsync();
        await _watching;
    }

    private async Task WatchAsync(IWatcher watcher)
    {
        Folder.Status.SetWatchProblem(watcher.Problem);
        while (await watcher.Notices.WaitToReadAsync(flows.Ended))
        {
            _backoff.Reset();
            while (watcher.Notices.TryRead(out var notice))
                scans.Request(notice.Everything ? [] : notice.Names);
            Folder.Status.SetWatchProblem(watcher.Problem);
        }
    }

    private void OnFault(Exception e)
    {
        _hasFailed = true;
        Folder.Status.SetWatchProblem(new WatchProblem($"Watching '{Folder.Config.Path}' failed: {e.Message}", "It restarts automatically; until then scans find changes."));
        var wait = _backoff.Next();
        flows.Run(() => ScanLaterAsync(wait));
    }

    private async Task ScanLaterAsync(TimeSpan wait)
    {
        await Waiting.PauseAsync(wait, Folder.Parts.Time, flows.Ended);
        scans.Request([]);
    }
}
