using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Watch;

namespace FolderSync.Simulator.Disks;

/// <summary>The disks of one simulated computer, by root path. A root that was not used before is an empty directory.</summary>
internal sealed class MemoryDisks(TimeProvider time, int phase = 0) : IFileSystems
{
    private readonly SortedDictionary<string, MemoryDisk> _disks = new(StringComparer.Ordinal);
    private readonly List<MemoryFileSystem> _open = [];

    /// <summary>Applied to each disk created from now on.</summary>
    public MemoryDiskOptions Options { get; set; } = new();

    /// <summary>Of a world's devices every other one has disks that don't order names: so histories meet both, without a draw.</summary>
    private MemoryDiskOptions OptionsHere => phase % 2 == 0 ? Options : Options with { OrdersNames = false };

    /// <summary>Applied to each file system opened from now on.</summary>
    public Func<string, LocalPath, FileSystemException?>? BeforeOperation { get; set; }

    /// <summary>File systems that are open and not killed, oldest first.</summary>
    public IReadOnlyList<MemoryFileSystem> Living => [.. _open.Where(f => !f.Killed)];

    public MemoryDisk Disk(string root)
    {
        if (!_disks.TryGetValue(root, out var disk))
            _disks.Add(root, disk = new MemoryDisk(time, OptionsHere, phase));
        return disk;
    }

    /// <summary>The user copies the folder to another disk, in the order of its names; of two spellings the last one replaces the first.</summary>
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

    /// <summary>Kills the process; the disks stay unchanged, as after `kill -9`.</summary>
    public void Kill()
    {
        foreach (var fs in _open)
            fs.Kill();
        _open.Clear();
    }

    /// <summary>Simulates a power failure: kills the process, and each disk loses some of what is not durable.</summary>
    public void Crash(Random random)
    {
        Kill();
        foreach (var disk in _disks.Values)
            disk.Crash(random);
    }
}

/// <summary>Watchers that detect nothing themselves; a test says what they report.</summary>
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

    /// <summary>Thrown when a watch is opened; null to succeed.</summary>
    public Exception? OpenFault { get; set; }

    /// <summary>Makes the watchers' loops fail.</summary>
    public void Fail(string root, Exception fault)
    {
        foreach (var watcher in _watchers.Where(w => w.Root == root))
            watcher.Queue.Writer.TryComplete(fault);
    }

    /// <summary>Notifies the watchers of this root; returns false if there is none or its queue is full.</summary>
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
