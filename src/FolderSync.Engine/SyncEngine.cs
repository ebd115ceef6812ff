using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Peers;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Queries;
using FolderSync.Engine.Status;
using FolderSync.Engine.Supervision;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine;

/// <summary>Connects folders and peers according to the configuration.</summary>
public sealed class SyncEngine : ISyncEngine, IAsyncDisposable
{
    /// <summary>Unknown devices can be invented; they must not evict everything else from the event buffers.</summary>
    private static readonly TimeSpan UnknownDeviceEventInterval = TimeSpan.FromSeconds(1);

    private readonly EngineParts _parts;
    private readonly BestEffortState _state;
    private readonly PeerHub _hub;
    private readonly AsyncBudget _applying = new(1);
    private readonly SharedResources _shared;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<FolderId, FolderSupervisor> _folders = [];

    /// <summary>Folders that are closed to be opened anew.</summary>
    private readonly SortedDictionary<FolderId, Reopening> _reopening = [];
    private EngineConfig _config = new();
    private bool _isDisposed;

    /// <summary>Timestamp; 0: never.</summary>
    private long _unknownDeviceReported;
    private bool _isPaused;
    private bool _isApplied;

    public SyncEngine(EngineParts parts)
    {
        _state = new BestEffortState(parts.State, parts.Loggers.CreateLogger<SyncEngine>());
        _parts = parts = parts with { State = _state };
        Events = new EventLog(parts.Time);
        Started = parts.Time.GetUtcNow();
        _shared = new SharedResources(parts, Events);
        _hub = new PeerHub(new PeerContext(parts, Events, _shared, id => Find(id) is { } folder ? new FolderEndpoint(folder) : null), _state.TryRemove);
    }

    public DeviceId Self => _parts.Self;

    public DateTimeOffset Started { get; }

    public EngineConfig Config => Volatile.Read(ref _config);

    public IReadOnlyList<string> ListenAddresses => _hub.ListenAddresses;

    public IReadOnlyDictionary<string, string> ListenErrors => _hub.ListenErrors;

    public EventLog Events { get; }

    public IStateStore State => _state;

    public IReadOnlyList<FolderSnapshot> Folders => [.. Config.Folders.Select(f => Folder(f.Id)).OfType<FolderSnapshot>()];

    public IReadOnlyList<DeviceSnapshot> Devices => _hub.Snapshots();

    public FolderSnapshot? Folder(FolderId id)
    {
        if (Find(id) is { } folder)
            return folder.Snapshot();
        lock (_lock)
            return _reopening.GetValueOrDefault(id)?.Snapshot;
    }

    public IFolderIndex? Index(FolderId id) => Find(id)?.Open?.Open.Index;

    public async Task ApplyAsync(EngineConfig config, CancellationToken cancellation)
    {
        await _applying.AcquireAsync(1, cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            config = config with { Devices = [.. config.Devices.Where(d => d.Id != Self)], Folders = [.. config.Folders.Select(WithoutSelf)] };
            var before = Config;
            await CloseFoldersAsync(config);
            Volatile.Write(ref _config, config);
            _shared.Apply(config);
            _isApplied = true;
            await OpenFoldersAsync(config);
            await _hub.ApplyAsync(ForPeers(config));
            // Remove entries of unshared peers, so that nothing waits for what they have.
            await DropUnsharedAsync(config);
            await _hub.AnnounceFoldersAsync(AffectedDevices(before, config));
        }
        finally
        {
            _applying.Release(1);
        }
    }

    public IReadOnlyDictionary<FolderId, long> BytesReceived
    {
        get
        {
            lock (_lock)
                return _folders.ToDictionary(f => f.Key, f => f.Value.Folder.BytesReceived);
        }
    }

    public async Task PauseAsync(bool paused, CancellationToken cancellation)
    {
        await _applying.AcquireAsync(1, cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _isPaused = paused;
            if (_isApplied)
                await _hub.ApplyAsync(ForPeers(Config));
        }
        finally
        {
            _applying.Release(1);
        }
    }

    public async Task ScanAsync(FolderId folder, IReadOnlyList<FileName> below, CancellationToken cancellation) =>
        await (await FolderAsync(folder, cancellation)).ScanAsync(below, cancellation);

    public async Task<IgnoreText> GetIgnoresAsync(FolderId folder, CancellationToken cancellation)
    {
        var open = await OpenAsync(folder, cancellation);
        return await open.Folder.OnDiskAsync(() => IgnoreQueries.Read(open), cancellation);
    }

