using FolderSync.Core.Model;

namespace FolderSync.Index;

/// <summary>An unknown device that wanted to connect.</summary>
public sealed record PendingDevice(DeviceId Device, string Name, string Address, DateTimeOffset Time);

/// <summary>A folder that a known device offers and that is not shared with it here.</summary>
public sealed record PendingFolder(FolderId Folder, DeviceId Device, string Label, DateTimeOffset Time, bool ReceiveEncrypted);

/// <param name="LastSeen">When it was connected last.</param>
/// <param name="LastConnectionSeconds">How long the last connection lasted.</param>
public sealed record DeviceStatistics(DeviceId Device, DateTimeOffset LastSeen, double LastConnectionSeconds);

/// <param name="LastFile">The last file that was brought in, empty if none.</param>
public sealed record FolderStatistics(FolderId Folder, DateTimeOffset LastScan, string LastFile, DateTimeOffset LastFileTime, bool LastFileDeleted);

/// <summary>One change in the history. <paramref name="Action"/>: added, modified, deleted, metadata; <paramref name="Local"/>: made on this device;
/// <paramref name="Id"/>: ascending, given by the store.</summary>
public sealed record HistoryItem(DateTimeOffset Time, FolderId Folder, string Path, string Action, FileType Type, ShortId By, bool Local, long Id = 0);

/// <summary>A conflict copy that was made and is still there.</summary>
public sealed record OpenConflict(FolderId Folder, string Path, string Copy, ShortId Winner, DateTimeOffset Time);

/// <summary>The service's state: small and document-shaped (LiteDB). Thread-safe; calls block shortly. A lost store costs no file.</summary>
public interface IStateStore : IDisposable
{
    IReadOnlyList<PendingDevice> PendingDevices();

    /// <summary>Adds or updates; the list is bounded, the oldest go first.</summary>
    void PutPendingDevice(PendingDevice device);

    void RemovePendingDevice(DeviceId device);

    IReadOnlyList<PendingFolder> PendingFolders();

    /// <summary>Adds or updates; the list is bounded for each device and in all, the oldest go first.</summary>
    void PutPendingFolder(PendingFolder folder);

    /// <param name="device">Null: of every device.</param>
    void RemovePendingFolder(FolderId folder, DeviceId? device);

    IReadOnlyList<DeviceStatistics> Devices();

    void PutDevice(DeviceStatistics statistics);

    IReadOnlyList<FolderStatistics> Folders();

    void PutFolder(FolderStatistics statistics);

    /// <summary>The latest first.</summary>
    /// <param name="before">Only what has a lower ID.</param>
    IReadOnlyList<HistoryItem> History(FolderId? folder, int limit, long before = long.MaxValue);

    void AddHistory(IReadOnlyList<HistoryItem> items);

    IReadOnlyList<OpenConflict> Conflicts();

    void PutConflict(OpenConflict conflict);

    void RemoveConflict(FolderId folder, string copy);

    /// <summary>A small named document, JSON text; null where there is none (unknown REST fields, confirmed holds and such).</summary>
    string? GetDocument(string name);

    void PutDocument(string name, string json);
}
