using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>What this device's index says is on disk: present entries only (no tombstones), ignored ones among them flagged.</summary>
public interface IKnownEntries
{
    /// <summary>The present entry of that name, null where there is none.</summary>
    FileEntry? Find(FileName name);

    /// <summary>All present entries below <paramref name="directory"/> (itself not), in tree order, read page by page.</summary>
    IEnumerable<FileEntry> Under(FileName directory);
}

/// <summary>One thing a scan found. Unchanged names are not findings.</summary>
public abstract record ScanFinding
{
    private ScanFinding() { }

    /// <summary>New, or not as the index has it. <paramref name="Entry"/> has all but version, sequence and modified_by.</summary>
    /// <param name="Entry">Name, type, size, mtime, permissions, blocks, symlink target, stamp, pre-hashes.</param>
    /// <param name="Known">The present entry the index had.</param>
    public sealed record Changed(FileEntry Entry, FileEntry? Known) : ScanFinding;

    /// <summary>Metadata on disk is as the index has it, but the stamp (ctime, inode) or pre-hashes are to be refreshed: no new version.</summary>
    public sealed record Refreshed(FileEntry Entry, FileEntry Known) : ScanFinding;

    /// <summary>In the index, not on disk, and its directory could be read.</summary>
    public sealed record Gone(FileEntry Known) : ScanFinding;

    /// <summary>In the index, on disk or not, and now ignored.</summary>
    public sealed record NowIgnored(FileEntry Known) : ScanFinding;

    /// <summary>In the index, and a pipe, socket or device has its name now.</summary>
    public sealed record NowSpecial(FileEntry Known) : ScanFinding;

    /// <summary>Another filesystem is mounted at the directory; <paramref name="Filesystem"/> is what <see cref="IFileSystem.FilesystemOf"/> calls it.</summary>
    public sealed record MountPoint(FileName Directory, string Filesystem) : ScanFinding;

    public sealed record Problem(FileProblem What) : ScanFinding;
}

/// <param name="Below">Only these names and what is below them; empty: everything.</param>
/// <param name="FullVerify">Hash everything, whatever size and mtime say.</param>
public sealed record ScanRequest(IReadOnlyList<FileName> Below, bool FullVerify = false);

/// <summary>How far a scan is.</summary>
public readonly record struct ScanProgress(long Entries, long HashedBytes, long ToHashBytes);
