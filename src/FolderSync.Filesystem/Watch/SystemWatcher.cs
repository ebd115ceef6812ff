using System.Collections.Concurrent;
using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Windows;

namespace FolderSync.Filesystem.Watch;

/// <summary>
/// Watches one folder with FileSystemWatcher, which covers a whole tree on Windows and macOS. Its handlers only enqueue; a thread debounces the
/// events. After an error it reports everything and starts over.
/// </summary>
internal sealed class SystemWatcher : IWatcher
{
    /// <summary>More events become "everything".</summary>
    private const int MaxQueued = 20_000;
    private const int KernelBuffer = 64 * 1024;
    private const int StackSize = 256 * 1024;

    private static readonly TimeSpan RetryRoot = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReaderBusy = TimeSpan.FromMilliseconds(100);

    private readonly string _root;
    private readonly Func<FileName, bool> _isIgnored;
    private readonly EventDebouncer _debouncer;
    private readonly BlockingCollection<(string? Path, ChangeKind Touch, bool IsNew)> _seen = new(MaxQueued);
    private readonly Channel<WatchNotice> _notices = Channel.CreateBounded<WatchNotice>(new BoundedChannelOptions(1) { SingleWriter = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private FileSystemWatcher? _watcher;
    private volatile bool _lost;
    private volatile bool _failed = true;
    private volatile WatchProblem? _problem;

    public SystemWatcher(string root, Func<FileName, bool> isIgnored, WatcherOptions options)
    {
        _root = root;
        _isIgnored = isIgnored;
        _debouncer = new EventDebouncer(options.Time, options.Debounce);
        Begin();
        new Thread(Run, StackSize) { IsBackground = true, Name = "watch " + Path.GetFileName(root) }.Start();
    }

    public ChannelReader<WatchNotice> Notices => _notices.Reader;

    public WatchProblem? Problem => _problem;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _ended.Task.ConfigureAwait(false);
        _stopping.Dispose();
        _seen.Dispose();
    }

    private void Run()
    {
        Exception? failure = null;
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                if (_failed)
                    Begin();
                HandleSeen();
                if (_lost)
                {
                    _lost = false;
                    _debouncer.AddEverything();
                }
                if (_notices.Reader.Count == 0 && _debouncer.Take() is { } notice)
                    _notices.Writer.TryWrite(notice);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            failure = e;
        }
        _watcher?.Dispose();
        _notices.Writer.TryComplete(failure);
        _ended.SetResult();
    }

    private void HandleSeen()
    {
        var wait = _notices.Reader.Count > 0 ? ReaderBusy : _debouncer.Wait() ?? Timeout.InfiniteTimeSpan;
        if (_failed && (wait == Timeout.InfiniteTimeSpan || wait > RetryRoot))
            wait = RetryRoot;
        if (!_seen.TryTake(out var seen, (int)Math.Ceiling(wait.TotalMilliseconds), _stopping.Token))
            return;
        do
            HandleChange(seen.Path, seen.Touch, seen.IsNew);
        while (_seen.TryTake(out seen));
    }

    private void HandleChange(string? path, ChangeKind touch, bool isNew)
    {
        if (path is null)
            return;
        var clean = Path.DirectorySeparatorChar == '/' ? path : path.Replace(Path.DirectorySeparatorChar, '/');
        var top = clean.IndexOf('/') is var cut && cut < 0 ? clean : clean[..cut];
        if (UnwatchedNames.Contains(top, atRoot: true) || UnwatchedNames.Contains(Path.GetFileName(clean), atRoot: false))
            return;
        // Windows reports a file by its short name if a program used that. Only the directory tells which file it is.
        if (OperatingSystem.IsWindows() && WindowsPath.FirstAlias(clean) is { } alias)
        {
            if (alias.LastIndexOf('/') is var above and > 0 && FileName.TryParse(alias[..above], out var directory, out _))
                _debouncer.OnChanged(directory, ChangeKind.Done, whole: true);
            else
                _debouncer.AddEverything();
            return;
        }
        while (clean.Length > 0)
        {
            if (FileName.TryParse(clean, out var name, out _))
            {
                // A new item may be a directory with contents; a known one reports nothing that its children don't.
                var isDirectory = touch != ChangeKind.Gone && Directory.Exists(Path.Combine(_root, path));
                if ((isNew || !isDirectory) && !_isIgnored(name))
                    _debouncer.OnChanged(name, touch, whole: isDirectory);
                return;
            }
            clean = clean.LastIndexOf('/') is var slash and > 0 ? clean[..slash] : "";
        }
        _debouncer.AddEverything();
    }

    private void Begin()
    {
        _watcher?.Dispose();
        _watcher = null;
        try
        {
            var watcher = new FileSystemWatcher(_root)
            {
                IncludeSubdirectories = true,
                InternalBufferSize = KernelBuffer,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size
                    | NotifyFilters.Attributes | NotifyFilters.CreationTime,
            };
            watcher.Created += (_, e) => Enqueue(e.Name, ChangeKind.Done, isNew: true);
            watcher.Changed += (_, e) => Enqueue(e.Name, ChangeKind.Done);
            watcher.Deleted += (_, e) => Enqueue(e.Name, ChangeKind.Gone);
            watcher.Renamed += (_, e) =>
            {
                Enqueue(e.OldName, ChangeKind.Gone);
                Enqueue(e.Name, ChangeKind.Done, isNew: true);
            };
            watcher.Error += (_, _) =>
            {
                _failed = _lost = true;
                Enqueue(null, ChangeKind.Done);
            };
            _watcher = watcher;
            watcher.EnableRaisingEvents = true;
            // Nobody saw what happened until now.
            _lost |= _problem is not null;
            _failed = false;
            _problem = null;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            _problem = new WatchProblem($"'{DisplayName.Of(_root)}' can't be watched: {e.Message}", "Mount or restore it: watching then starts automatically.");
        }
    }

    private void Enqueue(string? path, ChangeKind touch, bool isNew = false)
    {
        try
        {
            if (!_seen.TryAdd((path, touch, isNew)))
                _lost = true;
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            // A last event while the watcher stops.
        }
    }
}
