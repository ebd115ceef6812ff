using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Peers;
using FolderSync.Engine.Status;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine;

/// <summary>Joins folders and peers as the configuration has them.</summary>
public sealed class SyncEngine : ISyncEngine, IAsyncDisposable
{
    private static readonly TimeSpan StrangersEvery = TimeSpan.FromSeconds(1);

    private readonly EngineParts _parts;
    private readonly BestEffortState _state;
    private readonly PeerHub _hub;
    private readonly Gate _applying = new(1);
    private readonly FolderShares _shares;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<FolderId, FolderLoop> _folders = [];
    /// <summary>How folders looked that are closed to be opened anew: nobody is to see them vanish meanwhile.</summary>
    private readonly SortedDictionary<FolderId, FolderSnapshot> _reopening = [];
    private EngineConfig _config = new();
    private bool _isDisposed;
    private long _strangerTold;
    private bool _isPaused;
    private bool _isApplied;

    public SyncEngine(EngineParts parts)
    {
        _state = new BestEffortState(parts.State, parts.Loggers.CreateLogger<SyncEngine>());
        _parts = parts = parts with { State = _state };
        Events = new EventLog(parts.Time);
        Started = parts.Time.GetUtcNow();
        _shares = new FolderShares(parts);
        _hub = new PeerHub(parts, Events, FindLoop, _state.TryRemove);
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
        if (FindLoop(id) is { } loop)
            return loop.Snapshot();
        lock (_lock)
            return _reopening.GetValueOrDefault(id);
    }

    public IFolderIndex? Index(FolderId id) => FindLoop(id)?.Index;

    public async Task ApplyAsync(EngineConfig config, CancellationToken cancellation)
    {
        await _applying.TakeAsync(1, cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            config = config with { Devices = [.. config.Devices.Where(d => d.Id != Self)], Folders = [.. config.Folders.Select(WithoutSelf)] };
            var before = Config;
            await CloseFoldersAsync(config);
            Volatile.Write(ref _config, config);
            _shares.Apply(config);
            _isApplied = true;
            await OpenFoldersAsync(config);
            await _hub.ApplyAsync(ForPeers(config));
            // Unshared peers' entries go, so that nothing waits for what they have.
            await DropUnsharedAsync(config);
            await _hub.AnnounceFoldersAsync(ConcernedBy(before, config));
        }
        finally
        {
            _applying.Give(1);
        }
    }

    public IReadOnlyDictionary<FolderId, long> BytesReceived
    {
        get
        {
            lock (_lock)
                return _folders.ToDictionary(f => f.Key, f => f.Value.BytesReceived);
        }
    }

    public async Task PauseAsync(bool paused, CancellationToken cancellation)
    {
        await _applying.TakeAsync(1, cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _isPaused = paused;
            if (_isApplied)
                await _hub.ApplyAsync(ForPeers(Config));
        }
        finally
        {
            _applying.Give(1);
        }
    }

    public async Task ScanAsync(FolderId folder, IReadOnlyList<FileName> below, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).ScanAsync(below, cancellation);

    public async Task<IgnoreText> GetIgnoresAsync(FolderId folder, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).GetIgnoresAsync(cancellation);

    public async Task SetIgnoresAsync(FolderId folder, IReadOnlyList<string> lines, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).SetIgnoresAsync(lines, cancellation);

    public async Task OverrideAsync(FolderId folder, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).OverrideAsync(cancellation);

    public async Task RevertAsync(FolderId folder, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).RevertAsync(cancellation);

    public async Task ConfirmDeletionsAsync(FolderId folder, bool delete, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).ConfirmDeletionsAsync(delete, cancellation);

    public async Task<IReadOnlyList<FolderVersion>> VersionsAsync(FolderId folder, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).VersionsAsync(cancellation);

    public async Task<FileName> RestoreVersionAsync(FolderId folder, string key, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).RestoreVersionAsync(key, cancellation);

    public async Task RemoveVersionAsync(FolderId folder, string key, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).RemoveVersionAsync(key, cancellation);

    public async Task<CleanedVersions> CleanVersionsAsync(FolderId folder, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).CleanVersionsAsync(cancellation);

    public async Task ResolveConflictAsync(FolderId folder, FileName copy, bool keepCopy, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).ResolveConflictAsync(copy, keepCopy, cancellation);

    public async Task<BrowsedLevel> BrowseAsync(FolderId folder, FileName directory, long skip, int take, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).BrowseAsync(directory, skip, take, cancellation);

