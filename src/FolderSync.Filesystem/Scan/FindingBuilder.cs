using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>Makes entries and findings of what was seen on disk, as its filesystem lets it be seen.</summary>
internal sealed class FindingBuilder(IFileSystem disk, ScannerOptions options, bool fullVerify)
{
    public bool FullVerify => fullVerify;

    public bool UsePreHashes => options.UsePreHashes;

    public ScanVerdict Compare(FileEntry known, FileStat stat, string? target = null) =>
        ScanDecision.CompareMetadata(known, Seen(stat, target), TraitsAt(known.Name), fullVerify);

    /// <summary>The finding that follows from the metadata alone; the verdict must not be Rehash.</summary>
    public ScanFinding? ByMetadata(FileName name, FileStat stat, FileEntry known, ScanVerdict verdict) => verdict switch
    {
        ScanVerdict.Unchanged => null,
        ScanVerdict.RefreshStamp => new ScanFinding.Refreshed(known with { Disk = stat.Stamp }, known),
        _ => new ScanFinding.Changed(Entry(name, stat, known) with { Blocks = known.Blocks, PreHashes = known.PreHashes, SymlinkTarget = known.SymlinkTarget }, known),
    };

    public ScanFinding? Directory(FileName name, FileStat stat, FileEntry? known)
    {
        if (known is not null && Compare(known, stat) == ScanVerdict.Unchanged)
            return null;
        return new ScanFinding.Changed(Entry(name, stat, known), known);
    }

    public ScanFinding? Symlink(FileName name, FileStat stat, string target, FileEntry? known)
    {
        var verdict = known is null ? ScanVerdict.TypeChanged : Compare(known, stat, target);
        return verdict is ScanVerdict.Unchanged or ScanVerdict.RefreshStamp
            ? ByMetadata(name, stat, known!, verdict)
            : new ScanFinding.Changed(Entry(name, stat, known) with { SymlinkTarget = target }, known);
    }

    /// <summary>The finding for a file whose content was read.</summary>
    public ScanFinding? File(FileName name, FileStat stat, FileEntry? known, BlockList blocks, ReadOnlyMemory<byte> preHashes)
    {
        if (known is null)
            return new ScanFinding.Changed(Entry(name, stat, null) with { Blocks = blocks, PreHashes = preHashes }, null);
        var same = known.IsFile && blocks.Equals(known.Blocks);
        var verdict = ScanDecision.CompareContent(known, Seen(stat, null), TraitsAt(name), same);
        var fresh = same && preHashes.Span.SequenceEqual(known.PreHashes.Span);
        return verdict switch
        {
            ScanVerdict.Unchanged when fresh => null,
            ScanVerdict.Unchanged or ScanVerdict.RefreshStamp => new ScanFinding.Refreshed(known with { Disk = stat.Stamp, PreHashes = preHashes }, known),
            _ => new ScanFinding.Changed(Entry(name, stat, known) with { Blocks = same ? known.Blocks : blocks, PreHashes = preHashes }, known),
        };
    }

    private ScanTraits TraitsAt(FileName name)
    {
        var traits = disk.TraitsAt(LocalPath.Of(name));
        return new ScanTraits
        {
            ComparePermissions = traits.Permissions && !options.IgnorePermissions,
            ModifiedWindowNanoseconds = options.ModifiedWindowNanoseconds > 0 ? options.ModifiedWindowNanoseconds : traits.ModifiedWindowNanoseconds,
            StableInodes = traits.CanSyncAll,
        };
    }

    private static ObservedState Seen(FileStat stat, string? target) => new(TypeOf(stat.Kind), stat.Size, stat.Permissions & 0x1FF, stat.Stamp, target);

    private static FileType TypeOf(FileKind kind) => kind switch
    {
        FileKind.Directory => FileType.Directory,
        FileKind.Symlink => FileType.Symlink,
        _ => FileType.File,
    };

    /// <summary>The entry without its content. The index assigns version, sequence and modified_by.</summary>
    private FileEntry Entry(FileName name, FileStat stat, FileEntry? known)
    {
        var type = TypeOf(stat.Kind);
        var same = known is { Deleted: false } && known.Type == type ? known : null;
        var (permissions, meaningless) = PermissionsOf(name, stat, same);
        return new FileEntry
        {
            Name = name,
            Type = type,
            Size = type == FileType.File ? stat.Size : 0,
            Modified = type == FileType.Directory && same is not null ? same.Modified : ScanDecision.ModifiedOf(same, Seen(stat, null), TraitsAt(name)),
            Permissions = permissions,
            NoPermissions = meaningless,
            PreviousBlocksHash = same?.BlocksHash ?? default,
            Platform = same?.Platform ?? default,
            Disk = stat.Stamp,
        };
    }

    /// <summary>Where the disk's bits have no meaning, passes on those that others gave the name.</summary>
    private (uint Permissions, bool Meaningless) PermissionsOf(FileName name, FileStat stat, FileEntry? known)
    {
        if (stat.Kind == FileKind.Symlink)
            return (0x1FF, true);
        if (TraitsAt(name).ComparePermissions)
            return (stat.Permissions & 0x1FF, false);
        return known is null ? (stat.Permissions & 0x1FF, true) : (known.Permissions, known.NoPermissions);
    }
}
