namespace FolderSync.Contracts;

/// <summary>GET foldersync/folders: a folder as an overview shows it.</summary>
/// <param name="Type">sendreceive, sendonly, receiveonly.</param>
/// <param name="State">idle, scanning, syncing, error and so on; empty while paused.</param>
/// <param name="Error">Why it is stopped; empty otherwise.</param>
/// <param name="NeedFiles">Files, directories and links still to come.</param>
/// <param name="NeedDeletes">Deletions still to be carried out.</param>
/// <param name="Completion">Percent, 0 to 100.</param>
/// <param name="ReceiveRate">Bytes a second that come in for it now.</param>
/// <param name="SecondsLeft">Until it is in sync at the present rate; null where that is not known.</param>
/// <param name="LastChange">The last item that was brought in; null where there was none.</param>
/// <param name="Hold">Changes that need the user's decision; null where there are none.</param>
/// <param name="Problems">Items that can't be brought in or read.</param>
/// <param name="Conflicts">Conflict copies that are still there.</param>
/// <param name="Devices">IDs of the devices it is shared with.</param>
public sealed record FolderRow(
    string Id,
    string Label,
    string Path,
    string Type,
    string State,
    string Error,
    bool Paused,
    long GlobalFiles,
    long GlobalBytes,
    long LocalFiles,
    long LocalBytes,
    long NeedFiles,
    long NeedBytes,
    long NeedDeletes,
    long InSyncBytes,
    double Completion,
    double ReceiveRate,
    long? SecondsLeft,
    LastChange? LastChange,
    FolderHold? Hold,
    int Problems,
    int Conflicts,
    string? WatchProblem,
    DateTimeOffset? LastScan,
    ScanProgress? Scan,
    IReadOnlyList<string> Devices);

public sealed record LastChange(DateTimeOffset Time, string Item, bool Deleted);

/// <param name="Entries">Looked at so far.</param>
public sealed record ScanProgress(long Entries, long HashedBytes, long ToHashBytes);

/// <param name="Incoming">Peers replace or delete them; otherwise they are gone here.</param>
/// <param name="Names">At most 100 of them.</param>
/// <param name="Why">A sentence, where a mount hides them, so that they may not be deleted at all; null where it is their number.</param>
/// <param name="Replaced">Those of the files that get another content; the others are deleted.</param>
/// <param name="Devices">IDs of the devices that made the changes, most of them first; a few at most.</param>
public sealed record FolderHold(
    bool Incoming, long Files, long TotalFiles, DateTimeOffset Since, IReadOnlyList<string> Names, string? Why, long Replaced, IReadOnlyList<string> Devices);

/// <summary>GET foldersync/folder: transfers under way, reasons and held changes of one folder.</summary>
public sealed record FolderDetails(
    string State,
    string Error,
    IReadOnlyList<TransferRow> Transfers,
    IReadOnlyList<ItemProblem> Problems,
    IReadOnlyList<ScanProblem> ScanProblems,
    string? WatchProblem,
    ScanProgress? Scan,
    FolderHold? Hold);

public sealed record TransferRow(string Name, long BytesDone, long BytesTotal, int BlocksTotal, int BlocksReused, int BlocksCopied, int BlocksPulled);

/// <param name="Device">ID of the device it has to do with, if one.</param>
/// <param name="RetryAt">When it is tried again; null: when something changes.</param>
public sealed record ItemProblem(string Name, string Reason, string? Device, DateTimeOffset? RetryAt, bool Permanent);

/// <summary>What the last scan could not read.</summary>
public sealed record ScanProblem(string Path, string Reason);

/// <summary>GET foldersync/need.</summary>
public sealed record NeedPage(long Total, int Page, int Perpage, IReadOnlyList<NeedItem> Items);

/// <summary>An item that is not in sync here, and why.</summary>
/// <param name="Type">file, dir, symlink.</param>
/// <param name="Action">add, update, delete, metadata.</param>
/// <param name="Reason">A sentence; never empty.</param>
/// <param name="State">waiting, transferring, blocked.</param>
/// <param name="Device">ID of the device it has to do with, if one.</param>
/// <param name="RetryAt">When it is tried again; null where that depends on something else.</param>
public sealed record NeedItem(
    string Name, string Type, long Size, string Action, string Reason, string State, long BytesDone, string? Device, DateTimeOffset? RetryAt);

