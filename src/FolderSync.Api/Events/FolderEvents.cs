using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;

namespace FolderSync.Api.Events;

/// <summary>
/// Publishes events of folders at intervals while a client listens: the progress of transfers each second, and changed summaries (FolderSummary,
/// FolderCompletion) every two seconds.
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
            hadProgress = PublishProgress(hadProgress);
            if (summarized is not { } last || _time.GetElapsedTime(last) >= SummaryInterval)
            {
                PublishSummaries();
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

    /// <summary>Sleeps until an event says that there is something to do.</summary>
    private void Rest(bool hadProgress)
    {
        lock (_lock)
        {
            if (_changed.Count == 0 && _pulling.Count == 0 && !hadProgress && _work.Task.IsCompleted)
                _work = New();
        }
    }

    private void Note(LoggedEvent logged)
    {
        lock (_lock)
        {
            switch (logged.Event)
            {
                case EngineEvent.LocalIndexUpdated e:
                    _changed.Add(e.Folder);
                    break;
                case EngineEvent.RemoteIndexUpdated e:
                    _changed.Add(e.Folder);
                    break;
                case EngineEvent.RemoteProgressReceived e:
                    _changed.Add(e.Folder);
                    break;
                case EngineEvent.FolderStateChanged e:
                    _changed.Add(e.Folder);
                    if (e.To == FolderState.Syncing)
                        _pulling.Add(e.Folder);
                    else
                        _pulling.Remove(e.Folder);
                    break;
                case EngineEvent.ClusterConfigReceived e:
                    AddSharedWith(e.Device);
                    break;
                case EngineEvent.DeviceDisconnected e:
                    AddSharedWith(e.Device);
                    break;
                default:
                    return;
            }
            _work.TrySetResult();
        }
    }

    private void AddSharedWith(DeviceId device) => _changed.UnionWith(_engine.Config.Folders.Where(f => f.Devices.Contains(device)).Select(f => f.Id));

    /// <returns>Whether downloads are in progress; their end is published too.</returns>
    private bool PublishProgress(bool hadProgress)
    {
        List<FolderId> pulling;
        lock (_lock)
            pulling = [.. _pulling];
        List<FolderSnapshot> all = [.. pulling.Select(_engine.Folder).OfType<FolderSnapshot>().Where(f => f.Transfers.Count > 0)];
        if (all.Count > 0 || hadProgress)
            _engine.Events.Publish(new ServiceEvent.DownloadProgress(all));
        return all.Count > 0;
    }

    private void PublishSummaries()
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
            _engine.Events.Publish(() => new ServiceEvent.FolderSummary(folder.Config.Id, FolderJson.Status(folder)));
            if (folder.Config.Paused)
                continue;
            foreach (var device in _engine.Devices.Where(d => d.Connected && folder.Config.Devices.Contains(d.Config.Id)))
            {
                _engine.Events.Publish(() => new ServiceEvent.FolderCompletion(
                    FolderJson.Completion(_engine, [folder], device.Config.Id) with { Device = device.Config.Id.ToString(), Folder = folder.Config.Id.Value }));
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
