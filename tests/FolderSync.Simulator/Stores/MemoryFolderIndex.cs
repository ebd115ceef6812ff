using System.Runtime.CompilerServices;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Index;

namespace FolderSync.Simulator.Stores;

/// <summary>An open folder index in memory; a crash closes it, while its store survives.</summary>
internal sealed class MemoryFolderIndex(MemoryFolderIndexStore store, Action<string> beforeCommit, Action<string> beforeRead) : IFolderIndex
{
    private readonly Lock _lock = new();

    public bool IsClosed { get; private set; }

    public bool IsDamaged { get; set; }

    public ulong IndexId => Read(() => store.IndexId);

    public long LocalSequence => Read(() => store.LocalSequence);

    public IndexCounts Counts => Read(() =>
    {
        var (local, global, receiveOnly) = store.Totals();
        return new IndexCounts(local, global, store.NeedOf(store.Self), receiveOnly, store.LocalSequence, store.Remotes.Values.Aggregate(0L, (sum, r) => r.MaxSequence > long.MaxValue - sum ? long.MaxValue : sum + r.MaxSequence));
    });

    public (Counts Need, Counts Global) CompletionOf(DeviceId device) => Read(() => (store.NeedOf(device), store.Totals().Global));

    public FileEntry? FindLocal(FileName name) => Read(() => store.Find(name)?.Local);

    public FileEntry? FindGlobal(FileName name) => Read(() => store.Find(name)?.Global);

    public FileEntry? Find(DeviceId device, FileName name) => Read(() => store.Find(name)?.Find(device));

    public IReadOnlyList<(DeviceId Device, FileEntry Entry)> Versions(FileName name, bool withBlocks = false) => Read(() =>
        store.Find(name) is { } row ? row.Versions.Select((d, i) => (d, withBlocks ? row.Entries[i] : Bare(row.Entries[i]))).ToList() : []);

    public IReadOnlyList<DeviceId> Holders(FileName name) => Read(() => store.Find(name) is { } row ? HoldersOf(row) : []);

    public IReadOnlyList<FileEntry> LocalPage(FileName directory, FileName after, int limit, bool withBlocks) =>
        Page(directory, after, limit, row => row.Local is { Deleted: false } l ? (withBlocks ? l : Bare(l)) : null);

