using System.Globalization;

namespace FolderSync.Core.Decide;

/// <summary>The number of deletions at once from which a folder holds them and asks; 0 disables a limit.</summary>
/// <param name="OverCount">Holds more files than this.</param>
/// <param name="OverPercent">Holds more than this percentage of the folder's files, in a folder of at least
/// <see cref="DeletionGuard.MinFilesForPercent"/>.</param>
public readonly record struct DeletionLimits(long OverCount, double OverPercent)
{
    public static DeletionLimits None => default;
}

/// <summary>Deletions found by one scan, with those that came shortly before it.</summary>
/// <param name="Gone">Missing files whose content exists nowhere else in the folder: a moved file isn't deleted.</param>
/// <param name="Before">Such files whose deletion was announced within <see cref="DeletionGuard.Window"/>.</param>
/// <param name="Present">The files in the index, including <paramref name="Gone"/>.</param>
/// <param name="IsGrowing">More are missing than at the last scan, or there was none.</param>
/// <param name="Waited">The time since the first of them was missed.</param>
/// <param name="MayWait">False when someone waits for the result.</param>
public readonly record struct DeletionBurst(long Gone, long Before, long Present, bool IsGrowing, TimeSpan Waited, bool MayWait);

public enum DeletionVerdict
{
    Announce,

    /// <summary>Files are still disappearing: check again when it is quiet, and decide about all of them at once.</summary>
    Defer,

    /// <summary>Announce nothing until the user confirms it.</summary>
    Hold,
}

/// <summary>Decides whether so many files vanished at once that it looks like an accident: an unmounted disk, ransomware, a wrong rm.</summary>
public static class DeletionGuard
{
    /// <summary>A percentage means nothing in a smaller folder, where every other deletion would exceed it.</summary>
    public const long MinFilesForPercent = 20;

    /// <summary>From this number on they aren't a user's single deletions.</summary>
    public const long DeferFrom = 20;

    /// <summary>Deletions within this time are judged together, however they were noticed.</summary>
    public static TimeSpan Window => TimeSpan.FromMinutes(10);

    /// <summary>The longest wait for a folder in which files keep vanishing.</summary>
    public static TimeSpan MaxDeferral => TimeSpan.FromSeconds(30);

    /// <summary>Decides about the files missing in a scan together with those announced shortly before. Pure.</summary>
    public static DeletionVerdict Decide(DeletionBurst burst, DeletionLimits limits)
    {
        var sum = burst.Gone + burst.Before;
        if (burst.Gone > 0 && MustHold(sum, burst.Present + burst.Before, limits))
            return DeletionVerdict.Hold;
        var isGuarded = limits.OverCount > 0 || limits.OverPercent > 0;
        return isGuarded && burst.MayWait && burst.IsGrowing && sum >= DeferFrom && burst.Gone > 0 && burst.Waited < MaxDeferral
            ? DeletionVerdict.Defer
            : DeletionVerdict.Announce;
    }

    /// <param name="gone">Files whose content exists nowhere else in the folder: a moved file isn't deleted.</param>
    /// <param name="before">The folder's files before, including the missing ones.</param>
    /// <returns>Null to proceed; otherwise a sentence that explains why the deletions are held.</returns>
    public static string? ExplainHold(long gone, long before, DeletionLimits limits)
    {
        if (gone <= 0)
            return null;
        if (limits.OverCount > 0 && gone > limits.OverCount)
            return string.Create(CultureInfo.InvariantCulture, $"{gone} of {before} files vanished at once, more than the {limits.OverCount} that are deleted without confirmation.");
        if (limits.OverPercent > 0 && before >= MinFilesForPercent && gone * 100d > before * limits.OverPercent)
            return string.Create(CultureInfo.InvariantCulture, $"{gone} of {before} files vanished at once, more than the {limits.OverPercent:0.##} % that are deleted without confirmation.");
        return null;
    }

    /// <summary>True when no deletion may be announced or applied until the user confirms it.</summary>
    public static bool MustHold(long gone, long before, DeletionLimits limits) => ExplainHold(gone, before, limits) is not null;
}
