using System.Text;
using FolderSync.Core.Ignore;
using FolderSync.Filesystem;

namespace FolderSync.Engine.Folders;

/// <summary>The folder's `.stignore` and its included files, read through the disk's interface.</summary>
internal static class IgnoreFile
{
    public const string Name = ".stignore";

    private const int MaxBytes = 4 << 20;

    public static IgnoreRules Load(IFileSystem disk) =>
        Read(disk, Name) is { } lines ? IgnoreParser.Parse(lines, path => Read(disk, path)) : IgnoreRules.None;

    /// <summary>Null when the file doesn't exist.</summary>
    public static IReadOnlyList<string>? Read(IFileSystem disk, string path)
    {
        var local = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(LocalPath.Root, (p, leaf) => p.Child(leaf));
        if (disk.Stat(local) is not { Kind: FileKind.File } stat)
            return null;
        if (stat.Size > MaxBytes)
            throw new FileSystemException(FileSystemError.Other, $"{path} has more than {MaxBytes >> 20} MiB, which is too much for ignore patterns.");
        using var file = disk.OpenRead(local);
        var bytes = new byte[stat.Size];
        var length = file.Read(bytes, 0);
        return Encoding.UTF8.GetString(bytes.AsSpan(0, length)).Split('\n').Select(l => l.TrimEnd('\r')).ToList();
    }

    public static void Write(IFileSystem disk, IReadOnlyList<string> lines)
    {
        var temp = LocalPath.Root.Child(InternalNames.TemporaryLeaf(Name));
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        using (var file = disk.OpenWrite(temp, create: true))
        {
            file.SetLength(0);
            file.Write(bytes, 0);
            file.SetPermissions(0x1A4);
            file.Sync();
        }
        disk.Rename(temp, LocalPath.Root.Child(Name), RenameMode.Replace);
        disk.SyncDirectory(LocalPath.Root);
    }
}
