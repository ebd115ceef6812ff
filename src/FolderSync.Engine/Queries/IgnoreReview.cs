using FolderSync.Core.Ignore;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Local;

namespace FolderSync.Engine.Queries;

/// <summary>For whoever takes over a folder from a Syncthing: what its ignore patterns mean here, where that isn't the same.</summary>
public static class IgnoreReview
{
    /// <summary>What differs, each with its place; each kind once a file. Empty where there are no patterns, or no folder. Blocks.</summary>
    /// <param name="root">The folder's absolute path.</param>
    public static IReadOnlyList<(string Where, string Why)> Of(string root)
    {
        using var disk = new FileSystems().Open(root);
        try
        {
            return disk.CheckRoot() is RootState.Missing or RootState.NotADirectory ? [] : Of(IgnoreFile.Load(disk));
        }
        catch (FileSystemException e)
        {
            return [(IgnoreFile.Name, $"it can't be read, and nothing is synced until it can: {e.Message}")];
        }
    }

    private static IReadOnlyList<(string Where, string Why)> Of(IgnoreRules rules) =>
    [
        .. rules.Errors.Select(e => ($"{e.File} line {e.Line}", $"{e.Message} Nothing is synced until that is mended.")),
        .. rules.Patterns
            .Select(p => (p.File, Where: $"{p.File} line {p.Line}, {p.Text}", Why: SyncthingDifference.Of(p.Text)))
            .Where(p => p.Why is not null)
            .DistinctBy(p => (p.File, p.Why))
            .Select(p => (p.Where, p.Why!)),
    ];
}
