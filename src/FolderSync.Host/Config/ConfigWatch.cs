namespace FolderSync.Host.Config;

/// <summary>Calls back some moments after a file was last touched, one call at a time, until disposed.</summary>
internal sealed class ConfigWatch : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _touched = new(0);
    private readonly Func<CancellationToken, Task> _look;
    private readonly TimeSpan _settle;
    private readonly TimeProvider _time;

    public ConfigWatch(string path, Func<CancellationToken, Task> look, TimeSpan settle, TimeProvider time)
    {
        _look = look;
        _settle = settle;
        _time = time;
        path = DurableFile.Target(path);
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path))
        {
            NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.Size | NotifyFilters.CreationTime,
        };
        _watcher.Changed += (_, _) => _touched.Release();
        _watcher.Created += (_, _) => _touched.Release();
        _watcher.Renamed += (_, _) => _touched.Release();
        _watcher.Deleted += (_, _) => _touched.Release();
        _watcher.EnableRaisingEvents = true;
        _ = LoopAsync();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _watcher.Dispose();
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                await _touched.WaitAsync(_stop.Token);
                await Task.Delay(_settle, _time, _stop.Token);
                while (_touched.Wait(0, _stop.Token))
                {
                }
                await _look(_stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
