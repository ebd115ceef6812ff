using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Supervision;

/// <summary>
/// One folder's life: it is opened, runs, fails, is repaired and reopened, until it is removed or the service ends. Members for other contexts say
/// that they are thread-safe.
/// </summary>
internal sealed class FolderSupervisor : IPartialBlocks, IAsyncDisposable
{
    private const string Stopped = "The folder was stopped.";

    private static readonly TimeSpan RootRetry = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan IndexRetry = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BugRetry = TimeSpan.FromMinutes(1);

    private readonly IBlockSources _sources;
    private readonly Func<IEnumerable<DeviceId>, Task> _announce;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LastingOwners _lasting;
    private IDisposable? _handles;
    private OpenOwners? _open;
    private FolderRun? _run;
    private Task _running = Task.CompletedTask;

    /// <param name="announce">Announces to these devices again what is shared.</param>
    public FolderSupervisor(
        EngineParts parts, FolderConfig config, EventLog events, SharedResources shared, IBlockSources sources, Func<IEnumerable<DeviceId>, Task> announce)
    {
        (_sources, _announce) = (sources, announce);
        Folder = new ConfiguredFolder(parts, config, events, shared);
        _lasting = new LastingOwners(Folder);
    }

    /// <summary>Thread-safe.</summary>
    public ConfiguredFolder Folder { get; }

    /// <summary>The parts of the open folder; null while it is paused or couldn't be opened. Thread-safe for members that say so.</summary>
    public OpenOwners? Open => Volatile.Read(ref _open);

    /// <summary>The flows; null while the folder isn't open or can't be written. Thread-safe for members that say so.</summary>
    public FolderRun? Run => Volatile.Read(ref _run);

    /// <summary>Completes when the index is open or opening has failed.</summary>
    public Task Opened => _opened.Task;

    private EngineParts Parts => Folder.Parts;

    public void Start()
    {
        if (Folder.Config.Paused)
        {
            _opened.TrySetResult();
            return;
        }
        _running = Parts.Supervisor.StartRestarting($"folder {Folder.Id}", RunAsync, OnFault, _stop.Token);
    }

    /// <summary>Applies only changes that don't require reopening: labels, intervals, order, devices. Thread-safe.</summary>
    public void Reconfigure(FolderConfig config)
    {
        Folder.Reconfigure(config);
        _lasting.Retries.RoomWake.Set();
    }

    /// <summary>A snapshot of the folder. Thread-safe.</summary>
    public FolderSnapshot Snapshot()
    {
        var open = Open;
        var snapshot = Folder.Status.Snapshot;
        if (_lasting.Refused.Problems(NameOf) is { Count: > 0 } refused)
            snapshot = snapshot with { ScanProblems = [.. snapshot.ScanProblems, .. refused] };
        if (open is null)
            return snapshot;
        try
        {
            var index = open.Open.Index;
            var (counts, fetched) = Folder.Fetched.Read(index);
            return snapshot with
            {
                Counts = counts,
                FetchedBytes = fetched,
                RemoteSequences = snapshot.Config.Devices.ToDictionary(d => d, d => index.RemoteState(d).MaxSequence),
                Transfers = Run?.Transfers ?? [],
            };
        }
        catch (Exception e) when (e is ObjectDisposedException or IndexDamagedException)
        {
            // It was closed meanwhile, or will be because of damage, which a viewer isn't the one to report.
            return snapshot;
        }
    }

    /// <summary>The running flows; otherwise throws the reason. Thread-safe.</summary>
    /// <exception cref="EngineException">The folder is paused or stopped.</exception>
    public (OpenOwners Open, LastingOwners Lasting) Running() => Run is not null && Open is { } open
        ? (open, _lasting)
        : throw new EngineException(WhyStopped ?? "The folder is being opened. Try again in a moment.");

    /// <summary>Carries a command out on the folder's context, after the first scan of an opening. Thread-safe.</summary>
    /// <exception cref="EngineException">The folder is paused or stopped, or the command can't be carried out.</exception>
    public async Task CommandAsync(string name, Func<FolderCommands, Task> command, CancellationToken cancellation)
    {
        ThrowIfStopped();
        await _lasting.Commands.RunAsync(command, cancellation);
        Log.Command(Folder.Log, Folder.DisplayName, name);
    }

