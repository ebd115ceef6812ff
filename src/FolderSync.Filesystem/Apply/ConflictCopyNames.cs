using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>The names that a conflict copy may have on a disk, the best first.</summary>
public static class ConflictCopyNames
{
    /// <param name="name">The name in conflict.</param>
    /// <param name="localTime">The copy's time in the user's time zone.</param>
    /// <param name="winner">The device whose change displaces the content.</param>
    public static IEnumerable<FileName> For(IFileSystem disk, FileName name, DateTimeOffset localTime, ShortId winner)
    {
        var maxLeafBytes = Math.Max(128, disk.TraitsAt(LocalPath.Of(name)).MaxLeafLength);
        for (var attempt = 0; ; attempt++)
            yield return ConflictName.For(name, localTime, winner, attempt, maxLeafBytes);
    }
}
