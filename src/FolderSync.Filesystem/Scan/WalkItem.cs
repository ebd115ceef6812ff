using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>What the walk met, in tree order: a finding, or a file whose content must be read first.</summary>
internal readonly record struct WalkItem(ScanFinding? Finding, FileToHash? File);

/// <summary>A file whose content must be read. Filled in by the hashing; owned by one stage at a time.</summary>
internal sealed class FileToHash(FileName name, FileStat stat, FileEntry? known)
{
    private Exception? _failure;

    public FileName Name => name;

    public FileEntry? Known => known;

    /// <summary>What was hashed: content and stat belong together once <see cref="IsStable"/>.</summary>
    public FileStat Stat { get; set; } = stat;

    /// <summary>Bytes a block of this attempt.</summary>
    public int BlockSize { get; set; }

    /// <summary>32 bytes a block; workers fill disjoint ranges.</summary>
    public byte[] Hashes { get; set; } = [];

    /// <summary>8 bytes a block; empty where pre-hashes are switched off.</summary>
    public byte[] PreHashes { get; set; } = [];

    /// <summary>False once a worker saw that the file is not as <see cref="Stat"/> says.</summary>
    public bool IsStable { get; set; } = true;

    /// <summary>The first failure to read it.</summary>
    public Exception? Failure
    {
        get => _failure;
        set => Interlocked.CompareExchange(ref _failure, value, null);
    }

    public BlockList? Blocks { get; set; }
}

/// <summary>What one step of the walk brought.</summary>
/// <param name="Entries">Names looked at.</param>
/// <param name="ToHash">Bytes in the files to be hashed.</param>
internal sealed record WalkStep(List<WalkItem> Items, int Entries, long ToHash, bool Done);
