using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>The changes of one commit, in one transaction on the writer's connection.</summary>
internal sealed class IndexWriter
{
    private const int DropPage = 1000;

    private readonly IndexTotals _totals = new();
    private readonly Dictionary<BlockHash, int> _references = [];
    private readonly Dictionary<BlockHash, ReadOnlyMemory<byte>> _lists = [];
    private readonly IndexConnection _db;
    private readonly DeviceSlots _slots;
    private readonly IndexState _before;
    private readonly RecordWriter _scratch;
    private IndexState _state;
    private long _sequence;

    public IndexWriter(IndexConnection db, DeviceSlots slots, IndexState before, RecordWriter scratch)
    {
        (_db, _slots, _before, _scratch) = (db, slots, before, scratch);
        _state = before;
        _sequence = before.LocalSequence;
    }

    /// <summary>Local files whose content isn't in the content table yet, ascending by sequence.</summary>
    public List<(long Prefix, long Sequence)> Contents { get; } = [];

    /// <summary>Sequences of outdated local files that aren't in the content table.</summary>
    public HashSet<long> Replaced { get; } = [];

    public FileEntry PutLocal(FileEntry entry)
    {
        var stored = entry with { Sequence = ++_sequence };
        var record = Load(stored.Name);
        var hadPreHashes = record.HasStoredPreHashes;
        if (record.HasLocal)
            ForgetLocal(record);
        CountOut(record, out var needed);
        record.Set(NameRecord.SelfSlot, stored.Sequence, BodyOf(stored));
        PutLocalMetadata(record, stored, hadPreHashes);
        Store(record, needed);
        _db.Prepare("INSERT INTO changes(sequence, key) VALUES(?,?)").Bind(1, stored.Sequence).Bind(2, record.Key).Run();
        if (stored is { IsFile: true, Blocks: not null })
            Contents.Add(((long)stored.BlocksHash.Prefix, stored.Sequence));
        return stored;
    }

    /// <summary>Forgets this device's entry of the name without a tombstone: nobody is notified.</summary>
    public void RemoveLocal(FileName name)
    {
        var record = Load(name);
        if (!record.HasLocal)
            return;
        ForgetLocal(record);
        CountOut(record, out var needed);
        if (record.HasStoredPreHashes)
            _db.Prepare("DELETE FROM prehashes WHERE key=?").Bind(1, record.Key).Run();
        record.Remove(NameRecord.SelfSlot);
        Store(record, needed);
    }

    public void RefreshLocal(FileEntry entry)
    {
        var record = Load(entry.Name);
        if (!record.HasLocal)
            return;
        var known = record.Entry(0, null);
        if (known.Version != entry.Version)
            return;
        // Refreshed fields don't affect counts or decisions, so the rest of the record stays.
        PutLocalMetadata(record, known with { Disk = entry.Disk, PreHashes = entry.PreHashes }, record.HasStoredPreHashes);
        Write(record);
    }

    /// <summary>The slot of the device. The device is new, or starts over if <paramref name="reset"/> or the index ID says so.</summary>
    public int BeginRemote(DeviceId device, ulong indexId, bool reset)
    {
        var row = _state.Find(device);
        if (row is not null && (reset || row.IndexId != indexId))
        {
            RemoveEntries(row);
            row = row with { IndexId = indexId, MaxSequence = 0 };
            _state = _state.With(row);
        }
        if (row is null)
        {
            row = new DeviceRow(_state.NextSlot, device, indexId, 0, 0, default);
            _state = _state.With(row) with { NextSlot = row.Slot + 1 };
            _slots.Add(row.Slot, device);
        }
        return row.Slot;
    }

    public void PutRemote(int slot, FileEntry entry)
    {
        if (entry.LocalFlags != LocalFlags.None)
            entry = entry with { Invalid = true, LocalFlags = LocalFlags.None };
        var record = Load(entry.Name);
        CountOut(record, out var needed);
        record.Set(slot, entry.Sequence, BodyOf(entry));
        Store(record, needed);
    }

    public void EndRemote(DeviceId device, long maxSequence)
    {
        var row = _state.Find(device)!;
        _state = _state.With(row with { MaxSequence = Math.Max(row.MaxSequence, maxSequence) });
    }

    public void DropRemote(DeviceId device, ulong? replaced = null)
    {
        if (_state.Find(device) is not { } row || (replaced is { } indexId && row.IndexId != indexId))
            return;
        RemoveEntries(row);
        _state = _state.Without(device);
    }

    public void SetIndexId(ulong indexId) => _state = _state with { IndexId = indexId };

    /// <summary>Moves contents that are only in memory to the table, in its order, so that each page is written once.</summary>
    public void StoreContents(IEnumerable<(long Prefix, long Sequence)> contents)
    {
        var sorted = contents.Where(c => !Replaced.Contains(c.Sequence)).ToArray();
        Array.Sort(sorted);
        var insert = _db.Prepare("INSERT OR IGNORE INTO content(prefix, sequence) VALUES(?,?)");
        foreach (var (prefix, sequence) in sorted)
            insert.Bind(1, prefix).Bind(2, sequence).Run();
        _state = _state with { ContentUpTo = _sequence };
    }

    /// <summary>Writes lists, counts and states; the result is ready to be committed.</summary>
    public IndexState End()
    {
        StoreLists();
        _state = _totals.AddTo(_state) with { LocalSequence = _sequence };
        IndexStateRows.Save(_db, _before, _state);
        return _state;
    }

