using FolderSync.Core.Model;
using FolderSync.Filesystem;

namespace FolderSync.Simulator.Disks;

/// <summary>
/// A simulated disk: it outlives the file systems opened on it, as a disk outlives a process. Content and metadata of an inode are
/// durable after Sync; names after SyncDirectory; all after SyncAll. <see cref="Crash"/> takes away some of the rest.
/// </summary>
/// <remarks>
/// Names are journaled as ext4 does it: one log of all directory operations, of which a crash keeps a prefix that holds at least
/// what was synced. Kept is an undo log, so that nothing is stored twice. Unlike on ext4, syncing a file does not sync its name.
/// </remarks>
internal sealed class MemoryDisk
{
    /// <summary>The number of the root's filesystem.</summary>
    public const ulong RootMount = 1;

    /// <summary>More than a world has devices.</summary>
    private const int Phases = 16;

    public readonly Lock Gate = new();

    private readonly TimeProvider _time;
    private readonly StringComparer _names;
    private readonly List<NameChange> _journal = [];
    private readonly List<MemoryNode> _dirty = [];
    private ulong _nextInode = 2;
    private readonly int _phase;
    private long _lastTime;
    private long _used;

    /// <param name="phase">Of its times, below <see cref="Phases"/>: two disks of other phases have no time in common.</param>
    public MemoryDisk(TimeProvider time, MemoryDiskOptions options, int phase = 0)
    {
        _time = time;
        _phase = phase % Phases;
        Options = options;
        _names = options.CaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        Traits = options.Traits();
        Root = MakeDirectoryNode(0x1ED);
        MakeDurable(Root);
        User = new MemoryUser(this);
    }

    public MemoryDiskOptions Options { get; }

    public FileSystemTraits Traits { get; }

    /// <summary>Null while the folder is unmounted.</summary>
    public MemoryNode? Root { get; set; }

    /// <summary>What a person at this computer does; unaffected by hooks and kills.</summary>
    public MemoryUser User { get; }

    public long Used => _used;

    /// <summary>Directory operations that a crash may undo.</summary>
    public int UnsyncedNames => _journal.Count;

    /// <summary>The power fails: what is not durable is lost, or in part, or not, as <paramref name="random"/> says.</summary>
    public void Crash(Random random)
    {
        lock (Gate)
        {
            var keep = random.Next(_journal.Count + 1);
            while (keep > 0 && keep < _journal.Count && _journal[keep].Joined)
                keep--;
            for (var i = _journal.Count - 1; i >= keep; i--)
            {
                var change = _journal[i];
                SetEntry(change.Directory, change.Leaf, null);
                if (change.Old is not null)
                    SetEntry(change.Directory, change.OldLeaf!, change.Old);
            }
            _journal.Clear();
            foreach (var node in _dirty)
            {
                node.Listed = false;
                if (node.Dirty)
                    LoseSome(node, random);
            }
            _dirty.Clear();
        }
    }

    /// <summary>
    /// Strictly growing, so that no two changes have one time, as with Linux' multigrain timestamps; on other devices neither, where a file of
    /// equal size could come to stand for another one on a disk that has nothing but its time to tell.
    /// </summary>
    public long Tick()
    {
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var next = Math.Max(now, _lastTime + 1);
        return _lastTime = next + ((_phase - (next % Phases) + Phases) % Phases);
    }

    public FileTime Cut(FileTime time)
    {
        var step = Options.ModifiedGranularityNanoseconds;
        if (step <= 1)
            return time;
        if (step >= 1_000_000_000)
            return new FileTime(time.Seconds - (((time.Seconds % (step / 1_000_000_000)) + (step / 1_000_000_000)) % (step / 1_000_000_000)), 0);
        return time with { Nanoseconds = (int)(time.Nanoseconds - (time.Nanoseconds % step)) };
    }

    /// <param name="mount">Of the directory that it lies in; of no account for a file.</param>
    /// <param name="asked">The leaf that was asked for, where one was.</param>
    public FileStat StatOf(MemoryNode node, ulong mount, string? asked = null) => new(
        node.Kind,
        node.Kind == FileKind.File ? node.Length : node.Target is { } target ? target.Length : 0,
        node.Now.Modified,
        Options.ChangeTimes ? node.Now.ChangeTime : 0,
        !Options.Inodes ? 0 : Options.SpelledInodes && asked is not null && asked != node.LeafAs ? node.Inode + 1_000_000 : node.Inode,
        Options.Permissions ? node.Now.Permissions : node.Kind == FileKind.Directory ? 0x1FFu : 0x1B6u,
        node.Kind == FileKind.File ? node.Links : 1)
    {
        Mount = node.Kind != FileKind.Directory ? 0 : node.MountNumber != 0 ? node.MountNumber : mount,
    };

    public MemoryNode MakeFileNode(uint permissions) => Init(new MemoryNode(FileKind.File, _nextInode++), permissions);

    public MemoryNode MakeDirectoryNode(uint permissions) => Init(new MemoryNode(_nextInode++, _names), permissions);

    public MemoryNode MakeSymlinkNode(string target) => Init(new MemoryNode(_nextInode++, target), 0x1FF);

    public MemoryNode MakeOtherNode() => Init(new MemoryNode(FileKind.Other, _nextInode++), 0x1A4);

    /// <summary>Puts a node (or nothing) under a name, journaled.</summary>
    /// <param name="joined">One atomic step with the change before it.</param>
    public void Link(MemoryNode directory, string leaf, MemoryNode? node, bool joined = false)
    {
        var (oldLeaf, old) = SetEntry(directory, leaf, node);
        _journal.Add(new NameChange(directory, leaf, oldLeaf, old, joined));
        var now = Tick();
        Touch(directory, directory.Now with { Modified = Cut(FileTime.FromNanoseconds(now)), ChangeTime = now });
    }

