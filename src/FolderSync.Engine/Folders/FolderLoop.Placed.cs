using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Transfer;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>What a placed, or not placed, item means for the folder.</summary>
internal sealed partial class FolderLoop
{
    /// <summary>What is to become of what stands at the item's name now.</summary>
    internal Displaced Displace(PullItem item)
    {
        var config = Config;
        // A directory is no content of its own: it is in the way only with what lives in it.
        if (item is { Expected.IsDirectory: true, Decision.Kind: PullKind.File or PullKind.Symlink })
            return HasLiving(_index!, item.Name) ? Displaced.Conflict : Displaced.Discard;
        if (item.Decision.Conflict && config.MaxConflicts != 0)
            return Displaced.Conflict;
        return config.Versioning.Kind != VersioningKind.None ? Displaced.Version : Displaced.Discard;
    }

    /// <summary>This device's place in the order of all devices of the folder, from 0.</summary>
    internal int OwnPlaceAmongDevices() => Config.Devices.Count(d => d.CompareTo(_parts.Self) < 0);

    /// <summary>
    /// Makes the directories above a name that are not there: their entry may be a deletion that did not know of what is inside. A scan
    /// finds them and says so to the others. On a worker.
    /// </summary>
    internal void MakeParents(FileName name)
    {
        var missing = new Stack<FileName>();
        for (var parent = name.Parent; !parent.IsRoot && Disk.Stat(LocalPath.Of(parent)) is not { Kind: FileKind.Directory }; parent = parent.Parent)
            missing.Push(parent);
        while (missing.TryPop(out var parent))
        {
            try
            {
                Disk.MakeDirectory(LocalPath.Of(parent), 0x1ED);
                RefuseIfShownOtherwise(LocalPath.Of(parent));
            }
            catch (FileSystemException e) when (e.Error == FileSystemError.Exists)
            {
                // Another transfer was first, or something else stands there; staging says what.
            }
            RequestScan([parent]);
        }
    }

    /// <summary>A disk that shows the directory under another name: a scan would take that for a user's.</summary>
    private void RefuseIfShownOtherwise(LocalPath made)
    {
        if (new ExactNames(Disk).Misspelled(made) is null)
            return;
        Disk.RemoveDirectory(made);
        throw new FileSystemException(FileSystemError.NotSupported, $"The directory '{made}' can't be made because this disk shows it under another name.");
    }

    internal void NoteRemoteChanges(IReadOnlyList<PullItem> items)
    {
        if (items.Count == 0)
            return;
        var now = _parts.Time.GetUtcNow();
        var history = new List<HistoryItem>(items.Count);
        foreach (var item in items)
        {
            var action = item.Global.Deleted ? "deleted" : item.Expected is null ? "added" : item.Decision.Kind == PullKind.Metadata ? "metadata" : "modified";
            history.Add(new HistoryItem(now, Id, item.Name.Value, action, item.Global.Type, item.Global.ModifiedBy, false));
            _events.Add(
                "RemoteChangeDetected",
                ("folder", Id.Value),
                ("folderID", Id.Value),
                ("label", Config.Label),
                ("action", action),
                ("type", TypeNames.Of(item.Global.Type)),
                ("path", item.Name.Value),
                ("modifiedBy", item.Global.ModifiedBy.ToString()));
        }
        _parts.State.AddHistory(history);
        var last = items[^1];
        var statistics = _parts.State.Folders().FirstOrDefault(f => f.Folder == Id) ?? new FolderStatistics(Id, default, "", default, false);
        _parts.State.PutFolder(statistics with { LastFile = last.Name.Value, LastFileTime = now, LastFileDeleted = last.Global.Deleted });
    }

    /// <summary>A step that failed is tried again later; a directory that is not empty is asked what keeps it.</summary>
    internal void OnNotPlaced(PullItem item, FileProblem problem)
    {
        NoteTrouble(item.Global, problem.Reason, permanent: problem.Permanent);
        if (item.Decision.Kind == PullKind.Delete && item.Local is { IsDirectory: true } && problem.Error == FileSystemError.NotEmpty)
            Follow(() => KeepDirectoryAsync(item));
    }

    /// <summary>Deleted there while something lives in it here: the directory comes back for everyone.</summary>
    private async Task KeepDirectoryAsync(PullItem item)
    {
        var now = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
        await CommitAsync(index =>
        {
            var mine = index.FindLocal(item.Name);
            if (mine is not { IsDirectory: true } || mine.Sequence != item.Local!.Sequence || !HasLiving(index, item.Name))
                return [];
            return [mine with { Version = EditVersion.OfBoth(mine, mine.Version, item.Global.Version, _parts.Self.Short, now), ModifiedBy = _parts.Self.Short }];
        });
    }

    private static bool HasLiving(IFolderIndex index, FileName directory)
    {
        var after = default(FileName);
        while (index.LocalPage(directory, after, 500, withBlocks: false) is { Count: > 0 } page)
        {
            if (page.Any(e => !e.IsInvalid && index.FindGlobal(e.Name) is { Deleted: false }))
                return true;
            after = page[^1].Name;
        }
        return false;
    }
}