    /// <summary>Returns when these names, or all where there are none, have been scanned. Thread-safe.</summary>
    /// <exception cref="EngineException">The folder is paused or stopped, or can't be scanned.</exception>
    public async Task ScanAsync(IReadOnlyList<FileName> below, CancellationToken cancellation)
    {
        ThrowIfStopped();
        await _lasting.Scans.ScanAsync(below, cancellation);
    }

    /// <summary>Takes over what was asked of the folder before it was closed to be opened anew. Before the start.</summary>
    public void Adopt(UnansweredRequests requests) => _lasting.Adopt(requests);

    /// <summary>Forgets a peer's announcements (its index was replaced). Thread-safe.</summary>
    /// <param name="replaced">Only if this is still its index ID; null: whatever it is.</param>
    public async Task ForgetAsync(DeviceId device, ulong? replaced, CancellationToken cancellation)
    {
        if (Open is { Open: var open })
            await open.RunAsync(() => open.Index.DropRemote(device, replaced), cancellation);
        _lasting.Refused.Forget(device);
    }

    /// <summary>Forgets all that a device has announced, including what its inbox still has. Thread-safe.</summary>
    public Task ForgetAllAsync(DeviceId device, CancellationToken cancellation) =>
        Run is { } run ? run.Inbox.ForgetAsync(device, cancellation) : ForgetAsync(device, replaced: null, cancellation);

    /// <summary>How far the index was announced to each device. Thread-safe.</summary>
    public AnnouncedSequences Announced => _lasting.Announced;

    /// <summary>Takes a new index ID, unless it did within the hour: a peer knows more of this index than exists. Thread-safe.</summary>
    public Task RenewIndexAsync() =>
        Open is { Open: var open } && _lasting.Renewals.TryBegin() ? open.RunAsync(open.Index.RenewIndexId, _stop.Token) : Task.CompletedTask;

    /// <summary>Part of a device's announcements didn't get into the index. Thread-safe.</summary>
    public void OnMissed(DeviceId device) => _lasting.Missed.Add(device);

    /// <summary>A reader found the index damaged. Thread-safe.</summary>
    public void OnIndexDamaged(IndexDamagedException e) => Run?.Abort(e);

    PooledBytes? IPartialBlocks.Read(BepMessage.Request request) => Run?.ReadPartial(request);

    /// <summary>Ends the folder's run for good.</summary>
    /// <returns>What was asked of it and is not done.</returns>
    public async Task<UnansweredRequests> StopAsync()
    {
        _stop.Cancel();
        await _running;
        return _lasting.Close(Stopped);
    }

