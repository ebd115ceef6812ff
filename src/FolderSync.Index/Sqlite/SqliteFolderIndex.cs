using FolderSync.Core.Model;
using Microsoft.Extensions.Logging;

namespace FolderSync.Index.Sqlite;

/// <summary>A folder's index in one SQLite database. The tables are described at <see cref="IndexSchema"/>.</summary>
/// <remarks>
/// Commits are serialized on one connection, and each replaces the state that answers counts. A peer's commit doesn't wait for the disk; this
/// device's own does, which makes everything before it durable, too.
/// </remarks>
internal sealed class SqliteFolderIndex : IFolderIndex
{
    private readonly Lock _writing = new();
    private readonly IndexConnection _db;
    private readonly ReaderPool _readers;
    private readonly IDisposable _ownership;
    private readonly Func<ulong> _newIndexId;
    private readonly DeviceSlots _slots = new();
    private readonly RecordWriter _scratch = new();
    private readonly PendingContentIndex _contents = new();
    private readonly BlockLocator _blocks = new();
    private readonly DeviceId _self;
    private readonly string _path;
    private volatile IndexState _state;
    private bool _undurable;
    private bool _syncing = true;
    private bool _disposed;

    /// <param name="path">The database file.</param>
    /// <param name="self">This device.</param>
    /// <param name="newIndexId">A random number, not 0.</param>
    /// <param name="ownership">Keeps other processes out; disposed with the index.</param>
    public SqliteFolderIndex(string path, DeviceId self, Func<ulong> newIndexId, IDisposable ownership, ILogger log)
    {
        (_self, _newIndexId, _ownership, _path) = (self, newIndexId, ownership, path);
        (_db, _state) = IndexSchema.Open(path, self, newIndexId);
        try
        {
            foreach (var device in _state.Devices)
                _slots.Add(device.Slot, device.Id);
            _readers = new ReaderPool(path);
            _readers.Read(db =>
            {
                new IndexReader(db, _slots).LocalSince(_state.ContentUpTo, record =>
                {
                    if (record.BodyOf(0) is { Deleted: false, Type: FileType.File } body)
                        _contents.Add([((long)body.BlocksHash().Prefix, record.Versions[0].Sequence)]);
                    return true;
                });
                return true;
            });
            if (IndexSchema.IsUnchecked(_db))
                UpgradeLimits(log, path);
        }
        catch
        {
            _readers?.Dispose();
            _db.Dispose();
            throw;
        }
        Log.IndexOpened(log, path, _state.IndexId, _state.LocalSequence, _state.Local.Items);
    }

    public ulong IndexId => Current.IndexId;

    public long LocalSequence => Current.LocalSequence;

    public IndexCounts Counts
    {
        get
        {
            var state = Current;
            return new IndexCounts(
                state.Local, state.Global, state.NeedOf(_self), state.ReceiveOnly, state.LocalSequence, RemoteSequences(state));
        }
    }

    /// <summary>Peers choose their numbers, so the sum may overflow.</summary>
    private static long RemoteSequences(IndexState state) =>
        state.Remotes.Aggregate(0L, (sum, d) => d.MaxSequence > long.MaxValue - sum ? long.MaxValue : sum + d.MaxSequence);

    /// <summary>Bytes used by the map of local blocks.</summary>
    internal long BlockMapMemory => _blocks.Memory;

