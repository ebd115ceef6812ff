using FolderSync.Engine.Configuring;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Folders;

/// <summary>What all folders draw from together, as the configuration has it now. Thread-safe.</summary>
internal sealed class SharedResources(EngineParts parts)
{
    /// <summary>A transfer that is under way writes at least this often to its temp file, so a shorter time would take it away.</summary>
    private const int FewestHours = 1;

    private long _keepTemporaries = TimeSpan.FromHours(24).Ticks;

    /// <summary>Bytes asked of all peers and not yet written.</summary>
    public AsyncBudget FetchBytes { get; } = new(48 << 20);

    /// <summary>Folders that scan at once.</summary>
    public AsyncBudget Scanning { get; } = new(Math.Max(1, parts.Workers.Parallelism));

    /// <summary>What is old.</summary>
    public DeviceClock Clock { get; } = new(parts);

    /// <summary>How long the temp file of an interrupted transfer is kept.</summary>
    public TimeSpan KeepTemporaries => TimeSpan.FromTicks(Interlocked.Read(ref _keepTemporaries));

    public void Apply(EngineConfig config)
    {
        Scanning.Capacity = config.MaxFolderConcurrency > 0 ? config.MaxFolderConcurrency : Math.Max(1, parts.Workers.Parallelism);
        Interlocked.Exchange(ref _keepTemporaries, TimeSpan.FromHours(Math.Max(FewestHours, config.KeepTemporariesHours)).Ticks);
    }
}
