using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Pulling;

/// <summary>A directory that got another spelling of its name, on a disk that takes the two for one.</summary>
internal static class Respelling
{
    /// <summary>
    /// The entries below it follow it. They have no version there: what others have under the new names is decided on against them, and nothing
    /// here counts as an edit. What others deleted is removed. With the commit.
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
            var moved = mine with { Name = FileName.Of(to.Value + mine.Name.Value[respelled.From.Value.Length..]), Version = VersionVector.Empty };
            if (index.FindGlobal(moved.Name) is { Deleted: false, IsInvalid: false })
                entries.Add(moved);
            else
                removals.Add(new ApplyStep.Remove(tombstone with { Name = moved.Name }, moved, open.DisplacedByVersioning));
        }
        // What was not removed is found by the scan that follows.
        open.Applier.Apply(removals);
        return entries;
    }
}
