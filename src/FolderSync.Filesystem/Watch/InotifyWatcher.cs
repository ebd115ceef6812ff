using System.Globalization;
using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Unix;

namespace FolderSync.Filesystem.Watch;

/// <summary>
/// Watches one folder with inotify, on a thread of its own that owns all state here. It watches a directory before listing it, so that nothing is
/// missed; a walk reports what changed since it began, and a new directory is reported as a whole once it is watched.
/// </summary>
internal sealed class InotifyWatcher : IWatcher
{
    private const int DirectoriesAtOnce = 64;
    private const int MaxPolled = 100;
    private const int StackSize = 256 * 1024;

    /// <summary>The kernel stamps files with a clock that lags by a few ms.</summary>
    private static readonly TimeSpan ClockLag = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryRoot = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReaderBusy = TimeSpan.FromMilliseconds(100);

    private readonly string _rootPath;
    private readonly Func<FileName, bool> _isIgnored;
    private readonly WatcherOptions _options;
    private readonly UnixFileSystem _disk;
    private readonly Inotify _inotify = new();
    private readonly WatchedTree _tree = new();
    private readonly EventDebouncer _debouncer;
    private readonly Channel<WatchNotice> _notices = Channel.CreateBounded<WatchNotice>(new BoundedChannelOptions(1) { SingleWriter = true });
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<(WatchedDirectory Directory, bool IsNew)> _toWalk = [];
    private readonly List<WatchedDirectory> _unwatched = [];
    private readonly List<InotifyEvent> _events = [];
    private volatile WatchProblem? _problem;
    private volatile bool _stopping;
    private bool _rooted;
    private bool _limitReached;
    private long _missing;
    private long _walkBegan;
    private long _nextPoll;

    public InotifyWatcher(string root, Func<FileName, bool> isIgnored, WatcherOptions options)
    {
        _rootPath = root;
        _isIgnored = isIgnored;
        _options = options;
        _debouncer = new EventDebouncer(options.Time, options.Debounce);
        _disk = new UnixFileSystem(root, options.Time, BeneathResolver.KernelResolves);
        _walkBegan = WallClock();
        new Thread(Run, StackSize) { IsBackground = true, Name = "watch " + Path.GetFileName(root) }.Start();
    }

    public ChannelReader<WatchNotice> Notices => _notices.Reader;

    public WatchProblem? Problem => _problem;

