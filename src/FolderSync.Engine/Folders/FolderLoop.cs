using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Peers;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Folders;

/// <summary>
/// Owns one folder: its disk, its index and its state. Three flows on one serial context: peers' index batches come in, scans bring the
/// disk's changes into the index, pulls bring the global state to the disk. What other contexts may call is thread-safe and says so.
/// </summary>
internal sealed partial class FolderLoop : IAsyncDisposable
{
    private static readonly TimeSpan RootRetry = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan IndexRetry = TimeSpan.FromSeconds(20);

    private readonly EngineParts _parts;
    private readonly Func<DeviceId, PeerSession?> _peers;
    private readonly EventLog _events;
    private readonly ILogger _log;
    private readonly FolderShares _shares;
    private readonly Func<IEnumerable<DeviceId>, Task> _announce;
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Of the flows since the folder was opened last: they end with it, or with one of them.</summary>
    private CancellationToken _flowsEnd = new(canceled: true);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Channel<RemoteBatch> _inbox = NewInbox();
    private readonly Gate _commits = new(1);
    private readonly Wakeup _scanWake;
    private readonly Wakeup _pullWake;
    private readonly Lock _lock = new();
    private readonly Queue<(Func<Task> Run, TaskCompletionSource Done)> _commands = new();
    private readonly Wakeup _commandWake;
    private ImmutableArray<Wakeup> _commitListeners = [];
    private FolderConfig _config;
    private IFileSystem? _disk;
    private IFolderIndex? _index;
    private Applier? _applier;
    private TrashCanVersioner? _trashCan;
    private IDisposable? _folderLock;
    private IDisposable? _handles;
    private IgnoreRules _ignores = IgnoreRules.None;
    private readonly List<Task> _followed = [];

    /// <summary>The index is open and can't be written: it is read and served, and nothing else is done.</summary>
    private volatile bool _isSuspended;
    private Task _running = Task.CompletedTask;

    /// <param name="announce">Tells these devices anew what is shared.</param>
    public FolderLoop(
        EngineParts parts, FolderConfig config, EventLog events, Func<DeviceId, PeerSession?> peers, FolderShares shares, Func<IEnumerable<DeviceId>, Task> announce)
    {
        (_parts, _config, _events, _peers, _shares, _announce) = (parts, config, events, peers, shares, announce);
        _log = parts.Loggers.CreateLogger<FolderLoop>();
        _scanWake = new Wakeup(parts.Time);
        _pullWake = new Wakeup(parts.Time);
        _commandWake = new Wakeup(parts.Time);
        _roomWake = new Wakeup(parts.Time);
        _refused = new RefusedItems(parts.State, config.Id);
        _recentDeletions = new RecentDeletions(parts.Time);
        _recentIncoming = new RecentDeletions(parts.Time);
        _snapshot = new FolderSnapshot { Config = config, State = config.Paused ? FolderState.Paused : FolderState.Starting, StateChanged = parts.Time.GetUtcNow() };
    }

    public FolderId Id => _config.Id;

    /// <summary>Thread-safe.</summary>
    public FolderConfig Config => Volatile.Read(ref _config);

    /// <summary>For reading; null while the folder is paused or could not be opened. Thread-safe.</summary>
    public IFolderIndex? Index => Volatile.Read(ref _index);

    internal IFileSystem Disk => _disk ?? throw new InvalidOperationException("The folder is not open.");

    internal Applier Applier => _applier ?? throw new InvalidOperationException("The folder is not open.");

    internal IgnoreRules Ignores => Volatile.Read(ref _ignores);

    /// <summary>Done when the index is open, or has failed to.</summary>
    public Task Opened => _opened.Task;

    public void Start()
    {
        if (_config.Paused)
        {
            _opened.TrySetResult();
            return;
        }
        _running = _parts.Supervisor.StartRestarting($"folder {Id}", RunAsync, OnLoopFault, _stop.Token);
    }

    /// <summary>Only what needs no restart: labels, intervals, order, devices. Thread-safe.</summary>
    public void Reconfigure(FolderConfig config)
    {
        Volatile.Write(ref _config, config);
        Publish(s => s with { Config = config });
        _pullWake.Set();
        _roomWake.Set();
    }

