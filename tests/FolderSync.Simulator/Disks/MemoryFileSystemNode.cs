using FolderSync.Core.Model;
using FolderSync.Filesystem;

namespace FolderSync.Simulator.Disks;

/// <summary>The capabilities of a simulated disk.</summary>
internal sealed record MemoryDiskOptions
{
    /// <summary>`File` and `file` are the same name; the original case is kept.</summary>
    public bool CaseInsensitive { get; init; }

    /// <summary>The traits don't report it, as on a disk that no probe recognizes.</summary>
    public bool CaseUnrecognized { get; init; }

    /// <summary>A name in NFC and the same in NFD are one name; the form as written is kept, as on APFS.</summary>
    public bool FormInsensitive { get; init; }

    /// <summary>Names are listed in NFD, however they were written, as on HFS+. With <see cref="FormInsensitive"/>.</summary>
    public bool ListsDecomposed { get; init; }

    /// <summary>Names are listed in lower case, however they were written, as on lowntfs-3g.</summary>
    public bool ListsSmallLetters { get; init; }

    /// <summary>Each requested spelling has its own inode number, as FUSE invents them.</summary>
    public bool SpelledInodes { get; init; }

    /// <summary>RenameMode.Exchange works.</summary>
    public bool Exchange { get; init; } = true;

    public bool Symlinks { get; init; } = true;

    /// <summary>Permission bits can be set and are enforced, as for a user other than root.</summary>
    public bool Permissions { get; init; } = true;

    public bool SyncAll { get; init; } = true;

    /// <summary>Names that are not synced survive a power failure in the order in which they were made; otherwise any of them do.</summary>
    public bool OrdersNames { get; init; } = true;

    /// <summary>Refuses names that are invalid on Windows.</summary>
    public bool WindowsNames { get; init; }

    /// <summary>mtimes are truncated to this (FAT: 2 s). It is also the trait's mtime window.</summary>
    public long ModifiedGranularityNanoseconds { get; init; } = 1;

    /// <summary>Setting an mtime succeeds and does nothing.</summary>
    public bool IgnoresSetModified { get; init; }

    /// <summary>Whether ctime is known.</summary>
    public bool ChangeTimes { get; init; } = true;

    /// <summary>Whether inode numbers are known.</summary>
    public bool Inodes { get; init; } = true;

    /// <summary>In bytes; a write beyond it fails with NoSpace.</summary>
    public long Capacity { get; init; } = 1L << 40;

    /// <summary>Different spellings may be one name.</summary>
    public bool FoldsNames => CaseInsensitive || FormInsensitive;

    public FileSystemTraits Traits() => new()
    {
        CaseInsensitive = CaseInsensitive && !CaseUnrecognized,
        Permissions = Permissions,
        Symlinks = Symlinks,
        ModifiedWindowNanoseconds = ModifiedGranularityNanoseconds > 1 ? ModifiedGranularityNanoseconds : 0,
        WindowsNames = WindowsNames,
        CanSyncAll = SyncAll,
        Name = "memory",
    };
}

/// <summary>
/// An inode: its present state, and the state after a crash while the two differ (<see cref="Dirty"/>). Guarded by its disk's lock.
/// </summary>
internal sealed class MemoryNode(FileKind kind, ulong inode)
{
    public readonly FileKind Kind = kind;
    public readonly ulong Inode = inode;
    public readonly string? Target;
    public readonly Dictionary<string, MemoryNode>? Children;

    public byte[] Data = [];
    public int Length;
    public Meta Now;
    public int Links;

    /// <summary>The filesystem whose root it is, where one is mounted here; else 0: it lies on its parent's.</summary>
    public ulong MountNumber;

    /// <summary>What the filesystem that is mounted here hides.</summary>
    public MemoryNode? MountedOver;

    /// <summary>The leaf it was last linked under, as written.</summary>
    public string? LeafAs;

    /// <summary>Part of this node is not durable; the Saved fields hold what is.</summary>
    public bool Dirty;

    /// <summary>It is in the disk's list of dirty nodes (it may be clean by now).</summary>
    public bool Listed;

    public byte[] SavedData = [];
    public int SavedLength;
    public Meta Saved;

    public MemoryNode(ulong inode, string target)
        : this(FileKind.Symlink, inode) => Target = target;

    public MemoryNode(ulong inode, IEqualityComparer<string> names)
        : this(FileKind.Directory, inode) => Children = new Dictionary<string, MemoryNode>(names);

    public ReadOnlySpan<byte> Content => Data.AsSpan(0, Length);

    /// <summary>Grows the array and separates it from the saved one before bytes from <paramref name="from"/> on change.</summary>
    public void MakeWritable(int from, int length)
    {
        var shared = ReferenceEquals(Data, SavedData) && from < SavedLength;
        if (!shared && length <= Data.Length)
            return;
        var capacity = Math.Max(Length, length);
        if (capacity > Data.Length && Length > 0)
            capacity = (int)Math.Max(capacity, Math.Min(Length * 2L, Array.MaxLength));
        var grown = new byte[capacity];
        Content.CopyTo(grown);
        Data = grown;
    }

    /// <param name="Attribute">The value of the one extended attribute that a node may have.</param>
    public readonly record struct Meta(FileTime Modified, long ChangeTime, uint Permissions, string? Attribute = null);
}

/// <summary>One child of a simulated tree, as tests compare it.</summary>
/// <param name="Content">A file's bytes; empty for others.</param>
internal sealed record MemoryItem(string Path, FileKind Kind, byte[] Content, string? Target, uint Permissions, FileTime Modified)
{
    /// <summary>What must be equal on all devices, without times, as text that is readable in a failed assertion.</summary>
    public override string ToString() => Kind switch
    {
        FileKind.File => $"{Path} {Convert.ToString(Permissions, 8)} {Content.Length}:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Content).AsSpan(0, 6))}",
        FileKind.Symlink => $"{Path} -> {Target}",
        _ => $"{Path}/ {Convert.ToString(Permissions, 8)}",
    };
}
