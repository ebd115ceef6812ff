using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>
/// The tables of a folder's database.
/// <list type="bullet">
/// <item>meta: the head (id -1) and one row for each device (its slot): <see cref="IndexState"/>.</item>
/// <item>names: one row for each name with all devices' versions, by <see cref="NameKey"/>: <see cref="NameRecord"/>.</item>
/// <item>changes: this device's entries by sequence.</item>
/// <item>need: the names that this device lacks.</item>
/// <item>lists: block lists of more than a few blocks, once each, with the number of names that use it.</item>
/// <item>prehashes: the pre-hashes of such local files.</item>
/// <item>content: this device's files by the first 8 bytes of the blocks hash; the latest are in memory only (<see cref="PendingContentIndex"/>).</item>
/// </list>
/// Every record carries a checksum over itself and its key.
/// </summary>
internal static class IndexSchema
{
    /// <summary>Format 1 is stored the same way but may hold entries beyond <see cref="EntryLimits"/>: see <see cref="LimitsMigration"/>.</summary>
    private const int Version = 2, Unchecked = 1;
    private const int ApplicationId = 0x46534958;
    private const int WriterCacheKib = 4096;

    private const string Tables = """
        CREATE TABLE meta(id INTEGER PRIMARY KEY, record BLOB NOT NULL);
        CREATE TABLE names(key BLOB NOT NULL PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE changes(sequence INTEGER PRIMARY KEY, key BLOB NOT NULL);
        CREATE TABLE need(key BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE lists(hash BLOB NOT NULL PRIMARY KEY, refs INTEGER NOT NULL, data BLOB NOT NULL);
        CREATE TABLE prehashes(key BLOB NOT NULL PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE content(prefix INTEGER NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY(prefix, sequence)) WITHOUT ROWID;
        """;

    /// <summary>Opens the writer's connection and creates the tables in a new file.</summary>
    /// <exception cref="NewerFormatException">The file belongs to a newer version.</exception>
    public static (IndexConnection Writer, IndexState State) Open(string path, DeviceId self, Func<ulong> newIndexId)
    {
        ThrowIfNewer(path, DatabaseFormat.ReadSqlite(path, ApplicationId));
        var db = new IndexConnection(path, WriterCacheKib);
        try
        {
            // Check again: the last writes of a killed program are only in the log.
            ThrowIfNewer(path, db.Number("PRAGMA application_id") == ApplicationId ? db.Number("PRAGMA user_version") : 0);
            db.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=2000; PRAGMA journal_size_limit=16777216");
            if (db.Number("PRAGMA user_version") == 0 && db.Number("SELECT count(*) FROM sqlite_master") == 0)
                Create(db, self, newIndexId());
            if (db.Number("PRAGMA application_id") != ApplicationId || db.Number("PRAGMA user_version") is not (Version or Unchecked))
                throw new IndexDamagedException($"The file {path} is no index of this version of FolderSync.");
            var state = IndexStateRows.Load(db) ?? throw new IndexDamagedException($"The index {path} has no head.");
            if (!state.Devices.Any(d => d.Slot == NameRecord.SelfSlot) || state.Self.Id != self)
                throw new IndexDamagedException($"The index {path} is another device's.");
            return (db, state);
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>True when an older version wrote it, which accepted more from peers than this one does.</summary>
    public static bool IsUnchecked(IndexConnection db) => db.Number("PRAGMA user_version") == Unchecked;

    /// <summary>Runs in the caller's transaction.</summary>
    public static void MarkChecked(IndexConnection db) => db.Execute($"PRAGMA user_version={Version}");

    private static void ThrowIfNewer(string path, long format)
    {
        if (format > Version)
            throw new NewerFormatException("The index", path, format, Version);
    }

    private static void Create(IndexConnection db, DeviceId self, ulong indexId)
    {
        db.BeginWrite();
        try
        {
            db.Execute(Tables);
            db.Execute($"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}");
            var me = new DeviceRow(NameRecord.SelfSlot, self, indexId, 0, 0, default);
            IndexStateRows.Save(db, null, new IndexState(indexId, 0, 0, NameRecord.SelfSlot + 1, default, default, default, [me]));
            db.Commit();
        }
        catch
        {
            db.Rollback();
            throw;
        }
    }
}
