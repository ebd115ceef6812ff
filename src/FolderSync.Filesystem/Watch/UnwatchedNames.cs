namespace FolderSync.Filesystem.Watch;

/// <summary>Names of our own or of Syncthing's, which are never synced: their events are dropped. Pure.</summary>
internal static class UnwatchedNames
{
    /// <param name="leaf">As on disk.</param>
    /// <param name="atRoot">The name is directly in the folder's root.</param>
    public static bool Contains(ReadOnlySpan<char> leaf, bool atRoot) =>
        IsTemporary(leaf) || (atRoot && leaf is ".stfolder" or ".stversions");

    private static bool IsTemporary(ReadOnlySpan<char> leaf) =>
        leaf.EndsWith(".tmp") && (leaf.StartsWith(".foldersync.") || leaf.StartsWith(".syncthing.") || leaf.StartsWith("~syncthing~"));
}
