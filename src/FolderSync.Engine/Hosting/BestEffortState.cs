using FolderSync.Core.Model;
using FolderSync.Engine.Primitives;
using FolderSync.Index;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Hosting;

/// <summary>
/// The service's state as the engine's loops write it. Statistics, history and requests are stored if possible: a full or read-only home directory
/// must not stop a folder or a connection. Open conflicts are kept in memory and written when that works again. Thread-safe.
/// </summary>
internal sealed class BestEffortState(IStateStore store, ILogger log) : IStateStore
{
    private readonly Lock _lock = new();

    /// <summary>Conflicts that couldn't be written; null: to be removed.</summary>
    private readonly SortedDictionary<(FolderId Folder, string Copy), OpenConflict?> _unwritten = new(
        Comparer<(FolderId Folder, string Copy)>.Create((a, b) => a.Folder.CompareTo(b.Folder) is var c and not 0 ? c : string.CompareOrdinal(a.Copy, b.Copy)));

    private bool _isFailing;

    public IReadOnlyList<PendingDevice> PendingDevices() => store.PendingDevices();

    public void PutPendingDevice(PendingDevice device) => Try(() => store.PutPendingDevice(device));

    /// <summary>The user requested this and has to hear of a failure. Otherwise see <see cref="TryRemove(DeviceId)"/>.</summary>
    public void RemovePendingDevice(DeviceId device) => store.RemovePendingDevice(device);

    /// <summary>For the engine itself, when a device has been configured.</summary>
    public void TryRemove(DeviceId device) => Try(() => store.RemovePendingDevice(device));

    public IReadOnlyList<PendingFolder> PendingFolders() => store.PendingFolders();

    public void PutPendingFolder(PendingFolder folder) => Try(() => store.PutPendingFolder(folder));

    public void RemovePendingFolder(FolderId folder, DeviceId? device) => store.RemovePendingFolder(folder, device);

    public void TryRemove(FolderId folder, DeviceId device) => Try(() => store.RemovePendingFolder(folder, device));

    public IReadOnlyList<DeviceStatistics> Devices() => store.Devices();

    public void PutDevice(DeviceStatistics statistics) => Try(() => store.PutDevice(statistics));

    public IReadOnlyList<FolderStatistics> Folders() => store.Folders();

    public void PutFolder(FolderStatistics statistics) => Try(() => store.PutFolder(statistics));

    public IReadOnlyList<HistoryItem> History(FolderId? folder, int limit, long before = long.MaxValue) => store.History(folder, limit, before);

    public void AddHistory(IReadOnlyList<HistoryItem> items) => Try(() => store.AddHistory(items));

    public IReadOnlyList<OpenConflict> Conflicts()
    {
        lock (_lock)
        {
            var stored = store.Conflicts();
            return _unwritten.Count == 0
                ? stored
                : [.. stored.Where(c => !_unwritten.ContainsKey((c.Folder, c.Copy))), .. _unwritten.Values.OfType<OpenConflict>()];
        }
    }

    public void PutConflict(OpenConflict conflict) => Put(conflict.Folder, conflict.Copy, conflict);

    public void ChangeConflicts(IReadOnlyList<OpenConflict> put, IReadOnlyList<(FolderId Folder, string Copy)> removed)
    {
        lock (_lock)
        {
            foreach (var conflict in put)
                _unwritten[(conflict.Folder, conflict.Copy)] = conflict;
            foreach (var (folder, copy) in removed)
                _unwritten[(folder, copy)] = null;
        }
        Try(() => { });
    }

    public void RemoveConflict(FolderId folder, string copy) => Put(folder, copy, null);

    public string? GetDocument(string name) => store.GetDocument(name);

    /// <summary>Stores a user's decision, or throws: the user has to hear of a failure.</summary>
    public void PutDocument(string name, string json) => store.PutDocument(name, json);

    /// <summary>Does nothing: whoever created the store disposes it.</summary>
    public void Dispose()
    {
    }

    private void Put(FolderId folder, string copy, OpenConflict? conflict)
    {
        lock (_lock)
            _unwritten[(folder, copy)] = conflict;
        Try(() => { });
    }

    private void Try(Action write)
    {
        lock (_lock)
        {
            try
            {
                write();
                WriteConflicts();
                _isFailing = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (!_isFailing)
                    Log.StateNotKept(log, e.Message);
                _isFailing = true;
            }
        }
    }

    private void WriteConflicts()
    {
        if (_unwritten.Count == 0)
            return;
        store.ChangeConflicts([.. _unwritten.Values.OfType<OpenConflict>()], [.. _unwritten.Where(u => u.Value is null).Select(u => u.Key)]);
        _unwritten.Clear();
    }
}
