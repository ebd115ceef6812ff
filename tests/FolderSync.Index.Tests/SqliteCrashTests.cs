using FolderSync.Core.Model;
using FolderSync.Index.Sqlite;
using Xunit;
using static FolderSync.Testing.Entries;

namespace FolderSync.Index.Tests;

/// <summary>
/// After a power loss only a part of the WAL is on the disk. The index is then in the complete state after some commit, never before the last
/// durable one.
/// </summary>
public sealed class SqliteCrashTests : IDisposable
{
    private static readonly FolderId Id = new("default");
    private static readonly FileName[] Names = [.. Enumerable.Range(0, 30).Select(i => FileName.Parse($"d{i % 4}/f{i}"))];
    private static readonly DeviceId[] Devices = [Device(1), Self, Device(9)];

    private readonly string _directory = Directory.CreateTempSubdirectory("fs-index-").FullName;
    private readonly Random _random = new(20260);
    private readonly List<NaiveIndex> _states = [new()];
    private int _durable;

    public void Dispose() => Directory.Delete(_directory, true);

    [Fact]
    public void A_suffix_of_peers_commits_may_be_lost_and_nothing_else()
    {
        var indexes = new SqliteFolderIndexes(_directory, Self, () => 1);
        using var index = indexes.Open(Id);
        long durableLength = LogLength;
        for (var i = 0; i < 25; i++)
        {
            if (Commit(index))
            {
                _durable = _states.Count - 1;
                durableLength = LogLength;
            }
            if (LogLength > 0)
                AssertSurvives(durableLength + _random.NextInt64(LogLength - durableLength + 1), tear: i % 2 == 0);
        }
    }

    [Fact]
    public void A_commit_that_fails_changes_nothing()
    {
        var indexes = new SqliteFolderIndexes(_directory, Self, () => 1);
        using var index = indexes.Open(Id);
        for (var i = 0; i < 4; i++)
            Commit(index);
        var bad = File("d0/bad", Vector((5, 1))) with { Blocks = null, Size = 5 };
        FileEntry[] batch = [File("d0/new", Vector((5, 1))), bad, null!];
        Assert.ThrowsAny<Exception>(() => index.CommitLocal(batch));
        Assert.ThrowsAny<Exception>(() => index.CommitRemote(Device(12), 1, batch, false));
        FolderIndexComparison.AssertSame(_states[^1], index, Names, [.. Devices, Device(12)]);
        Commit(index);
        FolderIndexComparison.AssertSame(_states[^1], index, Names, Devices);
    }

    private string Database => Path.Combine(_directory, "index-default.db");

    private long LogLength => System.IO.File.Exists(Database + "-wal") ? new FileInfo(Database + "-wal").Length : 0;

    /// <summary>Makes one random commit; returns whether it is durable.</summary>
    private bool Commit(IFolderIndex index)
    {
        var next = _states[^1].Copy();
        var entries = Enumerable.Range(0, _random.Next(1, 20)).Select(_ => RandomEntry()).ToList();
        var durable = _random.Next(3) == 0;
        if (durable)
        {
            next.CommitLocal(entries);
            index.CommitLocal(entries);
        }
        else
        {
            var device = Device(_random.Next(2) == 0 ? 1 : 9);
            var reset = _random.Next(5) == 0;
            next.CommitRemote(device, 4, entries, reset);
            index.CommitRemote(device, 4, entries, reset);
        }
        _states.Add(next);
        if (!durable && _random.Next(8) == 0)
        {
            index.Flush();
            durable = true;
        }
        return durable;
    }

    private void AssertSurvives(long logLength, bool tear)
    {
        var copy = Directory.CreateDirectory(Path.Combine(_directory, "copy")).FullName;
        var database = Path.Combine(copy, "index-default.db");
        System.IO.File.Copy(Database, database, true);
        var log = System.IO.File.ReadAllBytes(Database + "-wal");
        if (tear && logLength < log.Length)
            log[(int)logLength] ^= 0x10;
        System.IO.File.WriteAllBytes(database + "-wal", tear ? log : log[..(int)logLength]);
        using (var index = new SqliteFolderIndexes(copy, Self, () => 2).Open(Id))
        {
            Assert.Equal(1UL, index.IndexId);
            var found = _states.FindLastIndex(s => s.Sequence == index.LocalSequence && Devices.All(d => index.RemoteState(d).MaxSequence == (s.Remotes.GetValueOrDefault(d).Max)) && index.Counts.Global == s.GlobalCounts());
            Assert.True(found >= _durable, $"found the state {found}, the last durable is {_durable} of {_states.Count - 1}");
            FolderIndexComparison.AssertSame(_states[found], index, Names, Devices);
        }
        Directory.Delete(copy, true);
    }

    private FileEntry RandomEntry()
    {
        var name = Names[_random.Next(Names.Length)].Value;
        var version = Vector((1, (ulong)_random.Next(3)), (5, (ulong)_random.Next(3)), (9, (ulong)_random.Next(3)));
        return _random.Next(4) == 0
            ? Tombstone(name, version, _random.Next(100_000))
            : File(name, version, _random.Next(9), _random.Next(1, 9), 1000 + _random.Next(3), _random.Next(100_000));
    }
}
