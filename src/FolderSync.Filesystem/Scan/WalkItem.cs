using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>An item of the walk, in tree order: a finding, or a file whose content has to be read first.</summary>
internal readonly record struct WalkItem(ScanFinding? Finding, FileToHash? File);

/// <summary>A file whose content has to be read. The hashing fills it in; one stage owns it at a time.</summary>
internal sealed class FileToHash(FileName name, FileStat stat, FileEntry? known)
{
    private Exception? _failure;

    public FileName Name => name;

    public FileEntry? Known => known;

    /// <summary>The stat that belongs to the hashed content once <see cref="IsStable"/>.</summary>
    public FileStat Stat { get; set; } = stat;

    /// <summary>The block size of this attempt, in bytes.</summary>
    public int BlockSize { get; set; }

    /// <summary>32 bytes per block; workers fill disjoint ranges.</summary>
    public byte[] Hashes { get; set; } = [];

    /// <summary>8 bytes per block; empty when pre-hashes are off.</summary>
    public byte[] PreHashes { get; set; } = [];

    /// <summary>False once a worker saw that the file no longer matches <see cref="Stat"/>.</summary>
    public bool IsStable { get; set; } = true;

    /// <summary>The first read failure.</summary>
    public Exception? Failure
    {
        get => _failure;
        set => Interlocked.CompareExchange(ref _failure, value, null);
    }

    public BlockList? Blocks { get; set; }
}

/// <summary>The result of one step of the walk.</summary>
/// <param name="Entries">Names visited.</param>
/// <param name="ToHash">Bytes in the files to hash.</param>
internal sealed record WalkStep(List<WalkItem> Items, int Entries, long ToHash, bool Done);
