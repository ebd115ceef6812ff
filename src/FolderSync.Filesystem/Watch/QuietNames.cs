namespace FolderSync.Filesystem.Watch;

/// <summary>Names that are ours or Syncthing's own and never synced: what happens to them is no news. Pure.</summary>
internal static class QuietNames
{
    /// <param name="leaf">As on disk.</param>
    /// <param name="atRoot">It stands directly in the folder's root.</param>
    public static bool Covers(ReadOnlySpan<char> leaf, bool atRoot) =>
        IsTemporary(leaf) || (atRoot && leaf is ".stfolder" or ".stversions");

    private static bool IsTemporary(ReadOnlySpan<char> leaf) =>
        leaf.EndsWith(".tmp") && (leaf.StartsWith(".foldersync.") || leaf.StartsWith(".syncthing.") || leaf.StartsWith("~syncthing~"));
}
