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

/// <summary>What lstat reports: about a symlink itself, never about its target.</summary>
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

    /// <summary>Another user owns it, as far as the filesystem knows owners. False where the platform doesn't say.</summary>
    public bool IsForeign { get; init; }

    public DiskStamp Stamp => new(Modified, ChangeTime, Inode);
}

/// <summary>
/// One child of a directory. <paramref name="Leaf"/> is null when the name on disk isn't UTF-8; <paramref name="DisplayName"/> is then a printable form.
/// </summary>
public readonly record struct DirectoryChild(string? Leaf, string DisplayName, FileStat Stat);

/// <summary>What a filesystem supports. Probed once when the root is opened.</summary>
public sealed record FileSystemTraits
{
    /// <summary>`File` and `file` are the same name.</summary>
    public bool CaseInsensitive { get; init; }

    /// <summary>Permission bits have a meaning and can be set.</summary>
    public bool Permissions { get; init; } = true;

    public bool Symlinks { get; init; } = true;

    /// <summary>Two mtimes closer than this count as equal (FAT: 2 s).</summary>
    public long ModifiedWindowNanoseconds { get; init; }

    /// <summary>Refuses names that Windows doesn't allow.</summary>
    public bool WindowsNames { get; init; }

    /// <summary><see cref="IFileSystem.SyncAll"/> makes everything written so far durable at once (local disk filesystems, not FUSE).</summary>
    public bool CanSyncAll { get; init; }

    /// <summary>The longest leaf, in UTF-8 bytes (Windows: UTF-16 units).</summary>
    public int MaxLeafLength { get; init; } = 255;

    /// <summary>The filesystem's name for display: ext4, btrfs, fuse.sshfs, NTFS.</summary>
    public string Name { get; init; } = "";
}

/// <summary>Whether the root exists and is still the same folder.</summary>
public enum RootState
{
    Present,

    /// <summary>The directory doesn't exist (unmounted, renamed, deleted).</summary>
    Missing,

    NotADirectory,

    /// <summary>The directory exists but `.stfolder` doesn't: something else is at this path.</summary>
    MarkerMissing,

    /// <summary>The directory can't be read.</summary>
    Unreadable,

    /// <summary>Another directory, without `.stfolder`, replaced the folder's own.</summary>
    Replaced,
}

public enum RenameMode
{
    /// <summary>Fails with <see cref="FileSystemError.Exists"/> if the target exists.</summary>
    NoReplace,

    /// <summary>Atomically replaces a file or an empty directory.</summary>
    Replace,

    /// <summary>
    /// Atomically swaps the two; both must exist. Fails with <see cref="FileSystemError.NotSupported"/> when there is no such call.
    /// </summary>
    Exchange,
}

/// <summary>
/// One folder's tree on disk. Every path is relative to its root; no call leaves the root or follows a symlink, whatever another user puts there
/// meanwhile. Calls block, so they run on workers; every failure is a <see cref="FileSystemException"/>. Thread-safe.
/// </summary>
public interface IFileSystem : IDisposable
{
    /// <summary>Of the root's filesystem.</summary>
    FileSystemTraits Traits { get; }

    /// <summary>Of the filesystem that the path lies on, which may be another one, mounted below the root. It is known once the directory above was listed.</summary>
    FileSystemTraits TraitsAt(LocalPath path);

    /// <summary>Checks the root again, and reopens it if it was replaced.</summary>
    RootState CheckRoot();

    /// <summary>The free bytes available to this user, and the size of the filesystem in bytes.</summary>
    (long Free, long Total) GetSpace();

    /// <summary>Explains why this name can never exist here (reserved on Windows, too long); null if it can.</summary>
    string? ValidateName(FileName name);

    /// <summary>Null when there is nothing (or a parent isn't a directory, or is a symlink).</summary>
    FileStat? Stat(LocalPath path);

    /// <summary>
    /// Which filesystem a directory lies on: the same after it was mounted anew, and after a restart where the system has a number for that.
    /// Empty where the platform doesn't say.
    /// </summary>
    string FilesystemOf(LocalPath directory);

