using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Apply;
using FolderSync.Filesystem.Local;
using FolderSync.Simulator.Disks;
using FolderSync.Testing;

namespace FolderSync.Filesystem.Tests.Apply;

/// <summary>The disks that the applier's tests run on.</summary>
public enum DiskUnderTest
{
    Memory,
    MemoryWithoutExchange,
    MemoryWithoutSyncAll,

    /// <summary>After a power failure any of the names that were not synced are as they were.</summary>
    MemoryWithoutOrder,
    MemoryCaseInsensitive,

    /// <summary>Ignores case without reporting it, and gives each spelling its own inode.</summary>
    MemoryCaseUnrecognized,
    Real,
}

/// <summary>A folder with an applier. Tests arrange and inspect its disk through the filesystem interface, so that they run on any disk.</summary>
internal sealed class ApplyFolder : IDisposable
{
    public const int BlockSize = 64;

    public static readonly ShortId Peer = new(0x1122334455667788);

    private readonly string? _directory;

    private ApplyFolder(IFileSystem fs, MemoryDisk? disk, string? directory, ApplierOptions? options)
    {
        Fs = fs;
        Disk = disk;
        _directory = directory;
        Versioner = new TrashCanVersioner(fs, Time);
        Applier = new Applier(fs, Versioner, options ?? new ApplierOptions(), Time);
    }

    public FixedTime Time { get; } = new();

    public IFileSystem Fs { get; }

    public MemoryFileSystem Memory => (MemoryFileSystem)Fs;

    public MemoryDisk? Disk { get; }

    public TrashCanVersioner Versioner { get; }

    public Applier Applier { get; }

    public static ApplyFolder On(DiskUnderTest kind, ApplierOptions? options = null)
    {
        if (kind == DiskUnderTest.Real)
        {
            var directory = Directory.CreateTempSubdirectory("foldersync-apply-").FullName;
            var real = new FileSystems().Open(directory);
            real.CheckRoot();
            real.CreateDirectory(Path(".stfolder"), 0x1ED);
            return new ApplyFolder(real, null, directory, options);
        }
        return On(new MemoryDiskOptions
        {
            Exchange = kind != DiskUnderTest.MemoryWithoutExchange,
            SyncAll = kind != DiskUnderTest.MemoryWithoutSyncAll,
            OrdersNames = kind != DiskUnderTest.MemoryWithoutOrder,
            CaseInsensitive = kind is DiskUnderTest.MemoryCaseInsensitive or DiskUnderTest.MemoryCaseUnrecognized,
            CaseUnrecognized = kind == DiskUnderTest.MemoryCaseUnrecognized,
            SpelledInodes = kind == DiskUnderTest.MemoryCaseUnrecognized,
        }, options);
    }

    public static ApplyFolder On(MemoryDiskOptions diskOptions, ApplierOptions? options = null)
    {
        var disk = new MemoryDisk(new FixedTime(), diskOptions);
        disk.User.MakeDirectory(".stfolder");
        return new ApplyFolder(new MemoryFileSystem(disk), disk, null, options);
    }

    /// <summary>On an open disk of the caller's.</summary>
    public static ApplyFolder Over(IFileSystem disk) => new(disk, null, null, null);

    /// <summary>Simulates a new process on the same disk after this one died.</summary>
    public ApplyFolder Reopen(ApplierOptions? options = null) => new(new MemoryFileSystem(Disk!), Disk, null, options);

    public void Dispose()
    {
        Fs.Dispose();
        if (_directory is not null)
            Directory.Delete(_directory, true);
    }

    public static LocalPath Path(string path) => path.Split('/').Aggregate(LocalPath.Root, (p, part) => p.Child(part));

    public static FileName Name(string path) => FileName.Parse(path);

    public static BlockList Blocks(byte[] content, int blockSize = BlockSize)
    {
        var hashes = new List<byte>();
        for (var at = 0; at < content.Length || at == 0; at += blockSize)
            hashes.AddRange(SHA256.HashData(content.AsSpan(at, Math.Min(blockSize, content.Length - at))));
        return new BlockList(blockSize, content.Length, hashes.ToArray());
    }

    /// <summary>A file as a peer announces it.</summary>
    public static FileEntry File(string path, string content, uint mode = 0x1A4, long modified = 1_700_000_000) =>
        File(path, Encoding.UTF8.GetBytes(content), mode, modified);

    public static FileEntry File(string path, byte[] content, uint mode = 0x1A4, long modified = 1_700_000_000) => new()
    {
        Name = Name(path),
        Size = content.Length,
        Permissions = mode,
        Modified = new FileTime(modified, 123_456_000),
        ModifiedBy = Peer,
        Blocks = Blocks(content),
    };

    public static FileEntry Folder(string path, uint mode = 0x1ED) =>
        new() { Name = Name(path), Type = FileType.Directory, Permissions = mode, ModifiedBy = Peer };

