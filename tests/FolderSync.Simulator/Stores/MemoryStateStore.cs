using FolderSync.Core.Model;
using FolderSync.Index;
using FolderSync.Index.State;

namespace FolderSync.Simulator.Stores;

/// <summary>The service's state in memory; it survives crashes. It has the real store's limits.</summary>
internal sealed class MemoryStateStore : IStateStore
{
    private const int MaxPendingFolders = 500;
    private const int MaxPendingFoldersOfDevice = 100;
    private const int MaxHistory = 10_000;

    private readonly Lock _lock = new();

    /// <summary>Thrown at the end of every change, as on a full disk; null to succeed.</summary>
    public Exception? WriteFault { get; set; }
    private readonly SortedDictionary<DeviceId, PendingDevice> _pendingDevices = [];
    private readonly SortedDictionary<(FolderId, DeviceId), PendingFolder> _pendingFolders = [];
    private readonly SortedDictionary<DeviceId, DeviceStatistics> _devices = [];
    private readonly SortedDictionary<FolderId, FolderStatistics> _folders = [];
    private readonly LinkedList<HistoryItem> _history = [];
    private readonly SortedDictionary<(FolderId, string), OpenConflict> _conflicts = new(ConflictOrder);
    private readonly Dictionary<string, string> _documents = new(StringComparer.Ordinal);

    private static Comparer<(FolderId Folder, string Copy)> ConflictOrder { get; } = Comparer<(FolderId Folder, string Copy)>.Create((a, b) =>
        a.Folder.CompareTo(b.Folder) is var c and not 0 ? c : string.CompareOrdinal(a.Copy, b.Copy));

    public IReadOnlyList<PendingDevice> PendingDevices()
    {
        lock (_lock) return [.. _pendingDevices.Values];
    }

    public void PutPendingDevice(PendingDevice device)
    {
        ThrowIfFull();
        lock (_lock)
        {
            _pendingDevices[device.Device] = device;
            foreach (var excess in PendingDeviceRetention.Excess([.. _pendingDevices.Values]))
                _pendingDevices.Remove(excess.Device);
        }
    }

    public void RemovePendingDevice(DeviceId device)
    {
        ThrowIfFull();
        lock (_lock) _pendingDevices.Remove(device);
    }

    public IReadOnlyList<PendingFolder> PendingFolders()
    {
        lock (_lock) return [.. _pendingFolders.Values];
    }

    public void PutPendingFolder(PendingFolder folder)
    {
        ThrowIfFull();
        lock (_lock)
        {
            _pendingFolders[(folder.Folder, folder.Device)] = folder;
            var its = _pendingFolders.Values.Where(f => f.Device == folder.Device).ToList();
            var excess = its.Count > MaxPendingFoldersOfDevice ? its : _pendingFolders.Count > MaxPendingFolders ? [.. _pendingFolders.Values] : [];
            if (excess.MinBy(f => f.Time) is { } oldest)
                _pendingFolders.Remove((oldest.Folder, oldest.Device));
        }
    }

    public void RemovePendingFolder(FolderId folder, DeviceId? device)
    {
        lock (_lock)
        {
            foreach (var key in _pendingFolders.Keys.Where(k => k.Item1 == folder && (device is null || k.Item2 == device)).ToList())
                _pendingFolders.Remove(key);
        }
    }

    public IReadOnlyList<DeviceStatistics> Devices()
    {
        lock (_lock) return [.. _devices.Values];
    }

    public void PutDevice(DeviceStatistics statistics)
    {
        ThrowIfFull();
        lock (_lock) _devices[statistics.Device] = statistics;
    }

    public IReadOnlyList<FolderStatistics> Folders()
    {
        lock (_lock) return [.. _folders.Values];
    }

    public void PutFolder(FolderStatistics statistics)
    {
        ThrowIfFull();
        lock (_lock) _folders[statistics.Folder] = statistics;
    }

    public IReadOnlyList<HistoryItem> History(FolderId? folder, int limit, long before = long.MaxValue)
    {
        lock (_lock) return [.. _history.Where(h => (folder is null || h.Folder == folder) && h.Id < before).Take(limit)];
    }

    public void AddHistory(IReadOnlyList<HistoryItem> items)
    {
        ThrowIfFull();
        lock (_lock)
        {
            foreach (var item in items)
                _history.AddFirst(item with { Id = (_history.First?.Value.Id ?? 0) + 1 });
            while (_history.Count > MaxHistory)
                _history.RemoveLast();
        }
    }

    /// <summary>How many times the list of conflicts was read.</summary>
    public int ConflictsRead { get; private set; }

    public IReadOnlyList<OpenConflict> Conflicts()
    {
        lock (_lock)
        {
            ConflictsRead++;
            return [.. _conflicts.Values];
        }
    }

    public void PutConflict(OpenConflict conflict)
    {
        ThrowIfFull();
        lock (_lock) _conflicts[(conflict.Folder, conflict.Copy)] = conflict;
    }

    public void ChangeConflicts(IReadOnlyList<OpenConflict> put, IReadOnlyList<(FolderId Folder, string Copy)> removed)
    {
        ThrowIfFull();
        lock (_lock)
        {
            foreach (var conflict in put)
                _conflicts[(conflict.Folder, conflict.Copy)] = conflict;
            foreach (var key in removed)
                _conflicts.Remove(key);
        }
    }

    public void RemoveConflict(FolderId folder, string copy)
    {
        ThrowIfFull();
        lock (_lock) _conflicts.Remove((folder, copy));
    }

    public string? GetDocument(string name)
    {
        lock (_lock) return _documents.GetValueOrDefault(name);
    }

    /// <summary>Has that one's documents, as in a copied home.</summary>
    public void CopyDocumentsFrom(MemoryStateStore other)
    {
        foreach (var (name, json) in other._documents)
            _documents[name] = json;
    }

    /// <summary>How many times a document was written.</summary>
    public int DocumentsPut { get; private set; }

    public void PutDocument(string name, string json)
    {
        ThrowIfFull();
        lock (_lock)
        {
            _documents[name] = json;
            DocumentsPut++;
        }
    }

    public void Dispose()
    {
    }

    private void ThrowIfFull()
    {
        if (WriteFault is { } fault)
            throw fault;
    }
}
