using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Watch;
using FolderSync.Index;
using FolderSync.Network;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Hosting;

/// <summary>The only source of randomness: jitter, IDs, order.</summary>
public interface IRandomSource
{
    /// <summary>0 ≤ result &lt; <paramref name="exclusiveMax"/>.</summary>
    int Next(int exclusiveMax);

    ulong NextUInt64();
}

/// <summary>Keeps two programs from syncing one folder.</summary>
public interface IFolderLocks
{
    /// <summary>The lock until disposed, or null and its holder.</summary>
    IDisposable? TryLock(string path, out string? holder);
}

/// <summary>Limits the open folders, so that file descriptors remain for connections, transfers and the page.</summary>
public interface IFolderHandles
{
    /// <summary>A slot until disposed, or null and the reason why there is none.</summary>
    IDisposable? TryAcquire(out string? why);
}

/// <summary>Everything that the engine can't derive from its arguments.</summary>
public sealed record EngineParts(
    DeviceId Self,
    TimeProvider Time,
    IFileSystems FileSystems,
    IWatchers Watchers,
    IFolderIndexes Indexes,
    IStateStore State,
    ITransport Transport,
    IWorkers Workers,
    IEngineScheduler Scheduler,
    IRandomSource Random,
    ILoggerFactory Loggers)
{
    /// <summary>Exchanges Hellos on a stream.</summary>
    public required Func<Stream, Hello, CancellationToken, Task<IBepConnection>> OpenConnection { get; init; }

    /// <summary>Whether the new configuration requires reopening a folder: each option's row decides.</summary>
    public required Func<FolderConfig, FolderConfig, bool> NeedsReopening { get; init; }

    /// <summary>The current addresses of a device with address "dynamic", according to discovery.</summary>
    public Func<DeviceId, IReadOnlyList<string>> Discovered { get; init; } = _ => [];

    public IFolderLocks? FolderLocks { get; init; }

    /// <summary>Null: no limit.</summary>
    public IFolderHandles? FolderHandles { get; init; }

    /// <summary>Starts the engine's loops.</summary>
    internal Supervisor Supervisor => new(Scheduler, Time, Loggers.CreateLogger<Supervisor>());

    public string ClientName { get; init; } = "FolderSync";

    public string ClientVersion { get; init; } = "v0.1.0";
}
