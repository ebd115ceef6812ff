using FolderSync.Core.Model;
using FolderSync.Index.Sqlite;
using FolderSync.Simulator.Stores;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Index.Tests;

public sealed class MemoryFolderIndexTests : FolderIndexContract
{
    private ulong _ids;

    public MemoryFolderIndexTests() => Indexes = new MemoryFolderIndexes(Entries.Self, () => ++_ids);

    internal override IFolderIndexes Indexes { get; }

    private protected override int Iterations => 60;
}

public sealed class SqliteFolderIndexTests : FolderIndexContract
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fs-index-").FullName;
    private ulong _ids;

    public SqliteFolderIndexTests() => Indexes = new SqliteFolderIndexes(_directory, Entries.Self, () => ++_ids);

    internal override IFolderIndexes Indexes { get; }

    private protected override int Iterations => 50;

    /// <summary>A page belongs to one commit, whatever the writer does meanwhile; counts never decrease.</summary>
    [Fact]
    public async Task Readers_see_whole_commits_while_a_writer_writes()
    {
        const int Rounds = 40;
        using var index = Indexes.Open(new FolderId("busy"));
        var done = false;
        var readers = Enumerable.Range(0, 4).Select(reader => Task.Factory.StartNew(
            () =>
            {
                long last = 0;
                do
                {
                    var page = reader % 2 == 0 ? index.LocalPage(default, default, 100, true) : index.LocalSince(0, 100);
                    Assert.True(page.Select(e => e.Modified.Seconds).Distinct().Count() <= 1);
                    Assert.InRange(page.Select(e => e.Sequence).DefaultIfEmpty(0).Max(), last, long.MaxValue);
                    last = page.Select(e => e.Sequence).DefaultIfEmpty(0).Max();
                    Assert.True(index.Needed(default, 100).All(n => n.Global.Modified.Seconds == -1));
                    foreach (var found in index.LocateBlocks([Entries.Hash(1, 0), Entries.Hash(2, 5)]).Values)
                        Assert.True(found.Size > 0);
                }
                while (!Volatile.Read(ref done));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            var version = Entries.Vector((5, (ulong)round));
            index.CommitLocal([.. Enumerable.Range(0, 20).Select(i => Entries.File($"f{i}", version, round % 3, 1 + (i % 7), round))]);
            index.CommitRemote(Entries.Device(1), 1, [Entries.File($"n{round % 5}", Entries.Vector((1, (ulong)round)), 1, 6, -1, round)], false);
        }
        Volatile.Write(ref done, true);
        await Task.WhenAll(readers);
        Assert.Equal(Rounds * 20, index.LocalSequence);
    }

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_directory, true);
    }
}
