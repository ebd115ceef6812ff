using FolderSync.Core.Model;
using FolderSync.Engine.Status;
using FolderSync.Filesystem.Scan;

namespace FolderSync.Engine.Events;

/// <summary>A change of an item in a folder.</summary>
public enum ChangeAction
{
    Added,
    Modified,
    Metadata,
    Deleted,
}

/// <summary>How an item is being synced.</summary>
public enum ItemAction
{
    Update,
    Metadata,
    Delete,
}

/// <summary>A folder that a device offers and that isn't shared with it here.</summary>
/// <param name="ReceiveEncrypted">The device wants it to be stored encrypted here.</param>
public sealed record OfferedFolder(FolderId Folder, string Label, bool ReceiveEncrypted);

/// <summary>Something that happened. Immutable; the REST side decides how clients are notified.</summary>
public abstract record EngineEvent
{
    /// <param name="Error">Why the folder is stopped; empty if it isn't.</param>
    /// <param name="Lasted">The duration of the previous state.</param>
    public sealed record FolderStateChanged(FolderId Folder, FolderState From, FolderState To, TimeSpan Lasted, string Error) : EngineEvent;

    /// <summary>This device's entries were committed.</summary>
    /// <param name="Names">At most 100 of the names.</param>
    /// <param name="Sequence">The highest sequence.</param>
    public sealed record LocalIndexUpdated(FolderId Folder, int Items, IReadOnlyList<FileName> Names, long Sequence) : EngineEvent;

    /// <summary>A device's entries were committed.</summary>
    /// <param name="Sequence">The highest known sequence of the device.</param>
    public sealed record RemoteIndexUpdated(DeviceId Device, FolderId Folder, int Items, long Sequence) : EngineEvent;

    /// <summary>A scan found a change.</summary>
    public sealed record LocalChangeDetected(FolderId Folder, string Label, FileName Name, FileType Type, ChangeAction Action, ShortId ModifiedBy) : EngineEvent;

    /// <summary>A device's change was applied.</summary>
    public sealed record RemoteChangeApplied(FolderId Folder, string Label, FileName Name, FileType Type, ChangeAction Action, ShortId ModifiedBy) : EngineEvent;

    public sealed record ItemStarted(FolderId Folder, FileName Name, FileType Type, ItemAction Action) : EngineEvent;

    /// <param name="Error">Why it failed; null if it succeeded.</param>
    public sealed record ItemFinished(FolderId Folder, FileName Name, FileType Type, ItemAction Action, string? Error) : EngineEvent;

    public sealed record ScanProgressed(FolderId Folder, ScanProgress Progress) : EngineEvent;

    /// <summary>The items that can't be synced, or the reasons, changed.</summary>
    /// <param name="Problems">At most 100 of them.</param>
    public sealed record PullProblemsChanged(FolderId Folder, IReadOnlyList<PullProblem> Problems) : EngineEvent;

    public sealed record ConflictCopyMade(FolderId Folder, FileName Name, FileName Copy) : EngineEvent;

    /// <param name="Count">The number of warnings from the same cause; the message is the first one's.</param>
    public sealed record FolderWarned(FolderId Folder, int Count, string Message) : EngineEvent;

    /// <summary>Changes are held until the user decides.</summary>
    public sealed record ChangesHeld(FolderId Folder, ChangeHold Hold) : EngineEvent;

    /// <summary>Two computers use one device ID.</summary>
    /// <param name="Folder">Where that has shown; null: by the connections.</param>
    public sealed record IdentityShared(DeviceId Device, FolderId? Folder, string Message) : EngineEvent;

    public sealed record IndexRebuilt(FolderId Folder, string Reason) : EngineEvent;

    /// <param name="From">Why the folder was not watched; null if it was.</param>
    public sealed record WatchProblemChanged(FolderId Folder, string? From, string? To) : EngineEvent;

    public sealed record DeviceConnected(DeviceId Device, string Name, string ClientName, string ClientVersion, string Kind, string Address) : EngineEvent;

    public sealed record DeviceDisconnected(DeviceId Device, string Reason) : EngineEvent;

    public sealed record DeviceDiscovered(DeviceId Device, IReadOnlyList<string> Addresses) : EngineEvent;

    public sealed record ClusterConfigReceived(DeviceId Device) : EngineEvent;

    /// <param name="Blocks">By name, how many blocks of a partial file the device has; at most 100 files.</param>
    public sealed record RemoteProgressReceived(DeviceId Device, FolderId Folder, IReadOnlyList<KeyValuePair<FileName, int>> Blocks) : EngineEvent;

    public sealed record FoldersOffered(DeviceId Device, IReadOnlyList<OfferedFolder> Offers) : EngineEvent;

    /// <summary>An unconfigured device tries to connect.</summary>
    public sealed record UnknownDeviceConnected(DeviceId Device, string Name, string Address) : EngineEvent;
}
