using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>What may become of something that still stands in a directory that is to be removed.</summary>
public enum Leftover
{
    /// <summary>Not in the index and not ignored: it is to be scanned, the directory stays.</summary>
    Unknown,

    /// <summary>In the index, or ignored without (?d): it stays, and so does the directory.</summary>
    Kept,

    /// <summary>Ignored with (?d): it goes with its directory.</summary>
    Deletable,
}

/// <summary>How one folder's files are placed.</summary>
public sealed record ApplierOptions
{
    /// <summary>Permissions are neither compared nor set.</summary>
    public bool IgnorePermissions { get; init; }

    /// <summary>All-zero blocks become holes.</summary>
    public bool SparseFiles { get; init; } = true;

    /// <summary>Two mtimes closer than this are the same; the filesystem's own window counts where it is wider.</summary>
    public long ModifiedWindowNanoseconds { get; init; }

    /// <summary>Bits that are not given to a file or directory whose permissions are not known (0022).</summary>
    public uint Umask { get; init; } = 0x12;

    /// <summary>Judges what is left in a directory to be removed: name, and whether it is a directory. Called on the applying thread.</summary>
    public Func<FileName, bool, Leftover> LeftoverOf { get; init; } = (_, _) => Leftover.Unknown;

    /// <summary>
    /// True when this device's directory of that name was deleted by others and is to go from the disk as soon as it is empty. Called on the
    /// applying thread.
    /// </summary>
    public Func<FileName, bool> IsToBeRemoved { get; init; } = _ => false;

    internal uint FilePermissions => 0x1B6 & ~Umask;

    internal uint DirectoryPermissions => 0x1FF & ~Umask;
}
