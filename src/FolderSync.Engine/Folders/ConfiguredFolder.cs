using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Folders;

/// <summary>A folder from its addition to the configuration to its removal: what outlives each time that it is open. Thread-safe.</summary>
internal sealed class ConfiguredFolder : IDisposable
{
    private FolderConfig _config;
    private long _sourcesVersion;
    private long _bytesReceived;

    public ConfiguredFolder(EngineParts parts, FolderConfig config, EventLog events, SharedResources shared)
    {
        (Parts, _config, Events, Shared) = (parts, config, events, shared);
        // The name in the log that users read.
        Log = parts.Loggers.CreateLogger("FolderSync.Engine.Folders.Folder");
        Status = new FolderStatus(config, events, parts.Time, Log);
        History = new FolderHistory(this);
        PullWake = new Wakeup(parts.Time);
    }

    public EngineParts Parts { get; }

    public EventLog Events { get; }

    public SharedResources Shared { get; }

    public ILogger Log { get; }

    public FolderStatus Status { get; }

    public FolderHistory History { get; }

    /// <summary>The part of the needed files that is already here.</summary>
    public FetchedBytes Fetched { get; } = new();

    /// <summary>Devices that subscribed to commits.</summary>
    public CommitListeners CommitListeners { get; } = new();

    /// <summary>Set when there may be something to pull, or when something that waits may proceed.</summary>
    public Wakeup PullWake { get; }

    public FolderId Id => _config.Id;

    public FolderConfig Config => Volatile.Read(ref _config);

    public string DisplayName => Config.DisplayName;

    public long NowSeconds => Parts.Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Raised whenever devices connect, disconnect, or announce something.</summary>
    public long SourcesVersion => Interlocked.Read(ref _sourcesVersion);

    /// <summary>Bytes of files that peers sent for this folder since it was configured.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>Applies only changes that don't require reopening the folder.</summary>
    public void Reconfigure(FolderConfig config)
    {
        Volatile.Write(ref _config, config);
        Status.Publish(s => s with { Config = config });
        PullWake.Set();
    }

    public void OnSourcesChanged()
    {
        Interlocked.Increment(ref _sourcesVersion);
        // Whoever waits for room at one device may have another one now, or that one no more.
        Shared.FetchBytes.Interrupt();
        PullWake.Set();
    }

    public void CountReceived(int bytes) => Interlocked.Add(ref _bytesReceived, bytes);

    /// <summary>Runs work that blocks or computes. Reports a disk fault as a request that can't be carried out.</summary>
    public async Task<T> OnDiskAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        try
        {
            return await Parts.Workers.Run(work, cancellation);
        }
        catch (Filesystem.FileSystemException e)
        {
            throw new EngineException(e.Message);
        }
    }

    public void Dispose() => PullWake.Dispose();
}
