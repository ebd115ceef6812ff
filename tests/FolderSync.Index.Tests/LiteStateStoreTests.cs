using FolderSync.Core.Model;
using FolderSync.Index.Sqlite;
using FolderSync.Index.State;
using FolderSync.Simulator.Stores;
using FolderSync.Testing;
using LiteDB;
using LiteDB.Engine;
using Xunit;

namespace FolderSync.Index.Tests;

/// <summary>What every state store must do.</summary>
public abstract class StateStoreContract : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    private static readonly FolderId Folder = new("f'\"@0 $"), Other = new(new string('n', 256));

    internal abstract IStateStore Store { get; }

    public abstract void Dispose();

    internal abstract void Reopen();

    [Fact]
    public void What_was_put_comes_back()
    {
        var device = new PendingDevice(Entries.Device(1), "N\u00E4me", "tcp://[::1]:22000", Start);
        var offered = new PendingFolder(Folder, Entries.Device(1), "label", Start, true);
        var seen = new DeviceStatistics(Entries.Device(2), Start, 12.5);
        var scanned = new FolderStatistics(Other, Start, "", default, false);
        var conflict = new OpenConflict(Folder, "a/b.txt", "a/b.sync-conflict.txt", new ShortId(ulong.MaxValue), Start);
        Store.PutPendingDevice(device);
        Store.PutPendingFolder(offered);
        Store.PutDevice(seen);
        Store.PutFolder(scanned);
        Store.PutConflict(conflict);
        Store.PutDocument("n\u00E4me", "{\"a\": [1, \"\"]}");
        Store.PutDocument("empty", "");
        Reopen();
        Assert.Equal([device], Store.PendingDevices());
        Assert.Equal([offered], Store.PendingFolders());
        Assert.Equal([seen], Store.Devices());
        Assert.Equal([scanned], Store.Folders());
        Assert.Equal([conflict], Store.Conflicts());
        Assert.Equal(("{\"a\": [1, \"\"]}", "", null), (Store.GetDocument("n\u00E4me"), Store.GetDocument("empty"), Store.GetDocument("Empty")));
    }

    [Fact]
    public void Put_again_it_is_replaced_and_removed_it_is_gone()
    {
        Store.PutPendingDevice(new PendingDevice(Entries.Device(1), "a", "", Start));
        Store.PutPendingDevice(new PendingDevice(Entries.Device(1), "b", "", Start));
        Assert.Equal("b", Assert.Single(Store.PendingDevices()).Name);
        Store.RemovePendingDevice(Entries.Device(1));
        Store.RemovePendingDevice(Entries.Device(1));
        Assert.Empty(Store.PendingDevices());
        foreach (var device in (int[])[1, 2, 3])
        {
            Store.PutPendingFolder(new PendingFolder(Folder, Entries.Device(device), "", Start, false));
            Store.PutPendingFolder(new PendingFolder(Other, Entries.Device(device), "", Start, false));
        }
        Store.RemovePendingFolder(Folder, Entries.Device(2));
        Assert.Equal(5, Store.PendingFolders().Count);
        Store.RemovePendingFolder(Folder, null);
        Assert.All(Store.PendingFolders(), f => Assert.Equal(Other, f.Folder));
        Store.PutConflict(new OpenConflict(Folder, "a", "c", default, Start));
        Store.PutConflict(new OpenConflict(Folder, "a", "C", default, Start));
        Store.RemoveConflict(Folder, "c");
        Assert.Equal("C", Assert.Single(Store.Conflicts()).Copy);
    }

    [Fact]
    public void Lists_are_bounded_and_the_oldest_go_first()
    {
        for (var i = 0; i < 130; i++)
            Store.PutPendingDevice(new PendingDevice(Entries.Device(i), "", "", Start.AddSeconds(i)));
        Assert.Equal(Enumerable.Range(30, 100).Select(Entries.Device).Order(), Store.PendingDevices().Select(d => d.Device).Order());
        for (var device = 0; device < 6; device++)
        {
            for (var i = 0; i < 120; i++)
                Store.PutPendingFolder(new PendingFolder(new FolderId($"f{i}"), Entries.Device(device), "", Start.AddSeconds((device * 1000) + i), false));
            Assert.Equal(Math.Min(500, (device + 1) * 100), Store.PendingFolders().Count);
        }
        Assert.DoesNotContain(Store.PendingFolders(), f => f.Folder.Value == "f19");
        // A device with endless offers evicts only its own offers.
        for (var i = 0; i < 300; i++)
            Store.PutPendingFolder(new PendingFolder(new FolderId($"g{i}"), Entries.Device(5), "", Start.AddSeconds(9000 + i), false));
        Assert.Equal([100, 100, 100, 100, 100], Store.PendingFolders().CountBy(f => f.Device).OrderBy(d => d.Key).Select(d => d.Value));
    }

    [Fact]
    public void History_is_the_latest_first_and_trimmed()
    {
        for (var i = 0; i < 12; i++)
            Store.AddHistory([.. Enumerable.Range(i * 1000, 1000).Select(n => Item(n, n % 10 == 0 ? Other : Folder))]);
        Store.AddHistory([]);
        Reopen();
        Assert.Equal(["p11999", "p11998"], Store.History(null, 2).Select(h => h.Path));
        Assert.Equal(["p11990", "p11980"], Store.History(Other, 2).Select(h => h.Path));
        var last = Store.History(null, 1)[0];
        Assert.Equal(Item(11999, Folder) with { Id = last.Id }, last);
        Assert.Equal(["p11998", "p11997"], Store.History(null, 2, last.Id).Select(h => h.Path));
        Assert.Equal(["p11990", "p11980"], Store.History(Other, 2, last.Id).Select(h => h.Path));
        Assert.InRange(Store.History(null, int.MaxValue).Count, 9_000, 10_500);
        Assert.Empty(Store.History(new FolderId("unknown"), 5));
    }

    private protected static HistoryItem Item(int n, FolderId folder) =>
        new(Start.AddSeconds(n), folder, $"p{n}", "modified", FileType.Symlink, new ShortId(ulong.MaxValue - (ulong)n), n % 2 == 0);
}