    private NameRecord Load(FileName name)
    {
        var key = NameKey.Of(name);
        var statement = _db.Prepare("SELECT record FROM names WHERE key=?").Bind(1, key);
        try
        {
            return statement.Step() ? NameRecord.Read(key, statement.Blob(0)) : new NameRecord(key);
        }
        finally
        {
            statement.Reset();
        }
    }

    private byte[] BodyOf(FileEntry entry)
    {
        _scratch.Clear();
        EntryBody.Write(_scratch, entry);
        var body = _scratch.Written.ToArray();
        if (new EntryBody(body) is { HasList: true } long_)
            _lists[long_.ListHash] = entry.Blocks!.Hashes;
        return body;
    }

    /// <summary>Removes what other tables hold for this device's entry, which is about to be replaced.</summary>
    private void ForgetLocal(NameRecord record)
    {
        var old = record.Versions[0];
        _db.Prepare("DELETE FROM changes WHERE sequence=?").Bind(1, old.Sequence).Run();
        var body = record.BodyOf(0);
        if (body.Deleted || body.Type != FileType.File)
            return;
        if (old.Sequence > _state.ContentUpTo)
            Replaced.Add(old.Sequence);
        else
            _db.Prepare("DELETE FROM content WHERE prefix=? AND sequence=?").Bind(1, (long)body.BlocksHash().Prefix).Bind(2, old.Sequence).Run();
    }

    private void PutLocalMetadata(NameRecord record, FileEntry entry, bool hadPreHashes)
    {
        _scratch.Clear();
        LocalMetadata.Write(_scratch, entry);
        record.SetLocalMetadata(_scratch.Written.ToArray());
        if (record.HasStoredPreHashes)
        {
            _db.Prepare("INSERT OR REPLACE INTO prehashes(key, data) VALUES(?,?)")
                .Bind(1, record.Key)
                .Bind(2, IndexConnection.AddChecksum(entry.PreHashes.Span, record.Key))
                .Run();
        }
        else if (hadPreHashes)
        {
            _db.Prepare("DELETE FROM prehashes WHERE key=?").Bind(1, record.Key).Run();
        }
    }

    private void CountOut(NameRecord record, out bool needed)
    {
        needed = record.NeededHere;
        record.CountIn(_totals, -1);
        record.CountLists(_references, -1);
    }

    private void Store(NameRecord record, bool wasNeeded)
    {
        record.Decide(_slots);
        record.CountIn(_totals, 1);
        record.CountLists(_references, 1);
        Write(record);
        if (record.NeededHere && !wasNeeded)
            _db.Prepare("INSERT INTO need(key) VALUES(?)").Bind(1, record.Key).Run();
        else if (wasNeeded && !record.NeededHere)
            _db.Prepare("DELETE FROM need WHERE key=?").Bind(1, record.Key).Run();
    }

    private void Write(NameRecord record)
    {
        if (record.Versions.Count == 0)
        {
            _db.Prepare("DELETE FROM names WHERE key=?").Bind(1, record.Key).Run();
            return;
        }
        _scratch.Clear();
        record.WriteTo(_scratch);
        _db.Prepare("INSERT OR REPLACE INTO names(key, record) VALUES(?,?)")
            .Bind(1, record.Key)
            .Bind(2, IndexConnection.AddChecksum(_scratch.Written, record.Key))
            .Run();
    }

    private void RemoveEntries(DeviceRow row)
    {
        var left = row.Entries + _totals.Devices.GetValueOrDefault(row.Slot).Entries;
        byte[] after = [];
        while (left > 0)
        {
            var (found, last) = FindEntries(row.Slot, after);
            foreach (var record in found)
            {
                CountOut(record, out var needed);
                record.Remove(row.Slot);
                Store(record, needed);
            }
            left -= found.Count;
            if (last is null)
                break;
            after = last;
        }
    }

    private (List<NameRecord> Found, byte[]? Last) FindEntries(int slot, byte[] after)
    {
        var found = new List<NameRecord>();
        byte[]? last = null;
        var statement = _db.Prepare("SELECT key, record FROM names WHERE key>? ORDER BY key LIMIT ?").Bind(1, after).Bind(2, DropPage);
        while (statement.Step())
        {
            last = statement.Blob(0).ToArray();
            var record = NameRecord.Read(last, statement.Blob(1));
            if (record.IndexOf(slot) >= 0)
                found.Add(record);
        }
        statement.Reset();
        return (found, last);
    }

    private void StoreLists()
    {
        Span<byte> key = stackalloc byte[BlockHash.Length];
        foreach (var (list, change) in _references)
        {
            if (change == 0)
                continue;
            list.CopyTo(key);
            var statement = _db.Prepare("SELECT refs FROM lists WHERE hash=?").Bind(1, key);
            var known = statement.Step();
            var refs = (known ? statement.Long(0) : 0) + change;
            statement.Reset();
            if (refs < 0)
                throw new IndexDamagedException($"The index counts {refs} uses of the block list {list}.");
            if (refs == 0)
                _db.Prepare("DELETE FROM lists WHERE hash=?").Bind(1, key).Run();
            else if (known)
                _db.Prepare("UPDATE lists SET refs=? WHERE hash=?").Bind(1, refs).Bind(2, key).Run();
            else
                _db.Prepare("INSERT INTO lists(hash, refs, data) VALUES(?,?,?)").Bind(1, key).Bind(2, refs).Bind(3, Sealed(list, key)).Run();
        }
    }

    private byte[] Sealed(BlockHash list, ReadOnlySpan<byte> key) => _lists.TryGetValue(list, out var hashes)
        ? IndexConnection.AddChecksum(hashes.Span, key)
        : throw new IndexDamagedException($"The block list {list} is missing in the index.");
}
