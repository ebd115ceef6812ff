using FolderSync.Core.Model;
using FolderSync.Platform;
using LiteDB;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FolderSync.Index.State;

/// <summary>
/// The service's state in one LiteDB file. One lock covers every call and no cursor leaves it, since LiteDB loses or mixes up documents under
/// concurrent readers and writers. While the disk is full or read-only, reads work and changes throw <see cref="IOException"/>; that ends by
/// itself. An unreadable file is put aside and recreated; no synced file depends on it. Documents and conflicts are durable on return; a crash may
/// lose the last seconds of the rest.
/// </summary>
public sealed class LiteStateStore : IStateStore
{
    public const int MaxPendingFolders = 500;

    /// <summary>One device's offers never evict another's.</summary>
    public const int MaxPendingFoldersOfDevice = 100;
    public const int MaxHistory = 10_000;

    /// <summary>LiteDB's limit is 16 MiB per document, and a character takes up to 3 bytes.</summary>
    public const int MaxDocumentLength = 4 << 20;

    /// <summary>The history is trimmed when it is this much too long, so that not every addition pays for it.</summary>
    private const int HistorySlack = 500;

    /// <summary>Raise it for a change that older programs would misread. It is LiteDB's USER_VERSION; 0.1.0 wrote 0 in the same format.</summary>
    private const int Format = 1;

    /// <summary>Write nothing when less than this is free.</summary>
    private const long MinFree = 2 << 20;

    private const int RetryMilliseconds = 5000;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly ILogger _log;
    private LiteDatabase _db = null!;

    /// <summary>Why the file isn't open for writing, or null.</summary>
    private string? _fault;
    private long _opened;
    private bool _disposed;

    /// <param name="path">The LiteDB file, created if missing.</param>
    /// <exception cref="NewerFormatException">The file belongs to a newer version.</exception>
    public LiteStateStore(string path, ILogger? log = null)
    {
        (_path, _log) = (path, log ?? NullLogger.Instance);
        ThrowIfNewer(path);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
            OwnerOnlyDirectory.Create(directory);
        OpenOrRecreate();
    }

    /// <summary>Reads the file directly: opening it as a database could write to it.</summary>
    /// <exception cref="NewerFormatException">The file belongs to a newer version.</exception>
    public static void ThrowIfNewer(string path) => ThrowIfNewer(path, DatabaseFormat.ReadLiteDb(path));

    public IReadOnlyList<PendingDevice> PendingDevices() => Use(db => All(db, "pending_devices", StateDocuments.ToPendingDevice));

    public void PutPendingDevice(PendingDevice device) => Write(db =>
    {
        Put(db, "pending_devices", StateDocuments.Of(device));
        foreach (var excess in PendingDeviceRetention.Excess(All(db, "pending_devices", StateDocuments.ToPendingDevice)))
            Remove(db, "pending_devices", StateDocuments.Key(excess.Device));
    });

    public void RemovePendingDevice(DeviceId device) => Write(db => Remove(db, "pending_devices", StateDocuments.Key(device)));

    /// <summary>Omits offers that earlier versions accepted under invalid IDs: accepting one would act on something else.</summary>
    public IReadOnlyList<PendingFolder> PendingFolders() =>
        Use(db => All(db, "pending_folders", StateDocuments.ToPendingFolder)).Where(f => FolderIdText.Validate(f.Folder.Value) is null).ToList();

    public void PutPendingFolder(PendingFolder folder) => Write(db =>
    {
        Put(db, "pending_folders", StateDocuments.Of(folder));
        DropOldest(db, "pending_folders", MaxPendingFoldersOfDevice, folder.Device);
        DropOldest(db, "pending_folders", MaxPendingFolders);
    });

    public void RemovePendingFolder(FolderId folder, DeviceId? device) => Write(db =>
    {
        if (device is { } one)
        {
            Remove(db, "pending_folders", StateDocuments.Key(folder, one));
            return;
        }
        db.GetCollection("pending_folders").DeleteMany("folder = @0", new BsonValue(folder.Value));
    });

    public IReadOnlyList<DeviceStatistics> Devices() => Use(db => All(db, "devices", StateDocuments.ToDevice));

    public void PutDevice(DeviceStatistics statistics) => Write(db => Put(db, "devices", StateDocuments.Of(statistics)));

    public IReadOnlyList<FolderStatistics> Folders() => Use(db => All(db, "folders", StateDocuments.ToFolder));

    public void PutFolder(FolderStatistics statistics) => Write(db => Put(db, "folders", StateDocuments.Of(statistics)));

    public IReadOnlyList<HistoryItem> History(FolderId? folder, int limit, long before = long.MaxValue) => Use(db =>
    {
        var query = db.GetCollection("history").Query().OrderByDescending("_id");
        if (folder is { } one)
            query = query.Where("folder = @0", new BsonValue(one.Value));
        if (before != long.MaxValue)
            query = query.Where("_id < @0", new BsonValue(before));
        return query.Limit(Math.Clamp(limit, 0, MaxHistory)).ToEnumerable().Select(StateDocuments.ToHistory).ToList();
    });

