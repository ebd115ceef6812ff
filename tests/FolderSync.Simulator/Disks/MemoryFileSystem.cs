using System.Text;
using FolderSync.Core.Model;
using FolderSync.Filesystem;

namespace FolderSync.Simulator.Disks;

/// <summary>One process's view of a <see cref="MemoryDisk"/>: injects faults and simulates kills.</summary>
internal sealed class MemoryFileSystem(MemoryDisk disk) : IFileSystem
{
    private static readonly string[] ReservedOnWindows = ["CON", "PRN", "AUX", "NUL", "COM1", "LPT1"];

    private long _killAt = long.MaxValue;
    private MemoryNode? _marked;

    /// <summary>
    /// Called before each operation with its method's name and path (Rename: the source); the operation throws what it returns. It may also change
    /// the disk through <see cref="MemoryDisk.User"/>.
    /// </summary>
    public Func<string, LocalPath, FileSystemException?>? BeforeOperation { get; set; }

    /// <summary>The number of operations so far.</summary>
    public long Operations { get; private set; }

    public bool Killed { get; private set; }

    public MemoryDisk Disk => disk;

    public FileSystemTraits Traits => disk.Traits;

    public FileSystemTraits TraitsAt(LocalPath path) => disk.Traits;

    /// <summary>Every further operation fails and changes nothing, also on open files.</summary>
    public void Kill() => Killed = true;

    /// <summary>Kills the process at the operation after the next <paramref name="operations"/>; a write is then torn in the middle.</summary>
    public void KillAfter(long operations) => _killAt = Operations + operations;

    public void Dispose() => Kill();

    public RootState CheckRoot()
    {
        lock (disk.Gate)
        {
            Begin(nameof(CheckRoot), LocalPath.Root);
            if (disk.Root is not { } root)
                return RootState.Missing;
            if (root.Kind != FileKind.Directory)
                return RootState.NotADirectory;
            if (!May(root, 0x140))
                return RootState.Unreadable;
            if (root.Children!.ContainsKey(".stfolder"))
            {
                _marked = root;
                return RootState.Present;
            }
            return _marked is not null && _marked != root ? RootState.Replaced : RootState.MarkerMissing;
        }
    }

    public (long Free, long Total) GetSpace()
    {
        lock (disk.Gate)
        {
            Begin(nameof(GetSpace), LocalPath.Root);
            return (Math.Max(0, disk.Options.Capacity - disk.Used), disk.Options.Capacity);
        }
    }

    public string? ValidateName(FileName name)
    {
        foreach (var part in name.Value.Split('/'))
        {
            if (Encoding.UTF8.GetByteCount(part) > disk.Traits.MaxLeafLength)
                return $"'{part}' is too long for this disk.";
            if (disk.Options.WindowsNames && (part.AsSpan().IndexOfAny("<>:\"|?*\\") >= 0 || part[^1] is ' ' or '.' ||
                ReservedOnWindows.Contains(part.Split('.')[0], StringComparer.OrdinalIgnoreCase)))
                return $"'{part}' can't be a name on this disk.";
        }
        return null;
    }

    public FileStat? Stat(LocalPath path)
    {
        lock (disk.Gate)
        {
            Begin(nameof(Stat), path);
            var node = Find(path, out var error);
            if (node is null && error == FileSystemError.AccessDenied)
                throw Fail(error, nameof(Stat), path);
            return node is null ? null : disk.StatOf(node, MountOf(path), path.Leaf);
        }
    }

    public string FilesystemOf(LocalPath directory)
    {
        lock (disk.Gate)
        {
            Begin(nameof(FilesystemOf), directory);
            return $"memory {MountOf(directory)}";
        }
    }

