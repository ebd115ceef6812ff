using System.Collections.Concurrent;
using System.Security.Cryptography;
using FolderSync.Core.Model;
using K4os.Hash.xxHash;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// What may stand at a temp file's name: an earlier attempt, or anything that someone put there. In a folder where other users may write, one of them
/// can create the file in advance: whoever has it open could change it after its content was verified.
/// </summary>
internal static class TempFile
{
    private const uint OthersMayWrite = 0x12;
    private const uint OwnerReadsAndWrites = 0x180;

    private static int _probes;

    /// <summary>
    /// Opens it and keeps the content of a regular file with one name that only this user can have written; removes anything else first.
    /// </summary>
    public static IWriteFile Open(IFileSystem disk, LocalPath path)
    {
        try
        {
            return disk.CreateNew(path);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.Exists)
        {
            if (TryOpenOwn(disk, path) is { } own)
                return own;
            Clear(disk, path);
            return disk.CreateNew(path);
        }
    }

    /// <summary>
    /// True if only this user can have written it: the file's owner and mode say so, or the filesystem says the same of every file. Ask about an open
    /// file, so that it can't be replaced meanwhile.
    /// </summary>
    public static bool IsOwn(IFileSystem disk, LocalPath path, FileStat stat) =>
        LooksOwn(stat) || !disk.TraitsAt(path).Permissions || !KeepsOwners(disk, path.Parent);

    private static bool LooksOwn(FileStat stat) => !stat.IsForeign && (stat.Kind == FileKind.Symlink || (stat.Permissions & OthersMayWrite) == 0);

    /// <summary>False on a filesystem that shows the same owner and mode for every file, as some FUSE and network mounts do.</summary>
    private static bool KeepsOwners(IFileSystem disk, LocalPath directory)
    {
        var probe = TempName.ForProbe(directory, Interlocked.Increment(ref _probes));
        Clear(disk, probe);
        using var file = disk.CreateNew(probe);
        try
        {
            return LooksOwn(file.Stat());
        }
        finally
        {
            Clear(disk, probe);
        }
    }

    /// <summary>Null if it can't be opened, or others may have written it.</summary>
    private static IWriteFile? TryOpenOwn(IFileSystem disk, LocalPath path)
    {
        IWriteFile? file = null;
        try
        {
            if (disk.Stat(path) is not { Kind: FileKind.File, Links: 1 } stat || !IsOwn(disk, path, stat))
                return null;
            if ((stat.Permissions & OwnerReadsAndWrites) != OwnerReadsAndWrites)
                disk.SetPermissions(path, OwnerReadsAndWrites);
            file = disk.OpenWrite(path, create: false);
            if (IsOwn(disk, path, file.Stat()))
                return file;
        }
        catch (FileSystemException e) when (e.Error is FileSystemError.AccessDenied or FileSystemError.WrongKind or FileSystemError.NotFound or
                                                FileSystemError.Other or FileSystemError.NotSupported or FileSystemError.InUse or FileSystemError.Escapes)
        {
            // It makes way, whatever it is.
        }
        catch
        {
            file?.Dispose();
            throw;
        }
        file?.Dispose();
        return null;
    }

    /// <summary>Removes whatever has the name; a directory only if it is empty.</summary>
    public static void Clear(IFileSystem disk, LocalPath path)
    {
        if (disk.Stat(path) is not { } stat)
            return;
        try
        {
            if (stat.Kind == FileKind.Directory)
                disk.RemoveDirectory(path);
            else
                disk.RemoveFile(path);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotFound)
        {
            // It is gone, as wanted.
        }
    }
}

/// <summary>Recognizes blocks of zeros by their hash.</summary>
internal static class ZeroBlock
{
    private static readonly ConcurrentDictionary<int, (BlockHash Hash, ulong PreHash)> Known = new();

    public static bool Is(Block block, out ulong preHash)
    {
        preHash = 0;
        if (!int.IsPow2(block.Size))
            return false;
        var zero = Known.GetOrAdd(block.Size, static size =>
        {
            var zeros = new byte[size];
            return (new BlockHash(SHA256.HashData(zeros)), XXH64.DigestOf(zeros));
        });
        preHash = zero.PreHash;
        return zero.Hash == block.Hash;
    }
}
