using FolderSync.Core.Model;
using FolderSync.Index.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;
using static FolderSync.Testing.Entries;

namespace FolderSync.Index.Tests;

/// <summary>An index of an earlier version that contains entries no device accepts now.</summary>
public sealed class LimitsMigrationTests : IDisposable
{
    private static readonly FolderId Id = new("default");

    private readonly string _directory = Directory.CreateTempSubdirectory("fs-limits-").FullName;
    private readonly SqliteFolderIndexes _indexes;

    public LimitsMigrationTests() => _indexes = new SqliteFolderIndexes(_directory, Self, () => 7);

    public void Dispose() => Directory.Delete(_directory, true);

    private static VersionVector TooMany => VersionVector.Of(Enumerable.Range(1, 1001).Select(i => new Counter(new ShortId((ulong)i), 1)));

    private static FileName Deep => default(FileName).Child(string.Join('/', Enumerable.Repeat("d", 49_000)));

    public static TheoryData<string> Beyond => ["vector", "counter", "platform", "target", "deep"];

    private static FileEntry Entry(string what, long sequence) => what switch
    {
        "vector" => File("x", TooMany, sequence: sequence),
        "counter" => File("x", Vector((1, (1UL << 40) + 1)), sequence: sequence),
        "platform" => File("x", Vector((1, 1)), sequence: sequence) with { Platform = new byte[70_000] },
        "target" => new FileEntry { Name = FileName.Parse("x"), Type = FileType.Symlink, SymlinkTarget = new string('t', 5000), Version = Vector((1, 1)), Sequence = sequence },
        _ => File("x", Vector((1, 1)), sequence: sequence) with { Name = Deep },
    };

    [Theory]
    [MemberData(nameof(Beyond))]
    public void A_device_of_whom_there_is_such_an_entry_is_asked_for_all_anew(string what)
    {
        using (var index = _indexes.Open(Id))
        {
            index.CommitRemote(Device(1), 3, [File("a", Vector((1, 1)), sequence: 1), Entry(what, 2)], true);
            index.CommitRemote(Device(2), 4, [File("b", Vector((2, 1)), sequence: 1)], true);
        }
        BeOfEarlierVersion();
        for (var open = 0; open < 2; open++)
        {
            using var index = _indexes.Open(Id);
            Assert.Equal(default, index.RemoteState(Device(1)));
            Assert.Equal(new RemoteIndexState(4, 1), index.RemoteState(Device(2)));
            Assert.Equal("b", Assert.Single(index.Needed(default, 10)).Global.Name.Value);
            Assert.Equal(1, index.Counts.Need.Items);
        }
    }

    [Theory]
    [MemberData(nameof(Beyond))]
    public void This_device_s_own_is_made_fit_and_announced_anew(string what)
    {
        long before;
        using (var index = _indexes.Open(Id))
        {
            index.CommitLocal([File("a", Vector((5, 1))), Entry(what, 0)]);
            before = index.LocalSequence;
        }
        BeOfEarlierVersion();
        for (var open = 0; open < 2; open++)
        {
            using var index = _indexes.Open(Id);
            var announced = index.LocalSince(0, 10);
            Assert.Equal("a", announced[0].Name.Value);
            if (what == "deep")
            {
                Assert.Single(announced);
                continue;
            }
            var mended = announced[1];
            Assert.True(mended.Version.IsWithinLimits && mended.Platform.Length <= 65536 && (mended.SymlinkTarget?.Length ?? 0) <= 4096);
            Assert.Equal(before + 1, mended.Sequence);
            Assert.False(Entry(what, 0).Version.Covers(mended.Version));
            Assert.Equal(Entry(what, 0).BlocksHash, mended.BlocksHash);
        }
    }

    [Fact]
    public void What_is_within_the_limits_is_left_as_it_is()
    {
        var full = VersionVector.Of(Enumerable.Range(1, 1000).Select(i => new Counter(new ShortId((ulong)i), 1UL << 40)));
        using (var index = _indexes.Open(Id))
        {
            index.CommitLocal([File("a", full)]);
            index.CommitRemote(Device(1), 3, [File("a", full, sequence: 1), Folder("b", full, 2) with { Platform = new byte[65536] }], true);
        }
        BeOfEarlierVersion();
        using var opened = _indexes.Open(Id);
        Assert.Equal((1, new RemoteIndexState(3, 2)), (opened.LocalSequence, opened.RemoteState(Device(1))));
        Assert.Equal(full, opened.FindLocal(FileName.Parse("a"))!.Version);
    }

    private void BeOfEarlierVersion()
    {
        SqliteConnection.ClearAllPools();
        using var db = new SqliteConnection($"Data Source={Path.Combine(_directory, "index-default.db")};Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = "PRAGMA user_version=1";
        command.ExecuteNonQuery();
    }
}
