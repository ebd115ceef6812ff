using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Names that differ in spelling alone, on disks that take them for one.</summary>
internal sealed partial class FolderLoop
{
    /// <summary>What has a higher sequence was found by the present scan, or by those that gathered deletions before it.</summary>
    private long _seenUntil;

    /// <summary>
    /// The entries below a directory whose name changed in spelling follow it. They have no version there: what others have under the new
    /// names is decided on against them, and nothing here counts as an edit. What others deleted is removed. With the commit.
    /// </summary>
    internal IReadOnlyList<FileEntry> FollowRespelled(IFolderIndex index, ApplyResult.Respelled respelled)
    {
        var to = respelled.Step.Target.Name;
        var entries = new List<FileEntry>();
        var goes = new List<ApplyStep>();
        var displaced = Config.Versioning.Kind == VersioningKind.None ? Displaced.Discard : Displaced.Version;
        foreach (var mine in Below(index, respelled.From))
        {
            if (mine.IsInvalid || index.FindGlobal(mine.Name) is not { Deleted: true } tombstone)
                continue;
            entries.Add(tombstone with { Disk = default, PreHashes = default, LocalFlags = LocalFlags.None });
            var moved = mine with { Name = FileName.Of(to.Value + mine.Name.Value[respelled.From.Value.Length..]), Version = VersionVector.Empty };
            if (index.FindGlobal(moved.Name) is { Deleted: false, IsInvalid: false })
                entries.Add(moved);
            else
                goes.Add(new ApplyStep.Remove(tombstone with { Name = moved.Name }, moved, displaced));
        }
        // What was not removed is found by the scan that follows.
        _ = Applier.Apply(goes);
        return entries;
    }

    /// <summary>A name has become free: what stood back for it, because the disk takes the two for one, is tried at once.</summary>
    internal void RetryOtherSpellings(IReadOnlyCollection<FileName> freed)
    {
        if (freed.Count == 0 || _troubles.Count == 0)
            return;
        var spellings = freed.Select(f => f.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, trouble) in _troubles.ToList())
        {
            if (trouble is not { SourcesOnly: false, Permanent: false } || trouble.RetryAt.IsPast(_parts.Time) || !HasAny(spellings, name))
                continue;
            _troubles[name] = trouble with { RetryAt = Deadline.Passed };
            _pullWake.Set();
        }
    }

    /// <summary>
    /// True when another spelling of the name stands there that is another file: this one was not renamed by a user but has no place on the
    /// disk (the folder was moved to one that takes the two for the same, or its disk was not recognised when both were recorded).
    /// </summary>
    private bool HasNoPlace(IFolderIndex index, FileEntry gone)
    {
        try
        {
            return Disk.Stat(LocalPath.Of(gone.Name)) is not null && new ExactNames(Disk).TruePath(LocalPath.Of(gone.Name)) is { } path && FileName.TryOf(path.Value, out var name, out _) &&
                   index.FindLocal(name) is { Deleted: false } twin && !LocalChange.IsRespelled(gone, twin, _seenUntil) && IsElsewhere(index, gone);
        }
        catch (FileSystemException)
        {
            return true;
        }
    }

    /// <summary>Another device has this version, or a later one; else nobody could give it back, and all would wait for it.</summary>
    private bool IsElsewhere(IFolderIndex index, FileEntry mine) =>
        index.Versions(mine.Name).Any(v => v.Device != _parts.Self && v.Entry is { Deleted: false, IsInvalid: false } && v.Entry.Version.Covers(mine.Version));

    private static bool HasAny(HashSet<string> spellings, FileName name)
    {
        for (var at = name; !at.IsRoot; at = at.Parent)
        {
            if (spellings.Contains(at.Value))
                return true;
        }
        return false;
    }

    /// <summary>Others deleted the directory and all that this device has in it, and this device follows them.</summary>
    private bool IsToBeRemoved(FileName directory) =>
        Index is { } index && Config is { Type: not FolderType.SendOnly, IgnoreDelete: false } &&
        IsDeletedElsewhere(index, index.FindLocal(directory)) && Below(index, directory).All(e => e.IsInvalid || IsDeletedElsewhere(index, e));

    private static bool IsDeletedElsewhere(IFolderIndex index, FileEntry? mine) =>
        mine is { Deleted: false } && index.FindGlobal(mine.Name) is { Deleted: true, IsInvalid: false } global && global.Version.Covers(mine.Version);

    /// <summary>The directory and all that is present in it.</summary>
    private static IEnumerable<FileEntry> Below(IFolderIndex index, FileName directory)
    {
        if (index.FindLocal(directory) is { Deleted: false } itself)
            yield return itself;
        var after = default(FileName);
        while (index.LocalPage(directory, after, PageSize, withBlocks: true) is { Count: > 0 } page)
        {
            foreach (var entry in page)
                yield return entry;
            after = page[^1].Name;
        }
    }
}
