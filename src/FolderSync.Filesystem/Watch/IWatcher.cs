using System.Threading.Channels;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Watch;

/// <summary>A watcher's request to scan.</summary>
/// <param name="Names">Changed names after debouncing; a directory stands for everything below it. Empty with <paramref name="Everything"/>: a full
/// scan (overflow).</param>
public sealed record WatchNotice(IReadOnlyList<FileName> Names, bool Everything);

/// <summary>A state that the user should know about (limit reached, unwatched directories), with the exact fix.</summary>
public sealed record WatchProblem(string Reason, string Fix);

/// <summary>Watches one folder until disposed.</summary>
public interface IWatcher : IAsyncDisposable
{
    /// <summary>Debounced changes. Bounded, but never loses one: excess becomes "everything".</summary>
    ChannelReader<WatchNotice> Notices { get; }

    /// <summary>Null while everything is watched.</summary>
    WatchProblem? Problem { get; }
}

/// <summary>Starts watchers; the simulator's never report anything by themselves.</summary>
public interface IWatchers
{
    /// <param name="root">Absolute path.</param>
    /// <param name="isIgnored">True for a directory that is ignored with everything below it: it needn't be watched.</param>
    IWatcher Watch(string root, Func<FileName, bool> isIgnored);
}
