using FolderSync.Core.Model;

namespace FolderSync.Index;

/// <summary>An unknown device that tried to connect.</summary>
/// <param name="Time">Of its last attempt.</param>
public sealed record PendingDevice(DeviceId Device, string Name, string Address, DateTimeOffset Time)
{
    /// <summary>Of its first attempt.</summary>
    public DateTimeOffset FirstTime { get; init; } = Time;
}

/// <summary>A folder that a known device offers and that isn't shared with it here.</summary>
public sealed record PendingFolder(FolderId Folder, DeviceId Device, string Label, DateTimeOffset Time, bool ReceiveEncrypted);

/// <param name="LastSeen">When it was last connected.</param>
/// <param name="LastConnectionSeconds">How long the last connection lasted.</param>
public sealed record DeviceStatistics(DeviceId Device, DateTimeOffset LastSeen, double LastConnectionSeconds);

/// <param name="LastFile">The last file that was synced, empty if none.</param>
public sealed record FolderStatistics(FolderId Folder, DateTimeOffset LastScan, string LastFile, DateTimeOffset LastFileTime, bool LastFileDeleted);

/// <summary>One change in the history. <paramref name="Action"/>: added, modified, deleted, metadata; <paramref name="Local"/>: made on this device;
/// <paramref name="Id"/>: ascending, given by the store.</summary>
public sealed record HistoryItem(DateTimeOffset Time, FolderId Folder, string Path, string Action, FileType Type, ShortId By, bool Local, long Id = 0);

/// <summary>A conflict copy that still exists.</summary>
public sealed record OpenConflict(FolderId Folder, string Path, string Copy, ShortId Winner, DateTimeOffset Time);

/// <summary>The service's state: small documents (LiteDB). Thread-safe; calls block briefly. Losing the store costs no file.</summary>
public interface IStateStore : IDisposable
{
    IReadOnlyList<PendingDevice> PendingDevices();

    /// <summary>Adds or updates. The list is bounded: <see cref="State.PendingDeviceRetention"/> decides which are evicted.</summary>
    void PutPendingDevice(PendingDevice device);

    void RemovePendingDevice(DeviceId device);

    IReadOnlyList<PendingFolder> PendingFolders();

    /// <summary>Adds or updates. The list is bounded per device and in total: the oldest are evicted.</summary>
    void PutPendingFolder(PendingFolder folder);

    /// <param name="device">Null: of every device.</param>
    void RemovePendingFolder(FolderId folder, DeviceId? device);

    IReadOnlyList<DeviceStatistics> Devices();

    void PutDevice(DeviceStatistics statistics);

    IReadOnlyList<FolderStatistics> Folders();

    void PutFolder(FolderStatistics statistics);

    /// <summary>The latest first.</summary>
    /// <param name="before">Only items with a lower ID.</param>
    IReadOnlyList<HistoryItem> History(FolderId? folder, int limit, long before = long.MaxValue);

    void AddHistory(IReadOnlyList<HistoryItem> items);

    IReadOnlyList<OpenConflict> Conflicts();

    void PutConflict(OpenConflict conflict);

    /// <summary>Adds or updates conflicts and removes others, in one commit: a peer may send thousands of copies at once.</summary>
    void ChangeConflicts(IReadOnlyList<OpenConflict> put, IReadOnlyList<(FolderId Folder, string Copy)> removed);

    void RemoveConflict(FolderId folder, string copy);

    /// <summary>A small named JSON document, or null (unknown REST fields, confirmed holds and so on).</summary>
    string? GetDocument(string name);

    void PutDocument(string name, string json);
}
