using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>What to do with an item that is left in a directory to be removed.</summary>
public enum Leftover
{
    /// <summary>Neither in the index nor ignored: scan it and keep the directory.</summary>
    Unknown,

    /// <summary>In the index, or ignored without (?d): keep it and the directory.</summary>
    Kept,

    /// <summary>Ignored with (?d): remove it with its directory.</summary>
    Deletable,
}

/// <summary>How one folder's files are placed.</summary>
public sealed record ApplierOptions
{
    /// <summary>Permissions are neither compared nor set.</summary>
    public bool IgnorePermissions { get; init; }

    /// <summary>All-zero blocks become holes.</summary>
    public bool SparseFiles { get; init; } = true;

    /// <summary>Two mtimes closer than this count as equal. The filesystem's own window applies where it is wider.</summary>
    public long ModifiedWindowNanoseconds { get; init; }

    /// <summary>Bits that a file or directory doesn't get when its permissions are unknown (0022).</summary>
    public uint Umask { get; init; } = 0x12;

    /// <summary>
    /// Classifies an item left in a directory to be removed, by its name and whether it is a directory. Runs on the applying thread.
    /// </summary>
    public Func<FileName, bool, Leftover> LeftoverOf { get; init; } = (_, _) => Leftover.Unknown;

    /// <summary>
    /// True when other devices deleted this directory and it should leave the disk as soon as it is empty. Runs on the applying thread.
    /// </summary>
    public Func<FileName, bool> IsToBeRemoved { get; init; } = _ => false;

    internal uint FilePermissions => 0x1B6 & ~Umask;

    internal uint DirectoryPermissions => 0x1FF & ~Umask;
}