    /// <summary>All children but "." and "..", unordered. Skips one that vanishes meanwhile.</summary>
    List<DirectoryChild> List(LocalPath directory);

    /// <summary>Opens a regular file. Anything else fails without blocking (a fifo, for instance).</summary>
    IReadFile OpenRead(LocalPath path);

    /// <summary>
    /// Opens a regular file with one name for writing; with <paramref name="create"/>, creates a missing one with mode 0600. Never follows a link.
    /// </summary>
    IWriteFile OpenWrite(LocalPath path, bool create);

    /// <summary>
    /// Creates a file with mode 0600 that nobody else can have open. Fails with <see cref="FileSystemError.Exists"/> if anything has the name.
    /// </summary>
    IWriteFile CreateNew(LocalPath path);

    void CreateDirectory(LocalPath path, uint permissions);

    void CreateSymlink(LocalPath path, string target);

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

    /// <summary>Removes a file, symlink or special file, never a directory.</summary>
    void RemoveFile(LocalPath path);

    /// <summary>Fails with <see cref="FileSystemError.NotEmpty"/> if the directory isn't empty.</summary>
    void RemoveDirectory(LocalPath path);

    void SetPermissions(LocalPath path, uint permissions);

    /// <summary>Applies to a file, a directory, or the symlink itself.</summary>
    void SetModified(LocalPath path, FileTime modified);

    /// <summary>Makes the directory's names durable.</summary>
    void SyncDirectory(LocalPath path);

    /// <summary>Makes everything written to this filesystem before the call durable. Requires <see cref="FileSystemTraits.CanSyncAll"/>.</summary>
    void SyncAll();
}

/// <summary>An open regular file. Thread-safe for reading.</summary>
public interface IReadFile : IDisposable
{
    /// <summary>Stats the open file, so it can't be another one's.</summary>
    FileStat Stat();

    /// <summary>The number of bytes read; fewer than requested only at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset);
}

/// <summary>A temp file being written. It has one owner.</summary>
public interface IWriteFile : IReadFile
{
    void Write(ReadOnlySpan<byte> data, long offset);

    /// <summary>Sets the length in bytes. Growing the file makes a hole.</summary>
    void SetLength(long length);

    /// <summary>
    /// Lets the filesystem share or copy the range itself (reflink, copy_file_range). False when it can't: read and write instead.
    /// </summary>
    bool TryCopyRange(IReadFile source, long sourceOffset, long offset, long length);

    /// <summary>
    /// Takes over from the file that this one replaces, or is a copy of, what isn't synced: owner, access list, extended attributes (Windows: time of
    /// creation, attributes). Before <see cref="SetPermissions"/>, which limits an access list. What the system refuses is left out.
    /// </summary>
    void CarryOver(IReadFile from);

    void SetPermissions(uint permissions);

    void SetModified(FileTime modified);

    /// <summary>Makes content and metadata durable.</summary>
    void Sync();
}

/// <summary>Opens roots. Production picks Unix or Windows; the simulator keeps them in memory.</summary>
public interface IFileSystems
{
    /// <summary>Never fails for a missing root: <see cref="IFileSystem.CheckRoot"/> reports that.</summary>
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

    /// <summary>A parent is a symlink, or the path would leave the root.</summary>
    Escapes,
}

/// <summary>A failed disk call. The message names the path, the action and the system's error.</summary>
public sealed class FileSystemException(FileSystemError error, string message, Exception? inner = null) : IOException(message, inner)
{
    public FileSystemError Error { get; } = error;
}

/// <summary>A problem with one name. It is a value and not an exception, so that the others proceed.</summary>
/// <param name="Path">The path as the user sees it; not always a clean name.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="Permanent">Trying again on this device won't help.</param>
public sealed record FileProblem(string Path, string Reason, FileSystemError Error = FileSystemError.Other, bool Permanent = false);
