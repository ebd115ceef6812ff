using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>Queries one snapshot, on a connection inside a transaction.</summary>
internal sealed class IndexReader(IndexConnection db, DeviceSlots slots)
{
    private const int MaxSameContent = 64;

    public NameRecord? Find(FileName name)
    {
        var key = NameKey.Of(name);
        var statement = db.Prepare("SELECT record FROM names WHERE key=?").Bind(1, key);
        try
        {
            return statement.Step() ? NameRecord.Read(key, statement.Blob(0)) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    public FileEntry? Find(FileName name, int slot) => Find(name) is { } record && record.IndexOf(slot) is var i and >= 0 ? record.Entry(i, db) : null;

    public FileEntry? FindGlobal(FileName name) => Find(name) is { } record ? record.Entry(record.Global, db) : null;

    public List<(DeviceId Device, FileEntry Entry)> Versions(FileName name, bool withBlocks)
    {
        var versions = new List<(DeviceId Device, FileEntry Entry)>();
        if (Find(name) is not { } record)
            return versions;
        for (var i = 0; i < record.Versions.Count; i++)
            versions.Add((slots[record.Versions[i].Slot], record.Entry(i, withBlocks ? db : null)));
        versions.Sort((a, b) => a.Device.CompareTo(b.Device));
        return versions;
    }

    public List<DeviceId> Holders(FileName name) => Find(name) is { } record ? Holders(record) : [];

    public List<(NeededItem Item, IReadOnlyList<DeviceId> Holders)> NeededOf(IReadOnlyList<FileName> names)
    {
        var items = new List<(NeededItem Item, IReadOnlyList<DeviceId> Holders)>(names.Count);
        foreach (var name in names)
        {
            if (Find(name) is { NeededHere: true } record)
                items.Add((new NeededItem(record.Entry(record.Global, db), record.HasLocal ? record.Entry(0, db) : null), Holders(record)));
        }
        return items;
    }

    private List<DeviceId> Holders(NameRecord record)
    {
        var holders = new List<DeviceId>();
        if (record.IsInvalid(record.Global))
            return holders;
        var global = record.Entry(record.Global, db);
        for (var i = 0; i < record.Versions.Count; i++)
        {
            var version = record.Versions[i];
            if (version.Slot == NameRecord.SelfSlot || record.IsInvalid(i))
                continue;
            if (version.Body == record.Versions[record.Global].Body || IsSame(record.Entry(i, db), global))
                holders.Add(slots[version.Slot]);
        }
        holders.Sort();
        return holders;
    }

    /// <summary>Walks the names below a directory in tree order until <paramref name="limit"/> were picked.</summary>
    public List<FileEntry> Page(FileName directory, FileName after, int limit, Func<NameRecord, FileEntry?> pick)
    {
        var (from, to) = NameKey.Below(directory, after);
        var page = new List<FileEntry>();
        var statement = db.Prepare("SELECT key, record FROM names WHERE key>? AND key<? ORDER BY key").Bind(1, from).Bind(2, to);
        try
        {
            while (page.Count < limit && statement.Step())
            {
                if (pick(NameRecord.Read(statement.Blob(0).ToArray(), statement.Blob(1))) is { } entry)
                    page.Add(entry);
            }
            return page;
        }
        finally
        {
            statement.Reset();
        }
    }

    public List<FileEntry> LocalPage(FileName directory, FileName after, int limit, bool withBlocks) =>
        Page(directory, after, limit, r => r.HasLocal && !r.BodyOf(0).Deleted ? r.Entry(0, withBlocks ? db : null) : null);

    public List<FileEntry> GlobalPage(FileName directory, FileName after, int limit) =>
        Page(directory, after, limit, r => r.IsNeededByOthers ? r.Entry(r.Global, null) : null);

    public List<FileEntry> NeededBy(int slot, FileName after, int limit) => Page(default, after, limit, r =>
        (r.IndexOf(slot) is var i and >= 0 ? r.Versions[i].Needs : r.IsNeededByOthers) ? r.Entry(r.Global, null) : null);

    public List<FileEntry> ReceiveOnlyChanged(FileName after, int limit) =>
        Page(default, after, limit, r => (r.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0 ? r.Entry(0, null) : null);

    public List<NeededItem> Needed(FileName after, int limit)
    {
        var items = new List<NeededItem>();
        var statement = db.Prepare("SELECT d.key, n.record FROM need d LEFT JOIN names n ON n.key=d.key WHERE d.key>? ORDER BY d.key LIMIT ?")
            .Bind(1, NameKey.Of(after)).Bind(2, limit);
        try
        {
            while (statement.Step())
            {
                var record = Joined(statement, 0);
                if (!record.NeededHere)
                    throw new IndexDamagedException($"The index lists '{record.Name}' as needed, which it is not.");
                items.Add(new NeededItem(record.Entry(record.Global, db), record.HasLocal ? record.Entry(0, db) : null));
            }
            return items;
        }
        finally
        {
            statement.Reset();
        }
    }

    public FileName? NeededAt(long place)
    {
        var statement = db.Prepare("SELECT key FROM need ORDER BY key LIMIT 1 OFFSET ?").Bind(1, place);
        try
        {
            return statement.Step() ? NameKey.NameOf(statement.Blob(0)) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Walks this device's entries above that sequence, ascending, until <paramref name="visit"/> returns false.</summary>
    public void LocalSince(long sequence, Func<NameRecord, bool> visit)
    {
        var statement = db.Prepare(
            "SELECT c.key, n.record, c.sequence FROM changes c LEFT JOIN names n ON n.key=c.key WHERE c.sequence>? ORDER BY c.sequence").Bind(1, sequence);
        try
        {
            while (statement.Step())
            {
                var record = Joined(statement, 0);
                if (!record.IsLocal(statement.Long(2)))
                    throw new IndexDamagedException($"The index has '{record.Name}' under the sequence {statement.Long(2)}, which is not its own.");
                if (!visit(record))
                    return;
            }
        }
        finally
        {
            statement.Reset();
        }
    }

    public List<FileEntry> LocalSince(long sequence, int limit)
    {
        var entries = new List<FileEntry>();
        if (limit > 0)
        {
            LocalSince(sequence, record =>
            {
                var entry = record.Entry(0, db);
                entries.Add(entry.PreHashes.IsEmpty ? entry : entry with { PreHashes = default });
                return entries.Count < limit;
            });
        }
        return entries;
    }

    /// <summary>The record in which this device's entry has that sequence; null if it was replaced since.</summary>
    public NameRecord? FindLocal(long sequence)
    {
        var statement = db.Prepare("SELECT c.key, n.record FROM changes c LEFT JOIN names n ON n.key=c.key WHERE c.sequence=?").Bind(1, sequence);
        try
        {
            return statement.Step() && Joined(statement, 0) is var record && record.IsLocal(sequence) ? record : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>At most <see cref="MaxSameContent"/>: one is enough to copy from, and a folder may hold a million empty files.</summary>
    /// <param name="unstored">Sequences that may have this content and aren't in the content table yet.</param>
    public List<FileEntry> LocalWithContent(BlockHash blocksHash, IEnumerable<long> unstored)
    {
        var sequences = new SortedSet<long>(unstored.Take(MaxSameContent));
        var statement = db.Prepare("SELECT sequence FROM content WHERE prefix=? LIMIT ?")
            .Bind(1, (long)blocksHash.Prefix).Bind(2, MaxSameContent);
        while (statement.Step())
            sequences.Add(statement.Long(0));
        statement.Reset();
        var entries = new List<FileEntry>();
        foreach (var sequence in sequences.Take(MaxSameContent))
        {
            if (FindLocal(sequence) is { } record && !record.IsInvalid(0) && record.BodyOf(0).BlocksHash() == blocksHash &&
                record.Entry(0, db) is { IsFile: true } entry)
            {
                entries.Add(entry);
            }
        }
        entries.Sort((a, b) => a.Name.CompareTo(b.Name));
        return entries;
    }

    private static NameRecord Joined(Statement row, int column)
    {
        var key = row.Blob(column).ToArray();
        return row.IsNull(column + 1)
            ? throw new IndexDamagedException($"The index has no record of '{NameKey.NameOf(key)}', which it lists.")
            : NameRecord.Read(key, row.Blob(column + 1));
    }

    private static bool IsSame(FileEntry entry, FileEntry global) => entry.Version == global.Version && entry.SameContent(global);
}
