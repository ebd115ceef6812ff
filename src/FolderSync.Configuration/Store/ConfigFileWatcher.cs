using System.Threading.Channels;
using FolderSync.Platform;

namespace FolderSync.Configuration.Store;

/// <summary>Calls back when a file was saved, one call at a time, until disposed.</summary>
/// <remarks>
/// Editors save in many ways: over the file, in pieces, by renaming another file over it, through a symlink. It calls back once the file was quiet
/// for a moment and no program has it open for writing: half a file may be valid YAML with half of the folders.
/// </remarks>
internal sealed class ConfigFileWatcher : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDebounce = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxWriteWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(400);

    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _touched = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly string _path;
    private readonly Func<CancellationToken, Task> _look;
    private readonly Action<Exception> _onFault;
    private readonly TimeProvider _time;

    /// <summary>Nobody awaits these tasks: they end with the watcher, and their owner hears of faults.</summary>
    private readonly Task _looking;
    private readonly Task? _polling;

    /// <param name="onFault">Called when reading failed; the file is read again.</param>
    public ConfigFileWatcher(string path, Func<CancellationToken, Task> look, Action<Exception> onFault, TimeProvider time)
    {
        _onFault = onFault;
        _look = look;
        _path = path;
        _time = time;
        try
        {
            foreach (var place in new[] { path, DurableFile.Target(path) }.Distinct())
                _watchers.Add(Watcher(place));
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            // No watch is available (their number is limited): poll the file.
            _polling = Keep(PollAsync);
        }
        _looking = Keep(LoopAsync);
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var watcher in _watchers)
            watcher.Dispose();
    }

    private FileSystemWatcher Watcher(string path)
    {
        var watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path))
        {
            NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.Size | NotifyFilters.CreationTime,
        };
        watcher.Changed += (_, _) => SignalChange();
        watcher.Created += (_, _) => SignalChange();
        watcher.Renamed += (_, _) => SignalChange();
        watcher.Deleted += (_, _) => SignalChange();
        watcher.Error += (_, _) => SignalChange();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private void SignalChange() => _touched.Writer.TryWrite(true);

    /// <summary>Runs until disposed. After a fault it reads the file again, so that it misses no save.</summary>
    private Task Keep(Func<Task> loop) => new RestartingLoop(_time).RunAsync(loop, OnFault, _stop.Token);

    private void OnFault(Exception e)
    {
        _onFault(e);
        SignalChange();
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            await _touched.Reader.ReadAsync(_stop.Token);
            await DebounceAsync();
            await _look(_stop.Token);
        }
    }

    private async Task DebounceAsync()
    {
        var start = _time.GetTimestamp();
        do
        {
            await Task.Delay(Quiet, _time, _stop.Token);
        }
        while (_touched.Reader.TryRead(out _) && _time.GetElapsedTime(start) < MaxDebounce);
        while (FileUsage.IsBeingWritten(_path) && _time.GetElapsedTime(start) < MaxWriteWait)
            await Task.Delay(Quiet / 2, _time, _stop.Token);
    }

    private async Task PollAsync()
    {
        var seen = Stamp();
        while (true)
        {
            await Task.Delay(Poll, _time, _stop.Token);
            if (Stamp() is var now && now != seen)
                SignalChange();
            seen = now;
        }
    }

    private (DateTime, long) Stamp()
    {
        var file = new FileInfo(DurableFile.Target(_path));
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }
}
