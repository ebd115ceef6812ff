using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>A device's change that was applied.</summary>
internal readonly record struct AppliedChange(FileEntry Entry, ChangeAction Action);

/// <summary>Records what changed in a folder, by which device and when: for history, statistics and listeners.</summary>
internal sealed class FolderHistory(ConfiguredFolder folder)
{
    /// <summary>Per commit: a first scan isn't history.</summary>
    private const int MaxLocalChanges = 500;

    /// <summary>Records a scan's commit.</summary>
    public void AddLocal(IReadOnlyList<FileEntry> committed)
    {
        var own = committed.Where(e => e.ModifiedBy == folder.Parts.Self.Short && (e.LocalFlags & LocalFlags.Ignored) == 0).Take(MaxLocalChanges).ToList();
        if (own.Count == 0)
            return;
        var now = folder.Parts.Time.GetUtcNow();
        folder.Parts.State.AddHistory([.. own.Select(e => Item(now, e, ActionOf(e), isLocal: true))]);
        foreach (var entry in own)
            folder.Events.Publish(() => new EngineEvent.LocalChangeDetected(folder.Id, folder.Config.Label, entry.Name, entry.Type, ActionOf(entry), entry.ModifiedBy));
    }

    public void AddRemote(IReadOnlyList<AppliedChange> changes)
    {
        if (changes.Count == 0)
            return;
        var now = folder.Parts.Time.GetUtcNow();
        folder.Parts.State.AddHistory([.. changes.Select(c => Item(now, c.Entry, c.Action, isLocal: false))]);
        foreach (var (entry, action) in changes)
            folder.Events.Publish(() => new EngineEvent.RemoteChangeApplied(folder.Id, folder.Config.Label, entry.Name, entry.Type, action, entry.ModifiedBy));
        var last = changes[^1].Entry;
        Put(s => s with { LastFile = last.Name.Value, LastFileTime = now, LastFileDeleted = last.Deleted });
    }

    public void NoteScan(DateTimeOffset scanned) => Put(s => s with { LastScan = scanned });

    private void Put(Func<FolderStatistics, FolderStatistics> change)
    {
        var state = folder.Parts.State;
        state.PutFolder(change(state.Folders().FirstOrDefault(f => f.Folder == folder.Id) ?? new FolderStatistics(folder.Id, default, "", default, false)));
    }

    private HistoryItem Item(DateTimeOffset now, FileEntry entry, ChangeAction action, bool isLocal) =>
        new(now, folder.Id, entry.Name.Value, StoredName(action), entry.Type, entry.ModifiedBy, isLocal);

    private static ChangeAction ActionOf(FileEntry entry) =>
        entry.Deleted ? ChangeAction.Deleted : entry.PreviousBlocksHash.IsNone ? ChangeAction.Added : ChangeAction.Modified;

    /// <summary>In the store's format (<see cref="HistoryItem"/>).</summary>
    private static string StoredName(ChangeAction action) => action switch
    {
        ChangeAction.Added => "added",
        ChangeAction.Deleted => "deleted",
        ChangeAction.Metadata => "metadata",
        _ => "modified",
    };
}
