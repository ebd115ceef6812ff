using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Watch;

/// <summary>Options that tests change.</summary>
internal sealed record WatcherOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public DebounceLimits Debounce { get; init; } = new();

    /// <summary>How often unwatched directories are reported.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Simulates a system that hands out no more watches.</summary>
    public int MaxWatches { get; init; } = int.MaxValue;
}

/// <summary>
/// Watches folders: with inotify on Linux, with the system's own means elsewhere. A watcher reports changes from the call of <see cref="Watch"/>
/// on, so start it before the first scan.
/// </summary>
public sealed class Watchers : IWatchers
{
    public IWatcher Watch(string root, Func<FileName, bool> isIgnored) => OperatingSystem.IsLinux()
        ? new InotifyWatcher(root, isIgnored, new WatcherOptions())
        : new SystemWatcher(root, isIgnored, new WatcherOptions());
}
