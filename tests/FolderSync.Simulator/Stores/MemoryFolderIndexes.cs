using FolderSync.Core.Model;
using FolderSync.Index;

namespace FolderSync.Simulator.Stores;

/// <summary>
/// One device's folder indexes in memory. A crash may lose what SQLite may lose: a suffix of the peers' commits, each with its max sequence; never
/// a local commit, nor anything before one.
/// </summary>
internal sealed class MemoryFolderIndexes(DeviceId self, Func<ulong> newIndexId) : IFolderIndexes
{
    private readonly SortedDictionary<FolderId, MemoryFolderIndexStore> _stores = [];
    private readonly SortedDictionary<FolderId, MemoryFolderIndex> _open = [];
    private readonly HashSet<FolderId> _damaged = [];

    /// <summary>Called before each commit with the method's name; if it throws, the commit fails and stores nothing.</summary>
    public Action<string>? BeforeCommit { get; set; }

    /// <summary>The same for reading.</summary>
    public Action<string>? BeforeRead { get; set; }
    /// <summary>As <see cref="MemoryFolderIndexStore.Recording"/>, for indexes created from now on.</summary>
    public Func<FileEntry, FileEntry>? Recording { get; set; }

    /// <summary>The number of quarantined indexes.</summary>
    public int QuarantineCount { get; private set; }

    public IFolderIndex Open(FolderId folder)
    {
        if (_damaged.Contains(folder))
            throw new IndexDamagedException($"The index of folder '{folder}' is damaged.");
        if (_open.TryGetValue(folder, out var open) && !open.IsClosed)
            throw new IOException($"The index of folder '{folder}' is open already.");
        if (!_stores.TryGetValue(folder, out var store))
            _stores[folder] = store = new MemoryFolderIndexStore(self, newIndexId) { Recording = Recording };
        return _open[folder] = new MemoryFolderIndex(store, method => BeforeCommit?.Invoke(method), method => BeforeRead?.Invoke(method));
    }

    /// <summary>Has what those have, as in a copied home. Nothing of it is open.</summary>
    public void CopyFrom(MemoryFolderIndexes other)
    {
        foreach (var (folder, store) in other._stores)
            _stores[folder] = store.Copy();
    }

    public void Quarantine(FolderId folder)
    {
        QuarantineCount++;
        Remove(folder);
    }

    public void Remove(FolderId folder)
    {
        if (_open.Remove(folder, out var open))
            open.Close();
        _stores.Remove(folder);
        _damaged.Remove(folder);
    }

    /// <summary>Simulates a power failure: open indexes are closed, and each loses a random suffix of its commits that are not durable.</summary>
    public void Crash(int seed)
    {
        var random = new Random(seed);
        foreach (var (folder, store) in _stores)
        {
            if (_open.Remove(folder, out var open))
                open.Close();
            store.LoseSuffix(random.Next(store.UndurableCommits + 1));
        }
    }

    /// <summary>Damages the folder's index, as after bit rot: it throws until it is quarantined.</summary>
    public void Damage(FolderId folder)
    {
        _damaged.Add(folder);
        if (_open.TryGetValue(folder, out var open))
            open.IsDamaged = true;
    }
}
