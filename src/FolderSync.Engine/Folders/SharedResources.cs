using FolderSync.Core.Decide;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Folders;

/// <summary>Resources shared by all folders, as currently configured. Thread-safe.</summary>
internal sealed class SharedResources(EngineParts parts, EventLog events)
{
    /// <summary>A running transfer writes to its temp file at least this often; a shorter limit would remove the file.</summary>
    private const int FewestHours = 1;

    private long _keepTemporaries = TimeSpan.FromHours(24).Ticks;

    /// <summary>Bytes requested from peers and not yet written, by the device that owes them.</summary>
    public SharedBudget FetchBytes { get; } = new(48 << 20, RequestPacing.Share);

    /// <summary>Folders that scan at the same time.</summary>
    public AsyncBudget Scanning { get; } = new(Math.Max(1, parts.Workers.Parallelism));

    /// <summary>Measures age.</summary>
    public DeviceClock Clock { get; } = new(parts);

    /// <summary>Device IDs that two computers use.</summary>
    public SharedIdentities Identities { get; } = new(parts, events);

    /// <summary>How long the temp file of an interrupted transfer is kept.</summary>
    public TimeSpan KeepTemporaries => TimeSpan.FromTicks(Interlocked.Read(ref _keepTemporaries));

    public void Apply(EngineConfig config)
    {
        Scanning.Capacity = config.MaxFolderConcurrency > 0 ? config.MaxFolderConcurrency : Math.Max(1, parts.Workers.Parallelism);
        Interlocked.Exchange(ref _keepTemporaries, TimeSpan.FromHours(Math.Max(FewestHours, config.KeepTemporariesHours)).Ticks);
    }
}
