using FolderSync.Core.Model;
using FolderSync.Filesystem;

namespace FolderSync.Simulator.Disks;

/// <summary>
/// A simulated disk: it outlives its file systems as a disk outlives a process. An inode's content and metadata are durable after Sync; names after
/// SyncDirectory; everything after SyncAll. <see cref="Crash"/> loses some of the rest.
/// </summary>
/// <remarks>
/// Names are journaled as on ext4: one log of all directory operations, of which a crash keeps a prefix that includes at least what was synced. It
/// is stored as an undo log, so that nothing is stored twice. Unlike on ext4, syncing a file doesn't sync its name. Where names have no order
/// (<see cref="MemoryDiskOptions.OrdersNames"/>), a crash keeps any of the operations that need none of the lost ones, and syncing a directory
/// makes durable what concerns it, as on btrfs or f2fs.
/// </remarks>
internal sealed class MemoryDisk
{
    /// <summary>The number of the root's filesystem.</summary>
    public const ulong RootMount = 1;

    /// <summary>How far times run ahead of the clock at most, in ns, when many changes come at one moment; a greater lead means that it was set back.</summary>
    private const long MaxLead = 1_000_000_000;

    /// <summary>More than a world has devices.</summary>
    private const int Phases = 16;

    public readonly Lock Gate = new();

    private readonly TimeProvider _time;
    private readonly IEqualityComparer<string> _names;
    private readonly List<NameChange> _journal = [];
    private readonly List<MemoryNode> _dirty = [];
    private ulong _nextInode = 2;
    private readonly int _phase;
    private long _lastTime;
    private long _used;

    /// <param name="phase">The phase of its times, below <see cref="Phases"/>: two disks with different phases have no time in common.</param>
    public MemoryDisk(TimeProvider time, MemoryDiskOptions options, int phase = 0)
    {
        _time = time;
        _phase = phase % Phases;
        Options = options;
        _names = options.FormInsensitive ? new DiskNames(options.CaseInsensitive, ignoresForm: true)
            : options.CaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        Traits = options.Traits();
        Root = MakeDirectoryNode(0x1ED);
        MakeDurable(Root);
        User = new MemoryUser(this);
    }

    public MemoryDiskOptions Options { get; }

    public FileSystemTraits Traits { get; }

    /// <summary>Null while the folder is unmounted.</summary>
    public MemoryNode? Root { get; set; }

    /// <summary>The user's actions on this computer; hooks and kills don't affect them.</summary>
    public MemoryUser User { get; }

    public long Used => _used;

    /// <summary>Directory operations that a crash may undo.</summary>
    public int UnsyncedNames => _journal.Count;

