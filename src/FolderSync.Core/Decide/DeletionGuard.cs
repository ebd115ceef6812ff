using System.Globalization;

namespace FolderSync.Core.Decide;

/// <summary>From how many deletions at once a folder holds them and asks; 0 switches a limit off.</summary>
/// <param name="OverCount">More files than this.</param>
/// <param name="OverPercent">More than this part of the folder's files, in a folder of at least <see cref="DeletionGuard.MinFilesForPercent"/>.</param>
public readonly record struct DeletionLimits(long OverCount, double OverPercent)
{
    public static DeletionLimits None => default;
}

/// <summary>Deletions as one look at the disk finds them, with those that came shortly before it.</summary>
/// <param name="Gone">Files missing now whose content is found nowhere else in the folder: a moved file is not gone.</param>
/// <param name="Before">Such files whose deletion was made known within <see cref="DeletionGuard.Window"/>.</param>
/// <param name="Present">Files that the index has, those of <paramref name="Gone"/> among them.</param>
/// <param name="IsGrowing">More are missing than at the last look, or there was none.</param>
/// <param name="Waited">Since the first of them was missed.</param>
/// <param name="MayWait">False where somebody waits for the outcome.</param>
public readonly record struct DeletionBurst(long Gone, long Before, long Present, bool IsGrowing, TimeSpan Waited, bool MayWait);

public enum DeletionVerdict
{
    Announce,

    /// <summary>Many are going right now: look again when it is quiet, to judge them as one.</summary>
    Gather,

    /// <summary>Nothing is announced until a person confirms it.</summary>
    Hold,
}

/// <summary>Whether so many files vanished at once that it looks like an accident: an unmounted disk, a ransom, a wrong rm.</summary>
public static class DeletionGuard
{
    /// <summary>In a smaller folder a percentage says nothing: every second deletion would be half of it.</summary>
    public const long MinFilesForPercent = 20;

    /// <summary>So many are no longer a person's single deletions.</summary>
    public const long GatherFrom = 20;

    /// <summary>Deletions within this time are judged as one, however they were noticed.</summary>
    public static TimeSpan Window => TimeSpan.FromMinutes(10);

    /// <summary>A folder in which files go on vanishing is not waited for any longer.</summary>
    public static TimeSpan LongestGathering => TimeSpan.FromSeconds(30);

    /// <summary>Judges what a scan misses together with what was announced shortly before. Pure.</summary>
    public static DeletionVerdict Judge(DeletionBurst burst, DeletionLimits limits)
    {
        var sum = burst.Gone + burst.Before;
        if (burst.Gone > 0 && MustHold(sum, burst.Present + burst.Before, limits))
            return DeletionVerdict.Hold;
        var isGuarded = limits.OverCount > 0 || limits.OverPercent > 0;
        return isGuarded && burst.MayWait && burst.IsGrowing && sum >= GatherFrom && burst.Gone > 0 && burst.Waited < LongestGathering
            ? DeletionVerdict.Gather
            : DeletionVerdict.Announce;
    }

    /// <param name="gone">Files whose content is found nowhere else in the folder: a moved file is not gone.</param>
    /// <param name="before">Files the folder had, the gone ones among them.</param>
    /// <returns>Null to go on; else a sentence that says why the deletions are held.</returns>
    public static string? WhyHeld(long gone, long before, DeletionLimits limits)
    {
        if (gone <= 0)
            return null;
        if (limits.OverCount > 0 && gone > limits.OverCount)
            return string.Create(CultureInfo.InvariantCulture, $"{gone} of {before} files are gone at once, more than the {limits.OverCount} that are deleted without asking.");
        if (limits.OverPercent > 0 && before >= MinFilesForPercent && gone * 100d > before * limits.OverPercent)
            return string.Create(CultureInfo.InvariantCulture, $"{gone} of {before} files are gone at once, more than the {limits.OverPercent:0.##} % that are deleted without asking.");
        return null;
    }

    /// <summary>True when nothing may be announced or applied as deleted until a person confirms it.</summary>
    public static bool MustHold(long gone, long before, DeletionLimits limits) => WhyHeld(gone, before, limits) is not null;
}
