using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>What to do with the content that a step displaces.</summary>
public enum ActionForExisting
{
    /// <summary>Keep nothing: the index has it, and a newer version replaces it on purpose (versioning is off).</summary>
    Discard,

    /// <summary>Hand it to the versioner.</summary>
    Version,

    /// <summary>Keep it as a conflict copy beside the new file.</summary>
    Conflict,
}

/// <summary>
/// One change to the disk. <c>Target</c> is the entry that will stand; <c>Expected</c> is what the index says stands now (null:
/// nothing). If the disk is not as expected, nothing is touched and the result is <see cref="ApplyResult.LocallyChanged"/>.
/// </summary>
public abstract record ApplyStep(FileEntry Target, FileEntry? Expected, ActionForExisting Displaced)
{
    /// <summary>Places a finished temp file at the target's name, which needn't be the one that it was staged for.</summary>
    public sealed record PlaceFile(StagedFile Staged, FileEntry Target, FileEntry? Expected, ActionForExisting Displaced) : ApplyStep(Target, Expected, Displaced);

    /// <summary>Creates a directory, or sets an existing one's permissions.</summary>
    public sealed record PlaceDirectory(FileEntry Target, FileEntry? Expected, ActionForExisting Displaced) : ApplyStep(Target, Expected, Displaced);

    public sealed record PlaceSymlink(FileEntry Target, FileEntry? Expected, ActionForExisting Displaced) : ApplyStep(Target, Expected, Displaced);

    /// <summary>Renames <paramref name="From"/> (whose content equals the target's) to the target's name and sets its metadata.</summary>
    public sealed record Move(FileEntry From, FileEntry Target, FileEntry? Expected, ActionForExisting Displaced) : ApplyStep(Target, Expected, Displaced);

    /// <summary>Keeps the content and sets mtime and permissions to the target's.</summary>
    public sealed record SetMetadata(FileEntry Target, FileEntry Expected) : ApplyStep(Target, Expected, ActionForExisting.Discard);

    /// <summary>Removes the item. A directory is removed only when everything left in it may go.</summary>
    public sealed record Remove(FileEntry Target, FileEntry Expected, ActionForExisting Displaced) : ApplyStep(Target, Expected, Displaced);
}

/// <summary>The outcome of one step. Only <see cref="Done"/> and <see cref="Respelled"/> changed the disk.</summary>
public abstract record ApplyResult(ApplyStep Step)
{
    /// <summary>Durable. <paramref name="Stamp"/> is what the disk says of the target now (default for removals).</summary>
    /// <param name="ConflictCopy">The name of the conflict copy, to be scanned.</param>
    public sealed record Done(ApplyStep Step, DiskStamp Stamp, FileName? ConflictCopy) : ApplyResult(Step);

    /// <summary>
    /// The disk takes two spellings for one name: the directory <paramref name="From"/>, which was to be removed, took the target's name with all
    /// its contents. Durable. The entries below it have to follow; then decide again.
    /// </summary>
    public sealed record Respelled(ApplyStep Step, FileName From) : ApplyResult(Step);

    /// <summary>The disk isn't as the index says: scan these names, then decide again. Nothing was lost or replaced.</summary>
    public sealed record LocallyChanged(ApplyStep Step, IReadOnlyList<FileName> Rescan) : ApplyResult(Step);

    public sealed record Failed(ApplyStep Step, FileProblem Problem) : ApplyResult(Step);
}

/// <summary>Keeps displaced content (a trash can, for instance).</summary>
public interface IVersioner
{
    /// <summary>
    /// Moves the file or symlink into the versions, or throws <see cref="FileSystemException"/> and leaves it in place. The content always has a
    /// name. Durable once <see cref="Flush"/> has returned.
    /// </summary>
    /// <param name="path">The file to keep: its own name, or a temp name that holds what was displaced from <paramref name="name"/>.</param>
    void Keep(LocalPath path, FileName name);

    /// <summary>Makes everything kept so far durable, once for a whole batch; throws <see cref="FileSystemException"/>.</summary>
    void Flush();
}
