using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Compares the disk with what the index says.</summary>
internal sealed class ExpectedState(IFileSystem disk, ApplierOptions options)
{
    /// <summary>True when what stands at the path, <paramref name="now"/>, matches <paramref name="expected"/>.</summary>
    public bool Matches(LocalPath path, FileStat now, FileEntry expected)
    {
        switch (expected.Type)
        {
            case FileType.Directory:
                return now.Kind == FileKind.Directory;
            case FileType.Symlink:
                return now.Kind == FileKind.Symlink && disk.ReadSymlink(path) == expected.SymlinkTarget;
            default:
                var known = expected.Disk != default;
                return now.Kind == FileKind.File && now.Size == expected.Size &&
                       SameTime(path, now.Modified, known ? expected.Disk.Modified : expected.Modified) &&
                       (!known || SameStamp(now, expected.Disk)) &&
                       (known && now.ChangeTime != 0 || SamePermissions(now, expected));
        }
    }

    /// <summary>
    /// True when both are one unchanged object that was at most renamed in between: everything matches but ctime, which a rename sets.
    /// </summary>
    public static bool IsSame(FileStat before, FileStat now) =>
        before.Kind == now.Kind && before.Inode == now.Inode && before.Size == now.Size &&
        (before.Kind == FileKind.Directory || before.Modified == now.Modified);

    public bool SameTime(LocalPath path, FileTime a, FileTime b)
    {
        var apart = ((Int128)a.Seconds - b.Seconds) * 1_000_000_000 + a.Nanoseconds - b.Nanoseconds;
        return Int128.Abs(apart) <= Math.Max(options.ModifiedWindowNanoseconds, disk.TraitsAt(path).ModifiedWindowNanoseconds);
    }

    /// <summary>The mode that the target should get; null leaves it as it is.</summary>
    public uint? WantedPermissions(FileEntry target) =>
        options.IgnorePermissions || target.NoPermissions || !disk.TraitsAt(LocalPath.Of(target.Name)).Permissions ? null : target.Permissions & 0x1FF;

    private bool SamePermissions(FileStat now, FileEntry expected) =>
        WantedPermissions(expected) is not { } wanted || now.Permissions == wanted;

    private static bool SameStamp(FileStat now, DiskStamp then) =>
        (then.ChangeTime == 0 || now.ChangeTime == 0 || then.ChangeTime == now.ChangeTime) &&
        (then.Inode == 0 || now.Inode == 0 || then.Inode == now.Inode);
}
