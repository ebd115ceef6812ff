using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>This device's index as the scan sees it: present entries only (no tombstones); ignored ones are flagged.</summary>
public interface IKnownEntries
{
    /// <summary>The present entry of that name, or null.</summary>
    FileEntry? Find(FileName name);

    /// <summary>All present entries below <paramref name="directory"/> (excluding it), in tree order, read in pages.</summary>
    IEnumerable<FileEntry> Under(FileName directory);
}

/// <summary>One finding of a scan. Unchanged names produce none.</summary>
public abstract record ScanFinding
{
    private ScanFinding() { }

    /// <summary>New, or different from the index. <paramref name="Entry"/> has everything but version, sequence and modified_by.</summary>
    /// <param name="Entry">Name, type, size, mtime, permissions, blocks, symlink target, stamp, pre-hashes.</param>
    /// <param name="Known">The present entry in the index.</param>
    public sealed record Changed(FileEntry Entry, FileEntry? Known) : ScanFinding;

    /// <summary>The metadata matches the index, but the stamp (ctime, inode) or pre-hashes need refreshing: no new version.</summary>
    public sealed record Refreshed(FileEntry Entry, FileEntry Known) : ScanFinding;

    /// <summary>In the index, not on disk, and its directory could be read.</summary>
    public sealed record Deleted(FileEntry Known) : ScanFinding;

    /// <summary>In the index, on disk or not, and now ignored.</summary>
    public sealed record NowIgnored(FileEntry Known) : ScanFinding;

    /// <summary>In the index, and a pipe, socket or device has its name now.</summary>
    public sealed record NowSpecial(FileEntry Known) : ScanFinding;

    /// <summary>Another filesystem is mounted at the directory; <paramref name="Filesystem"/> is what <see cref="IFileSystem.FilesystemOf"/> calls it.</summary>
    public sealed record MountPoint(FileName Directory, string Filesystem) : ScanFinding;

    public sealed record Problem(FileProblem What) : ScanFinding;
}

/// <param name="Subtrees">Only these names and everything below them; empty: everything.</param>
/// <param name="FullVerify">Hashes everything, whatever size and mtime say.</param>
public sealed record ScanRequest(IReadOnlyList<FileName> Subtrees, bool FullVerify = false);

/// <summary>The progress of a scan.</summary>
public readonly record struct ScanProgress(long Entries, long HashedBytes, long ToHashBytes);
