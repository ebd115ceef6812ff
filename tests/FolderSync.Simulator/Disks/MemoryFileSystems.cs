using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Watch;

namespace FolderSync.Simulator.Disks;

/// <summary>The disks of one simulated computer, by root path. A root that was not named before is an empty directory.</summary>
internal sealed class MemoryDisks(TimeProvider time, int phase = 0) : IFileSystems
{
    private readonly SortedDictionary<string, MemoryDisk> _disks = new(StringComparer.Ordinal);
    private readonly List<MemoryFileSystem> _open = [];

    /// <summary>Given to each disk made from here on.</summary>
    public MemoryDiskOptions Options { get; set; } = new();

    /// <summary>Given to each file system opened from here on.</summary>
    public Func<string, LocalPath, FileSystemException?>? BeforeOperation { get; set; }

    /// <summary>File systems opened and not killed, oldest first.</summary>
    public IReadOnlyList<MemoryFileSystem> Living => [.. _open.Where(f => !f.Killed)];

    public MemoryDisk Disk(string root)
    {
        if (!_disks.TryGetValue(root, out var disk))
            _disks.Add(root, disk = new MemoryDisk(time, Options, phase));
        return disk;
    }

    /// <summary>The user copies the folder to another disk, in the order of its names; the last of two spellings replaces the first there.</summary>
    public void MoveTo(string root, MemoryDiskOptions options)
    {
        var (from, to) = (Disk(root), new MemoryDisk(time, options, phase));
        foreach (var item in from.User.Tree())
        {
            if (item.Kind == FileKind.Directory)
                to.User.MakeDirectory(item.Path);
            else
                to.User.WriteFile(item.Path, item.Content);
            to.User.Touch(item.Path, item.Modified);
        }
        Options = options;
        _disks[root] = to;
    }

    public MemoryFileSystem Open(string root)
    {
        var opened = new MemoryFileSystem(Disk(root)) { BeforeOperation = BeforeOperation };
        _open.RemoveAll(f => f.Killed);
        _open.Add(opened);
        return opened;
    }

    IFileSystem IFileSystems.Open(string root) => Open(root);

    /// <summary>The process dies; the disks stay as they are, as after `kill -9`.</summary>
    public void Kill()
    {
        foreach (var fs in _open)
            fs.Kill();
        _open.Clear();
    }

    /// <summary>The power fails: the process dies and each disk loses some of what is not durable.</summary>
    public void Crash(Random random)
    {
        Kill();
        foreach (var disk in _disks.Values)
            disk.Crash(random);
    }
}

/// <summary>Watchers that notice nothing by themselves; a test may say what they would have noticed.</summary>
internal sealed class SilentWatchers : IWatchers
{
    private readonly List<Watcher> _watchers = [];

    public IWatcher Watch(string root, Func<FileName, bool> isIgnored)
    {
        if (OpenFault is { } fault)
            throw fault;
        var watcher = new Watcher(root, this);
        _watchers.Add(watcher);
        return watcher;
    }

    /// <summary>Opening a watch fails with it; null: it goes its way.</summary>
    public Exception? OpenFault { get; set; }

    /// <summary>The watchers' own loops fail.</summary>
    public void Fail(string root, Exception fault)
    {
        foreach (var watcher in _watchers.Where(w => w.Root == root))
            watcher.Queue.Writer.TryComplete(fault);
    }

    /// <summary>Tells the watchers of that root; false where none is or its queue is full.</summary>
    public bool Notice(string root, WatchNotice notice)
    {
        var told = false;
        foreach (var watcher in _watchers.Where(w => w.Root == root))
            told |= watcher.Queue.Writer.TryWrite(notice);
        return told;
    }

    private sealed class Watcher(string root, SilentWatchers owner) : IWatcher
    {
        public string Root => root;

        public Channel<WatchNotice> Queue { get; } = Channel.CreateBounded<WatchNotice>(1024);

        public ChannelReader<WatchNotice> Notices => Queue.Reader;

        public WatchProblem? Problem => null;

        public ValueTask DisposeAsync()
        {
            owner._watchers.Remove(this);
            Queue.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