    public IReadOnlyList<FileEntry> LocalSince(long sequence, int limit) => Read(() =>
    {
        int low = 0, high = store.Announced.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (store.Announced[middle].Sequence <= sequence)
                low = middle + 1;
            else
                high = middle;
        }
        var result = new List<FileEntry>();
        for (; low < store.Announced.Count && result.Count < limit; low++)
        {
            if (store.Announced[low].Row.Local is { } entry && entry.Sequence == store.Announced[low].Sequence)
                result.Add(entry.PreHashes.IsEmpty ? entry : entry with { PreHashes = default });
        }
        return result;
    });

    public IReadOnlyList<FileEntry> GlobalPage(FileName directory, FileName after, int limit) =>
        Page(directory, after, limit, row => row.Global is { Deleted: false, IsInvalid: false } g ? Bare(g) : null);

    public IReadOnlyList<NeededItem> Needed(FileName after, int limit) =>
        Page<NeededItem?>(default, after, limit, row => row.IsNeeded ? new NeededItem(row.Global!, row.Local) : null).Select(n => n!.Value).ToList();

    public IReadOnlyList<(NeededItem Item, IReadOnlyList<DeviceId> Holders)> NeededOf(IReadOnlyList<FileName> names) => Read(() =>
        names.Select(store.Find).Where(r => r is { IsNeeded: true })
            .Select(r => (new NeededItem(r!.Global!, r.Local), (IReadOnlyList<DeviceId>)HoldersOf(r)))
            .ToList());

    public FileName? NeededAt(long place) =>
        Page<NeededItem?>(default, default, int.MaxValue, row => row.IsNeeded ? new NeededItem(row.Global!, row.Local) : null).ElementAtOrDefault((int)place)?.Global.Name;

    public IReadOnlyList<FileEntry> NeededBy(DeviceId device, FileName after, int limit) =>
        Page(default, after, limit, row => row.Global is { } g && Need.IsNeeded(row.Find(device), g) ? Bare(g) : null);

    public IReadOnlyList<FileEntry> ReceiveOnlyChanged(FileName after, int limit) =>
        Page(default, after, limit, row => row.Local is { } l && (l.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0 ? Bare(l) : null);

    public IReadOnlyList<FileEntry> LocalWithContent(BlockHash blocksHash) =>
        blocksHash.IsNone
            ? []
            : Page(default, default, 64, row => row.Local is { IsFile: true, IsInvalid: false } l && l.BlocksHash == blocksHash ? l : null);

    public IReadOnlyDictionary<BlockHash, BlockLocation> LocateBlocks(IReadOnlyCollection<BlockHash> blocks) => Read(() =>
    {
        var found = new Dictionary<BlockHash, BlockLocation>();
        var wanted = new HashSet<BlockHash>(blocks);
        foreach (var row in store.Rows)
        {
            if (wanted.Count == 0)
                break;
            if (row.Local is not { IsFile: true, Invalid: false, Blocks: { } list } local || (local.LocalFlags & ~LocalFlags.ReceiveOnlyChanged) != 0)
                continue;
            for (var i = 0; i < list.Count; i++)
            {
                var block = list[i];
                if (block.Size > 0 && wanted.Remove(block.Hash))
                    found.Add(block.Hash, new BlockLocation(row.Name, block.Offset, block.Size));
            }
        }
        return found;
    });

    public IReadOnlyList<FileEntry> CommitLocal(IReadOnlyList<FileEntry> entries) => Write(nameof(CommitLocal), () =>
    {
        var stored = new List<FileEntry>(entries.Count);
        foreach (var entry in entries)
            stored.Add(store.PutLocal(entry));
        store.MakeDurable();
        return stored;
    });

    public void RefreshLocal(IReadOnlyList<FileEntry> entries) => Write(nameof(RefreshLocal), () =>
    {
        foreach (var entry in entries)
        {
            if (store.Find(entry.Name)?.Local is { } known && known.Version == entry.Version)
                store.Put(store.Self, entry.Name, known with { Disk = entry.Disk, PreHashes = entry.PreHashes });
        }
        store.MakeDurable();
        return true;
    });

    public RemoteIndexState RemoteState(DeviceId device) => Read(() => store.Remotes.GetValueOrDefault(device));

    public void CommitRemote(DeviceId device, ulong indexId, IReadOnlyList<FileEntry> entries, bool reset)
    {
        if (device == store.Self)
            throw new ArgumentException("This device's own entries are committed by CommitLocal.", nameof(device));
        Write(nameof(CommitRemote), () =>
        {
            store.Undurably(() =>
            {
                var known = store.Remotes.TryGetValue(device, out var old);
                var fresh = reset || !known || old.IndexId != indexId;
                if (fresh && known)
                    RemoveEntries(device);
                var max = fresh ? 0 : old.MaxSequence;
                foreach (var entry in entries)
                {
                    store.Put(device, entry.Name, AsAnnounced(entry));
                    max = Math.Max(max, entry.Sequence);
                }
                store.SetRemote(device, new RemoteIndexState(indexId, max));
            });
            return true;
        });
    }

    public void DropRemote(DeviceId device, ulong? replaced = null) => Write(nameof(DropRemote), () =>
    {
        if (!store.Remotes.TryGetValue(device, out var known) || (replaced is { } indexId && known.IndexId != indexId))
            return false;
        store.Undurably(() =>
        {
            RemoveEntries(device);
            store.SetRemote(device, null);
        });
        return true;
    });

    public IReadOnlyList<DeviceId> Remotes() => Read(() => store.Remotes.Keys.ToList());

    public void RenewIndexId() => Write(nameof(RenewIndexId), () =>
    {
        store.RenewIndexId();
        store.MakeDurable();
        return true;
    });

    public void CheckWritable() => Write(nameof(CheckWritable), () => true);

    public void Flush() => Write(nameof(Flush), () =>
    {
        store.MakeDurable();
        return true;
    });

    public void Dispose()
    {
        lock (_lock)
        {
            if (!IsClosed)
                store.MakeDurable();
            IsClosed = true;
        }
    }

    /// <summary>Closes it without making anything durable.</summary>
    public void Close()
    {
        lock (_lock)
            IsClosed = true;
    }

    private List<DeviceId> HoldersOf(MemoryFolderIndexStore.Row row) =>
        row.Global is { IsInvalid: false } global ? row.Versions.Where((d, i) => d != store.Self && Holds(row.Entries[i], global)).ToList() : [];

    private static bool Holds(FileEntry entry, FileEntry global) => !entry.IsInvalid && entry.Version == global.Version && entry.SameContent(global);

    private static FileEntry Bare(FileEntry entry) => entry.Blocks is null && entry.PreHashes.IsEmpty ? entry : entry with { Blocks = null, PreHashes = default };

    private static FileEntry AsAnnounced(FileEntry entry) =>
        entry.LocalFlags == LocalFlags.None && entry.PreHashes.IsEmpty && entry.Disk == default
            ? entry
            : entry with { Invalid = entry.IsInvalid, LocalFlags = LocalFlags.None, PreHashes = default, Disk = default };

    private void RemoveEntries(DeviceId device)
    {
        foreach (var row in store.Rows.Where(r => r.Find(device) is not null).ToList())
            store.Put(device, row.Name, null);
    }

    private List<T> Page<T>(FileName directory, FileName after, int limit, Func<MemoryFolderIndexStore.Row, T?> pick) => Read(() =>
    {
        var result = new List<T>();
        var start = directory.CompareTo(after) > 0 ? directory : after;
        for (var i = store.FirstAtOrBehind(start); i < store.Rows.Count && result.Count < limit; i++)
        {
            var row = store.Rows[i];
            if (row.Name == start || (!directory.IsRoot && row.Name == directory))
                continue;
            if (!row.Name.IsUnder(directory))
                break;
            if (pick(row) is { } item)
                result.Add(item);
        }
        return result;
    });

    private T Read<T>(Func<T> read, [CallerMemberName] string method = "")
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            beforeRead(method);
            return read();
        }
    }

    private T Write<T>(string method, Func<T> commit)
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            beforeCommit(method);
            return commit();
        }
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (IsDamaged)
            throw new IndexDamagedException("The index is damaged.");
    }
}
