using System.Text;
using FolderSync.Core.Model;
using FolderSync.Filesystem;

namespace FolderSync.Simulator.Disks;

/// <summary>
/// The user of the computer: edits and inspects the disk regardless of permissions, hooks and kills. Paths are relative to the root, with '/'. A
/// name with a lone surrogate means one that is not UTF-8.
/// </summary>
internal sealed class MemoryUser(MemoryDisk disk)
{
    private readonly Dictionary<string, MemoryNode> _unmountedBelow = new(StringComparer.Ordinal);
    private MemoryNode? _unmounted;
    private ulong _mounts = MemoryDisk.RootMount;

    /// <summary>The user's changes survive a crash and, by the journal's order, all names changed before them.</summary>
    public bool Durable { get; set; } = true;

    /// <summary>Creates the file or replaces its content in place (same inode); creates missing directories.</summary>
    public void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        lock (disk.Gate)
        {
            var (parent, leaf) = Place(path, make: true);
            if (parent.Children!.GetValueOrDefault(leaf) is not { Kind: FileKind.File } node)
            {
                node = disk.MakeFileNode(0x1A4);
                disk.Link(parent, leaf, node);
            }
            disk.SetLength(node, 0);
            disk.Write(node, content, 0);
            Done(node, parent);
        }
    }

    public void WriteFile(string path, string content) => WriteFile(path, Encoding.UTF8.GetBytes(content));

    /// <summary>Saves like an editor: renames a new file over the old one (new inode).</summary>
    public void ReplaceFile(string path, ReadOnlySpan<byte> content)
    {
        lock (disk.Gate)
        {
            var (parent, leaf) = Place(path, make: true);
            var node = disk.MakeFileNode(parent.Children!.GetValueOrDefault(leaf)?.Now.Permissions ?? 0x1A4);
            disk.Write(node, content, 0);
            disk.Link(parent, leaf, node);
            Done(node, parent);
        }
    }

    public void Append(string path, ReadOnlySpan<byte> content)
    {
        lock (disk.Gate)
        {
            var node = At(path);
            disk.Write(node, content, node.Length);
            Done(node);
        }
    }

    /// <summary>Writes into the middle of a file.</summary>
    public void Overwrite(string path, int offset, ReadOnlySpan<byte> content)
    {
        lock (disk.Gate)
        {
            var node = At(path);
            disk.Write(node, content, offset);
            Done(node);
        }
    }

    /// <summary>Changes bytes without changing any time, as a failing disk does.</summary>
    public void CorruptSilently(string path, int offset, byte flip)
    {
        lock (disk.Gate)
        {
            var node = At(path);
            node.Data = node.Content.ToArray();
            node.Data[offset] ^= flip;
            disk.MakeDurable(node);
        }
    }

    /// <summary>Moves a file or directory over whatever has the new name.</summary>
    public void Rename(string from, string to)
    {
        lock (disk.Gate)
        {
            var node = At(from);
            var (fromParent, fromLeaf) = Place(from, make: false);
            var (toParent, toLeaf) = Place(to, make: true);
            disk.Link(fromParent, fromLeaf, null);
            disk.Link(toParent, toLeaf, node, joined: true);
            disk.ChangeTimeNow(node);
            Done(node, fromParent, toParent);
        }
    }

    /// <summary>
    /// Moves to another filesystem, as `mv` does: new files with the same contents, times and permissions. What has the new name must be gone.
    /// </summary>
    public void CopyOver(string from, string to)
    {
        lock (disk.Gate)
        {
            var item = At(from);
            if (item.Kind == FileKind.Directory)
                MakeDirectory(to);
            else if (item.Kind == FileKind.Symlink)
                Symlink(to, item.Target!);
            else if (item.Kind == FileKind.Other)
                MakeOther(to);
            else
                WriteFile(to, item.Content);
            foreach (var leaf in item.Children?.Keys.ToList() ?? [])
                CopyOver(from + "/" + leaf, to + "/" + leaf);
            Chmod(to, item.Now.Permissions);
            Touch(to, item.Now.Modified);
            Delete(from);
        }
    }

    public void HardLink(string path, string newName)
    {
        lock (disk.Gate)
        {
            var (parent, leaf) = Place(newName, make: true);
            disk.Link(parent, leaf, At(path));
            Done(At(path), parent);
        }
    }

    /// <summary>The two names lead to one file or directory.</summary>
    public bool AreOne(string path, string other)
    {
        lock (disk.Gate)
            return TryAt(path) is { } node && node == TryAt(other);
    }

    /// <summary>A file has this content, outside what <paramref name="leaveOut"/> names.</summary>
    public bool HasContent(ReadOnlySpan<byte> content, Func<string, bool> leaveOut)
    {
        lock (disk.Gate)
            return disk.Root is { } root && Has("", root, content, leaveOut);
    }

    /// <summary>Another filesystem is mounted at the directory.</summary>
    public bool IsMountPoint(string path)
    {
        lock (disk.Gate)
            return TryAt(path) is { MountNumber: not 0 };
    }

    /// <summary>The filesystem that the name would lie on.</summary>
    public ulong MountOf(string path)
    {
        lock (disk.Gate)
        {
            var (node, mount) = (disk.Root, MemoryDisk.RootMount);
            foreach (var part in path.Split('/')[..^1])
            {
                node = node?.Children?.GetValueOrDefault(part);
                mount = node is { MountNumber: not 0 and var mounted } ? mounted : mount;
            }
            return mount;
        }
    }

    /// <summary>Where filesystems were mounted that are not now.</summary>
    public IReadOnlyList<string> Unmounted
    {
        get
        {
            lock (disk.Gate)
                return [.. _unmountedBelow.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Contents on filesystems that are not mounted now, at or below the path that they had; an empty path means all.</summary>
    public List<byte[]> UnmountedContents(string path)
    {
        lock (disk.Gate)
            return [.. Unmounted.SelectMany(m => ItemsIn(_unmountedBelow[m], m)).Where(i => i.Kind == FileKind.File && IsAtOrBelow(i.Path, path)).Select(i => i.Content)];
    }

    /// <summary>Contents in directories over which another filesystem is mounted.</summary>
    public List<byte[]> HiddenContents()
    {
        lock (disk.Gate)
            return disk.Root is { } root ? [.. MountsIn(root).Concat(_unmountedBelow.Values).Select(m => m.MountedOver).OfType<MemoryNode>().SelectMany(m => ItemsIn(m)).Where(i => i.Kind == FileKind.File).Select(i => i.Content)] : [];
    }

    /// <summary>Deletes recursively; returns false if there was nothing.</summary>
    public bool Delete(string path)
    {
        lock (disk.Gate)
        {
            if (!Exists(path))
                return false;
            var node = At(path);
            var (parent, leaf) = Place(path, make: false);
            foreach (var child in node.Children?.Keys.ToList() ?? [])
                Delete(path + "/" + child);
            disk.Link(parent, leaf, null);
            Done(node, parent);
            return true;
        }
    }

    public void Touch(string path, FileTime modified)
    {
        lock (disk.Gate)
        {
            var node = At(path);
            disk.Touch(node, node.Now with { Modified = disk.Cut(modified), ChangeTime = disk.Tick() });
            Done(node);
        }
    }

    public void Chmod(string path, uint permissions)
    {
        lock (disk.Gate)
        {
            var node = At(path);
            disk.Touch(node, node.Now with { Permissions = permissions & 0x1FF, ChangeTime = disk.Tick() });
            Done(node);
        }
    }

    /// <summary>Sets the file's extended attribute.</summary>
    public void SetAttribute(string path, string value)
    {
        lock (disk.Gate)
        {
            var node = At(path);
            disk.Touch(node, node.Now with { Attribute = value, ChangeTime = disk.Tick() });
            Done(node);
        }
    }

    public string? AttributeOf(string path)
    {
        lock (disk.Gate)
            return At(path).Now.Attribute;
    }

    /// <summary>Creates the directory and its missing parents.</summary>
    public void MakeDirectory(string path)
    {
        lock (disk.Gate)
            Place(path + "/.", make: true);
    }

    public void Symlink(string path, string target) => Put(path, () => disk.MakeSymlinkNode(target));

    /// <summary>Creates a fifo.</summary>
    public void MakeOther(string path) => Put(path, disk.MakeOtherNode);

    public bool Exists(string path)
    {
        lock (disk.Gate)
            return TryAt(path) is not null;
    }

    public byte[] ReadAll(string path)
    {
        lock (disk.Gate)
            return At(path).Content.ToArray();
    }

    public string ReadText(string path) => Encoding.UTF8.GetString(ReadAll(path));

    public FileStat Stat(string path)
    {
        lock (disk.Gate)
            return disk.StatOf(At(path), mount: 0);
    }

    /// <summary>
    /// Everything below <paramref name="path"/>, sorted by path (ordinal), except <paramref name="leaveOut"/> and what is below it.
    /// </summary>
    public List<MemoryItem> Tree(string path = "", Func<string, bool>? leaveOut = null)
    {
        lock (disk.Gate)
        {
            var items = new List<MemoryItem>();
            if (disk.Root is not null)
                Collect(path, At(path), leaveOut, items);
            items.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
            return items;
        }
    }

    /// <summary>Makes the whole disk durable.</summary>
    public void SyncAll()
    {
        lock (disk.Gate)
            disk.MakeAllDurable();
    }

    public void Unmount()
    {
        lock (disk.Gate)
        {
            _unmounted = disk.Root ?? _unmounted;
            disk.Root = null;
        }
    }

    public void Mount()
    {
        lock (disk.Gate)
            disk.Root ??= _unmounted;
    }

    /// <summary>
    /// Mounts another filesystem over the directory, made where it isn't there: the one that was unmounted from there, else an empty one.
    /// </summary>
    public void MountAt(string path) => MountAt(path, path);

    /// <summary>As <see cref="MountAt(string)"/>, of what was unmounted from another place.</summary>
    public void MountAt(string from, string path)
    {
        lock (disk.Gate)
        {
            MakeDirectory(path);
            var (parent, leaf) = Place(path, make: false);
            if (!_unmountedBelow.Remove(from, out var mounted))
            {
                mounted = disk.MakeDirectoryNode(0x1ED);
                mounted.MountNumber = ++_mounts;
            }
            mounted.MountedOver = parent.Children![leaf];
            Exchange(parent, leaf, mounted);
        }
    }

    /// <summary>What the mounted filesystem hid is there again, as a rule an empty directory.</summary>
    public void UnmountFrom(string path)
    {
        lock (disk.Gate)
        {
            var (parent, leaf) = Place(path, make: false);
            var mounted = parent.Children![leaf];
            _unmountedBelow[path] = mounted;
            Exchange(parent, leaf, mounted.MountedOver ?? throw new InvalidOperationException($"Nothing is mounted at '{path}'."));
        }
    }

    /// <summary>Another, empty filesystem is mounted there instead.</summary>
    public void ReplaceMount(string path)
    {
        lock (disk.Gate)
        {
            UnmountFrom(path);
            _unmountedBelow.Remove(path);
            MountAt(path);
        }
    }

    /// <summary>Replaces the root with a new, empty directory.</summary>
    public void ReplaceRoot()
    {
        lock (disk.Gate)
        {
            _unmounted = disk.Root ?? _unmounted;
            disk.Root = disk.MakeDirectoryNode(0x1ED);
            disk.MakeDurable(disk.Root);
        }
    }

    private static void Collect(string path, MemoryNode node, Func<string, bool>? leaveOut, List<MemoryItem> items)
    {
        foreach (var (leaf, child) in node.Children ?? [])
        {
            var name = path.Length == 0 ? leaf : path + "/" + leaf;
            if (leaveOut?.Invoke(name) == true)
                continue;
            items.Add(new MemoryItem(name, child.Kind, child.Content.ToArray(), child.Target, child.Now.Permissions, child.Now.Modified));
            Collect(name, child, leaveOut, items);
        }
    }

    private static bool IsAtOrBelow(string path, string above) => above.Length == 0 || path == above || path.StartsWith(above + "/", StringComparison.Ordinal);

    private static List<MemoryItem> ItemsIn(MemoryNode node, string path = "")
    {
        var items = new List<MemoryItem>();
        Collect(path, node, null, items);
        return items;
    }

    private static IEnumerable<MemoryNode> MountsIn(MemoryNode node) =>
        (node.Children?.Values ?? Enumerable.Empty<MemoryNode>()).SelectMany(c => MountsIn(c).Concat(c.MountNumber != 0 ? [c] : []));

    private static bool Has(string path, MemoryNode node, ReadOnlySpan<byte> content, Func<string, bool> leaveOut)
    {
        if (node.Kind == FileKind.File && node.Content.SequenceEqual(content))
            return true;
        foreach (var (leaf, child) in node.Children ?? [])
        {
            var name = path.Length == 0 ? leaf : path + "/" + leaf;
            if (!leaveOut(name) && Has(name, child, content, leaveOut))
                return true;
        }
        return false;
    }

    /// <summary>A mount is no change of the directory: neither its time changes nor can a crash undo it.</summary>
    private void Exchange(MemoryNode parent, string leaf, MemoryNode node)
    {
        var before = parent.Now;
        disk.Link(parent, leaf, node);
        parent.Now = before;
        disk.MakeAllDurable();
    }

    private void Put(string path, Func<MemoryNode> make)
    {
        lock (disk.Gate)
        {
            var (parent, leaf) = Place(path, make: true);
            var node = make();
            disk.Link(parent, leaf, node);
            Done(node, parent);
        }
    }

    private void Done(MemoryNode node, MemoryNode? parent = null, MemoryNode? other = null)
    {
        if (!Durable)
            return;
        disk.MakeDurable(node);
        if (parent is not null)
            disk.MakeNamesDurable(parent);
        if (other is not null)
            disk.MakeNamesDurable(other);
    }

    private MemoryNode At(string path) => TryAt(path) ?? throw new InvalidOperationException($"The simulated user finds no '{path}'.");

    private MemoryNode? TryAt(string path)
    {
        var node = disk.Root;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            node = node?.Children?.GetValueOrDefault(part);
        return node;
    }

    /// <summary>The directory and leaf of a path; "." as the leaf means the directory itself.</summary>
    private (MemoryNode Parent, string Leaf) Place(string path, bool make)
    {
        var parts = path.Split('/');
        var node = disk.Root ?? throw new InvalidOperationException("The simulated folder is not mounted.");
        for (var i = 0; i < parts.Length - 1; i++)
        {
            var child = node.Children!.GetValueOrDefault(parts[i]);
            if (child?.Kind != FileKind.Directory)
            {
                if (!make)
                    throw new InvalidOperationException($"The simulated user finds no '{path}'.");
                child = disk.MakeDirectoryNode(0x1ED);
                disk.Link(node, parts[i], child);
                Done(child, node);
            }
            node = child;
        }
        return (node, parts[^1]);
    }
}