    public async Task SetIgnoresAsync(FolderId folder, IReadOnlyList<string> lines, CancellationToken cancellation)
    {
        var (owners, lasting) = await RunningAsync(folder, cancellation);
        await owners.Open.Folder.OnDiskAsync(() => { IgnoreQueries.Write(owners.Open, lines); return true; }, cancellation);
        lasting.Scans.Request([]);
    }

    public async Task<IgnoredPreview> PreviewIgnoresAsync(FolderId folder, IReadOnlyList<string> lines, long skip, int take, CancellationToken cancellation)
    {
        var open = await OpenAsync(folder, cancellation);
        return await open.Folder.OnDiskAsync(() => IgnoreQueries.Preview(open, lines, skip, take, cancellation), cancellation);
    }

    public async Task OverrideAsync(FolderId folder, CancellationToken cancellation) =>
        await (await FolderAsync(folder, cancellation)).CommandAsync("override", c => c.OverrideAsync(), cancellation);

    public async Task RevertAsync(FolderId folder, CancellationToken cancellation) =>
        await (await FolderAsync(folder, cancellation)).CommandAsync("revert", c => c.RevertAsync(), cancellation);

    public async Task DecideHeldChangesAsync(FolderId folder, bool accept, CancellationToken cancellation) =>
        await (await FolderAsync(folder, cancellation)).CommandAsync("decide about held changes", c => c.DecideHeldChangesAsync(accept), cancellation);

    public async Task<IReadOnlyList<FolderVersion>> VersionsAsync(FolderId folder, CancellationToken cancellation) =>
        await (await RunningAsync(folder, cancellation)).Open.Catalogue.ListAsync(cancellation);

    public async Task<FileName> RestoreVersionAsync(FolderId folder, string key, CancellationToken cancellation) =>
        await (await RunningAsync(folder, cancellation)).Open.Catalogue.RestoreAsync(key, cancellation);

    public async Task RemoveVersionAsync(FolderId folder, string key, CancellationToken cancellation) =>
        await (await RunningAsync(folder, cancellation)).Open.Catalogue.RemoveAsync(key, cancellation);

    public async Task<CleanedVersions> CleanVersionsAsync(FolderId folder, CancellationToken cancellation)
    {
        var (owners, _) = await RunningAsync(folder, cancellation);
        return await owners.Open.Folder.OnDiskAsync(() => owners.Versions.CleanUp(owners.Catalogue.Versioner), cancellation);
    }

    public async Task ResolveConflictAsync(FolderId folder, FileName copy, bool keepCopy, CancellationToken cancellation) =>
        await (await RunningAsync(folder, cancellation)).Open.Catalogue.ResolveConflictAsync(copy, keepCopy, cancellation);

    public async Task<BrowsedLevel> BrowseAsync(FolderId folder, FileName directory, long skip, int take, CancellationToken cancellation)
    {
        var open = await OpenAsync(folder, cancellation);
        return await open.Folder.OnDiskAsync(() => FolderBrowser.Browse(open, directory, skip, take), cancellation);
    }

    public void OnNetworkChanged() => _hub.OnNetworkChanged();

    /// <summary>For tests.</summary>
    internal PeerSession? Peer(DeviceId device) => _hub.Find(device);

    public void OnDeviceFound(DeviceId device, IReadOnlyList<string> addresses, bool isNew)
    {
        if (device == Self)
        {
            _hub.OnOwnIdFound(addresses);
            return;
        }
        var peer = _hub.Find(device);
        if (isNew && (peer is not null || ShouldReportUnknownDevice()))
            Events.Publish(() => new EngineEvent.DeviceDiscovered(device, addresses));
        peer?.OnFound();
    }

    public async ValueTask DisposeAsync()
    {
        // Let a configuration that is being applied finish: what it opens is closed here.
        await _applying.AcquireAsync(1, CancellationToken.None);
        _isDisposed = true;
        _applying.Release(1);
        await _hub.DisposeAsync();
        List<FolderSupervisor> folders;
        lock (_lock)
        {
            folders = [.. _folders.Values];
            _folders.Clear();
            foreach (var (_, requests) in _reopening.Values)
                requests.Fail(UnansweredRequests.ServiceEnds);
            _reopening.Clear();
        }
        foreach (var folder in folders)
        {
            (await folder.StopAsync()).Fail(UnansweredRequests.ServiceEnds);
            await folder.DisposeAsync();
        }
    }

    private bool ShouldReportUnknownDevice()
    {
        lock (_lock)
        {
            if (_unknownDeviceReported != 0 && _parts.Time.GetElapsedTime(_unknownDeviceReported) < UnknownDeviceEventInterval)
                return false;
            _unknownDeviceReported = Math.Max(1, _parts.Time.GetTimestamp());
            return true;
        }
    }

