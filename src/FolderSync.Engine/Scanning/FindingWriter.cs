using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Scan;
using FolderSync.Index;

namespace FolderSync.Engine.Scanning;

/// <summary>Turns a scan's findings into entries, if the index is still as the scan saw it.</summary>
internal sealed class FindingWriter(OpenFolder open, LocalIndexWriter writer, LocalDeletions deletions, ForkedVersions forks)
{
    private ConfiguredFolder Folder => open.Folder;

    private ShortId Self => Folder.Parts.Self.Short;

    /// <summary>Commits the entries for one batch of findings, in tree order.</summary>
    /// <param name="rescan">Receives the names that changed since the scan saw them.</param>
    public async Task CommitAsync(IReadOnlyList<ScanFinding> findings, ICollection<FileName> rescan, CancellationToken cancellation)
    {
        var decisions = new Decisions(Folder.NowSeconds, Folder.Config.Type, rescan);
        var committed = await writer.CommitAsync(
            index =>
            {
                foreach (var finding in findings)
                    Decide(index, finding, decisions);
                if (decisions.Refreshed.Count > 0)
                    index.RefreshLocal(decisions.Refreshed);
                return decisions.Entries;
            },
            cancellation);
        Folder.History.AddLocal(committed);
    }

    private void Decide(IFolderIndex index, ScanFinding finding, Decisions decisions)
    {
        switch (finding)
        {
            case ScanFinding.Changed(var seen, var known):
                var mine = index.FindLocal(seen.Name);
                if (IsStill(mine, known))
                    decisions.Entries.Add(Seen(index, seen, mine, decisions));
                else if (mine is null or { Deleted: true } || mine.Disk != seen.Disk)
                    decisions.Rescan.Add(seen.Name);
                break;
            case ScanFinding.Refreshed(var seen, var known):
                if (IsStill(index.FindLocal(seen.Name), known))
                    decisions.Refreshed.Add(known with { Disk = seen.Disk, PreHashes = seen.PreHashes });
                break;
            case ScanFinding.NowIgnored(var known):
                if (index.FindLocal(known.Name) is { Deleted: false } entry && entry.Version == known.Version)
                    decisions.Entries.Add(LocalChange.NowIgnored(entry));
                break;
            case ScanFinding.NowSpecial(var known):
                if (index.FindLocal(known.Name) is { Deleted: false } replaced && replaced.Version == known.Version)
                    decisions.Entries.Add(LocalChange.NowSpecial(replaced));
                break;
            case ScanFinding.Deleted(var known):
                DecideGone(index, known, decisions);
                break;
        }
    }

    private void DecideGone(IFolderIndex index, FileEntry known, Decisions decisions)
    {
        if (index.FindLocal(known.Name) is not { Deleted: false } mine)
            return;
        if (mine.Sequence != known.Sequence || !open.IsGone(known.Name))
            decisions.Rescan.Add(known.Name);
        else if (HasNoPlace(index, mine))
            decisions.Entries.Add(LocalChange.NeverPlaced(mine, decisions.Now));
        else
        {
            var global = index.FindGlobal(mine.Name);
            decisions.Entries.Add(forks.Beside(LocalChange.Deleted(mine, global, Self, decisions.Now, decisions.Type), mine, global));
            if (mine is { IsFile: true, Size: > 0 } && decisions.Type != FolderType.ReceiveOnly && global is { Deleted: false })
                RaiseMoved(index, mine, decisions);
        }
    }

    private FileEntry Seen(IFolderIndex index, FileEntry seen, FileEntry? mine, Decisions decisions)
    {
        var global = index.FindGlobal(seen.Name);
        return forks.Beside(LocalChange.Seen(seen, mine, global, Self, decisions.Now, decisions.Type), mine, global);
    }

    /// <summary>
    /// A file that was moved over an announced one of the same content and time looks like that one. It gets a version of this device's all the same:
    /// another device may delete it at this moment, trusting in the name that is deleted here.
    /// </summary>
    private void RaiseMoved(IFolderIndex index, FileEntry gone, Decisions decisions)
    {
        foreach (var like in index.LocalWithContent(gone.BlocksHash))
        {
            if (like.Name == gone.Name || !LocalChange.IsMovedOnto(gone, like, Self, deletions.SeenUntil) || open.IsGone(like.Name))
                continue;
            // Another one that was moved there as well may have raised it.
            if (decisions.Entries.Exists(e => e.Name == like.Name) || index.FindLocal(like.Name) is not { Deleted: false } twin)
                continue;
            var global = index.FindGlobal(twin.Name);
            decisions.Entries.Add(forks.Beside(LocalChange.MovedOnto(twin, global, Self, decisions.Now), twin, global));
        }
    }

    /// <summary>The index hasn't changed since the scan read it (a pull may have committed meanwhile).</summary>
    private static bool IsStill(FileEntry? mine, FileEntry? known) =>
        known is null ? mine is null or { Deleted: true } : mine is { Deleted: false } && mine.Sequence == known.Sequence;

    /// <summary>
    /// True when another spelling of the name exists that is another file: no user renamed this one, but it has no place on the disk (the folder
    /// was moved to a disk that takes both for one name, or its disk wasn't recognized when both were recorded).
    /// </summary>
    private bool HasNoPlace(IFolderIndex index, FileEntry gone)
    {
        try
        {
            var path = LocalPath.Of(gone.Name);
            return open.Disk.Stat(path) is not null && new ExactNames(open.Disk).ActualPath(path) is { } there && FileName.TryParse(there.Value, out var name, out _) &&
                   index.FindLocal(name) is { Deleted: false } twin && !LocalChange.IsRespelled(gone, twin, deletions.SeenUntil) && IsElsewhere(index, gone);
        }
        catch (FileSystemException)
        {
            return true;
        }
    }

    /// <summary>Another device has this version or a later one; otherwise nobody could send it back, and all would wait for it.</summary>
    private bool IsElsewhere(IFolderIndex index, FileEntry mine) =>
        index.Versions(mine.Name).Any(v => v.Device != Folder.Parts.Self && v.Entry is { Deleted: false, IsInvalid: false } && v.Entry.Version.Covers(mine.Version));

    /// <summary>The decisions for one batch.</summary>
    private sealed record Decisions(long Now, FolderType Type, ICollection<FileName> Rescan)
    {
        public List<FileEntry> Entries { get; } = [];

        public List<FileEntry> Refreshed { get; } = [];
    }
}
