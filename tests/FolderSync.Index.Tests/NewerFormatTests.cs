using FolderSync.Core.Model;
using FolderSync.Index.Sqlite;
using FolderSync.Index.State;
using LiteDB;
using Microsoft.Data.Sqlite;
using Xunit;
using static FolderSync.Testing.Entries;

namespace FolderSync.Index.Tests;

/// <summary>A file in a newer version's format is refused with a clear message. It is not treated as damaged, quarantined, or changed.</summary>
public sealed class NewerFormatTests : IDisposable
{
    private static readonly FolderId Id = new("default");

    private readonly string _directory = Directory.CreateTempSubdirectory("fs-newer-").FullName;

    private string IndexFile => Path.Combine(_directory, "index-default.db");

    private string StateFile => Path.Combine(_directory, "state.db");

    public void Dispose() => Directory.Delete(_directory, true);

    [Fact]
    public void An_index_of_a_newer_format_is_refused_and_untouched()
    {
        MakeIndex();
        using (var db = OpenSqlite(IndexFile))
            Execute(db, "PRAGMA user_version=3; PRAGMA wal_checkpoint(TRUNCATE)");
        var before = Contents();

        var refused = Assert.Throws<NewerFormatException>(() => new SqliteFolderIndexes(_directory, Self, () => 7).Open(Id));

        Assert.Contains($"The index '{IndexFile}' has format 3, written by a newer FolderSync.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("reads formats up to 2", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    [Fact]
    public void A_newer_format_that_stands_in_the_log_only_is_refused_too()
    {
        MakeIndex();
        // As after a kill: the WAL was not checkpointed into the file.
        using (var killed = OpenSqlite(IndexFile))
        {
            Execute(killed, "PRAGMA user_version=3");
            foreach (var suffix in (string[])["", "-wal"])
                System.IO.File.Copy(IndexFile + suffix, IndexFile + suffix + ".killed");
        }
        foreach (var suffix in (string[])["", "-wal"])
            System.IO.File.Move(IndexFile + suffix + ".killed", IndexFile + suffix, overwrite: true);

        Assert.Throws<NewerFormatException>(() => new SqliteFolderIndexes(_directory, Self, () => 7).Open(Id));

        using var db = OpenSqlite(IndexFile);
        using var version = db.CreateCommand();
        version.CommandText = "PRAGMA user_version";
        Assert.Equal(3L, version.ExecuteScalar());
    }

    [Fact]
    public void A_state_of_a_newer_format_is_refused_and_untouched()
    {
        using (var store = new LiteStateStore(StateFile))
            store.PutDocument("a", "{}");
        using (var db = new LiteDatabase(StateFile))
        {
            db.UserVersion = 2;
            db.Checkpoint();
        }
        var before = Contents();

        foreach (var refused in (Exception[])[Assert.Throws<NewerFormatException>(() => new LiteStateStore(StateFile)), Assert.Throws<NewerFormatException>(() => LiteStateStore.ThrowIfNewer(StateFile))])
        {
            Assert.Contains($"The service's state '{StateFile}' has format 2, written by a newer FolderSync.", refused.Message, StringComparison.Ordinal);
            Assert.Contains("reads formats up to 1", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal(before, Contents());
    }

    [Fact]
    public void A_state_without_a_number_is_the_first_versions_and_gets_one()
    {
        using (var store = new LiteStateStore(StateFile))
            store.PutDocument("a", "{}");
        using (var db = new LiteDatabase(StateFile))
            db.UserVersion = 0;
        using (var store = new LiteStateStore(StateFile))
            Assert.Equal("{}", store.GetDocument("a"));
        using var numbered = new LiteDatabase(StateFile);
        Assert.Equal(1, numbered.UserVersion);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no database at all, and long enough to hold a number where one would be looked for ........................")]
    public void What_is_no_database_has_no_format(string? text)
    {
        if (text is not null)
            System.IO.File.WriteAllText(StateFile, text);
        LiteStateStore.ThrowIfNewer(StateFile);
        Assert.Equal(0, DatabaseFormat.ReadSqlite(StateFile, 1));
    }

    private void MakeIndex()
    {
        using var index = new SqliteFolderIndexes(_directory, Self, () => 7).Open(Id);
        index.CommitLocal([File("a", Vector((5, 1)))]);
    }

    private static SqliteConnection OpenSqlite(string path)
    {
        var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        db.Open();
        return db;
    }

    private static void Execute(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The name and content of every file except the lock, which is not part of the store.</summary>
    private IReadOnlyList<(string Name, string Bytes)> Contents() =>
        [.. Directory.EnumerateFiles(_directory).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(f => (f, Convert.ToHexString(System.IO.File.ReadAllBytes(f))))];
}