    /// <summary>Completes with the first walk: every change from then on is seen.</summary>
    internal Task Started => _started.Task;

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _inotify.Wake();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        Exception? failure = null;
        try
        {
            while (!_stopping)
            {
                if (!_rooted)
                    WatchRoot();
                WalkBatch();
                ReadEvents();
                PollUnwatched();
                var full = _notices.Reader.Count > 0;
                if (!full && _debouncer.Take() is { } notice)
                    _notices.Writer.TryWrite(notice);
                _inotify.Wait(NextTimeout(full));
            }
        }
        catch (Exception e)
        {
            failure = e;
        }
        _started.TrySetResult();
        _notices.Writer.TryComplete(failure);
        _inotify.Dispose();
        _disk.Dispose();
        _ended.SetResult();
    }

    private TimeSpan? NextTimeout(bool full)
    {
        if (_toWalk.Count > 0)
            return TimeSpan.Zero;
        var wait = _debouncer.Wait();
        if (full && wait < ReaderBusy)
            wait = ReaderBusy;
        if (!_rooted)
            wait = Min(wait, RetryRoot);
        if (_nextPoll != 0)
            wait = Min(wait, _options.Time.GetElapsedTime(_options.Time.GetTimestamp(), Math.Max(_nextPoll, _options.Time.GetTimestamp())));
        return wait;
    }

    private static TimeSpan Min(TimeSpan? a, TimeSpan b) => a is { } known && known < b ? known : b;

    /// <summary>Starts with the root, if it exists; earlier watches no longer count.</summary>
    private void WatchRoot()
    {
        _tree.Clear();
        _toWalk.Clear();
        _unwatched.Clear();
        _missing = 0;
        _limitReached = false;
        if (_disk.CheckRoot() is RootState.Missing or RootState.NotADirectory or RootState.Unreadable)
        {
            _nextPoll = 0;
            _problem = new WatchProblem($"'{DisplayName.Of(_rootPath)}' doesn't exist or can't be read, so it is not watched.",
                "Mount or restore it: watching then starts automatically.");
            _started.TrySetResult();
            return;
        }
        var errno = _inotify.Open();
        if (errno != 0)
        {
            _problem = WatchLimits.OfInstances(_rootPath, ReadLimit("max_user_instances"), _options.Poll);
            if (_nextPoll == 0)
                PollLater();
            _started.TrySetResult();
            return;
        }
        // Nobody saw what happened while it couldn't be watched.
        if (_problem is not null)
            _debouncer.AddEverything();
        _rooted = true;
        _problem = null;
        _nextPoll = 0;
        _toWalk.Enqueue((_tree.Root, false));
    }

    private void UnwatchRoot()
    {
        _rooted = false;
        _walkBegan = WallClock();
        _debouncer.AddEverything();
    }

    private void WalkBatch()
    {
        if (_toWalk.Count == 0)
            return;
        for (var i = 0; i < DirectoriesAtOnce && _toWalk.TryDequeue(out var next); i++)
        {
            if (!next.Directory.Gone)
                Walk(next.Directory, next.IsNew);
        }
        if (_toWalk.Count > 0)
            return;
        _problem = _missing == 0 ? null : WatchLimits.OfWatches(_rootPath, _tree.Count, _missing, ReadLimit("max_user_watches"), _options.Poll);
        if (_missing > 0)
            PollLater();
        _started.TrySetResult();
    }

    private void Walk(WatchedDirectory directory, bool isNew)
    {
        List<DirectoryChild> children;
        try
        {
            children = _disk.List(directory.Path, fd =>
            {
                Watch(directory, fd);
                // Check after the watch is set: only its ctime shows what left the directory before.
                if (!isNew && Libc.StatOpen(fd, out var stat) == 0 && UnixStat.Of(stat).ChangeTime >= _walkBegan)
                    _debouncer.OnChanged(directory.NameOf(null), ChangeKind.Done, whole: true);
            });
        }
        catch (FileSystemException)
        {
            // It vanished or can't be read; a scan reports that.
            return;
        }
        if (isNew)
            _debouncer.OnChanged(directory.NameOf(null), ChangeKind.Done, whole: true);
        foreach (var child in children)
        {
            if (child.Leaf is not { } leaf || UnwatchedNames.Contains(leaf, directory.Parent is null))
                continue;
            var isDirectory = child.Stat.Kind == FileKind.Directory;
            if (!isNew && !isDirectory && child.Stat.ChangeTime >= _walkBegan)
                _debouncer.OnChanged(directory.NameOf(leaf), ChangeKind.Done);
            // Deeper items aren't synced; a scan reports that.
            if (isDirectory && directory.Depth < EntryLimits.MaxDepth && directory.Child(leaf) is null && !IsIgnored(directory, leaf))
                _toWalk.Enqueue((directory.AddChild(leaf), isNew));
        }
    }

    private void Watch(WatchedDirectory directory, int fd)
    {
        var isRoot = directory.Parent is null;
        var watch = _limitReached || _tree.Count >= _options.MaxWatches ? -Errno.NoSpace : _inotify.Add(fd, isRoot);
        if (watch >= 0)
        {
            _tree.Set(directory, watch);
            return;
        }
        if (-watch != Errno.NoSpace)
            return;
        _limitReached = true;
        _missing++;
        // Polling the parent covers what is below.
        if (isRoot || directory.Parent!.Watch != WatchedDirectory.None)
            _unwatched.Add(directory);
    }

    private void ReadEvents()
    {
        _events.Clear();
        if (!_inotify.Read(_events))
            return;
        foreach (var happened in _events)
        {
            HandleEvent(happened);
            if (!_rooted)
                return;
        }
    }

    private void HandleEvent(InotifyEvent happened)
    {
        if (happened.Is(Inotify.Overflow))
        {
            // New directories may be among the lost events: start over.
            UnwatchRoot();
            return;
        }
        if (_tree.Find(happened.Watch) is not { } directory)
            return;
        if (happened.Is(Inotify.Forgotten | Inotify.SelfDeleted | Inotify.SelfMoved | Inotify.Unmounted))
        {
            if (directory.Parent is null || happened.Is(Inotify.Unmounted))
                UnwatchRoot();
            else if (happened.Is(Inotify.Forgotten))
                _tree.Forget(happened.Watch);
            return;
        }
        if (happened.Leaf is not { } leaf || UnwatchedNames.Contains(leaf, directory.Parent is null))
            return;
        if (happened.Is(Inotify.IsDirectory))
            HandleDirectoryEvent(happened, directory, leaf);
        else
            _debouncer.OnChanged(directory.NameOf(leaf), happened.Is(Inotify.Deleted | Inotify.MovedFrom) ? ChangeKind.Gone
                : happened.Is(Inotify.Modify) ? ChangeKind.Writing : ChangeKind.Done);
    }

    private void HandleDirectoryEvent(InotifyEvent happened, WatchedDirectory parent, string leaf)
    {
        if (happened.Is(Inotify.Deleted | Inotify.MovedFrom))
        {
            if (parent.Child(leaf) is { } gone)
                _tree.Remove(gone).ForEach(_inotify.Remove);
            _debouncer.OnChanged(parent.NameOf(leaf), ChangeKind.Gone, whole: true);
        }
        else if (happened.Is(Inotify.Created | Inotify.MovedTo))
        {
            _debouncer.OnChanged(parent.NameOf(leaf), ChangeKind.Done, whole: true);
            if (parent.Child(leaf) is { } before)
            {
                // A walk found it before its event was read. (A rename may have put it over another one, whose watch is then useless.)
                if (happened.Is(Inotify.Created))
                    return;
                _tree.Remove(before).ForEach(_inotify.Remove);
            }
            if (!IsIgnored(parent, leaf))
                _toWalk.Enqueue((parent.AddChild(leaf), true));
        }
        else
        {
            _debouncer.OnChanged(parent.NameOf(leaf), ChangeKind.Done);
        }
    }

    private bool IsIgnored(WatchedDirectory parent, string leaf) =>
        FileName.TryParse(parent.Path.Child(leaf).Value, out var name, out _) && _isIgnored(name);

    /// <summary>Reports unwatched directories and retries to watch them.</summary>
    private void PollUnwatched()
    {
        if (_nextPoll == 0 || _options.Time.GetTimestamp() < _nextPoll || _toWalk.Count > 0)
            return;
        PollLater();
        if (!_rooted || _unwatched.Count > MaxPolled)
            _debouncer.AddEverything();
        else
            _unwatched.ForEach(directory => _debouncer.OnChanged(directory.NameOf(null), ChangeKind.Done, whole: true));
        if (!_rooted || !CanWatchMore())
            return;
        _missing = 0;
        _limitReached = false;
        _nextPoll = 0;
        foreach (var directory in _unwatched.Where(d => !d.Gone))
        {
            if (directory.Parent is null)
            {
                UnwatchRoot();
                break;
            }
            // Treat it as new: nothing below it was watched either.
            _tree.Remove(directory).ForEach(_inotify.Remove);
            _toWalk.Enqueue((directory.Parent.AddChild(directory.Leaf), true));
        }
        _unwatched.Clear();
    }

    private bool CanWatchMore()
    {
        _unwatched.RemoveAll(d => d.Gone);
        if (_unwatched.Count == 0)
            return true;
        if (_tree.Count >= _options.MaxWatches)
            return false;
        var tried = WatchedDirectory.None;
        try
        {
            _disk.List(_unwatched[0].Path, fd => tried = _inotify.Add(fd, root: false));
        }
        catch (FileSystemException)
        {
            return false;
        }
        return tried >= 0;
    }

    private void PollLater() =>
        _nextPoll = _options.Time.GetTimestamp() + (long)(_options.Poll.TotalSeconds * _options.Time.TimestampFrequency);

    private long WallClock() => (_options.Time.GetUtcNow() - ClockLag - DateTimeOffset.UnixEpoch).Ticks * 100;

    private static long ReadLimit(string name)
    {
        try
        {
            return long.Parse(File.ReadAllText("/proc/sys/fs/inotify/" + name), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }
}