    public List<DirectoryChild> List(LocalPath directory)
    {
        lock (disk.Gate)
        {
            Begin(nameof(List), directory);
            var node = Directory(directory, nameof(List), 0x140);
            var children = new List<DirectoryChild>(node.Children!.Count);
            var mount = MountOf(directory);
            foreach (var (written, child) in node.Children)
            {
                var leaf = disk.Options.ListsSmallLetters ? written.ToLowerInvariant() : disk.Options.ListsDecomposed ? DiskNames.Decomposed(written) : written;
                var clean = IsText(leaf);
                children.Add(new DirectoryChild(clean ? leaf : null, clean ? leaf : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(leaf)), disk.StatOf(child, mount)));
            }
            return children;
        }
    }

    public IReadFile OpenRead(LocalPath path)
    {
        lock (disk.Gate)
        {
            Begin(nameof(OpenRead), path);
            return new MemoryFile(this, RegularFile(path, nameof(OpenRead), 0x100), path, false);
        }
    }

    public IWriteFile OpenWrite(LocalPath path, bool create)
    {
        lock (disk.Gate)
        {
            Begin(nameof(OpenWrite), path);
            if (create && Find(path, out _) is null)
            {
                var made = disk.MakeFileNode(0x180);
                disk.Link(NewPlace(path, nameof(OpenWrite)), path.Leaf, made);
                return new MemoryFile(this, made, path, true);
            }
            var node = RegularFile(path, nameof(OpenWrite), 0x80);
            return node.Links == 1 ? new MemoryFile(this, node, path, true) : throw Fail(FileSystemError.WrongKind, nameof(OpenWrite), path);
        }
    }

    public IWriteFile CreateNew(LocalPath path)
    {
        lock (disk.Gate)
        {
            Begin(nameof(CreateNew), path);
            var made = disk.MakeFileNode(0x180);
            disk.Link(NewPlace(path, nameof(CreateNew)), path.Leaf, made);
            return new MemoryFile(this, made, path, true);
        }
    }

    public void CreateDirectory(LocalPath path, uint permissions)
    {
        lock (disk.Gate)
        {
            Begin(nameof(CreateDirectory), path);
            disk.Link(NewPlace(path, nameof(CreateDirectory)), path.Leaf, disk.MakeDirectoryNode(permissions));
        }
    }

    public void CreateSymlink(LocalPath path, string target)
    {
        lock (disk.Gate)
        {
            Begin(nameof(CreateSymlink), path);
            if (!disk.Options.Symlinks)
                throw Fail(FileSystemError.NotSupported, nameof(CreateSymlink), path);
            disk.Link(NewPlace(path, nameof(CreateSymlink)), path.Leaf, disk.MakeSymlinkNode(target));
        }
    }

    public string ReadSymlink(LocalPath path)
    {
        lock (disk.Gate)
        {
            Begin(nameof(ReadSymlink), path);
            var node = Existing(path, nameof(ReadSymlink));
            return node.Target is { } target && IsText(target) ? target : throw Fail(FileSystemError.WrongKind, nameof(ReadSymlink), path);
        }
    }

    /// <summary>Links lead to names of this disk.</summary>
    public byte[] ReadLinked(string leaf, int limit)
    {
        lock (disk.Gate)
        {
            var link = LocalPath.Root.Child(leaf);
            Begin(nameof(ReadLinked), link);
            var target = Existing(link, nameof(ReadLinked)).Target!.Split('/').Aggregate(LocalPath.Root, (p, part) => p.Child(part));
            return RegularFile(target, nameof(ReadLinked), 0x100).Content.ToArray();
        }
    }

    public void Rename(LocalPath from, LocalPath to, RenameMode mode)
    {
        lock (disk.Gate)
        {
            Begin(nameof(Rename), from);
            if (MountOf(from.Parent) != MountOf(to.Parent))
                throw Fail(FileSystemError.CrossDevice, nameof(Rename), from);
            if (mode == RenameMode.Exchange && !disk.Options.Exchange)
                throw Fail(FileSystemError.NotSupported, nameof(Rename), from);
            var source = Existing(from, nameof(Rename));
            var (sourceParent, targetParent) = (Directory(from.Parent, nameof(Rename), 0xC0), Directory(to.Parent, nameof(Rename), 0xC0));
            var target = Find(to, out _);
            RefuseMounted(source, nameof(Rename), from);
            RefuseMounted(target, nameof(Rename), to);
            ValidateRename(source, target, from, to, mode);
            if (mode == RenameMode.Exchange)
            {
                disk.Link(sourceParent, from.Leaf, target);
                disk.Link(targetParent, to.Leaf, source, joined: true);
            }
            else if (source != target || from.Leaf != to.Leaf)
            {
                disk.Link(sourceParent, from.Leaf, null);
                disk.Link(targetParent, to.Leaf, source, joined: true);
            }
            disk.ChangeTimeNow(source);
            if (target is not null && target != source)
                disk.ChangeTimeNow(target);
        }
    }

    public void RemoveFile(LocalPath path)
    {
        lock (disk.Gate)
        {
            Begin(nameof(RemoveFile), path);
            var parent = Directory(path.Parent, nameof(RemoveFile), 0xC0);
            if (Existing(path, nameof(RemoveFile)) is { Kind: not FileKind.Directory } node)
            {
                disk.Link(parent, path.Leaf, null);
                disk.ChangeTimeNow(node);
                return;
            }
            throw Fail(FileSystemError.WrongKind, nameof(RemoveFile), path);
        }
    }

    public void RemoveDirectory(LocalPath path)
    {
        lock (disk.Gate)
        {
            Begin(nameof(RemoveDirectory), path);
            var parent = Directory(path.Parent, nameof(RemoveDirectory), 0xC0);
            var node = Existing(path, nameof(RemoveDirectory));
            if (node.Kind != FileKind.Directory)
                throw Fail(FileSystemError.WrongKind, nameof(RemoveDirectory), path);
            RefuseMounted(node, nameof(RemoveDirectory), path);
            if (node.Children!.Count > 0)
                throw Fail(FileSystemError.NotEmpty, nameof(RemoveDirectory), path);
            disk.Link(parent, path.Leaf, null);
        }
    }

    public void SetPermissions(LocalPath path, uint permissions)
    {
        lock (disk.Gate)
        {
            Begin(nameof(SetPermissions), path);
            ChangePermissions(Existing(path, nameof(SetPermissions)), permissions, path);
        }
    }

    public void SetModified(LocalPath path, FileTime modified)
    {
        lock (disk.Gate)
        {
            Begin(nameof(SetModified), path);
            ChangeModified(Existing(path, nameof(SetModified)), modified);
        }
    }

    public void SyncDirectory(LocalPath path)
    {
        lock (disk.Gate)
        {
            Begin(nameof(SyncDirectory), path);
            disk.MakeNamesDurable(Directory(path, nameof(SyncDirectory), 0));
        }
    }

    public void SyncAll()
    {
        lock (disk.Gate)
        {
            Begin(nameof(SyncAll), LocalPath.Root);
            if (!disk.Options.SyncAll)
                throw Fail(FileSystemError.NotSupported, nameof(SyncAll), LocalPath.Root);
            disk.MakeAllDurable();
        }
    }

    internal static bool IsText(string leaf)
    {
        for (var i = 0; i < leaf.Length; i++)
        {
            if (!char.IsSurrogate(leaf[i]))
                continue;
            if (i + 1 == leaf.Length || !char.IsSurrogatePair(leaf[i], leaf[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    internal static FileSystemException Fail(FileSystemError error, string operation, LocalPath path) =>
        new(error, $"{operation} of '{path}' in the simulated disk: {error}.");

    /// <summary>Counts the operation and calls the hook. Returns true if the process is killed in this operation.</summary>
    internal bool Begin(string operation, LocalPath path, bool mayTear = false)
    {
        if (Killed)
            throw Dead(operation, path);
        if (BeforeOperation?.Invoke(operation, path) is { } fault)
            throw fault;
        if (Killed)
            throw Dead(operation, path);
        if (Operations++ < _killAt)
            return false;
        Killed = true;
        return mayTear ? true : throw Dead(operation, path);
    }

    internal static FileSystemException Dead(string operation, LocalPath path) =>
        new(FileSystemError.Io, $"{operation} of '{path}': the simulated process was killed.");

    internal void ChangePermissions(MemoryNode node, uint permissions, LocalPath path)
    {
        if (!disk.Options.Permissions)
            throw Fail(FileSystemError.NotSupported, nameof(SetPermissions), path);
        disk.Touch(node, node.Now with { Permissions = permissions & 0x1FF, ChangeTime = disk.Tick() });
    }

    internal void ChangeModified(MemoryNode node, FileTime modified)
    {
        var kept = disk.Options.IgnoresSetModified ? node.Now.Modified : disk.Cut(modified);
        disk.Touch(node, node.Now with { Modified = kept, ChangeTime = disk.Tick() });
    }

    private void ValidateRename(MemoryNode source, MemoryNode? target, LocalPath from, LocalPath to, RenameMode mode)
    {
        if (mode == RenameMode.Exchange && target is null)
            throw Fail(FileSystemError.NotFound, nameof(Rename), to);
        if (mode == RenameMode.NoReplace && target is not null && !(disk.Options.FoldsNames && target == source))
            throw Fail(FileSystemError.Exists, nameof(Rename), to);
        if (source.Kind == FileKind.Directory && to.Value.StartsWith(from.Value + "/", StringComparison.Ordinal))
            throw Fail(FileSystemError.Other, nameof(Rename), to);
        if (Encoding.UTF8.GetByteCount(to.Leaf) > disk.Traits.MaxLeafLength)
            throw Fail(FileSystemError.NameTooLong, nameof(Rename), to);
        if (mode != RenameMode.Replace || target is null || target == source)
            return;
        if (source.Kind == FileKind.Directory != (target.Kind == FileKind.Directory))
            throw Fail(FileSystemError.WrongKind, nameof(Rename), to);
        if (target.Children is { Count: > 0 })
            throw Fail(FileSystemError.NotEmpty, nameof(Rename), to);
    }

    private static void RefuseMounted(MemoryNode? node, string operation, LocalPath path)
    {
        if (node is { MountNumber: not 0 })
            throw Fail(FileSystemError.InUse, operation, path);
    }

    /// <summary>The filesystem that a directory lies on, as far as its path leads.</summary>
    private ulong MountOf(LocalPath directory)
    {
        var (node, mount) = (disk.Root, MemoryDisk.RootMount);
        foreach (var part in directory.IsRoot ? [] : directory.Value.Split('/'))
        {
            node = node?.Children?.GetValueOrDefault(part);
            if (node is { MountNumber: var mounted and not 0 })
                mount = mounted;
        }
        return mount;
    }

    /// <summary>The node at the path, or null with the reason.</summary>
    private MemoryNode? Find(LocalPath path, out FileSystemError error)
    {
        error = FileSystemError.NotFound;
        var node = disk.Root;
        var rest = path.Value.AsSpan();
        while (!rest.IsEmpty && node is not null)
        {
            if (node.Kind != FileKind.Directory)
            {
                error = node.Kind == FileKind.Symlink ? FileSystemError.Escapes : FileSystemError.WrongKind;
                return null;
            }
            if (!May(node, 0x40))
            {
                error = FileSystemError.AccessDenied;
                return null;
            }
            var slash = rest.IndexOf('/');
            var part = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? [] : rest[(slash + 1)..];
            if (!node.Children!.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(part, out node))
                return null;
        }
        return node;
    }

    private MemoryNode Existing(LocalPath path, string operation) => Find(path, out var error) ?? throw Fail(error, operation, path);

    private MemoryNode Directory(LocalPath path, string operation, uint access)
    {
        var node = Existing(path, operation);
        if (node.Kind != FileKind.Directory)
            throw Fail(node.Kind == FileKind.Symlink && access == 0xC0 ? FileSystemError.Escapes : FileSystemError.WrongKind, operation, path);
        return May(node, access) ? node : throw Fail(FileSystemError.AccessDenied, operation, path);
    }

    private MemoryNode RegularFile(LocalPath path, string operation, uint access)
    {
        var node = Existing(path, operation);
        if (node.Kind != FileKind.File)
            throw Fail(FileSystemError.WrongKind, operation, path);
        return May(node, access) ? node : throw Fail(FileSystemError.AccessDenied, operation, path);
    }

    /// <summary>The directory for a new name; throws if the name exists.</summary>
    private MemoryNode NewPlace(LocalPath path, string operation)
    {
        var parent = Directory(path.Parent, operation, 0xC0);
        if (parent.Children!.ContainsKey(path.Leaf))
            throw Fail(FileSystemError.Exists, operation, path);
        return Encoding.UTF8.GetByteCount(path.Leaf) <= disk.Traits.MaxLeafLength
            ? parent
            : throw Fail(FileSystemError.NameTooLong, operation, path);
    }

    private bool May(MemoryNode node, uint access) => !disk.Options.Permissions || (node.Now.Permissions & access) == access;
}
