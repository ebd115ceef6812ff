using FolderSync.Api.Http;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Events;

namespace FolderSync.Api.Events;

/// <summary>
/// What is told of folders at intervals, while somebody listens: a second's progress of transfers, and two seconds after the last
/// summary what changed since (FolderSummary, FolderCompletion).
/// </summary>
public sealed class FolderEvents : BackgroundService
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SummaryInterval = TimeSpan.FromSeconds(2);

    private readonly ISyncEngine _engine;
    private readonly EventBuffers _buffers;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly HashSet<FolderId> _changed = [];
    private readonly HashSet<FolderId> _pulling = [];
    private TaskCompletionSource _work = New();

    internal FolderEvents(ISyncEngine engine, EventBuffers buffers, TimeProvider time)
    {
        (_engine, _buffers, _time) = (engine, buffers, time);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = _engine.Events.Listen(Note);
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        long? summarized = null;
        var hadProgress = false;
        while (true)
        {
            await Work().WaitAsync(stop);
            await Task.Delay(ProgressInterval, _time, stop);
            hadProgress = TellProgress(hadProgress);
            if (summarized is not { } last || _time.GetElapsedTime(last) >= SummaryInterval)
            {
                TellSummaries();
                summarized = _time.GetTimestamp();
            }
            Rest(hadProgress);
        }
    }

    private Task Work()
    {
        lock (_lock)
            return _work.Task;
    }

    /// <summary>Nothing to do: sleeps until an event says there is.</summary>
    private void Rest(bool hadProgress)
    {
        lock (_lock)
        {
            if (_changed.Count == 0 && _pulling.Count == 0 && !hadProgress && _work.Task.IsCompleted)
                _work = New();
        }
    }

    private void Note(EngineEvent e)
    {
        var folder = e.Data.TryGetValue("folder", out var named) && named is string id ? new FolderId(id) : (FolderId?)null;
        lock (_lock)
        {
            switch (e.Type)
            {
                case "LocalIndexUpdated" or "RemoteIndexUpdated" or "RemoteDownloadProgress" when folder is not null:
                    _changed.Add(folder.Value);
                    break;
                case "StateChanged" when folder is not null:
                    _changed.Add(folder.Value);
                    if (e.Data["to"] is "syncing")
                        _pulling.Add(folder.Value);
                    else
                        _pulling.Remove(folder.Value);
                    break;
                case "ClusterConfigReceived" or "DeviceDisconnected":
                    foreach (var shared in _engine.Config.Folders.Where(f => f.Devices.Any(d => d.ToString() == (e.Data.GetValueOrDefault("device") ?? e.Data.GetValueOrDefault("id")) as string)))
                        _changed.Add(shared.Id);
                    break;
                default:
                    return;
            }
            _work.TrySetResult();
        }
    }

    /// <returns>Something is under way: when that ends, it is told too.</returns>
    private bool TellProgress(bool hadProgress)
    {
        List<FolderId> pulling;
        lock (_lock)
            pulling = [.. _pulling];
        var all = new Dictionary<string, object?>();
        foreach (var folder in pulling.Select(_engine.Folder).OfType<FolderSnapshot>().Where(f => f.Transfers.Count > 0))
            all[folder.Config.Id.Value] = folder.Transfers.DistinctBy(t => t.Name).ToDictionary(t => t.Name.Value, Progress);
        if (all.Count > 0 || hadProgress)
            _engine.Events.Add("DownloadProgress", [.. all.Select(f => (f.Key, f.Value))]);
        return all.Count > 0;
    }

    private static object? Progress(FileProgress t) => new Dictionary<string, object?>
    {
        ["total"] = t.BlocksTotal,
        ["reused"] = t.BlocksReused,
        ["copiedFromOrigin"] = 0,
        ["copiedFromOriginShifted"] = 0,
        ["copiedFromElsewhere"] = t.BlocksCopied,
        ["pulled"] = t.BlocksPulled,
        ["pulling"] = 0,
        ["bytesDone"] = t.BytesDone,
        ["bytesTotal"] = t.BytesTotal,
    };

    private void TellSummaries()
    {
        List<FolderId> changed;
        lock (_lock)
        {
            changed = [.. _changed];
            _changed.Clear();
        }
        if (!_buffers.IsListenedTo)
            return;
        foreach (var folder in changed.Select(_engine.Folder).OfType<FolderSnapshot>())
        {
            _engine.Events.Add("FolderSummary", ("folder", folder.Config.Id.Value), ("summary", RawJson.Of(FolderJson.Status(_engine, folder))));
            if (folder.Config.Paused)
                continue;
            foreach (var device in _engine.Devices.Where(d => d.Connected && folder.Config.Devices.Contains(d.Config.Id)))
            {
                var completion = FolderJson.Completion(_engine, [folder], device.Config.Id);
                completion["device"] = device.Config.Id.ToString();
                completion["folder"] = folder.Config.Id.Value;
                _engine.Events.Add("FolderCompletion", (EventText.Whole, RawJson.Of(completion)));
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
