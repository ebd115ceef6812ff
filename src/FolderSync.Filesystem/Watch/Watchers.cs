using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Watch;

/// <summary>What tests set otherwise.</summary>
internal sealed record WatcherOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public SettlerLimits Settling { get; init; } = new();

    /// <summary>How often what can't be watched is reported.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>As if the system gave out no more.</summary>
    public int MostWatches { get; init; } = int.MaxValue;
}

/// <summary>
/// Watches folders: by inotify on Linux, by the system's own means elsewhere. A watcher reports what changes from the call of
/// <see cref="Watch"/> on, so start it before the first scan.
/// </summary>
public sealed class Watchers : IWatchers
{
    public IWatcher Watch(string root, Func<FileName, bool> isIgnored) => OperatingSystem.IsLinux()
        ? new InotifyWatcher(root, isIgnored, new WatcherOptions())
        : new SystemWatcher(root, isIgnored, new WatcherOptions());
}