    public void Touch(MemoryNode node, MemoryNode.Meta now)
    {
        BeforeChange(node);
        node.Now = now;
    }

    public void ChangeTimeNow(MemoryNode node) => Touch(node, node.Now with { ChangeTime = Tick() });

    /// <summary>False when the disk is full.</summary>
    public bool Write(MemoryNode node, ReadOnlySpan<byte> data, int offset)
    {
        var end = checked(offset + data.Length);
        if (!Resize(node, Math.Max(end, node.Length), offset))
            return false;
        data.CopyTo(node.Data.AsSpan(offset));
        ContentChanged(node);
        return true;
    }

    public bool SetLength(MemoryNode node, int length)
    {
        if (!Resize(node, length, Math.Min(length, node.Length)))
            return false;
        ContentChanged(node);
        return true;
    }

    /// <summary>Content and metadata of the node survive a crash from here on.</summary>
    public void MakeDurable(MemoryNode node)
    {
        node.Dirty = false;
        node.SavedData = node.Data;
        node.SavedLength = node.Length;
        node.Saved = node.Now;
    }

    /// <summary>The directory's names survive a crash from here on, and by the journal's order all that was changed before them.</summary>
    public void MakeNamesDurable(MemoryNode directory)
    {
        MakeDurable(directory);
        var last = _journal.Count - 1;
        while (last >= 0 && _journal[last].Directory != directory)
            last--;
        while (last + 1 < _journal.Count && last >= 0 && _journal[last + 1].Joined)
            last++;
        _journal.RemoveRange(0, last + 1);
    }

    public void MakeAllDurable()
    {
        _journal.Clear();
        foreach (var node in _dirty)
        {
            node.Listed = false;
            if (node.Dirty)
                MakeDurable(node);
        }
        _dirty.Clear();
    }

    private MemoryNode Init(MemoryNode node, uint permissions)
    {
        var now = Tick();
        node.Now = new MemoryNode.Meta(Cut(FileTime.FromNanoseconds(now)), now, permissions & 0x1FF);
        node.Saved = node.Now;
        BeforeChange(node);
        return node;
    }

    private void BeforeChange(MemoryNode node)
    {
        if (node.Dirty)
            return;
        node.Dirty = true;
        if (node.Listed)
            return;
        if (_dirty.Count >= 4096 && _dirty.Count == _dirty.Capacity)
            _dirty.RemoveAll(static n => !n.Dirty && !(n.Listed = false));
        node.Listed = true;
        _dirty.Add(node);
    }

    private void ContentChanged(MemoryNode node)
    {
        var now = Tick();
        node.Now = node.Now with { Modified = Cut(FileTime.FromNanoseconds(now)), ChangeTime = now };
    }

    private bool Resize(MemoryNode node, int length, int changedFrom)
    {
        if (length > node.Length && node.Links > 0 && _used + (length - node.Length) > Options.Capacity)
            return false;
        BeforeChange(node);
        node.MakeWritable(Math.Min(changedFrom, node.Length), length);
        if (length > node.Length)
            node.Data.AsSpan(node.Length, length - node.Length).Clear();
        if (node.Links > 0)
            _used += length - node.Length;
        node.Length = length;
        return true;
    }

    private (string? Leaf, MemoryNode? Node) SetEntry(MemoryNode directory, string leaf, MemoryNode? node)
    {
        string? oldLeaf = null;
        var entries = directory.Children!;
        if (entries.Remove(leaf, out var old))
        {
            // A case-insensitive table forgets how the removed name was written; it matters only there.
            oldLeaf = Options.CaseInsensitive && old.LeafAs is { } written ? written : leaf;
            if (--old.Links == 0)
                _used -= old.Length;
        }
        if (node is not null)
        {
            entries.Add(leaf, node);
            node.LeafAs = leaf;
            if (node.Links++ == 0)
                _used += node.Length;
        }
        return (oldLeaf, old);
    }

    private void LoseSome(MemoryNode node, Random random)
    {
        if (random.Next(2) == 0)
            node.Now = node.Saved;
        var length = node.Length;
        var data = node.Data;
        var saved = node.SavedData.AsSpan(0, node.SavedLength);
        if (node.Kind == FileKind.File)
        {
            switch (random.Next(4))
            {
                case 0:
                    (data, length) = (saved.ToArray(), saved.Length);
                    break;
                case 1:
                    length = random.Next(Math.Min(length, saved.Length), length + 1);
                    data = data.AsSpan(0, length).ToArray();
                    break;
                case 2:
                    data = data.AsSpan(0, length).ToArray();
                    LoseRanges(data, saved, random);
                    break;
            }
        }
        if (node.Links > 0)
            _used += length - node.Length;
        (node.Data, node.Length) = (data, length);
        MakeDurable(node);
    }

    /// <summary>Some ranges never reached the disk: what stood there before stands there, or zeros where nothing did.</summary>
    private static void LoseRanges(byte[] data, ReadOnlySpan<byte> saved, Random random)
    {
        for (var n = random.Next(1, 4); n > 0 && data.Length > 0; n--)
        {
            var from = random.Next(data.Length);
            var to = random.Next(from, data.Length + 1);
            for (var i = from; i < to; i++)
                data[i] = i < saved.Length ? saved[i] : (byte)0;
        }
    }

    private readonly record struct NameChange(MemoryNode Directory, string Leaf, string? OldLeaf, MemoryNode? Old, bool Joined);
}