    /// <summary>True when taking <paramref name="config"/> up needs the folder closed and opened again.</summary>
    public bool NeedsRestart(FolderConfig config) =>
        config.Path != _config.Path || config.Type != _config.Type || config.Paused != _config.Paused ||
        config.Versioning != _config.Versioning || config.IgnorePermissions != _config.IgnorePermissions ||
        config.WatcherEnabled != _config.WatcherEnabled || config.SparseFiles != _config.SparseFiles ||
        config.ModifiedWindowSeconds != _config.ModifiedWindowSeconds || config.RescanIntervalSeconds != _config.RescanIntervalSeconds;

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _running;
        _scanWake.Dispose();
        _pullWake.Dispose();
        _commandWake.Dispose();
        _roomWake.Dispose();
        _stop.Dispose();
    }

    /// <summary>Beyond what <see cref="RunAsync"/> puts right by itself.</summary>
    private void OnLoopFault(Exception e)
    {
        Fail($"An error in FolderSync stopped this folder: {e.Message} It is tried again; please report it with the log.");
        _opened.TrySetResult();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var isKept = false;
            try
            {
                if (_index is null)
                    await OpenAsync();
                else
                    await ResumeAsync();
                // Peers were told that it is paused, or of an index that is no more; at the first start whoever starts it tells them.
                if (!_opened.TrySetResult())
                    await AnnounceAsync();
                ReconnectMissed();
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
            catch (IOException e) when (e is not FileSystemException && _index is not null && !_stop.IsCancellationRequested)
            {
                // The index can't be written, most likely for a full disk: what it has is still good, and is served meanwhile.
                isKept = true;
                await SuspendAsync(e.Message);
            }
            catch (Exception e) when (e is FileSystemException or EngineException or IOException)
            {
                Fail(e.Message);
                await CloseAsync();
                await PauseAsync(RootRetry);
            }
            catch (Exception e)
            {
                Log.Bug(_log, Config.DisplayName, e);
                await CloseAsync();
                Fail($"An error in FolderSync stopped this folder: {e.Message} It is tried again in a minute; please report it with the log.");
                await PauseAsync(TimeSpan.FromMinutes(1));
            }
            finally
            {
                if (!isKept || _stop.IsCancellationRequested)
                    await CloseAsync();
            }
        }
        _opened.TrySetResult();
    }

    private async Task SuspendAsync(string reason)
    {
        _isSuspended = true;
        // Whoever receives for this folder must not wait for room in it.
        _inbox.Writer.TryComplete();
        Fail(reason);
        FailScanWaiters(reason);
        FailCommands(reason);
        await PauseAsync(IndexRetry);
        _isSuspended = false;
    }

    private async Task AnnounceAsync()
    {
        try
        {
            await _announce(Config.Devices);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // A connection ended meanwhile; the next one begins with all of it.
        }
    }

    /// <summary>Runs all flows until the folder stops, or until one of them fails: then the others end, too, and its exception is thrown.</summary>
    private async Task RunFlowsAsync()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _flowsEnd = ended.Token;
        ExceptionDispatchInfo? fault = null;
        await Task.WhenAll(new[] { InboxFlowAsync, ScanFlowAsync, PullFlowAsync, CommandFlowAsync, RoomFlowAsync }.Select(flow => Supervisor.RunAsync(flow, OnFault, ended.Token)));
        await CloseAsync(StopWatchingAsync);
        await Task.WhenAll(_followed);
        _followed.Clear();
        fault?.Throw();
        return;

        void OnFault(Exception e)
        {
            fault ??= ExceptionDispatchInfo.Capture(e);
            ended.Cancel();
        }
    }

    /// <summary>Work beside the flows that ends with them; its fault is theirs.</summary>
    private void Follow(Func<Task> work)
    {
        _followed.RemoveAll(f => f.IsCompleted);
        _followed.Add(Supervisor.RunAsync(work, Abort, _flowsEnd));
    }

    /// <summary>Ends the flows with a fault of something that works for them: the folder is closed and opened anew. Thread-safe.</summary>
    private void Abort(Exception e) => Volatile.Read(ref _inbox).Writer.TryComplete(e);

    private async Task OpenAsync()
    {
        var config = Config;
        if (_parts.FolderHandles is { } handles)
            _handles = handles.TryTake(out var why) ?? throw new EngineException(why!);
        await LockAsync(config.Path);
        _disk = _parts.FileSystems.Open(config.Path);
        _index = await _parts.Workers.Run(() => _parts.Indexes.Open(Id), _stop.Token);
        _applier = MakeApplier(config, _disk);
        RenewInbox();
        _error = "";
        _isSettled = false;
        BeginWithScan();
        SetState(FolderState.Idle);
    }

    /// <summary>Goes on with the index that is open, once it can be written again.</summary>
    private async Task ResumeAsync()
    {
        var index = _index!;
        await _parts.Workers.Run(
            () =>
            {
                index.CheckWritable();
                return true;
            },
            _stop.Token);
        RenewInbox();
        BeginWithScan();
        ClearError();
    }

    private void BeginWithScan() => _nextFullScan = Deadline.Passed;

    private static Channel<RemoteBatch> NewInbox() => Channel.CreateBounded<RemoteBatch>(8);

    private async Task LockAsync(string path)
    {
        _folderLock?.Dispose();
        _folderLock = null;
        if (_parts.FolderLocks is { } locks)
            _folderLock = await _parts.Workers.Run(() => locks.TryLock(path, out var holder)
                ?? throw new EngineException($"The folder {path} is kept in sync by another program already ({holder}). Stop that one, or remove the folder from one of them."), _stop.Token);
    }

    /// <summary>Each part by itself: one that can't be closed in order must not keep the others open, nor the folder from being opened anew.</summary>
    private async Task CloseAsync()
    {
        await CloseAsync(StopWatchingAsync);
        await CloseAsync(() => Close(Interlocked.Exchange(ref _index, null)));
        await CloseAsync(() => Do(() => DropServing()));
        await CloseAsync(() => Close(Interlocked.Exchange(ref _disk, null)));
        await CloseAsync(() => Close(Interlocked.Exchange(ref _folderLock, null)));
        await CloseAsync(() => Close(Interlocked.Exchange(ref _handles, null)));
        FailScanWaiters("The folder was stopped.");
        FailCommands("The folder was stopped.");
    }

    private Task CloseAsync(Func<Task> part) => Supervisor.RunAsync(part, e => Log.NotClosed(_log, Config.DisplayName, e), CancellationToken.None);

    private static Task Close(IDisposable? part) => Do(() => part?.Dispose());

    private static Task Do(Action close)
    {
        close();
        return Task.CompletedTask;
    }

    private async Task RebuildAsync(IndexDamagedException e)
    {
        Log.IndexDamaged(_log, Config.DisplayName, e.Message);
        foreach (var device in Config.Devices)
            NoteMissed(device);
        _opened.TrySetResult();
        await CloseAsync();
        try
        {
            await _parts.Workers.Run(() => _parts.Indexes.PutAside(Id), _stop.Token);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Fail($"The folder's index is damaged and can't be put aside: {failure.Message} See that its files can be renamed; it is tried again.");
            await PauseAsync(RootRetry);
            return;
        }
        catch (OperationCanceledException)
        {
            return;
        }
        _events.Add("FolderIndexRebuilt", ("folder", Id.Value), ("reason", e.Message));
    }

    private async Task PauseAsync(TimeSpan time)
    {
        _opened.TrySetResult();
        try
        {
            await Waiting.PauseAsync(time, _parts.Time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private Applier MakeApplier(FolderConfig config, IFileSystem disk)
    {
        _trashCan = null;
        _listed = null;
        _thinnedAt = -1;
        if (config.Versioning.Kind == VersioningKind.TrashCan)
        {
            _trashCan = config.Versioning.Path.Length == 0
                ? new TrashCanVersioner(disk, _parts.Time)
                : new TrashCanVersioner(disk, _parts.FileSystems.Open(config.Versioning.Path), _parts.Time);
        }
        _room = MakeRoomFor(disk, _trashCan);
        var options = new ApplierOptions
        {
            IgnorePermissions = config.IgnorePermissions,
            SparseFiles = config.SparseFiles,
            ModifiedWindowNanoseconds = Math.Max(config.ModifiedWindowSeconds * 1_000_000_000L, disk.Traits.ModifiedWindowNanoseconds),
            LeftoverOf = WhatToDoWith,
            IsToBeRemoved = IsToBeRemoved,
        };
        return new Applier(disk, _trashCan, options, _parts.Time);
    }
}
