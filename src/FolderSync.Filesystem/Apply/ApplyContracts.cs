using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>What becomes of the content that a step displaces.</summary>
public enum Displaced
{
    /// <summary>Nothing is kept: the index has it, and somebody's newer version replaces it on purpose (versioning off).</summary>
    Discard,

    /// <summary>Goes to the versioner.</summary>
    Version,

    /// <summary>Becomes a conflict copy beside it.</summary>
    Conflict,
}

/// <summary>
/// One change to the disk. <c>Target</c> is the entry that will stand; <c>Expected</c> is what the index says stands now (null:
/// nothing). If the disk is not as expected, nothing is touched and the result is <see cref="ApplyResult.LocallyChanged"/>.
/// </summary>
public abstract record ApplyStep(FileEntry Target, FileEntry? Expected, Displaced Displaced)
{
    /// <summary>Puts a finished temp file at its name.</summary>
    public sealed record PlaceFile(StagedFile Staged, FileEntry Target, FileEntry? Expected, Displaced Displaced) : ApplyStep(Target, Expected, Displaced);

    /// <summary>Makes a directory, or sets an existing one's permissions.</summary>
    public sealed record PlaceDirectory(FileEntry Target, FileEntry? Expected, Displaced Displaced) : ApplyStep(Target, Expected, Displaced);

    public sealed record PlaceSymlink(FileEntry Target, FileEntry? Expected, Displaced Displaced) : ApplyStep(Target, Expected, Displaced);

    /// <summary>Renames <paramref name="From"/> (whose content equals the target's) to the target's name and sets its metadata.</summary>
    public sealed record Move(FileEntry From, FileEntry Target, FileEntry? Expected, Displaced Displaced) : ApplyStep(Target, Expected, Displaced);

    /// <summary>Content stays; mtime and permissions become the target's.</summary>
    public sealed record SetMetadata(FileEntry Target, FileEntry Expected) : ApplyStep(Target, Expected, Displaced.Discard);

    /// <summary>Removes what stands there. A directory goes only when all that is left in it may go.</summary>
    public sealed record Remove(FileEntry Target, FileEntry Expected, Displaced Displaced) : ApplyStep(Target, Expected, Displaced);
}

/// <summary>What became of one step. Only <see cref="Done"/> and <see cref="Respelled"/> changed the disk.</summary>
public abstract record ApplyResult(ApplyStep Step)
{
    /// <summary>Durable. <paramref name="Stamp"/> is what the disk says of the target now (default for removals).</summary>
    /// <param name="ConflictCopy">The name of the conflict copy made, to be scanned.</param>
    public sealed record Done(ApplyStep Step, DiskStamp Stamp, FileName? ConflictCopy) : ApplyResult(Step);

    /// <summary>
    /// On a disk that takes two spellings for one name, the directory <paramref name="From"/>, which was to go, took the target's name with
    /// all that is in it. Durable. The entries below have to follow; then decide again.
    /// </summary>
    public sealed record Respelled(ApplyStep Step, FileName From) : ApplyResult(Step);

    /// <summary>What stands there is not what the index says: scan these names, then decide again. Nothing was lost or replaced.</summary>
    public sealed record LocallyChanged(ApplyStep Step, IReadOnlyList<FileName> Rescan) : ApplyResult(Step);

    public sealed record Failed(ApplyStep Step, FileProblem Problem) : ApplyResult(Step);
}

/// <summary>Keeps what is displaced (trash can and so on).</summary>
public interface IVersioner
{
    /// <summary>
    /// Moves the file or symlink into the versions; throws <see cref="FileSystemException"/> and leaves it where it is otherwise. At no
    /// moment is the content without a name. Durable once <see cref="Flush"/> has returned.
    /// </summary>
    /// <param name="path">What to keep: its name, or a temp name that holds what was displaced from <paramref name="name"/>.</param>
    void Keep(LocalPath path, FileName name);

    /// <summary>Makes all that was kept so far durable, in one go for a batch; throws <see cref="FileSystemException"/>.</summary>
    void Flush();
}
