using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>Decides whether a device lacks the global version of a name. The same rule serves this device and other devices' completion.</summary>
public static class Need
{
    /// <param name="have">The device's own entry, null where it has none.</param>
    /// <param name="global">The global version of the name.</param>
    public static bool IsNeeded(FileEntry? have, FileEntry global)
    {
        if (global.IsInvalid)
            return false;
        if (have is null)
            return !global.Deleted;
        if ((have.LocalFlags & LocalFlags.Ignored) != 0)
            return false;
        // Whoever ignores a name has nothing to delete.
        if (have.Invalid && global.Deleted)
            return false;
        return !have.Version.Covers(global.Version);
    }

    /// <summary>The share of a needed name in a device's "need": the global item itself, or one deletion.</summary>
    public static Counts Of(FileEntry? have, FileEntry global) => IsNeeded(have, global) ? Counts.Of(global) : default;
}