    public void AddHistory(IReadOnlyList<HistoryItem> items)
    {
        if (items.Count == 0)
            return;
        Write(db =>
        {
            var history = db.GetCollection("history");
            var last = Last(history);
            history.InsertBulk(items.TakeLast(MaxHistory).Select((item, i) => StateDocuments.Of(item, last + 1 + i)));
            // IDs have gaps only at the front, so the length needs no query.
            last = Last(history);
            var first = history.Query().OrderBy("_id").Limit(1).FirstOrDefault()?["_id"].AsInt64 ?? last;
            if (last - first + 1 > MaxHistory + HistorySlack)
                history.DeleteMany("_id <= @0", new BsonValue(last - MaxHistory));
        });
    }

    public IReadOnlyList<OpenConflict> Conflicts() => Use(db => All(db, "conflicts", StateDocuments.ToConflict));

    public void PutConflict(OpenConflict conflict) => WriteDurably(db => Put(db, "conflicts", StateDocuments.Of(conflict)));

    public void ChangeConflicts(IReadOnlyList<OpenConflict> put, IReadOnlyList<(FolderId Folder, string Copy)> removed) => WriteDurably(db =>
    {
        db.BeginTrans();
        db.GetCollection("conflicts").Upsert(put.Select(StateDocuments.Of));
        foreach (var (folder, copy) in removed)
            Remove(db, "conflicts", StateDocuments.Key(folder, copy));
        db.Commit();
    });

    public void RemoveConflict(FolderId folder, string copy) => WriteDurably(db => Remove(db, "conflicts", StateDocuments.Key(folder, copy)));

    public string? GetDocument(string name) => Use(db => db.GetCollection("documents").FindById(StateDocuments.Key(name))?["json"].AsString);

