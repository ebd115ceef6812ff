using System.Threading.Channels;
using FolderSync.Client;
using FolderSync.Contracts;
using FolderSync.Tray.Model;

namespace FolderSync.Tray.Service;

/// <summary>
/// Follows the service of a home directory through starts, ends and restarts, and starts it if none is running. Publishes the latest state in
/// <see cref="States"/>.
/// </summary>
internal sealed class ServiceMonitor(string home, ServiceProcess process, bool mayStart, TimeProvider time)
{
    private const string Events =
        "StateChanged,FolderSummary,FolderCompletion,FolderErrors,FolderPaused,FolderResumed,DeviceConnected,DeviceDisconnected,DevicePaused,DeviceResumed," +
        "PendingDevicesChanged,PendingFoldersChanged,ConfigSaved,LocalChangeDetected,RemoteChangeDetected,DownloadProgress,FolderDeletionsHeld,FolderConflict,Failure";

    private const int ErrorPause = 2;

    /// <summary>The timeout of one response, which distinguishes a stopped or hanging service from a slow one.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BusyPollInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MinPollInterval = TimeSpan.FromMilliseconds(500);

    private readonly Channel<ServiceState> _states = Channel.CreateBounded<ServiceState>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Lock _nudging = new();
    private readonly SemaphoreSlim _refresh = new(0, 1);
    private volatile bool _startWanted;
    private volatile ServiceClient? _client;
    private bool _answered;
    private string? _failure;

    public ChannelReader<ServiceState> States => _states.Reader;

    /// <summary>A client of the running service; null while there is none.</summary>
    public ServiceClient? Client => _client;

    /// <summary>The user wants the service to run.</summary>
    public void StartService()
    {
        _startWanted = true;
        RefreshSoon();
    }

    /// <summary>Call after an action that changes the state.</summary>
    public void RefreshSoon()
    {
        lock (_nudging)
        {
            if (_refresh.CurrentCount == 0)
                _refresh.Release();
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _startWanted = mayStart;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellation);
            }
            catch (ServiceException e)
            {
                Publish(new ServiceState.NotRunning(e.Message));
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                // The service that the tray started ends with the tray: a fault while reading its state must not end the synchronization.
                Publish(new ServiceState.NotRunning($"The tray can't read the service's state, and tries again: {e.GetType().Name}: {e.Message}"));
            }
            _client = null;
            await PauseAsync(TimeSpan.FromSeconds(ErrorPause), cancellation);
        }
    }

    /// <summary>From finding the service until it is lost.</summary>
    private async Task FollowAsync(CancellationToken cancellation)
    {
        var address = ServiceAddress.Find(home);
        if (address is { HasRest: false } && address.IsProcessThere())
        {
            Publish(new ServiceState.NotRunning($"FolderSync is running on '{home}' without the page and the REST interface, which the tray needs. Set page.enabled to true in config.yaml and start it again."));
            return;
        }
        if (address is { HasRest: true })
        {
            using var client = new ServiceClient(address);
            if (await client.IsRunningAsync(cancellation))
            {
                await WatchAsync(client, cancellation);
                return;
            }
        }
        NotRunning();
    }

    private void NotRunning()
    {
        if (process.IsOurs)
        {
            Publish(new ServiceState.Starting());
            return;
        }
        // Exit code 0: the user ended it, so it stays ended. Any other code after a successful start: it crashed or needs a restart.
        var fell = mayStart && _answered && process.ExitCode is not (null or 0);
        if (_startWanted || fell)
        {
            (_startWanted, _answered) = (false, false);
            _failure = process.Start();
            Publish(_failure is null ? new ServiceState.Starting() : new ServiceState.NotRunning(_failure));
            return;
        }
        Publish(new ServiceState.NotRunning(_failure ?? process.ExitCode switch
        {
            null => $"No service runs on '{home}'.",
            0 => "The service was stopped.",
            { } code => $"The service can't start (exit code {code}): {process.LastLine}",
        }));
    }

    private async Task WatchAsync(ServiceClient client, CancellationToken cancellation)
    {
        _client = client;
        (_startWanted, _answered, _failure) = (false, true, null);
        var seen = 0L;
        while (true)
        {
            var overview = await WithinAsync(c => OverviewReader.ReadAsync(client, c), ResponseTimeout, client, cancellation);
            Publish(new ServiceState.Running(overview));
            seen = await NextAsync(client, seen, IsBusy(overview) ? BusyPollInterval : PollInterval, cancellation);
        }
    }

    private static bool IsBusy(Overview o) => TrayView.IconOf(new ServiceState.Running(o)) == IconState.Syncing || o.Folders.Any(f => f.IsSyncing);

    /// <summary>Returns when the service has news or the poll interval has passed; returns the last event's number.</summary>
    private async Task<long> NextAsync(ServiceClient client, long seen, TimeSpan beat, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var events = WithinAsync(
            c => client.EventsAsync(Events, seen, beat, c),
            beat + ResponseTimeout, client, ending.Token);
        var nudged = _refresh.WaitAsync(ending.Token);
        var first = await Task.WhenAny(events, nudged);
        // Read once for a burst of events.
        await Task.Delay(MinPollInterval, time, cancellation);
        if (first == events)
            seen = (await events) is { Count: > 0 } list ? list[^1].Id : seen;
        await ending.CancelAsync();
        await Task.WhenAll(Quiet(events), Quiet(nudged));
        return seen;
    }

    private static async Task Quiet(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is OperationCanceledException or ServiceException)
        {
        }
    }

    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> ask, TimeSpan patience, ServiceClient client, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await ask(both.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ServiceException($"The service at {client.Address.Url} does not respond. Check its log, or restart it.", inner: e);
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(pause, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await _refresh.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The pause is over.
        }
    }

    private void Publish(ServiceState state) => _states.Writer.TryWrite(state);
}
