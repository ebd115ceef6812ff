using System.Collections.Concurrent;
using System.Security.Cryptography;
using FolderSync.Core.Model;
using K4os.Hash.xxHash;

namespace FolderSync.Filesystem.Apply;

/// <summary>What may stand at a temp file's name: an earlier attempt, or anything that someone put there.</summary>
internal static class TempFile
{
    /// <summary>Opens it and keeps the content of a regular file with one name; removes anything else first.</summary>
    public static IWriteFile Open(IFileSystem disk, LocalPath path)
    {
        try
        {
            return disk.OpenWrite(path, create: true);
        }
        catch (FileSystemException e) when (e.Error is FileSystemError.AccessDenied or FileSystemError.WrongKind or FileSystemError.Exists or
                                                FileSystemError.Other or FileSystemError.NotSupported or FileSystemError.InUse or
                                                FileSystemError.Escapes)
        {
            if (disk.Stat(path) is not { } stat)
                throw;
            if (stat is { Kind: FileKind.File, Links: 1 } && e.Error == FileSystemError.AccessDenied)
                disk.SetPermissions(path, 0x180);
            else
                Clear(disk, path);
            return disk.OpenWrite(path, create: true);
        }
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
