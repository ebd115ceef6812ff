using System.Text;
using FolderSync.Core.Ignore;
using FolderSync.Filesystem;

namespace FolderSync.Engine.Folders;

/// <summary>The folder's `.stignore` and its included files, read through the disk's interface.</summary>
internal static class IgnoreFile
{
    public const string Name = InternalNames.IgnoreFile;

    private const int MaxBytes = 4 << 20;

    public static IgnoreRules Load(IFileSystem disk) => Read(disk) is { } lines ? Parse(disk, lines) : IgnoreRules.None;

    /// <summary>These lines, with what they include, as this system reads patterns.</summary>
    public static IgnoreRules Parse(IFileSystem disk, IReadOnlyList<string> lines) => IgnoreParser.Parse(lines, path => ReadIncluded(disk, path), IgnoreDialect.OfThisSystem);

    /// <summary>Null when the file is not there. A symlink is followed: no peer can put one there.</summary>
    public static IReadOnlyList<string>? Read(IFileSystem disk)
    {
        if (disk.Stat(LocalPath.Root.Child(Name)) is not { } stat)
            return null;
        return stat.Kind switch
        {
            FileKind.File => Lines(ReadFile(disk, LocalPath.Root.Child(Name), stat)),
            FileKind.Symlink => Lines(disk.ReadLinked(Name, MaxBytes)),
            // A link on Windows, where links are never followed.
            FileKind.Other when disk.Traits.WindowsNames => Lines(disk.ReadLinked(Name, MaxBytes)),
            _ => throw new FileSystemException(FileSystemError.WrongKind, $"{Name} is not a file, so it is not known what is to be ignored."),
        };
    }

    /// <exception cref="FileSystemException">It is a symlink: whoever made it edits what it leads to.</exception>
    public static void Write(IFileSystem disk, IReadOnlyList<string> lines)
    {
        if (disk.Stat(LocalPath.Root.Child(Name)) is { Kind: FileKind.Symlink or FileKind.Other })
            throw new FileSystemException(FileSystemError.WrongKind, $"{Name} is a symbolic link; edit the file that it leads to.");
        var temp = LocalPath.Root.Child(InternalNames.TemporaryLeaf(Name));
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        // What an interrupted run left, or what somebody put there.
        if (disk.Stat(temp) is { Kind: not FileKind.Directory })
            disk.RemoveFile(temp);
        using (var file = disk.CreateNew(temp))
        {
            file.Write(bytes, 0);
            file.SetPermissions(0x1A4);
            file.Sync();
        }
        disk.Rename(temp, LocalPath.Root.Child(Name), RenameMode.Replace);
        disk.SyncDirectory(LocalPath.Root);
    }

    /// <summary>Peers may put files there, and links: these are not followed.</summary>
    private static IReadOnlyList<string>? ReadIncluded(IFileSystem disk, string path)
    {
        var local = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(LocalPath.Root, (p, leaf) => p.Child(leaf));
        return disk.Stat(local) switch
        {
            null => null,
            { Kind: FileKind.File } stat => Lines(ReadFile(disk, local, stat)),
            { Kind: FileKind.Symlink } => throw new FormatException($"The file to include, {path}, is a symbolic link; only {Name} itself may be one."),
            _ => throw new FormatException($"The file to include, {path}, is not a file."),
        };
    }

    private static byte[] ReadFile(IFileSystem disk, LocalPath path, FileStat stat)
    {
        if (stat.Size > MaxBytes)
            throw new FileSystemException(FileSystemError.Other, $"{path} has more than {MaxBytes >> 20} MiB, which is too much for ignore patterns.");
        using var file = disk.OpenRead(path);
        var bytes = new byte[stat.Size];
        return bytes[..file.Read(bytes, 0)];
    }

    private static List<string> Lines(byte[] bytes) => [.. Encoding.UTF8.GetString(bytes).Split('\n').Select(l => l.TrimEnd('\r'))];
}
