using FolderSync.Core.Model;
using FolderSync.Index.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;
using static FolderSync.Testing.Entries;

namespace FolderSync.Index.Tests;

/// <summary>
/// Flipped bits and truncated or swapped files are detected and reported as <see cref="IndexDamagedException"/>; no query returns wrong data.
/// </summary>
public sealed class SqliteDamageTests : IDisposable
{
    private const int Files = 60;

    private static readonly FolderId Id = new("default");

    private readonly string _directory = Directory.CreateTempSubdirectory("fs-index-").FullName;
    private readonly SqliteFolderIndexes _indexes;

    public SqliteDamageTests()
    {
        _indexes = new SqliteFolderIndexes(_directory, Self, () => 7);
        using var index = _indexes.Open(Id);
        index.CommitLocal([.. Enumerable.Range(0, Files).Select(i => Local(i))]);
        index.CommitRemote(Device(1), 3, [.. Enumerable.Range(0, Files).Select(i => File($"d/f{i}", Vector((1, 2)), i + 1, 5, sequence: i + 1))], true);
    }

    public void Dispose() => Directory.Delete(_directory, true);

    [Theory]
    [InlineData("names", "record")]
    [InlineData("lists", "data")]
    [InlineData("prehashes", "data")]
    public void A_flipped_bit_in_a_stored_blob_is_found(string table, string column)
    {
        var random = new Random(5);
        for (var i = 0; i < 25; i++)
        {
            var (row, original) = Flip(table, column, random);
            Assert.Throws<IndexDamagedException>(() => OpenAnd(index => AskAll(index)));
            Execute($"UPDATE {table} SET {column}=$blob WHERE {row}", original);
        }
        using var whole = _indexes.Open(Id);
        AskAll(whole);
    }

    [Fact]
    public void A_flipped_bit_in_the_head_is_found_as_it_is_opened()
    {
        Flip("meta", "record", new Random(1));
        Assert.Throws<IndexDamagedException>(() => _indexes.Open(Id));
        _indexes.Quarantine(Id);
        using var index = _indexes.Open(Id);
        Assert.Equal(0, index.LocalSequence);
        Assert.True(System.IO.File.Exists(Path.Combine(_directory, "index-default.damaged.db")));
    }

    [Fact]
    public void Another_name_s_record_is_found()
    {
        Execute("UPDATE names SET record=(SELECT record FROM names ORDER BY key LIMIT 1)", null);
        Assert.Throws<IndexDamagedException>(() => OpenAnd(index => index.FindLocal(FileName.Parse("d/f33"))));
        Assert.Throws<IndexDamagedException>(() => OpenAnd(index => index.CommitLocal([Local(33)])));
    }

    [Theory]
    [InlineData("DELETE FROM names WHERE key=(SELECT max(key) FROM names)")]
    [InlineData("UPDATE changes SET key=(SELECT max(key) FROM names) WHERE sequence=3")]
    [InlineData("DELETE FROM lists")]
    [InlineData("DELETE FROM prehashes")]
    [InlineData("INSERT INTO need SELECT key FROM names LIMIT 1 ON CONFLICT DO NOTHING; INSERT INTO need VALUES(x'61')")]
    public void Rows_that_do_not_fit_each_other_are_found(string sql)
    {
        Execute(sql, null);
        Assert.Throws<IndexDamagedException>(() => OpenAnd(index => AskAll(index)));
    }

    /// <summary>Random bit flips anywhere in the file: each is detected, or all results stay the same.</summary>
    [Fact]
    public void A_flipped_bit_anywhere_is_found_or_harmless()
    {
        var path = Path.Combine(_directory, "index-default.db");
        var whole = System.IO.File.ReadAllBytes(path);
        List<string> expected;
        using (var index = _indexes.Open(Id))
            expected = AskAll(index);
        var random = new Random(11);
        var found = 0;
        for (var i = 0; i < 150; i++)
        {
            var flipped = whole.ToArray();
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            System.IO.File.WriteAllBytes(path, flipped);
            try
            {
                using var index = _indexes.Open(Id);
                Assert.Equal(expected, AskAll(index));
            }
            catch (IndexDamagedException)
            {
                found++;
            }
        }
        Assert.InRange(found, 20, 150);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(20_000)]
    public void A_file_that_was_cut_is_found(int length)
    {
        using (var file = new FileStream(Path.Combine(_directory, "index-default.db"), FileMode.Open))
            file.SetLength(length);
        Assert.Throws<IndexDamagedException>(() => OpenAnd(index => AskAll(index)));
    }

