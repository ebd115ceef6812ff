using System.Security.Cryptography;
using System.Text;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Filesystem.Watch;
using FolderSync.Index;
using FolderSync.Protocol.Connections;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.Stores;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FolderSync.Simulator.World;

/// <summary>One simulated computer with one folder: a disk and stores that outlive its processes, and the present process.</summary>
internal sealed class SimulatedDevice
{
    public const string Root = "/folder";
    public static readonly FolderId Folder = new("sim");

    private readonly SimulatedTime _time;
    private readonly SimulatedPump _pump;
    private readonly SimulatedNetwork _network;
    private readonly Random _random;
    private readonly SimulatedTime.Clock _diskClock;
    private TimeSpan _skew;
    private readonly MemoryFolderIndexes _indexes;
    private readonly MemoryStateStore _state = new();
    private SilentWatchers _watchers = new();
    private SimulatedTime.Clock? _clock;
    private SimulatedPump.SimulatedProcess? _process;
    private EngineConfig _config = new();

    /// <param name="number">Unique among the world's devices.</param>
    /// <param name="identity">The name of the device whose identity it has, where that isn't its own.</param>
    public SimulatedDevice(string name, SimulatedTime time, SimulatedPump pump, SimulatedNetwork network, Random random, TimeSpan skew, int number, string? identity = null)
    {
        (Name, _time, _pump, _network, _random, _skew) = (name, time, pump, network, random, skew);
        Id = new DeviceId(SHA256.HashData(Encoding.UTF8.GetBytes(identity ?? name)));
        Computer = new DeviceId(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        Disks = new MemoryDisks(_diskClock = new SimulatedTime.Clock(time, skew), number);
        _indexes = new MemoryFolderIndexes(Id, () => (ulong)random.NextInt64());
    }

    public string Name { get; }

    public DeviceId Id { get; }

    /// <summary>By this the network knows it; another one than the device ID where two computers have that.</summary>
    public DeviceId Computer { get; }

    public string Address => "tcp://" + Name;

    public MemoryDisks Disks { get; }

    public MemoryUser User => Disks.Disk(Root).User;

    public SyncEngine? Engine { get; private set; }

    public bool IsRunning => _process is { IsDead: false };

    /// <summary>It was asked to stop and is still stopping.</summary>
    public bool IsStopping { get; private set; }

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public IReadOnlyList<Exception> Escaped => _process?.Escaped ?? [];

    public MemoryFolderIndexes Indexes => _indexes;

    public IFolderLocks? FolderLocks { get; set; }

    /// <summary>Called before the engine uses its clock, its indexes or the disk; throws to make the caller fail. Sets their hooks.</summary>
    public Action? BeforeSeam
    {
        get;
        set
        {
            field = value;
            Indexes.BeforeRead = Indexes.BeforeCommit = value is null ? null : _ => value();
            Disks.BeforeOperation = value is null ? null : (_, _) =>
            {
                value();
                return null;
            };
        }
    }

    public MemoryStateStore State => _state;

    /// <summary>How far its wall clock is ahead of the world's. Changing it while the device runs makes the clock jump.</summary>
    public TimeSpan Skew
    {
        get => _skew;
        set
        {
            _skew = _diskClock.Skew = value;
            if (_clock is not null)
                _clock.Skew = value;
        }
    }

    /// <summary>Its first sync is over, as the engine recorded it: from then on it guards against floods.</summary>
    public bool HasBeenInSync => _state.GetDocument($"accepted-incoming/{Folder.Value}")?.Contains("\"WasInSync\":true", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The folder has this type whatever comes next; false while it is being opened.</summary>
    public bool IsSurely(FolderType type) => _config.Folders is [{ Type: var configured }] && configured == type &&
        (!IsRunning || (!IsStopping && Engine?.Folder(Folder) is { LastScan: not null } folder && folder.Config.Type == type));

    public FolderSnapshot Snapshot => Engine!.Folder(Folder)!;

    public IFolderIndex Index => Engine!.Index(Folder)!;

    public void Configure(IEnumerable<SimulatedDevice> all, Func<FolderConfig, FolderConfig> folder, Func<EngineConfig, EngineConfig>? engine = null)
    {
        var peers = all.Where(d => d.Id != Id).GroupBy(d => d.Id).ToList();
        _config = new EngineConfig
        {
            Name = Name,
            ListenAddresses = [Address],
            ReconnectIntervalSeconds = 5,
            Devices = [.. peers.Select(p => new DeviceConfig { Id = p.Key, Name = p.First().Name, Addresses = [.. p.Select(d => d.Address)] })],
            Folders = [folder(new FolderConfig { Id = Folder, Path = Root, Devices = [.. peers.Select(p => p.Key)], HoldDeletionsOver = 0, HoldDeletionsOverPercent = 0 })],
        };
        if (engine is not null)
            _config = engine(_config);
        if (IsRunning && !IsStopping)
            Do(e => e.ApplyAsync(_config, CancellationToken.None));
    }

    /// <summary>Its home becomes a copy of that one's: the index and the state. Neither runs.</summary>
    public void CopyHomeOf(SimulatedDevice other)
    {
        _indexes.CopyFrom(other._indexes);
        _state.CopyDocumentsFrom(other._state);
    }

    public void Start()
    {
        if (IsRunning)
            return;
        _process = new SimulatedPump.SimulatedProcess(_pump);
        _clock = new SimulatedTime.Clock(_time, _skew) { BeforeRead = () => BeforeSeam?.Invoke() };
        _watchers = new SilentWatchers();
        var parts = new EngineParts(
            Id, _clock, Disks, _watchers, _indexes, _state, _network.TransportOf(Computer, Id), _process, _process, new SeededRandom(_random), Loggers)
        {
            OpenConnection = Bep.OpenAsync,
            NeedsReopening = ConfigSchema.NeedsReopening,
            FolderLocks = FolderLocks,
        };
        Engine = new SyncEngine(parts);
        _ = _process.Start("start", () => Engine.ApplyAsync(_config, CancellationToken.None));
    }

    /// <summary>Stops the process cleanly, while the pump continues.</summary>
    public void Stop()
    {
        if (IsStopping)
            return;
        IsStopping = true;
        _ = _process!.Start("stop", async () =>
        {
            await Engine!.DisposeAsync();
            Die();
        });
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        Die();
        Disks.Kill();
        _indexes.Crash(0);
    }

    /// <summary>A power failure: what was not synced is lost as the seed decides.</summary>
    public void Crash()
    {
        Die();
        Disks.Crash(_random);
        _indexes.Crash(_random.Next());
    }

    public void Rescan() => Do(e => e.ScanAsync(Folder, [], CancellationToken.None));

    /// <summary>Sends the engine a command and ignores its errors.</summary>
    public Task Do(Func<SyncEngine, Task> command) => _process!.Start("command", async () =>
    {
        try
        {
            await command(Engine!);
        }
        catch (EngineException)
        {
            // It has stopped meanwhile.
        }
    });

    /// <summary>Makes the watcher's own loop fail.</summary>
    public void FailWatcher(Exception fault) => _watchers.Fail(Root, fault);

    /// <summary>No watch can be opened until it is null again.</summary>
    public Exception? WatchFault
    {
        set => _watchers.OpenFault = value;
    }

    /// <summary>Reports what the watcher would have detected.</summary>
    public void Notice(params string[] names) =>
        _watchers.Notice(Root, new WatchNotice([.. names.Select(n => FileName.Parse(DiskNames.Composed(n)))], false));

    private void Die()
    {
        _process?.Kill();
        if (_clock is not null)
            _clock.IsDead = true;
        _network.Drop(Computer);
        IsStopping = false;
        Engine = null;
        _process = null;
    }

    private sealed class SeededRandom(Random random) : IRandomSource
    {
        public int Next(int exclusiveMax) => random.Next(exclusiveMax);

        public ulong NextUInt64() => (ulong)random.NextInt64();
    }
}