    public static FileEntry Link(string path, string target) => new()
    {
        Name = Name(path),
        Type = FileType.Symlink,
        SymlinkTarget = target,
        Modified = new FileTime(1_700_000_000, 0),
        ModifiedBy = Peer,
        NoPermissions = true,
    };

    public static FileEntry Tombstone(string path) => new() { Name = Name(path), Deleted = true, ModifiedBy = Peer };

    /// <summary>The index entry after a scan of this name.</summary>
    /// <summary>Of <see cref="DiskUnderTest.Real"/> only.</summary>
    public string RealPath(string path) => System.IO.Path.Combine(_directory!, path);

    public FileEntry Scan(string path)
    {
        var at = Path(path);
        var stat = Fs.Stat(at) ?? throw new InvalidOperationException($"'{path}' is not there.");
        var entry = new FileEntry { Name = Name(path), Modified = stat.Modified, Permissions = stat.Permissions, Disk = stat.Stamp };
        return stat.Kind switch
        {
            FileKind.Directory => entry with { Type = FileType.Directory },
            FileKind.Symlink => entry with { Type = FileType.Symlink, SymlinkTarget = Fs.ReadSymlink(at) },
            _ => entry with { Size = stat.Size, Blocks = Blocks(Bytes(path)) },
        };
    }

    /// <summary>Writes a user's file and scans it.</summary>
    public FileEntry Write(string path, string content, uint mode = 0x1A4)
    {
        MakeParents(path);
        using (var file = Fs.OpenWrite(Path(path), true))
        {
            file.SetLength(0);
            file.Write(Encoding.UTF8.GetBytes(content), 0);
            file.SetPermissions(mode);
            file.SetModified(new FileTime(1_600_000_000 + content.Length, 0));
            file.Sync();
        }
        Fs.SyncDirectory(Path(path).Parent);
        return Scan(path);
    }

    public FileEntry MakeFolder(string path)
    {
        MakeParents(path);
        if (Fs.Stat(Path(path)) is null)
            Fs.CreateDirectory(Path(path), 0x1ED);
        Fs.SyncDirectory(Path(path).Parent);
        return Scan(path);
    }

    public FileEntry MakeLink(string path, string target)
    {
        MakeParents(path);
        Fs.CreateSymlink(Path(path), target);
        Fs.SyncDirectory(Path(path).Parent);
        return Scan(path);
    }

    public StagedFile Stage(FileEntry target, string content, FileEntry? old = null)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var staged = Applier.Stage(target, old);
        foreach (var i in staged.Missing)
            staged.WriteBlock(i, bytes.AsSpan((int)target.Blocks![i].Offset, target.Blocks[i].Size));
        staged.Finish();
        return staged;
    }

    public ApplyStep.PlaceFile Place(string path, string content, FileEntry? expected, ActionForExisting displaced = ActionForExisting.Discard)
    {
        var target = File(path, content);
        return new ApplyStep.PlaceFile(Stage(target, content, expected), target, expected, displaced);
    }

    public static ApplyStep.Move Move(FileEntry entry, string to, FileEntry? expected = null, ActionForExisting displaced = ActionForExisting.Discard) =>
        new(entry, entry with { Name = Name(to), Disk = default, ModifiedBy = Peer }, expected, displaced);

    public static ApplyStep.Remove Remove(FileEntry expected, ActionForExisting displaced = ActionForExisting.Discard) =>
        new(Tombstone(expected.Name.Value), expected, displaced);

    public ApplyResult Apply(ApplyStep step) => Applier.Apply([step])[0];

    public byte[] Bytes(string path)
    {
        using var file = Fs.OpenRead(Path(path));
        var bytes = new byte[file.Stat().Size];
        file.Read(bytes, 0);
        return bytes;
    }

    public string? Text(string path) => Fs.Stat(Path(path)) is { Kind: FileKind.File } ? Encoding.UTF8.GetString(Bytes(path)) : null;

    /// <summary>Everything except the marker, sorted: `path=content`, `path/`, `path->target`. Includes temp files and versions.</summary>
    public List<string> Tree(string? below = null)
    {
        var items = new List<string>();
        foreach (var child in Fs.List(below is null ? LocalPath.Root : Path(below)))
        {
            var path = below is null ? child.Leaf! : below + "/" + child.Leaf;
            if (path == ".stfolder")
                continue;
            items.Add(child.Stat.Kind switch
            {
                FileKind.Directory => path + "/",
                FileKind.Symlink => path + "->" + Fs.ReadSymlink(Path(path)),
                FileKind.File => path + "=" + Text(path),
                _ => path + "?",
            });
            if (child.Stat.Kind == FileKind.Directory)
                items.AddRange(Tree(path));
        }
        items.Sort(StringComparer.Ordinal);
        return items;
    }

    private void MakeParents(string path)
    {
        if (path.LastIndexOf('/') is var slash and > 0)
            MakeFolder(path[..slash]);
    }
}
