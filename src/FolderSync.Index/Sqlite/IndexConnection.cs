using FolderSync.Core.Model;
using K4os.Hash.xxHash;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FolderSync.Index.Sqlite;

/// <summary>One connection to a folder's database with its prepared statements. Used by one thread at a time.</summary>
internal sealed class IndexConnection : IDisposable
{
    private const int ChecksumLength = 8;

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, Statement> _statements = new(ReferenceEqualityComparer.Instance);

    /// <param name="path">The database file, created if missing.</param>
    /// <param name="cacheKib">Page cache, KiB.</param>
    public IndexConnection(string path, int cacheKib)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadWriteCreate };
        _connection = new SqliteConnection(settings.ToString());
        try
        {
            _connection.Open();
            _handle = _connection.Handle!;
            raw.sqlite3_busy_timeout(_handle, 10_000);
            Execute($"PRAGMA cache_size=-{cacheKib}");
        }
        catch (Exception e)
        {
            Dispose();
            if (e is SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB })
                throw new IndexDamagedException($"The index {path} is damaged: {e.Message}", e);
            if (e is SqliteException)
                throw new IOException($"The index {path} can't be opened: {e.Message}", e);
            throw;
        }
    }

    /// <summary>The statement for the SQL, prepared once. The SQL must be a literal, since statements are cached by reference.</summary>
    public Statement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
            return statement;
        var result = raw.sqlite3_prepare_v2(_handle, sql, out var prepared);
        if (result != raw.SQLITE_OK)
            throw SqliteFault.Of(_handle, result);
        return _statements[sql] = new Statement(_handle, prepared);
    }

    /// <summary>Runs the SQL, which may be several statements, and ignores its rows.</summary>
    public void Execute(string sql)
    {
        var result = raw.sqlite3_exec(_handle, sql);
        if (result != raw.SQLITE_OK)
            throw SqliteFault.Of(_handle, result);
    }

    public long Number(string sql)
    {
        var statement = Prepare(sql);
        var value = statement.Step() ? statement.Long(0) : 0;
        statement.Reset();
        return value;
    }

    public void Begin() => Prepare("BEGIN").Run();

    public void BeginWrite() => Prepare("BEGIN IMMEDIATE").Run();

    public void Commit() => Prepare("COMMIT").Run();

    /// <summary>Rolls back a failed transaction, unless SQLite has already done so.</summary>
    public void Rollback()
    {
        foreach (var statement in _statements.Values)
            statement.Reset();
        if (raw.sqlite3_get_autocommit(_handle) == 0)
            raw.sqlite3_exec(_handle, "ROLLBACK");
    }

    /// <summary>The hashes of a long block list. Throws <see cref="IndexDamagedException"/> if it is missing or damaged.</summary>
    public ReadOnlyMemory<byte> LoadList(BlockHash list)
    {
        Span<byte> key = stackalloc byte[BlockHash.Length];
        list.CopyTo(key);
        var statement = Prepare("SELECT data FROM lists WHERE hash=?").Bind(1, key);
        try
        {
            if (!statement.Step())
                throw new IndexDamagedException($"The block list {list} is missing in the index.");
            return VerifyChecksum(statement.Blob(0), key, "A block list");
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>The pre-hashes of a local file with more than a few blocks.</summary>
    public ReadOnlyMemory<byte> LoadPreHashes(ReadOnlySpan<byte> key)
    {
        var statement = Prepare("SELECT data FROM prehashes WHERE key=?").Bind(1, key);
        try
        {
            if (!statement.Step())
                throw new IndexDamagedException($"The pre-hashes of '{NameKey.NameOf(key)}' are missing in the index.");
            return VerifyChecksum(statement.Blob(0), key, "A list of pre-hashes");
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>A blob with a checksum over its content and its key, which detects changed and misplaced records.</summary>
    public static byte[] AddChecksum(ReadOnlySpan<byte> content, ReadOnlySpan<byte> key)
    {
        var blob = new byte[ChecksumLength + content.Length];
        content.CopyTo(blob.AsSpan(ChecksumLength));
        BitConverter.TryWriteBytes(blob, Checksum(content, key));
        return blob;
    }

    /// <summary>The content of a sealed blob; throws <see cref="IndexDamagedException"/> if it isn't what was stored.</summary>
    public static ReadOnlyMemory<byte> VerifyChecksum(ReadOnlySpan<byte> blob, ReadOnlySpan<byte> key, string what)
    {
        if (blob.Length < ChecksumLength || BitConverter.ToUInt64(blob) != Checksum(blob[ChecksumLength..], key))
            throw new IndexDamagedException($"{what} in the index is not what was stored: its checksum is wrong.");
        return blob[ChecksumLength..].ToArray();
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
        _connection.Dispose();
    }

    private static ulong Checksum(ReadOnlySpan<byte> content, ReadOnlySpan<byte> key) =>
        XXH64.DigestOf(content) ^ (XXH64.DigestOf(key) * 0x9E3779B97F4A7C15);
}
