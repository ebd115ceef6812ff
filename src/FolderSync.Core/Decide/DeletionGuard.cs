using System.Globalization;

namespace FolderSync.Core.Decide;

/// <summary>From how many deletions at once a folder holds them and asks; 0 switches a limit off.</summary>
/// <param name="OverCount">More files than this.</param>
/// <param name="OverPercent">More than this part of the folder's files, in a folder of at least <see cref="DeletionGuard.MinFilesForPercent"/>.</param>
public readonly record struct DeletionLimits(long OverCount, double OverPercent)
{
    public static DeletionLimits None => default;
}

/// <summary>Whether so many files vanished at once that it looks like an accident: an unmounted disk, a ransom, a wrong rm.</summary>
public static class DeletionGuard
{
    /// <summary>In a smaller folder a percentage says nothing: every second deletion would be half of it.</summary>
    public const long MinFilesForPercent = 20;

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
