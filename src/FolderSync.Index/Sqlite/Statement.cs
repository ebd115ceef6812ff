using SQLitePCL;

namespace FolderSync.Index.Sqlite;

/// <summary>
/// A prepared, reusable statement for its connection's single user. Blobs are spans over SQLite's memory, valid until the next step.
/// </summary>
internal sealed class Statement(sqlite3 database, sqlite3_stmt statement) : IDisposable
{
    public Statement Bind(int index, ReadOnlySpan<byte> blob)
    {
        Check(blob.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, index, 0) : raw.sqlite3_bind_blob(statement, index, blob));
        return this;
    }

    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(statement, index, value));
        return this;
    }

    /// <summary>True when there is a row. Call <see cref="Reset"/> after the last one, or when no more are needed.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW)
            return true;
        if (result == raw.SQLITE_DONE)
            return false;
        var fault = SqliteFault.Of(database, result);
        raw.sqlite3_reset(statement);
        throw fault;
    }

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public long Long(int column) => raw.sqlite3_column_int64(statement, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public void Reset() => raw.sqlite3_reset(statement);

    /// <summary>Runs a statement that returns no rows.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    public void Dispose() => statement.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            throw SqliteFault.Of(database, result);
    }
}

/// <summary>Translates SQLite's errors: damage, or a fault of the disk.</summary>
internal static class SqliteFault
{
    /// <summary>Stop writing an index when less than this is free.</summary>
    public const long MinFree = 4 << 20;

    /// <summary>The user's message when the index's disk is full.</summary>
    public static string Full(string path) =>
        $"The disk with FolderSync's home is full: the index {path} can't be written. Free at least {MinFree >> 20} MiB there; the folder continues by itself within half a minute, nothing was lost.";

    public static bool HasNoSpace(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!).AvailableFreeSpace < MinFree;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Unknown: the write itself will tell.
            return false;
        }
    }

    private static string ReadOnly(string path, string why) =>
        $"FolderSync's home can't be written: the index {path} is suspended ({why}). Make it writable again; the folder continues by itself, nothing was lost.";

    /// <summary>
    /// SQLite reports a disk that became read-only after an error just as an I/O error. Creating a file beside the index tells more.
    /// </summary>
    private static string? ExplainNotWritable(string path)
    {
        try
        {
            using var probe = File.OpenHandle(path + ".probe", FileMode.Create, FileAccess.Write, options: FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    public static Exception Of(sqlite3 database, int result)
    {
        var path = raw.sqlite3_db_filename(database, "main").utf8_to_string();
        var text = raw.sqlite3_errmsg(database).utf8_to_string();
        return (result & 0xFF) switch
        {
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new IndexDamagedException($"The index {path} is damaged: {text}."),
            raw.SQLITE_FULL => new IOException(Full(path)),
            raw.SQLITE_READONLY => new IOException(ReadOnly(path, text)),
            raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN when HasNoSpace(path) => new IOException(Full(path)),
            raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN when ExplainNotWritable(path) is { } why => new IOException(ReadOnly(path, why)),
            _ => new IOException($"The index {path} can't be used: {text} (SQLite {result})."),
        };
    }
}
