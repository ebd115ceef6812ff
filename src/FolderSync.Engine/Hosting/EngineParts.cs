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

/// <summary>All the random there is: jitter, IDs, order.</summary>
public interface IRandomSource
{
    /// <summary>0 ≤ result &lt; <paramref name="exclusiveMax"/>.</summary>
    int Next(int exclusiveMax);

    ulong NextUInt64();
}

/// <summary>Keeps two programs from syncing one folder.</summary>
public interface IFolderLocks
{
    /// <summary>The lock until disposed, or null and who holds it.</summary>
    IDisposable? TryLock(string path, out string? holder);
}

/// <summary>How many folders may be open at once, so that file handles are left for connections, transfers and the page.</summary>
public interface IFolderHandles
{
    /// <summary>A place until disposed, or null and why there is none.</summary>
    IDisposable? TryTake(out string? why);
}

/// <summary>Everything the engine can't decide from its arguments comes in here.</summary>
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
    /// <summary>Says Hello on a stream.</summary>
    public required Func<Stream, Hello, CancellationToken, Task<IBepConnection>> OpenConnection { get; init; }

    /// <summary>Whether a folder must be closed and opened again to take up the other configuration: each option's row says so.</summary>
    public required Func<FolderConfig, FolderConfig, bool> NeedsReopening { get; init; }

    /// <summary>Addresses of a device with address "dynamic", as discovery knows them now.</summary>
    public Func<DeviceId, IReadOnlyList<string>> Discovered { get; init; } = _ => [];

    public IFolderLocks? FolderLocks { get; init; }

    /// <summary>Null: as many as there are.</summary>
    public IFolderHandles? FolderHandles { get; init; }

    /// <summary>What starts the engine's loops.</summary>
    internal Supervisor Supervisor => new(Scheduler, Time, Loggers.CreateLogger<Supervisor>());

    public string ClientName { get; init; } = "FolderSync";

    public string ClientVersion { get; init; } = "v0.1.0";
}
