using System.Threading.Channels;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Watch;

/// <summary>What a watcher asks to be scanned.</summary>
/// <param name="Names">Changed names, settled; a directory stands for all below it. Empty with <paramref name="Everything"/>: a full scan (overflow).</param>
public sealed record WatchNotice(IReadOnlyList<FileName> Names, bool Everything);

/// <summary>A state the user should know of: limit reached, directories not watched, with the exact fix.</summary>
public sealed record WatchProblem(string Reason, string Fix);

/// <summary>Watches one folder until disposed.</summary>
public interface IWatcher : IAsyncDisposable
{
    /// <summary>Settled changes. Bounded; never loses one: what does not fit becomes "everything".</summary>
    ChannelReader<WatchNotice> Notices { get; }

    /// <summary>Null while everything is watched.</summary>
    WatchProblem? Problem { get; }
}

/// <summary>Starts watchers; the simulator's never notices anything by itself.</summary>
public interface IWatchers
{
    /// <param name="root">Absolute path.</param>
    /// <param name="isIgnored">True for a directory that is ignored with all below it: it need not be watched.</param>
    IWatcher Watch(string root, Func<FileName, bool> isIgnored);
}
