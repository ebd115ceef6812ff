using FolderSync.Core.Model;

namespace FolderSync.Filesystem;

public enum FileKind
{
    File,
    Directory,
    Symlink,

    /// <summary>Fifo, socket, device, junction: never opened, never synced.</summary>
    Other,
}

/// <summary>What lstat says: never of what a symlink points at.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="ChangeTime">ctime in ns since 1970; 0 where the platform has none.</param>
/// <param name="Permissions">Unix bits, masked with 0777.</param>
/// <param name="Links">Hard links.</param>
public readonly record struct FileStat(FileKind Kind, long Size, FileTime Modified, long ChangeTime, ulong Inode, uint Permissions, long Links)
{
    /// <summary>
    /// The mounted filesystem (or subvolume) that a directory lies on; it has another number after each mount. 0 where the platform doesn't say,
    /// and for files: on overlayfs they have the number of the layer they lie in.
    /// </summary>
    public ulong Mount { get; init; }

    public DiskStamp Stamp => new(Modified, ChangeTime, Inode);
}

/// <summary>One child of a directory. <paramref name="Leaf"/> is null where the name on disk is not UTF-8; <paramref name="Shown"/> is fit for a person then.</summary>
public readonly record struct DirectoryChild(string? Leaf, string Shown, FileStat Stat);

/// <summary>What a filesystem can and can't do; found out once when the root is opened.</summary>
public sealed record FileSystemTraits
{
    /// <summary>`File` and `file` are the same.</summary>
    public bool CaseInsensitive { get; init; }

    /// <summary>Permission bits mean something and can be set.</summary>
    public bool Permissions { get; init; } = true;

    public bool Symlinks { get; init; } = true;

    /// <summary>Two mtimes closer than this are the same (FAT: 2 s).</summary>
    public long ModifiedWindowNanoseconds { get; init; }

    /// <summary>Names Windows can't have are refused.</summary>
    public bool WindowsNames { get; init; }

    /// <summary><see cref="IFileSystem.SyncAll"/> makes everything written so far durable at once (local disk filesystems, not FUSE).</summary>
    public bool CanSyncAll { get; init; }

    /// <summary>The longest leaf, in UTF-8 bytes (Windows: UTF-16 units).</summary>
    public int MaxLeafLength { get; init; } = 255;

    /// <summary>Name of the filesystem for a person: ext4, btrfs, fuse.sshfs, NTFS.</summary>
    public string Name { get; init; } = "";
}

/// <summary>Whether the root is there and is the folder that it was.</summary>
public enum RootState
{
    Present,

    /// <summary>The directory does not exist (unmounted, renamed, deleted).</summary>
    Missing,

    NotADirectory,

    /// <summary>The directory is there but `.stfolder` is not: something else stands at this path.</summary>
    MarkerMissing,

    /// <summary>It can't be read.</summary>
    Unreadable,

    /// <summary>Another directory, without `.stfolder`, stands where the folder's own was seen before.</summary>
    Replaced,
}

public enum RenameMode
{
    /// <summary>Fails with <see cref="FileSystemError.Exists"/> if the target exists.</summary>
    NoReplace,

    /// <summary>Atomically replaces a file or an empty directory.</summary>
    Replace,

    /// <summary>Atomically swaps the two; both must exist. <see cref="FileSystemError.NotSupported"/> where there is no such call.</summary>
    Exchange,
}

/// <summary>
/// One folder's tree on disk: every path is relative to its root, no call ever leaves it or follows a symlink, whatever another
/// user puts there meanwhile. Calls block and are made on workers; every failure is a <see cref="FileSystemException"/>.
/// Thread-safe.
/// </summary>
public interface IFileSystem : IDisposable
{
    /// <summary>Of the root's filesystem.</summary>
    FileSystemTraits Traits { get; }

    /// <summary>Of the filesystem that the path lies on, which may be another one, mounted below the root. It is known once the directory above was listed.</summary>
    FileSystemTraits TraitsAt(LocalPath path);

    /// <summary>Looks at the root anew: also opens it again if it was replaced.</summary>
    RootState CheckRoot();

    /// <summary>Bytes free for us, and the size of the filesystem in bytes.</summary>
    (long Free, long Total) Space();

    /// <summary>Why this name can never stand here (reserved on Windows, too long), null if it can.</summary>
    string? WhyUnplaceable(FileName name);

    /// <summary>Null when nothing is there (or a parent is not a directory, or is a symlink).</summary>
    FileStat? Stat(LocalPath path);