/// <summary>GET foldersync/browse: one level of a folder.</summary>
public sealed record BrowsePage(long Total, int Page, int Perpage, IReadOnlyList<BrowseItem> Items);

/// <param name="Name">The last part of the name.</param>
/// <param name="Type">file, dir, symlink.</param>
/// <param name="State">inSync, needed, ignored, localOnly, conflict.</param>
public sealed record BrowseItem(string Name, string Type, long Size, DateTimeOffset Modified, string State);

/// <summary>GET foldersync/override/preview and revert/preview: what the command would do.</summary>
/// <param name="Bytes">Of the files concerned.</param>
public sealed record PreviewPage(long Total, long Bytes, int Page, int Perpage, IReadOnlyList<PreviewItem> Items);

/// <param name="Action">Override: replace, restore, delete (on the other devices). Revert: replace, restore, delete (here).</param>
/// <param name="Type">file, dir, symlink.</param>
public sealed record PreviewItem(string Name, string Action, string Type, long Size);

/// <summary>POST foldersync/ignores/preview.</summary>
public sealed record IgnorePreviewRequest(string Folder, IReadOnlyList<string> Lines, int? Page, int? Perpage);

/// <param name="Error">What is wrong with the lines; null when they can be used.</param>
/// <param name="Line">Counted from 1, where the error is in the given lines.</param>
/// <param name="Items">What is there now and would be ignored; a directory stands for all below it.</param>
/// <param name="Total">Of such items.</param>
/// <param name="IgnoredFiles">Files that are in sync now and would be ignored.</param>
public sealed record IgnorePreview(
    string? Error, int? Line, long Total, int Page, int Perpage, IReadOnlyList<IgnoredItem> Items, long IgnoredFiles, long IgnoredBytes);

/// <param name="Pattern">What decides, with its file and line; null for names that are never synced.</param>
public sealed record IgnoredItem(string Name, string Type, bool Ignored, string? Pattern);

/// <summary>GET foldersync/versions.</summary>
public sealed record VersionPage(long Total, long TotalBytes, int Page, int Perpage, IReadOnlyList<VersionItem> Items);

/// <param name="Name">The file it is a version of.</param>
/// <param name="VersionTime">When it was kept.</param>
/// <param name="Key">What restoring and removing take.</param>
public sealed record VersionItem(string Name, long Size, DateTimeOffset Modified, DateTimeOffset VersionTime, string Key);

/// <summary>POST foldersync/versions/restore.</summary>
public sealed record RestoreRequest(string Folder, string Key);

/// <param name="Restored">The name that has the version's content now.</param>
public sealed record RestoreResult(string Restored);

/// <summary>POST foldersync/versions/clean.</summary>
public sealed record CleanResult(int Removed, long Bytes);

/// <param name="Id">Ascending with time; before=ID reads on.</param>
/// <param name="Action">added, modified, deleted, metadata.</param>
/// <param name="Type">file, dir, symlink.</param>
/// <param name="Device">Short ID of who made it.</param>
/// <param name="Local">Made on this device.</param>
public sealed record ChangeItem(
    long Id, DateTimeOffset Time, string Folder, string FolderLabel, string Item, string Action, string Type, string Device, string DeviceName, bool Local);

/// <param name="Item">The name in conflict.</param>
/// <param name="Copy">The copy that keeps the other content.</param>
/// <param name="Device">Short ID of the device whose content has the name now.</param>
public sealed record ConflictItem(string Folder, string Item, string Copy, string Device, string DeviceName, DateTimeOffset Time);

/// <summary>POST foldersync/conflicts/resolve.</summary>
/// <param name="Keep">"copy": its content gets the name; "current": what has the name stays. The other goes to the versions.</param>
public sealed record ResolveRequest(string Folder, string Copy, string Keep);
