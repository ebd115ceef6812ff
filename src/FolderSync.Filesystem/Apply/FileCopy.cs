using System.Buffers;

namespace FolderSync.Filesystem.Apply;

/// <summary>Copies a file or symlink where it can't be renamed.</summary>
internal static class FileCopy
{
    private const int Chunk = 1 << 20;

    /// <summary>
    /// Copies content and metadata durably, replacing whatever stood at <paramref name="to"/>. Leaves nothing there if it throws.
    /// </summary>
    public static void Copy(IFileSystem source, LocalPath from, IFileSystem target, LocalPath to)
    {
        TempFile.Clear(target, to);
        var stat = source.Stat(from) ??
                   throw new FileSystemException(FileSystemError.NotFound, $"'{from}' could not be copied: it is gone.");
        try
        {
            if (stat.Kind == FileKind.Symlink)
                target.CreateSymlink(to, source.ReadSymlink(from));
            else
                CopyContent(source, from, target, to, stat);
        }
        catch (FileSystemException)
        {
            TempFile.Clear(target, to);
            throw;
        }
    }

    private static void CopyContent(IFileSystem source, LocalPath from, IFileSystem target, LocalPath to, FileStat stat)
    {
        using var read = source.OpenRead(from);
        using var write = target.CreateNew(to);
        if (!(ReferenceEquals(source, target) && stat.Size > 0 && write.TryCopyRange(read, 0, 0, stat.Size) && write.Stat().Size == stat.Size))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
            try
            {
                long offset = 0;
                for (int n; (n = read.Read(buffer.AsSpan(0, Chunk), offset)) > 0; offset += n)
                    write.Write(buffer.AsSpan(0, n), offset);
                write.SetLength(offset);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        write.CarryOver(read);
        if (target.TraitsAt(to).Permissions)
            write.SetPermissions(stat.Permissions);
        write.SetModified(stat.Modified);
        write.Sync();
        if (read.Stat() is var after && (after.Size != stat.Size || after.Modified != stat.Modified))
            throw new FileSystemException(FileSystemError.InUse, $"'{from}' was changed while it was copied.");
    }
}
