using System.Globalization;
using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>From how much on a folder holds what peers' changes would displace, and asks.</summary>
/// <param name="FromFiles">That many files; 0: never.</param>
/// <param name="FromPercent">That share of the folder's files; both must be reached.</param>
/// <param name="Deletions">Limits of deletions alone; either suffices.</param>
public readonly record struct DisplacementLimits(long FromFiles, double FromPercent, DeletionLimits Deletions)
{
    public bool IsOff => FromFiles <= 0 && Deletions == DeletionLimits.None;
}

/// <summary>What peers' changes displace within <see cref="DeletionGuard.Window"/>, each file counted once.</summary>
/// <param name="Files">Files whose content is nowhere in the folder afterwards.</param>
/// <param name="New">Those of them that came within the window themselves.</param>
/// <param name="Deleted">Those of them that are deleted.</param>
/// <param name="Total">The folder's files, with the deleted ones.</param>
/// <param name="Before">Those without what came within the window: a flood must not make its share smaller by adding files.</param>
public readonly record struct Displacement(long Files, long New, long Deleted, long Total, long Before);

/// <summary>
/// Decides whether peers' changes displace so much at once that it looks like an accident or like ransomware on one of them. What counts is that
/// content goes: it is edited away, deleted, or something else takes its name.
/// </summary>
public static class DisplacementGuard
{
    /// <summary>The longest time for which changes that are still arriving are judged anew before they are reported as held.</summary>
    public static TimeSpan MaxDeferral => TimeSpan.FromSeconds(30);

    /// <summary>
    /// True when carrying out the decision takes what is at the name away. It isn't when only mtime or permissions change, when it stays beside the
    /// new file as a conflict copy, or when this device asked for the others' version (then its entry has no version).
    /// </summary>
    public static bool Replaces(FileEntry? mine, in PullDecision decision, bool makesConflictCopies) =>
        mine is { Deleted: false, Version.IsEmpty: false } &&
        decision.Kind is PullKind.File or PullKind.Directory or PullKind.Symlink or PullKind.Delete &&
        !(decision.Conflict && makesConflictCopies);

    /// <summary>True when a file's content goes: directories, links and empty files have none.</summary>
    public static bool Displaces(FileEntry? mine, in PullDecision decision, bool makesConflictCopies) =>
        mine is { IsFile: true, Size: > 0 } && Replaces(mine, decision, makesConflictCopies);

    /// <summary>
    /// Two folders that meet for the first time: what only this device ever had is older than what the others have, as the copy from a backup is.
    /// </summary>
    public static bool IsFirstMeeting(FileEntry mine, FileEntry global, ShortId self) =>
        mine.Version.IsConcurrentWith(global.Version) && mine.Version.Counters.All(c => c.Device == self);

    /// <summary>Takes back the last edit of this device, which knows itself what it replaced by it.</summary>
    public static bool IsUndo(FileEntry mine, FileEntry global, ShortId self) =>
        mine.ModifiedBy == self && !mine.PreviousBlocksHash.IsNone && global.IsFile && global.BlocksHash == mine.PreviousBlocksHash;

    /// <returns>Null to proceed; otherwise a sentence that explains why the changes are held.</returns>
    public static string? ExplainHold(Displacement sum, DisplacementLimits limits)
    {
        if (Exceeds(sum.Files, sum.Total, limits) || Exceeds(sum.Files - sum.New, sum.Before, limits))
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"{sum.Files} of {sum.Total} files would be replaced or deleted within ten minutes; {limits.FromFiles} files that are {limits.FromPercent:0.##} % of the folder need confirmation.");
        }
        return DeletionGuard.ExplainHold(sum.Deleted, sum.Total, limits.Deletions);
    }

    /// <summary>True when nothing more may be displaced until the user confirms it.</summary>
    public static bool MustHold(Displacement sum, DisplacementLimits limits) => ExplainHold(sum, limits) is not null;

    private static bool Exceeds(long files, long of, DisplacementLimits limits) => limits.FromFiles > 0 && files >= limits.FromFiles && files * 100d >= of * limits.FromPercent;
}