    public void PutDocument(string name, string json)
    {
        if (json.Length > MaxDocumentLength)
            throw new ArgumentException($"The document '{name}' has {json.Length} characters; at most {MaxDocumentLength} can be kept.", nameof(json));
        WriteDurably(db => Put(db, "documents", new BsonDocument { ["_id"] = StateDocuments.Key(name), ["name"] = name, ["json"] = json }));
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            // LiteDB checkpoints here if it can. A fault must not prevent an orderly end of the service.
            CloseQuietly();
        }
    }

    private static LiteDatabase Open(string path)
    {
        OwnerOnlyFile.Create(path);
        OwnerOnlyFile.Create(LogOf(path));
        var database = new LiteDatabase(new ConnectionString { Filename = path, Connection = ConnectionType.Direct, Collation = Collation.Binary });
        try
        {
            // Check again: the last writes of a killed program are only in the log.
            ThrowIfNewer(path, database.UserVersion);
            database.CheckpointSize = 200;
            if (database.UserVersion < Format)
                database.UserVersion = Format;
        }
        catch
        {
            InterruptedTransactions.Abandon(database);
            database.Dispose();
            throw;
        }
        return Checked(database);
    }

    private static void ThrowIfNewer(string path, int format)
    {
        if (format > Format)
            throw new NewerFormatException("The service's state", path, format, Format);
    }

    private static LiteDatabase Checked(LiteDatabase database)
    {
        try
        {
            // Only reading its pages reveals a damaged file; all of it is small.
            foreach (var name in database.GetCollectionNames().ToList())
            {
                foreach (var document in database.GetCollection(name).FindAll())
                    _ = document.Count;
            }
            DropTooLong(database);
            return database;
        }
        catch
        {
            InterruptedTransactions.Abandon(database);
            database.Dispose();
            throw;
        }
    }

    /// <summary>Earlier versions stored the texts of unknown devices in full, up to megabytes; each list reads all of them.</summary>
    private static void DropTooLong(LiteDatabase database)
    {
        foreach (var (name, fields) in ((string, string[])[])[("pending_devices", ["name"]), ("pending_folders", ["folder", "label"])])
        {
            var documents = database.GetCollection(name);
            var gone = documents.FindAll().Where(d => fields.Any(f => d[f].AsString.Length > TextLimits.MaxLabel)).Select(d => d["_id"]).ToList();
            gone.ForEach(id => documents.Delete(id));
        }
    }

    private static List<T> All<T>(LiteDatabase db, string collection, Func<BsonDocument, T> read) =>
        db.GetCollection(collection).FindAll().Select(read).ToList();

    private static void Put(LiteDatabase db, string collection, BsonDocument document) => db.GetCollection(collection).Upsert(document);

    private static void Remove(LiteDatabase db, string collection, BsonValue key) => db.GetCollection(collection).Delete(key);

    /// <param name="device">Null: of all devices.</param>
    private static void DropOldest(LiteDatabase db, string collection, int limit, DeviceId? device = null)
    {
        var documents = db.GetCollection(collection);
        if (documents.Count() <= limit)
            return;
        var all = documents.FindAll().Where(d => device is null || d["device"].AsBinary.AsSpan().SequenceEqual(device.Value.ToBytes())).ToList();
        foreach (var oldest in all.OrderBy(d => d["time"].AsInt64).Take(all.Count - limit).Select(d => d["_id"]))
            documents.Delete(oldest);
    }

    private static long Last(ILiteCollection<BsonDocument> history) =>
        history.Query().OrderByDescending("_id").Limit(1).FirstOrDefault()?["_id"].AsInt64 ?? 0;

    private void OpenOrRecreate()
    {
        try
        {
            OpenWithFallback();
        }
        catch (Exception e) when (IsDamage(e))
        {
            Log.StateDamaged(_log, _path, e.Message);
            Quarantine();
            OpenWithFallback();
        }
    }

    /// <summary>
    /// Opens it for writing, otherwise for reading, otherwise an empty one in memory. The latter two are replaced as soon as a better one is
    /// possible.
    /// </summary>
    private void OpenWithFallback()
    {
        _opened = Environment.TickCount64;
        try
        {
            (_db, _fault) = (Open(_path), null);
            return;
        }
        catch (Exception e) when (e is not NewerFormatException and (IOException or UnauthorizedAccessException))
        {
            if (_fault is null)
                Log.StateNotWritten(_log, _path, e.Message);
            _fault = e.Message;
        }
        try
        {
            _db = File.Exists(_path) && new FileInfo(_path).Length > 0
                ? Checked(new LiteDatabase(new ConnectionString { Filename = _path, Connection = ConnectionType.Direct, ReadOnly = true }))
                : new LiteDatabase(new MemoryStream());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _db = new LiteDatabase(new MemoryStream());
        }
    }

    private void Quarantine()
    {
        foreach (var file in new[] { _path, LogOf(_path) })
        {
            File.Delete(file + ".damaged");
            if (File.Exists(file))
                File.Move(file, file + ".damaged");
        }
    }

    /// <summary>LiteDB's log file; LiteDB treats an empty one as missing.</summary>
    private static string LogOf(string path) => Path.ChangeExtension(path, null) + "-log" + Path.GetExtension(path);

    /// <summary>LiteDB writes its log on return but doesn't sync it. A user's decision waits until it is in the file.</summary>
    private void WriteDurably(Action<LiteDatabase> write) => Write(db =>
    {
        write(db);
        SyncLog();
        db.Checkpoint();
    });

    /// <summary>
    /// A checkpoint writes into the file's own pages and syncs only those: in case of a power failure in the middle of it, the log must be on disk.
    /// Windows syncs only files that are open for writing, and LiteDB doesn't share its log for that.
    /// </summary>
    private void SyncLog()
    {
        if (OperatingSystem.IsWindows() || !File.Exists(LogOf(_path)))
            return;
        using var log = File.OpenHandle(LogOf(_path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(log);
    }

    private void Write(Action<LiteDatabase> write) => Use(
        db =>
        {
            write(db);
            return true;
        },
        isWrite: true);

    private T Use<T>(Func<LiteDatabase, T> use, bool isWrite = false)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_fault is not null && Environment.TickCount64 - _opened >= RetryMilliseconds)
            {
                CloseQuietly();
                OpenOrRecreate();
            }
            if (isWrite)
                ThrowIfUnwritable();
            try
            {
                return use(_db);
            }
            catch (Exception e) when (IsDamage(e))
            {
                Log.StateDamaged(_log, _path, e.Message);
                CloseQuietly();
                Quarantine();
                OpenWithFallback();
                return use(_db);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or LiteException { ErrorCode: LiteException.LOCK_TIMEOUT })
            {
                // A failed transaction keeps its locks forever: the next one, and closing, would wait a minute for them.
                CloseQuietly();
                OpenOrRecreate();
                throw new IOException($"{_path} can't be {(isWrite ? "written" : "read")}: {e.Message}", e);
            }
        }
    }

    /// <summary>A write that fails halfway costs LiteDB its transaction, so don't try what is known to fail.</summary>
    private void ThrowIfUnwritable()
    {
        if (_fault is not null)
            throw new IOException($"{_path} can't be written: {_fault}");
        if (FreeSpace() < MinFree)
            throw new IOException($"The disk with FolderSync's home is full: {_path} can't be written. Free at least {MinFree >> 20} MiB there.");
    }

    private long FreeSpace()
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(_path))!).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Unknown: the write itself will tell.
            return long.MaxValue;
        }
    }

    private void CloseQuietly()
    {
        try
        {
            InterruptedTransactions.Abandon(_db);
            _db.Dispose();
        }
        catch (Exception e)
        {
            Log.StateNotClosed(_log, _path, e.Message);
        }
    }

    /// <summary>A fault of the disk or of the file's permissions isn't damage; the caller reports it.</summary>
    private static bool IsDamage(Exception e) =>
        e is not (IOException or UnauthorizedAccessException or OutOfMemoryException or ObjectDisposedException) &&
        (e is not LiteException lite || lite.ErrorCode is not (LiteException.LOCK_TIMEOUT or LiteException.INDEX_DUPLICATE_KEY or LiteException.INVALID_INDEX_KEY));
}