    /// <summary>Simulates a power failure: what is not durable is lost, partly lost, or kept, depending on <paramref name="random"/>.</summary>
    public void Crash(Random random)
    {
        lock (Gate)
        {
            foreach (var change in Options.OrdersNames ? LoseLast(random) : LoseAny(random))
            {
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
    /// Strictly increasing, so that no two changes have the same time, as with Linux' multigrain timestamps, unless the clock is set back. Times are
    /// also different on each device: otherwise a file of equal size could look like another one on a disk that can compare only times.
    /// </summary>
    public long Tick()
    {
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var next = now < _lastTime - MaxLead ? now : Math.Max(now, _lastTime + 1);
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
    /// <param name="asked">The requested leaf, if any.</param>
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

    /// <summary>Sets or removes a name's node, journaled.</summary>
    /// <param name="joined">Makes this one atomic step with the previous change.</param>
    public void Link(MemoryNode directory, string leaf, MemoryNode? node, bool joined = false)
    {
        var (oldLeaf, old) = SetEntry(directory, leaf, node);
        _journal.Add(new NameChange(directory, leaf, node, oldLeaf, old, joined));
        var now = Tick();
        Touch(directory, directory.Now with { Modified = Cut(FileTime.FromNanoseconds(now)), ChangeTime = now });
    }

    public void Touch(MemoryNode node, MemoryNode.Meta now)
    {
        BeforeChange(node);
        node.Now = now;
    }

    public void ChangeTimeNow(MemoryNode node) => Touch(node, node.Now with { ChangeTime = Tick() });

    /// <summary>Returns false if the disk is full.</summary>
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

    /// <summary>Makes the node's content and metadata durable.</summary>
    public void MakeDurable(MemoryNode node)
    {
        node.Dirty = false;
        node.SavedData = node.Data;
        node.SavedLength = node.Length;
        node.Saved = node.Now;
    }

    /// <summary>Makes the directory's names durable and, by the journal's order, everything changed before them.</summary>
    public void MakeNamesDurable(MemoryNode directory)
    {
        MakeDurable(directory);
        if (!Options.OrdersNames)
        {
            MakeOnlyDurable(directory);
            return;
        }
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

    /// <summary>What a crash undoes, newest first: all from some operation on.</summary>
    private List<NameChange> LoseLast(Random random)
    {
        var keep = random.Next(_journal.Count + 1);
        while (keep > 0 && keep < _journal.Count && _journal[keep].Joined)
            keep--;
        var lost = _journal[keep..];
        lost.Reverse();
        return lost;
    }

    /// <summary>
    /// What a crash undoes, newest first: any operations, and with each of them the later ones that need it. Those have the same name, are in a
    /// directory that is not there, or remove a directory that is not empty then.
    /// </summary>
    private List<NameChange> LoseAny(Random random)
    {
        var lost = new List<NameChange>();
        var (names, nodes, changed) = (new HashSet<(MemoryNode, string)>(), new HashSet<MemoryNode>(), new HashSet<MemoryNode>());
        foreach (var step in Steps())
        {
            if (random.Next(2) == 0 && !step.Exists(c => names.Contains(Key(c)) || nodes.Contains(c.Directory) || (c.Old is { } old && changed.Contains(old))))
                continue;
            foreach (var change in step)
            {
                names.Add(Key(change));
                changed.Add(change.Directory);
                if (change.Node is { } node)
                    nodes.Add(node);
                lost.Add(change);
            }
        }
        lost.Reverse();
        return lost;
    }

    /// <summary>Makes durable the operations in this directory and what they need.</summary>
    private void MakeOnlyDurable(MemoryNode directory)
    {
        var (names, nodes, whole) = (new HashSet<(MemoryNode, string)>(), new HashSet<MemoryNode> { directory }, new HashSet<MemoryNode> { directory });
        var left = new List<List<NameChange>>();
        foreach (var step in Enumerable.Reverse(Steps()))
        {
            if (!step.Exists(c => whole.Contains(c.Directory) || names.Contains(Key(c)) || (c.Node is { } node && nodes.Contains(node))))
            {
                left.Add(step);
                continue;
            }
            foreach (var change in step)
            {
                names.Add(Key(change));
                nodes.Add(change.Directory);
                // What was in a directory has to be out of it before that can be removed.
                if (change is { Node: null, Old.Kind: FileKind.Directory })
                    whole.Add(change.Old);
            }
        }
        left.Reverse();
        _journal.Clear();
        _journal.AddRange(left.SelectMany(s => s));
    }

    /// <summary>The journal in steps, each of which is atomic.</summary>
    private List<List<NameChange>> Steps()
    {
        var steps = new List<List<NameChange>>();
        foreach (var change in _journal)
        {
            if (change.Joined && steps.Count > 0)
                steps[^1].Add(change);
            else
                steps.Add([change]);
        }
        return steps;
    }

    private (MemoryNode Directory, string Leaf) Key(NameChange change) => (change.Directory, Options.CaseInsensitive ? change.Leaf.ToUpperInvariant() : change.Leaf);

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
            // A table that folds names forgets the removed one's spelling; it matters only there.
            oldLeaf = Options.FoldsNames && old.LeafAs is { } written ? written : leaf;
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

    /// <summary>Some ranges never reached the disk: they keep the old bytes, or zeros where there were none.</summary>
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

    private readonly record struct NameChange(MemoryNode Directory, string Leaf, MemoryNode? Node, string? OldLeaf, MemoryNode? Old, bool Joined);
}