    public async Task<IgnoredPreview> PreviewIgnoresAsync(FolderId folder, IReadOnlyList<string> lines, long skip, int take, CancellationToken cancellation) =>
        await (await LoopAsync(folder, cancellation)).PreviewIgnoresAsync(lines, skip, take, cancellation);

    public void OnNetworkChanged() => _hub.OnNetworkChanged();

    /// <summary>For tests.</summary>
    internal PeerSession? Peer(DeviceId device) => _hub.Find(device);

    public void OnDeviceFound(DeviceId device, IReadOnlyList<string> addresses, bool isNew)
    {
        var peer = _hub.Find(device);
        if (isNew && (peer is not null || MayTellOfStranger()))
            Events.Add("DeviceDiscovered", ("device", device.ToString()), ("addrs", addresses.ToList<object?>()));
        peer?.OnFound();
    }

    public async ValueTask DisposeAsync()
    {
        // A configuration that is being taken up is let finish: what it opens is closed here.
        await _applying.TakeAsync(1, CancellationToken.None);
        _isDisposed = true;
        _applying.Give(1);
        await _hub.DisposeAsync();
        List<FolderLoop> folders;
        lock (_lock)
        {
            folders = [.. _folders.Values];
            _folders.Clear();
        }
        foreach (var folder in folders)
            await folder.DisposeAsync();
    }

    /// <summary>Strangers can be made up; they must not push all else out of the events' buffers.</summary>
    private bool MayTellOfStranger()
    {
        lock (_lock)
        {
            if (_strangerTold != 0 && _parts.Time.GetElapsedTime(_strangerTold) < StrangersEvery)
                return false;
            _strangerTold = Math.Max(1, _parts.Time.GetTimestamp());
            return true;
        }
    }

    private FolderConfig WithoutSelf(FolderConfig folder) => folder with { Devices = [.. folder.Devices.Where(d => d != Self)] };

    private EngineConfig ForPeers(EngineConfig config) =>
        _isPaused ? config with { Devices = [.. config.Devices.Select(d => d with { Paused = true })] } : config;

    private FolderLoop? FindLoop(FolderId id)
    {
        lock (_lock)
            return _folders.GetValueOrDefault(id);
    }

    /// <summary>The folder that a command is for. It may be about to be opened anew: a configuration that is being taken up is waited for.</summary>
    private async Task<FolderLoop> LoopAsync(FolderId id, CancellationToken cancellation)
    {
        await _applying.TakeAsync(1, cancellation);
        _applying.Give(1);
        return FindLoop(id) ?? throw new EngineException($"There is no folder with the ID '{id}'.");
    }

    private async Task CloseFoldersAsync(EngineConfig config)
    {
        List<FolderLoop> closing;
        lock (_lock)
        {
            closing = [.. _folders.Values.Where(f => config.Folder(f.Id) is not { } wanted || f.NeedsRestart(wanted))];
            foreach (var folder in closing)
            {
                if (config.Folder(folder.Id) is { } wanted)
                    _reopening[folder.Id] = folder.Snapshot() with { Config = wanted };
                _folders.Remove(folder.Id);
            }
        }
        foreach (var folder in closing)
        {
            await folder.DisposeAsync();
            if (config.Folder(folder.Id) is null)
                await _parts.Workers.Run(() => { _parts.Indexes.Remove(folder.Id); return true; }, CancellationToken.None);
        }
    }

    private async Task OpenFoldersAsync(EngineConfig config)
    {
        foreach (var offer in _parts.State.PendingFolders().Where(p => config.Folder(p.Folder)?.Devices.Contains(p.Device) == true))
            _state.TryRemove(offer.Folder, offer.Device);
        foreach (var wanted in config.Folders)
        {
            if (FindLoop(wanted.Id) is { } running)
            {
                running.Reconfigure(wanted);
                continue;
            }
            var loop = new FolderLoop(_parts, wanted, Events, _hub.Find, _shares, _hub.AnnounceFoldersAsync);
            lock (_lock)
            {
                _folders[wanted.Id] = loop;
                _reopening.Remove(wanted.Id);
            }
            loop.Start();
            await loop.Opened;
        }
    }

    private async Task DropUnsharedAsync(EngineConfig config)
    {
        foreach (var folder in config.Folders)
        {
            if (Index(folder.Id) is not { } index)
                continue;
            foreach (var device in index.Remotes().Where(d => !folder.Devices.Contains(d)))
                await FindLoop(folder.Id)!.ForgetAsync(device, CancellationToken.None);
        }
    }

    /// <summary>Devices with whom a folder's sharing, or the folder itself, is other than before.</summary>
    private static IEnumerable<DeviceId> ConcernedBy(EngineConfig before, EngineConfig now)
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
}