    private FolderConfig WithoutSelf(FolderConfig folder) => folder with { Devices = [.. folder.Devices.Where(d => d != Self)] };

    private EngineConfig ForPeers(EngineConfig config) =>
        _isPaused ? config with { Devices = [.. config.Devices.Select(d => d with { Paused = true })] } : config;

    private FolderSupervisor? Find(FolderId id)
    {
        lock (_lock)
            return _folders.GetValueOrDefault(id);
    }

    /// <summary>The folder for a command. It may be about to be reopened, so wait for a configuration that is being applied.</summary>
    private async Task<FolderSupervisor> FolderAsync(FolderId id, CancellationToken cancellation)
    {
        await _applying.AcquireAsync(1, cancellation);
        _applying.Release(1);
        return Find(id) ?? throw new EngineException($"There is no folder with the ID '{id}'.");
    }

    private async Task<(OpenOwners Open, LastingOwners Lasting)> RunningAsync(FolderId id, CancellationToken cancellation) => (await FolderAsync(id, cancellation)).Running();

    private async Task<OpenFolder> OpenAsync(FolderId id, CancellationToken cancellation) => (await RunningAsync(id, cancellation)).Open.Open;

    private async Task CloseFoldersAsync(EngineConfig config)
    {
        List<FolderSupervisor> closing;
        lock (_lock)
        {
            closing = [.. _folders.Values.Where(f => config.Folder(f.Folder.Id) is not { } wanted || _parts.NeedsReopening(f.Folder.Config, wanted))];
            foreach (var folder in closing)
            {
                if (config.Folder(folder.Folder.Id) is { } wanted)
                    _reopening[folder.Folder.Id] = new Reopening(folder.Snapshot() with { Config = wanted }, UnansweredRequests.None);
                _folders.Remove(folder.Folder.Id);
            }
        }
        foreach (var folder in closing)
        {
            var requests = await folder.StopAsync();
            await folder.DisposeAsync();
            if (config.Folder(folder.Folder.Id) is { } wanted)
            {
                HandOn(requests, folder.Folder.Config, wanted);
                continue;
            }
            requests.Fail(UnansweredRequests.FolderRemoved);
            await _parts.Workers.Run(() => { _parts.Indexes.Remove(folder.Folder.Id); return true; }, CancellationToken.None);
        }
    }

    private void HandOn(UnansweredRequests requests, FolderConfig before, FolderConfig wanted)
    {
        if (UnansweredRequests.WhyNotIn(before, wanted) is { } why)
        {
            requests.Fail(why);
            return;
        }
        lock (_lock)
            _reopening[wanted.Id] = _reopening[wanted.Id] with { Requests = requests };
    }

    private async Task OpenFoldersAsync(EngineConfig config)
    {
        foreach (var offer in _parts.State.PendingFolders().Where(p => config.Folder(p.Folder)?.Devices.Contains(p.Device) == true))
            _state.TryRemove(offer.Folder, offer.Device);
        foreach (var wanted in config.Folders)
        {
            if (Find(wanted.Id) is { } running)
            {
                running.Reconfigure(wanted);
                continue;
            }
            var folder = new FolderSupervisor(_parts, wanted, Events, _shared, new PeerBlockSources(wanted.Id, _hub.Find), _hub.AnnounceFoldersAsync);
            lock (_lock)
            {
                _folders[wanted.Id] = folder;
                if (_reopening.Remove(wanted.Id, out var before))
                    folder.Adopt(before.Requests);
            }
            folder.Start();
            await folder.Opened;
        }
    }

    private async Task DropUnsharedAsync(EngineConfig config)
    {
        foreach (var folder in config.Folders)
        {
            if (Index(folder.Id) is not { } index)
                continue;
            foreach (var device in index.Remotes().Where(d => !folder.Devices.Contains(d)))
                await Find(folder.Id)!.ForgetAsync(device, replaced: null, CancellationToken.None);
        }
    }

    /// <summary>Devices for which a folder's sharing, or the folder itself, has changed.</summary>
    private static IEnumerable<DeviceId> AffectedDevices(EngineConfig before, EngineConfig now)
    {
        foreach (var folder in before.Folders.Concat(now.Folders))
        {
            var other = before.Folder(folder.Id);
            var present = now.Folder(folder.Id);
            if (other is not null && present is not null && other.Equals(present))
                continue;
            foreach (var device in folder.Devices)
                yield return device;
        }
    }

    /// <param name="Snapshot">How it looked: nobody is to see it vanish meanwhile.</param>
    /// <param name="Requests">What was asked of it and is not done.</param>
    private sealed record Reopening(FolderSnapshot Snapshot, UnansweredRequests Requests);
}