    public async ValueTask DisposeAsync()
    {
        (await StopAsync()).Fail(Stopped);
        _lasting.Dispose();
        Folder.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var isKept = false;
            try
            {
                await OpenOrResumeAsync();
                await RunFlowsAsync();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // Stopped.
            }
            catch (IndexDamagedException e)
            {
                await RebuildAsync(e);
            }
            catch (IOException e) when (e is not FileSystemException && _open is not null && !_stop.IsCancellationRequested)
            {
                // The index can't be written, most likely because of a full disk: its content is still valid and is served meanwhile.
                isKept = true;
                await FailAsync(e.Message, IndexRetry);
            }
            catch (Exception e) when (e is FileSystemException or EngineException or IOException)
            {
                await CloseAsync();
                await FailAsync(e.Message, RootRetry);
            }
            catch (Exception e)
            {
                Log.Bug(Folder.Log, Folder.DisplayName, e);
                await CloseAsync();
                await FailAsync($"An error in FolderSync stopped this folder: {e.Message} It is retried in a minute; please report it with the log.", BugRetry);
            }
            finally
            {
                if (!isKept || _stop.IsCancellationRequested)
                    await CloseAsync();
            }
        }
        _opened.TrySetResult();
    }

    /// <summary>Handles faults that <see cref="RunAsync"/> doesn't repair by itself.</summary>
    private void OnFault(Exception e)
    {
        var error = $"An error in FolderSync stopped this folder: {e.Message} It is retried; please report it with the log.";
        Folder.Status.Fail(error);
        _lasting.OnStopped(error);
        _opened.TrySetResult();
    }

    private async Task OpenOrResumeAsync()
    {
        if (_open is { Open: var open })
        {
            // Only once its index can be written again.
            await open.RunAsync(open.Index.CheckWritable, _stop.Token);
            Folder.Status.ClearError();
            return;
        }
        if (Parts.FolderHandles is { } handles)
            _handles = handles.TryAcquire(out var why) ?? throw new EngineException(why!);
        open = await OpenFolder.OpenAsync(Folder, _stop.Token);
        var owners = new OpenOwners(open, new FolderRoot(open, _lasting.Scans), _lasting, this, OnIndexDamaged);
        try
        {
            await owners.Root.LockAsync(_stop.Token);
        }
        catch
        {
            await CloseAsync(owners);
            throw;
        }
        // Peers see it from now on.
        Volatile.Write(ref _open, owners);
        Folder.Status.ClearError();
    }

    private async Task RunFlowsAsync()
    {
        using var run = new FolderRun(_open!, _lasting, _sources, NameOf, _stop.Token);
        // Before peers hear of the folder: their answers must find its inbox.
        Volatile.Write(ref _run, run);
        try
        {
            // Peers were told that it is paused, or of an index that no longer exists. At the first start, whoever starts it announces it.
            if (!_opened.TrySetResult())
                await AnnounceAsync();
            foreach (var device in _lasting.Missed.Take())
                _sources.Reconnect(device, $"The index of folder '{Folder.Id}' could not be received in full; it is requested again.");
            await run.RunAsync();
        }
        finally
        {
            Volatile.Write(ref _run, null);
        }
    }

    private async Task AnnounceAsync()
    {
        try
        {
            await _announce(Folder.Config.Devices);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // A connection ended meanwhile; the next one starts over with everything.
        }
    }

    private async Task RebuildAsync(IndexDamagedException e)
    {
        Log.IndexDamaged(Folder.Log, Folder.DisplayName, e.Message);
        foreach (var device in Folder.Config.Devices)
            _lasting.Missed.Add(device);
        await CloseAsync();
        try
        {
            await Parts.Workers.Run(() => Parts.Indexes.Quarantine(Folder.Id), _stop.Token);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await FailAsync($"The folder's index is damaged and can't be put aside: {failure.Message} Make sure that its files can be renamed; it is retried.", RootRetry);
            return;
        }
        catch (OperationCanceledException)
        {
            return;
        }
        _lasting.OnStopped($"The folder's index is damaged: {e.Message}");
        Folder.Events.Publish(() => new EngineEvent.IndexRebuilt(Folder.Id, e.Message));
    }

    /// <summary>Publishes why the folder is stopped, and waits before retrying.</summary>
    private async Task FailAsync(string error, TimeSpan retry)
    {
        Folder.Status.Fail(error);
        _lasting.OnStopped(error);
        _opened.TrySetResult();
        try
        {
            await Waiting.PauseAsync(retry, Parts.Time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    /// <summary>Closes each part separately: a failing one must not keep the others open, or the folder from being reopened.</summary>
    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _open, null) is { } open)
            await CloseAsync(open);
        Interlocked.Exchange(ref _handles, null)?.Dispose();
    }

    private async Task CloseAsync(OpenOwners open)
    {
        foreach (var part in open.ToClose())
            await Supervisor.RunAsync(() => CloseAsync(part), e => Log.NotClosed(Folder.Log, Folder.DisplayName, e), CancellationToken.None);
    }

    private static Task CloseAsync(IDisposable part)
    {
        part.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>For the user; null where the folder runs, or is about to.</summary>
    private string? WhyStopped => Folder.Config.Paused ? UnansweredRequests.FolderPaused : Folder.Status.Error is { Length: > 0 } error ? error : null;

    private void ThrowIfStopped()
    {
        if (Run is null && WhyStopped is { } why)
            throw new EngineException(why);
    }

    /// <summary>The user's name for a device that shares the folder; null for others.</summary>
    private string? NameOf(DeviceId device) => !Folder.Config.Devices.Contains(device) ? null : _sources.Find(device)?.Name ?? device.Short.ToString();
}