    private IndexState Current
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _state;
        }
    }

    public (Counts Need, Counts Global) CompletionOf(DeviceId device)
    {
        var state = Current;
        return (state.NeedOf(device), state.Global);
    }

    public FileEntry? FindLocal(FileName name) => Read(r => r.Find(name, NameRecord.SelfSlot));

    public FileEntry? FindGlobal(FileName name) => Read(r => r.FindGlobal(name));

    public FileEntry? Find(DeviceId device, FileName name) => Current.Find(device) is { } row ? Read(r => r.Find(name, row.Slot)) : null;

    public IReadOnlyList<(DeviceId Device, FileEntry Entry)> Versions(FileName name, bool withBlocks = false) => Read(r => r.Versions(name, withBlocks));

    public IReadOnlyList<DeviceId> Holders(FileName name) => Read(r => r.Holders(name));

    public IReadOnlyList<FileEntry> LocalPage(FileName directory, FileName after, int limit, bool withBlocks) =>
        Read(r => r.LocalPage(directory, after, limit, withBlocks));

    public IReadOnlyList<FileEntry> LocalSince(long sequence, int limit) => sequence >= Current.LocalSequence ? [] : Read(r => r.LocalSince(sequence, limit));

    public IReadOnlyList<FileEntry> GlobalPage(FileName directory, FileName after, int limit) => Read(r => r.GlobalPage(directory, after, limit));

    public IReadOnlyList<NeededItem> Needed(FileName after, int limit) =>
        Current is var state && state.NeedOf(_self).Items == 0 ? [] : Read(r => r.Needed(after, limit));

    public IReadOnlyList<(NeededItem Item, IReadOnlyList<DeviceId> Holders)> NeededOf(IReadOnlyList<FileName> names) => Read(r => r.NeededOf(names));

    public FileName? NeededAt(long place) => place < 0 || place >= Current.NeedOf(_self).Items ? null : Read(r => r.NeededAt(place));

    public IReadOnlyList<FileEntry> NeededBy(DeviceId device, FileName after, int limit)
    {
        var state = Current;
        if (state.NeedOf(device).Items == 0)
            return [];
        if (device == _self)
            return Needed(after, limit).Select(n => n.Global with { Blocks = null, PreHashes = default }).ToList();
        var slot = state.Find(device)?.Slot ?? int.MaxValue;
        return Read(r => r.NeededBy(slot, after, limit));
    }

    public IReadOnlyList<FileEntry> ReceiveOnlyChanged(FileName after, int limit) =>
        Current.ReceiveOnly.Items == 0 ? [] : Read(r => r.ReceiveOnlyChanged(after, limit));

    public IReadOnlyList<FileEntry> LocalWithContent(BlockHash blocksHash)
    {
        if (blocksHash.IsNone)
            return [];
        // Take these before the snapshot: contents that move to the table in between are found there.
        var unstored = _contents.SequencesOf((long)blocksHash.Prefix);
        return Read(r => r.LocalWithContent(blocksHash, unstored));
    }

    public IReadOnlyDictionary<BlockHash, BlockLocation> LocateBlocks(IReadOnlyCollection<BlockHash> blocks)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return blocks.Count == 0
            ? new Dictionary<BlockHash, BlockLocation>()
            : _readers.Read(db => _blocks.Locate(new IndexReader(db, _slots), db, blocks));
    }

    public IReadOnlyList<FileEntry> CommitLocal(IReadOnlyList<FileEntry> entries)
    {
        var stored = new List<FileEntry>(entries.Count);
        Write(durable: true, writer =>
        {
            foreach (var entry in entries)
                stored.Add(writer.PutLocal(entry));
        });
        if (_state.NeedOf(_self).Items == 0)
            _blocks.Release();
        return stored;
    }

    public void RefreshLocal(IReadOnlyList<FileEntry> entries) => Write(durable: true, writer =>
    {
        foreach (var entry in entries)
            writer.RefreshLocal(entry);
    });

    public RemoteIndexState RemoteState(DeviceId device) =>
        device != _self && Current.Find(device) is { } row ? new RemoteIndexState(row.IndexId, row.MaxSequence) : default;

    public void CommitRemote(DeviceId device, ulong indexId, IReadOnlyList<FileEntry> entries, bool reset)
    {
        if (device == _self)
            throw new ArgumentException("This device's own entries are committed by CommitLocal.", nameof(device));
        Write(durable: false, writer =>
        {
            var slot = writer.BeginRemote(device, indexId, reset);
            long max = 0;
            foreach (var entry in entries)
            {
                writer.PutRemote(slot, entry);
                max = Math.Max(max, entry.Sequence);
            }
            writer.EndRemote(device, max);
        });
    }

    public void DropRemote(DeviceId device, ulong? replaced = null)
    {
        if (device != _self && Current.Find(device) is not null)
            Write(durable: false, writer => writer.DropRemote(device, replaced));
    }

    public IReadOnlyList<DeviceId> Remotes() => Current.Remotes.Select(d => d.Id).ToList();

    public void RenewIndexId()
    {
        var indexId = _newIndexId();
        Write(durable: true, writer => writer.SetIndexId(indexId));
    }

    public void Flush()
    {
        lock (_writing)
        {
            // Syncing one commit syncs the whole log and so all earlier commits.
            if (_undurable)
                Write(durable: true, _ => { });
        }
    }

    public void CheckWritable()
    {
        if (SqliteFault.HasNoSpace(_path))
            throw new IOException(SqliteFault.Full(_path));
        // Rewrites the head unchanged: a page goes through the log to the disk.
        Write(durable: true, _ => _db.Execute("UPDATE meta SET record=record WHERE id=-1"));
    }

    public void Dispose()
    {
        lock (_writing)
        {
            if (_disposed)
                return;
            try
            {
                Flush();
            }
            catch (Exception e) when (e is IOException or IndexDamagedException)
            {
                // Peers' recent commits are lost then, as in a crash.
            }
            _disposed = true;
            _readers.Dispose();
            _db.Dispose();
            _ownership.Dispose();
        }
    }

    private void UpgradeLimits(ILogger log, string path)
    {
        var (remotes, own) = LimitsMigration.Find(_db, _slots);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var entries = own.Select(FindLocal).OfType<FileEntry>().ToList();
        Write(durable: true, writer =>
        {
            foreach (var device in remotes)
                writer.DropRemote(device);
            foreach (var entry in entries)
            {
                if (LimitsMigration.Repair(entry, _self.Short, now) is { } mended)
                    writer.PutLocal(mended);
                else
                    writer.RemoveLocal(entry.Name);
            }
            IndexSchema.MarkChecked(_db);
        });
        if (remotes.Count + own.Count > 0)
            Log.LimitsUpgraded(log, path, own.Count, remotes.Count);
    }

    private T Read<T>(Func<IndexReader, T> read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _readers.Read(db => read(new IndexReader(db, _slots)));
    }

    private void Write(bool durable, Action<IndexWriter> write)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            SyncCommits(durable);
            var writer = new IndexWriter(_db, _slots, _state, _scratch);
            var full = false;
            IndexState state;
            _db.BeginWrite();
            try
            {
                write(writer);
                full = _contents.Count + writer.Contents.Count > PendingContentIndex.Capacity;
                if (full)
                    writer.StoreContents(_contents.All().Concat(writer.Contents));
                state = writer.End();
                _db.Commit();
            }
            catch
            {
                _db.Rollback();
                throw;
            }
            _undurable = !durable;
            _state = state;
            if (full)
            {
                _contents.Clear();
                return;
            }
            _contents.Add(writer.Contents);
            _contents.Remove(writer.Replaced);
        }
    }

    /// <summary>Sets whether commits wait for the disk; only between transactions.</summary>
    private void SyncCommits(bool durable)
    {
        if (_syncing == durable)
            return;
        _db.Execute(durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
        _syncing = durable;
    }
}