    /// <summary>
    /// Which filesystem a directory lies on: the same after it was mounted anew, and after a restart where the system has a number for that.
    /// Empty where the platform doesn't say.
    /// </summary>
    string FilesystemOf(LocalPath directory);

    /// <summary>All children but "." and "..", unordered. One that vanishes meanwhile is left out.</summary>
    List<DirectoryChild> List(LocalPath directory);

    /// <summary>Opens a regular file; anything else fails and is never waited for (fifo).</summary>
    IReadFile OpenRead(LocalPath path);

    /// <summary>Opens a regular file with one name for writing, made (mode 0600) if it is not there and <paramref name="create"/>. Never follows a link.</summary>
    IWriteFile OpenWrite(LocalPath path, bool create);

    void MakeDirectory(LocalPath path, uint permissions);

    void MakeSymlink(LocalPath path, string target);

    string ReadSymlink(LocalPath path);

    /// <summary>
    /// The content of the file that a symlink in the root leads to, wherever that is: the one call that follows a link. Only for names that no peer
    /// can put there.
    /// </summary>
    /// <param name="leaf">The symlink's name.</param>
    /// <param name="limit">Bytes; a bigger file fails.</param>
    byte[] ReadLinked(string leaf, int limit);

    /// <summary>Fails with <see cref="FileSystemError.CrossDevice"/> between mounts.</summary>
    void Rename(LocalPath from, LocalPath to, RenameMode mode);

    /// <summary>Removes a file, symlink or other, never a directory.</summary>
    void RemoveFile(LocalPath path);

    /// <summary>Fails with <see cref="FileSystemError.NotEmpty"/> if something is in it.</summary>
    void RemoveDirectory(LocalPath path);

    void SetPermissions(LocalPath path, uint permissions);

    /// <summary>Of a file, directory or the symlink itself.</summary>
    void SetModified(LocalPath path, FileTime modified);

    /// <summary>Makes the directory's names durable.</summary>
    void SyncDirectory(LocalPath path);

    /// <summary>Makes all that was written to this filesystem before the call durable. Only where <see cref="FileSystemTraits.CanSyncAll"/>.</summary>
    void SyncAll();
}

/// <summary>An open regular file. Thread-safe for reading.</summary>
public interface IReadFile : IDisposable
{
    /// <summary>Of the open file, so it can't be another file's.</summary>
    FileStat Stat();

    /// <summary>Bytes read; less than asked only at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset);
}

/// <summary>A temp file being written. One owner.</summary>
public interface IWriteFile : IReadFile
{
    void Write(ReadOnlySpan<byte> data, long offset);

    /// <summary>Sets the length in bytes; a longer one makes a hole.</summary>
    void SetLength(long length);

    /// <summary>Lets the filesystem share or copy the range itself (reflink, copy_file_range); false where it can't: read and write then.</summary>
    bool TryCopyRange(IReadFile source, long sourceOffset, long offset, long length);

    void SetPermissions(uint permissions);

    void SetModified(FileTime modified);

    /// <summary>Makes content and metadata durable.</summary>
    void Sync();
}

/// <summary>Opens roots. The production one picks Unix or Windows; the simulator's is in memory.</summary>
public interface IFileSystems
{
    /// <summary>Never fails for a root that is not there: <see cref="IFileSystem.CheckRoot"/> says so.</summary>
    /// <param name="root">Absolute path.</param>
    IFileSystem Open(string root);
}

public enum FileSystemError
{
    Other,
    NotFound,
    Exists,
    AccessDenied,
    NoSpace,
    Io,
    NotEmpty,
    NameTooLong,
    ReadOnly,
    NotSupported,
    CrossDevice,
    InUse,
    WrongKind,

    /// <summary>A parent is a symlink or the path would leave the root.</summary>
    Escapes,
}

/// <summary>A failed disk call. The message names the path, what was tried and what the system said.</summary>
public sealed class FileSystemException(FileSystemError error, string message, Exception? inner = null) : IOException(message, inner)
{
    public FileSystemError Error { get; } = error;
}

/// <summary>A problem with one name: a value, not an exception, because the others go on.</summary>
/// <param name="Path">What a person is shown; not always a clean name.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="Permanent">It will not go away by trying again on this device.</param>
public sealed record FileProblem(string Path, string Reason, FileSystemError Error = FileSystemError.Other, bool Permanent = false);
