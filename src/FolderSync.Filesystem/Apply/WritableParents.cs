using System.Globalization;
using System.Runtime.ExceptionServices;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// Wraps the folder's disk and makes a read-only directory writable for the moment in which one of its names changes. A symlink in the root records
/// the directory's mode meanwhile (one call, nothing to sync), so that <see cref="RestorePermissions"/> can restore it after a crash.
/// </summary>
internal sealed class WritableParents(IFileSystem disk) : IFileSystem
{
    private const uint OwnerMayChange = 0xC0;

    /// <summary>Only one directory in the process is opened at a time, since one caller could close it while another uses it.</summary>
    private static readonly Lock Gate = new();

    public FileSystemTraits Traits => disk.Traits;

    public FileSystemTraits TraitsAt(LocalPath path) => disk.TraitsAt(path);

    public RootState CheckRoot() => disk.CheckRoot();

    public (long Free, long Total) GetSpace() => disk.GetSpace();

    public string? ValidateName(FileName name) => disk.ValidateName(name);

    public FileStat? Stat(LocalPath path) => disk.Stat(path);

    public string FilesystemOf(LocalPath directory) => disk.FilesystemOf(directory);

    public List<DirectoryChild> List(LocalPath directory) => disk.List(directory);

    public IReadFile OpenRead(LocalPath path) => disk.OpenRead(path);

    public string ReadSymlink(LocalPath path) => disk.ReadSymlink(path);

    public byte[] ReadLinked(string leaf, int limit) => disk.ReadLinked(leaf, limit);

    public void SetPermissions(LocalPath path, uint permissions) => disk.SetPermissions(path, permissions);

    public void SetModified(LocalPath path, FileTime modified) => disk.SetModified(path, modified);

    public void SyncDirectory(LocalPath path) => disk.SyncDirectory(path);

    public void SyncAll() => disk.SyncAll();

    /// <summary>Does nothing: the disk belongs to the caller.</summary>
    public void Dispose()
    {
    }

    public IWriteFile OpenWrite(LocalPath path, bool create) => Opened(path, () => disk.OpenWrite(path, create));

    public IWriteFile CreateNew(LocalPath path) => Opened(path, () => disk.CreateNew(path));

    public void CreateDirectory(LocalPath path, uint permissions) =>
        Do(path.Parent, path.Parent, () => disk.CreateDirectory(path, permissions));

    public void CreateSymlink(LocalPath path, string target) => Do(path.Parent, path.Parent, () => disk.CreateSymlink(path, target));

    public void Rename(LocalPath from, LocalPath to, RenameMode mode) => Do(from.Parent, to.Parent, () => disk.Rename(from, to, mode));

    public void RemoveFile(LocalPath path) => Do(path.Parent, path.Parent, () => disk.RemoveFile(path));

    public void RemoveDirectory(LocalPath path) => Do(path.Parent, path.Parent, () => disk.RemoveDirectory(path));

    /// <summary>Restores the modes that a crash left open. Another user's record is only removed, and even an own one only removes bits.</summary>
    public static void RestorePermissions(IFileSystem disk)
    {
        foreach (var child in disk.List(LocalPath.Root))
        {
            if (child.Leaf is null || child.Stat.Kind != FileKind.Symlink || !child.Leaf.StartsWith(TempName.ModePrefix, StringComparison.Ordinal))
                continue;
            var note = LocalPath.Root.Child(child.Leaf);
            if (TempFile.IsOwn(disk, note, child.Stat) && Parse(disk.ReadSymlink(note)) is var (directory, mode) && disk.Stat(directory) is { Kind: FileKind.Directory } now)
                disk.SetPermissions(directory, now.Permissions & mode);
            disk.RemoveFile(note);
        }
    }

    private IWriteFile Opened(LocalPath path, Func<IWriteFile> open)
    {
        IWriteFile? file = null;
        Do(path.Parent, path.Parent, () => file = open());
        return file!;
    }

    private void Do(LocalPath first, LocalPath second, Action action)
    {
        try
        {
            action();
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.AccessDenied)
        {
            Retry(e, first, second, action);
        }
    }

    private void Retry(FileSystemException denied, LocalPath first, LocalPath second, Action action)
    {
        lock (Gate)
        {
            var a = Open(first);
            var b = second == first ? null : Open(second);
            if (a is null && b is null)
                ExceptionDispatchInfo.Throw(denied);
            try
            {
                action();
            }
            finally
            {
                Close(first, a);
                Close(second, b);
            }
        }
    }

    /// <summary>The mode it had; null when it was writable already or isn't ours.</summary>
    private uint? Open(LocalPath directory)
    {
        if (!TraitsAt(directory).Permissions || disk.Stat(directory) is not { Kind: FileKind.Directory } stat || (stat.Permissions & OwnerMayChange) == OwnerMayChange)
            return null;
        try
        {
            if (!directory.IsRoot)
                disk.CreateSymlink(TempName.ForDirectoryMode(directory), string.Create(CultureInfo.InvariantCulture, $"{stat.Permissions}:{directory.Value}"));
        }
        catch (FileSystemException)
        {
            // Without the record a crash now leaves the directory writable, which is better than not syncing its contents.
        }
        disk.SetPermissions(directory, stat.Permissions | OwnerMayChange);
        return stat.Permissions;
    }

    private void Close(LocalPath directory, uint? mode)
    {
        if (mode is not { } permissions || disk.Stat(directory) is not { Kind: FileKind.Directory })
            return;
        disk.SetPermissions(directory, permissions);
        try
        {
            if (!directory.IsRoot)
                disk.RemoveFile(TempName.ForDirectoryMode(directory));
        }
        catch (FileSystemException)
        {
            // A record that stays only removes bits that aren't set.
        }
    }

    private static (LocalPath Directory, uint Mode)? Parse(string note)
    {
        var colon = note.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && uint.TryParse(note.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var mode) &&
               FileName.TryParse(note[(colon + 1)..], out var name, out _)
            ? (LocalPath.Of(name), mode & 0x1FF)
            : null;
    }
}