public sealed class MemoryStateStoreTests : StateStoreContract
{
    internal override IStateStore Store { get; } = new MemoryStateStore();

    public override void Dispose()
    {
    }

    internal override void Reopen()
    {
    }
}

public sealed class LiteStateStoreTests : StateStoreContract
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fs-state-").FullName;
    private LiteStateStore? _store;

    private string FilePath => Path.Combine(_directory, "sub", "state.db");

    internal override IStateStore Store => _store ??= new LiteStateStore(FilePath);

    public override void Dispose()
    {
        _store?.Dispose();
        Directory.Delete(_directory, true);
    }

    internal override void Reopen()
    {
        _store?.Dispose();
        _store = null;
    }

    [Fact]
    public void What_an_earlier_version_took_from_strangers_is_not_given_out()
    {
        var much = new string('x', 1 << 20);
        Store.PutPendingFolder(new PendingFolder(new FolderId(".."), Entries.Device(1), "", DateTimeOffset.UnixEpoch, false));
        Store.PutPendingFolder(new PendingFolder(new FolderId(much), Entries.Device(1), "", DateTimeOffset.UnixEpoch, false));
        Store.PutPendingFolder(new PendingFolder(new FolderId("f"), Entries.Device(1), much, DateTimeOffset.UnixEpoch, false));
        Store.PutPendingDevice(new PendingDevice(Entries.Device(1), much, "", DateTimeOffset.UnixEpoch));
        Assert.Equal((256, 255), (Assert.Single(Store.PendingFolders()).Label.Length, Assert.Single(Store.PendingDevices()).Name.Length));
        Reopen();
        // They are offered again when the device connects.
        Assert.Empty(Store.PendingFolders());
        Assert.Empty(Store.PendingDevices());
    }

    [Fact]
    public async Task Readers_see_whole_states_while_a_writer_writes()
    {
        var store = Store;
        const int Rounds = 60;
        var done = false;
        var seen = new int[4];
        var readers = seen.Select((_, reader) => Task.Factory.StartNew(
            () =>
            {
                do
                {
                    foreach (var device in store.Devices())
                        Assert.Equal(device.LastSeen.UtcTicks, (long)device.LastConnectionSeconds);
                    var history = store.History(null, 50);
                    Assert.Equal(history.Select(h => h.Path), history.OrderByDescending(h => h.Time).Select(h => h.Path));
                    Assert.Equal(0, history.Count % 5);
                    var document = store.GetDocument("d");
                    Assert.True(document is null || document.Distinct().Count() == 1);
                    seen[reader]++;
                }
                while (!Volatile.Read(ref done));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            for (var i = 0; i < 5; i++)
                store.PutDevice(new DeviceStatistics(Entries.Device(i), new DateTimeOffset(round, TimeSpan.Zero), round));
            var first = round * 5;
            store.AddHistory([.. Enumerable.Range(first, 5).Select(n => Item(n, new FolderId("f")))]);
            store.PutDocument("d", new string((char)('a' + (round % 26)), 1 + (round * 37 % 5000)));
        }
        Volatile.Write(ref done, true);
        await Task.WhenAll(readers);
        Assert.All(seen, count => Assert.True(count > 0));
        Assert.Equal(Rounds * 5, store.History(null, 10_000).Count);
        Assert.All(store.Devices(), d => Assert.Equal(Rounds, d.LastConnectionSeconds));
    }

    [Fact]
    public void A_damaged_file_is_put_aside_and_begun_anew()
    {
        Store.PutDocument("d", "kept");
        Store.AddHistory([.. Enumerable.Range(0, 500).Select(n => Item(n, new FolderId("f")))]);
        Reopen();
        var whole = System.IO.File.ReadAllBytes(FilePath);
        foreach (var damaged in Damages(whole))
        {
            System.IO.File.WriteAllBytes(FilePath, damaged);
            _ = Store.GetDocument("d");
            _ = Store.History(null, 1000);
            Store.PutDocument("d", "new");
            Assert.Equal("new", Store.GetDocument("d"));
            Reopen();
            Assert.Equal("new", Store.GetDocument("d"));
            Reopen();
        }
        Assert.True(System.IO.File.Exists(FilePath + ".damaged"));
    }

    [Fact]
    public void What_a_kill_leaves_behind_is_read_again()
    {
        Store.AddHistory([Item(1, new FolderId("f"))]);
        Store.PutDocument("d", "first");
        var copy = Path.Combine(_directory, "copy");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(FilePath)!))
        {
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = System.IO.File.Create(Path.Combine(copy, Path.GetFileName(file)));
            from.CopyTo(to);
        }
        using var left = new LiteStateStore(Path.Combine(copy, "state.db"));
        Assert.Equal("first", left.GetDocument("d"));
        Assert.Single(left.History(null, 5));
    }

    private static IEnumerable<byte[]> Damages(byte[] whole)
    {
        yield return new byte[whole.Length];
        yield return [.. Enumerable.Repeat((byte)'x', 100)];
        yield return whole[..(whole.Length / 2)];
        var random = new Random(3);
        for (var i = 0; i < 12; i++)
        {
            var flipped = whole.ToArray();
            for (var n = 0; n < 200; n++)
                flipped[random.Next(flipped.Length)] = (byte)random.Next(256);
            yield return flipped;
        }
    }

    [Fact]
    public void The_database_and_its_log_are_their_owners_alone()
    {
        if (OperatingSystem.IsWindows())
            return;
        Store.PutDocument("a", "{}");
        Store.AddHistory([Item(1, new FolderId("f"))]);
        var indexes = new SqliteFolderIndexes(Path.Combine(_directory, "sub"), Entries.Self, () => 1);
        using var index = indexes.Open(new FolderId("f"));
        index.CommitLocal([Entries.File("a", Entries.Vector((5, 1)))]);
        var files = Directory.GetFiles(Path.Combine(_directory, "sub"), "*.db*");
        // Two files of LiteDB, three of SQLite.
        Assert.Equal(5, files.Length);
        foreach (var file in files)
            Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, System.IO.File.GetUnixFileMode(file)));
    }

    /// <summary>Its finalizer would throw, which no handler sees: it would end this process, too.</summary>
    [Fact]
    public void What_an_error_of_the_disk_interrupts_does_not_end_the_process_later()
    {
        // LiteDB holds it as long as the thread lives.
        var thread = new Thread(Interrupt);
        thread.Start();
        thread.Join();
        for (var i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static void Interrupt()
    {
        var log = new FailingStream();
        var database = new LiteDatabase(new LiteEngine(new EngineSettings { DataStream = new MemoryStream(), LogStream = log }));
        database.GetCollection("documents").Insert(new BsonDocument { ["_id"] = 1 });
        log.Fails = true;
        Assert.Throws<IOException>(() => database.GetCollection("documents").Insert(new BsonDocument { ["_id"] = 2 }));
        InterruptedTransactions.Abandon(database);
        Record.Exception(database.Dispose);
    }

    private sealed class FailingStream : MemoryStream
    {
        public bool Fails { get; set; }

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Fails)
                throw new IOException("No space left on device");
            base.Write(buffer, offset, count);
        }
    }
}
