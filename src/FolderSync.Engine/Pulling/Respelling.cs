using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Pulling;

/// <summary>A directory whose name changed in spelling, on a disk that takes both spellings for one name.</summary>
internal static class Respelling
{
    /// <summary>
    /// Moves the entries below it. They get no version: others' entries under the new names are decided against them, and nothing here counts as an
    /// edit. Removes what others deleted. Part of the commit.
    /// </summary>
    public static IReadOnlyList<FileEntry> Follow(OpenFolder open, IFolderIndex index, ApplyResult.Respelled respelled)
    {
        var to = respelled.Step.Target.Name;
        var entries = new List<FileEntry>();
        var removals = new List<ApplyStep>();
        foreach (var mine in IndexTree.Below(index, respelled.From))
        {
            if (mine.IsInvalid || index.FindGlobal(mine.Name) is not { Deleted: true } tombstone)
                continue;
            entries.Add(tombstone with { Disk = default, PreHashes = default, LocalFlags = LocalFlags.None });
            var moved = mine with { Name = FileName.Parse(to.Value + mine.Name.Value[respelled.From.Value.Length..]), Version = VersionVector.Empty };
            if (index.FindGlobal(moved.Name) is { Deleted: false, IsInvalid: false })
                entries.Add(moved);
            else
                removals.Add(new ApplyStep.Remove(tombstone with { Name = moved.Name }, moved, open.DisplacedByVersioning));
        }
        // The following scan finds what wasn't removed.
        open.Applier.Apply(removals);
        return entries;
    }
}