    [Fact]
    public void A_file_that_is_no_database_or_another_device_s_is_refused()
    {
        Assert.Throws<IndexDamagedException>(() => new SqliteFolderIndexes(_directory, Device(33), () => 7).Open(Id));
        System.IO.File.WriteAllText(Path.Combine(_directory, "index-default.db"), new string('x', 10_000));
        Assert.Throws<IndexDamagedException>(() => _indexes.Open(Id));
    }

    [Fact]
    public void A_second_opening_is_refused_with_the_reason()
    {
        using var index = _indexes.Open(Id);
        Assert.Contains("in use", Assert.Throws<IOException>(() => new SqliteFolderIndexes(_directory, Self, () => 7).Open(Id)).Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => _indexes.Remove(Id));
    }

    [Fact]
    public void Every_folder_ID_has_a_file_of_its_own()
    {
        string[] ids = ["default", "Default", "../x", "a/b", "a.b", "con", "", "\u00E4", new string('n', 300), "abcd-1234", "x\0y", "index", "default.0123456789abcdef", "default "];
        var names = ids.Select(i => SqliteFolderIndexes.FileNameOf(new FolderId(i))).ToList();
        Assert.Equal(ids.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, n => Assert.Matches("^index-[a-z0-9_.-]{1,60}$", n));
        Assert.Equal("index-abcd-1234.db", SqliteFolderIndexes.FileNameOf(new FolderId("abcd-1234")));
    }

    private void OpenAnd(Action<IFolderIndex> ask)
    {
        using var index = _indexes.Open(Id);
        ask(index);
    }

    private static FileEntry Local(int i)
    {
        var entry = File($"d/f{i}", Vector((5, 1)), i, i % 3 == 0 ? 6 : 2);
        return entry with { PreHashes = Enumerable.Repeat((byte)i, entry.Blocks!.Count * 8).ToArray() };
    }

    private static List<string> AskAll(IFolderIndex index) =>
    [
        index.Counts.ToString(),
        index.IndexId.ToString(),
        index.RemoteState(Device(1)).ToString(),
        .. index.LocalPage(default, default, 1000, true).Select(e => e.Show()),
        .. index.GlobalPage(default, default, 1000).Select(e => e.Show()),
        .. index.Needed(default, 1000).Select(n => n.Global.Show() + n.Local.Show()),
        .. index.NeededBy(Device(1), default, 1000).Select(e => e.Show()),
        .. index.LocalSince(0, 1000).Select(e => e.Show()),
        .. Enumerable.Range(0, Files).Select(i => index.FindLocal(FileName.Parse($"d/f{i}")).Show()),
        .. Enumerable.Range(0, Files).Select(i => index.FindGlobal(FileName.Parse($"d/f{i}")).Show()),
    ];

    private (string Row, byte[] Original) Flip(string table, string column, Random random)
    {
        using var connection = Connect();
        var key = table switch { "lists" => "hash", "meta" => "id", _ => "key" };
        using var select = connection.CreateCommand();
        select.CommandText = $"SELECT {(key == "id" ? "id" : $"'x''' || hex({key}) || ''''")}, {column} FROM {table}";
        var rows = new List<(string Key, byte[] Blob)>();
        using (var reader = select.ExecuteReader())
        {
            while (reader.Read())
                rows.Add((reader.GetValue(0).ToString()!, (byte[])reader.GetValue(1)));
        }
        var (at, original) = rows[random.Next(rows.Count)];
        var flipped = original.ToArray();
        flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        Execute($"UPDATE {table} SET {column}=$blob WHERE {key}={at}", flipped);
        return ($"{key}={at}", original);
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(_directory, "index-default.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    private void Execute(string sql, byte[]? blob)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (blob is not null)
            command.Parameters.AddWithValue("$blob", blob);
        command.ExecuteNonQuery();
    }
}
