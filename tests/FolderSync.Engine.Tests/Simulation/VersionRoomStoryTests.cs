using System.Security.Cryptography;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Filesystem;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Kept versions and free space: what a peer announces, what it really sends, and what either may cost.</summary>
public sealed class VersionRoomStoryTests
{
    private const int MiB = 1 << 20;
    private const int Block = 128 << 10;

    private readonly SimulatedWorld _world = new("anna");
    private readonly RawPeer _raw;
    private readonly HashSet<int> _answered = [];
    private int _served;
    private long _sequence;

    public VersionRoomStoryTests()
    {
        _raw = new RawPeer(_world, "raw");
        _world.Configure(
            f => f with { Devices = [_raw.Id], MinDiskFree = MiB, MinDiskFreeIsBytes = true, Versioning = new VersioningConfig(VersioningKind.TrashCan, 0, MaxSize: 0) },
            e => e with { Devices = [new DeviceConfig { Id = _raw.Id, Name = "raw", Addresses = [] }] });
        Anna.Disks.Options = new MemoryDiskOptions { Capacity = 12 * MiB };
    }

    private SimulatedDevice Anna => _world["anna"];

    /// <summary>
    /// 12 MiB: 5 of old versions (3 of which may be deleted), 2 of young ones, 1 kept free, so 4 for incoming files. Tests every size between what
    /// fits and what deleting all versions would make room for.
    /// </summary>
    [Theory]
    [InlineData(1, 4 * MiB + 1)]
    [InlineData(1, 5 * MiB)]
    [InlineData(1, 7 * MiB)]
    [InlineData(1, 7 * MiB + 1)]
    [InlineData(1, 9 * MiB)]
    [InlineData(1, 11 * MiB)]
    [InlineData(1, 12 * MiB)]
    [InlineData(1, 100 * MiB)]
    [InlineData(8, 3 * MiB)]
    [InlineData(60, MiB)]
    [InlineData(600, Block)]
    public void What_is_announced_and_never_sent_costs_no_version(int files, int size)
    {
        Begin();
        var before = Versions();
        _raw.Send(_raw.Index([.. Enumerable.Range(0, files).Select(i => Announce($"big{i}", size, i))]));
        for (var day = 0; day < 3; day++)
        {
            _world.RunFor(TimeSpan.FromHours(8));
            _world.Scan(Anna);
            Assert.Equal(before, Versions());
        }
    }

    /// <summary>A file of zeros, and copies of local files: no byte has to be transferred for them.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_made_of_zeros_or_of_local_blocks_costs_no_version(bool zeros)
    {
        var content = new byte[2 * MiB];
        if (!zeros)
        {
            new Random(5).NextBytes(content);
            Anna.User.WriteFile("here", content);
        }
        Begin();
        var before = Versions();
        _raw.Send(_raw.Index([.. Enumerable.Range(0, 8).Select(i => Entry($"copy{i}", content))]));
        _world.RunFor(TimeSpan.FromHours(8));
        _world.Scan(Anna);
        _world.RunFor(TimeSpan.FromHours(8));
        Assert.Equal(before, Versions());
    }

    [Theory]
    [InlineData(25)]
    [InlineData(40)]
    [InlineData(8 * 365)]
    [InlineData(-40 * 365)]
    public void A_start_with_a_clock_that_jumped_cleans_nothing(int days)
    {
        WithAge();
        Begin(days: 11);
        var before = Versions();
        Restart(TimeSpan.FromDays(days));
        _world.RunFor(TimeSpan.FromDays(2));
        Assert.Equal(before, Versions());
        _world.Command(Anna, e => e.CleanVersionsAsync(SimulatedDevice.Folder, CancellationToken.None));
        Assert.Equal(before, Versions());
    }

    [Theory]
    [InlineData(25)]
    [InlineData(8 * 365)]
    [InlineData(-40 * 365)]
    public void A_clock_that_jumps_while_running_cleans_nothing(int days)
    {
        WithAge();
        Begin(days: 11);
        var before = Versions();
        _world.RunFor(TimeSpan.FromHours(3));
        Anna.Skew += TimeSpan.FromDays(days);
        _world.Scan(Anna);
        _world.RunFor(TimeSpan.FromDays(2));
        Assert.Equal(before, Versions());
    }

    [Fact]
    public void After_years_off_cleaning_waits_and_comes_back_by_itself()
    {
        WithAge();
        Begin(days: 11);
        var before = Versions();
        Restart(TimeSpan.FromDays(2 * 365));
        Anna.User.WriteFile(".stversions/new", "kept after the pause");
        _world.RunFor(TimeSpan.FromDays(5));
        Assert.Equal([.. before, "new"], Versions());
        _world.RunFor(TimeSpan.FromDays(5));
        Assert.Equal(["new"], Versions());
        _world.RunFor(TimeSpan.FromDays(25));
        Assert.Empty(Versions());
    }

    [Fact]
    public void A_clock_that_was_ahead_for_a_while_neither_cleans_nor_keeps_for_ever()
    {
        WithAge();
        Begin(days: 11);
        var before = Versions();
        Anna.Skew += TimeSpan.FromDays(8 * 365);
        _world.RunFor(TimeSpan.FromDays(2));
        Anna.User.WriteFile(".stversions/future", "kept while the clock was ahead");
        Restart(TimeSpan.FromDays(-8 * 365));
        _world.RunFor(TimeSpan.FromDays(10));
        Assert.Equal([.. before, "future"], Versions());
        _world.RunFor(TimeSpan.FromDays(25));
        Assert.Empty(Versions());
    }

    /// <summary>4 MiB are free and 3 can be freed: nothing is deleted for the first 4.</summary>
    [Fact]
    public void Room_is_made_for_bytes_that_have_come_and_only_as_much()
    {
        Begin();
        var before = Versions();
        var content = Filler("big", (6 * MiB) - (64 << 10));
        _raw.Send(_raw.Index(Entry("big", content)));
        Serve(content, 3 * MiB / Block);
        Assert.Equal(before, Versions());
        Serve(content, int.MaxValue);
        _world.RunUntil("it is here", () => Anna.User.Exists("big"));
        Assert.Equal(content, Anna.User.ReadAll("big"));
        Assert.Equal(before.Except(["a~20291201-000000", "a~20291202-000000"]), Versions());
    }

    [Fact]
    public void Many_files_share_the_room_and_what_does_not_fit_is_reported()
    {
        Begin();
        var content = Enumerable.Range(0, 12).ToDictionary(i => $"f{i}", i => Filler($"{i}", MiB - 4096));
        _raw.Send(_raw.Index([.. content.Select(c => Entry(c.Key, c.Value))]));
        for (var i = 0; i < 200; i++)
            Serve(content);
        Assert.Equal(7, content.Keys.Count(Anna.User.Exists));
        Assert.Equal(["a", "b", "c", "d", "d~20300110-000000"], Versions());
        Assert.Equal(5, Anna.Snapshot.PullProblems.Count);
        Assert.True(Anna.Disks.Living[0].GetSpace().Free >= MiB);
    }

    [Fact]
    public void What_can_not_fit_is_said_with_figures_and_comes_when_there_is_room()
    {
        Anna.User.WriteFile("here", "mine");
        Begin();
        var before = Versions();
        var content = Filler("big", 8 * MiB);
        _raw.Send(_raw.Index(Entry("big", content)));
        _world.RunUntil("it is said", () => Anna.Snapshot.PullProblems.Count == 1);
        var said = Anna.Snapshot.PullProblems[0].Reason;
        Assert.Contains("8,388,608", said, StringComparison.Ordinal);
        Assert.Contains("3,145,728", said, StringComparison.Ordinal);
        Assert.Contains("seven days", said, StringComparison.Ordinal);
        Assert.Contains(Anna.Snapshot.Warnings, w => w.Reason.Contains("The disk is full", StringComparison.Ordinal));
        Assert.DoesNotContain(_raw.Received, m => m is BepMessage.Request);

        // What needs no space continues, and nothing spins.
        var seen = Anna.Index.FindLocal(FileName.Parse("here"))!;
        _raw.Send(_raw.Update(_sequence, seen with { Permissions = 0x180, Version = seen.Version.Raise(_raw.Id.Short, 9), ModifiedBy = _raw.Id.Short, Sequence = ++_sequence, LocalFlags = default, Disk = default }));
        _world.RunUntil("its mode is taken over", () => Anna.User.Stat("here").Permissions == 0x180);
        seen = Anna.Index.FindLocal(FileName.Parse("here"))!;
        _raw.Send(_raw.Update(_sequence, _raw.Entry("here", null, 1, _sequence + 1) with { Version = seen.Version.Raise(_raw.Id.Short, 10) }));
        _sequence++;
        _world.RunUntil("it is deleted", () => !Anna.User.Exists("here"));
        var operations = Anna.Disks.Living.Sum(f => f.Operations);
        _world.RunFor(TimeSpan.FromHours(6));
        Assert.InRange(Anna.Disks.Living.Sum(f => f.Operations) - operations, 1, 5000);
        Assert.Equal([.. before, "here"], Versions());
        Assert.Single(Anna.Snapshot.PullProblems);

        Connect();
        Anna.User.Delete(".stversions/d");
        Anna.User.Delete(".stversions/d~20300110-000000");
        var freed = _world.Time.Now;
        for (var i = 0; i < 1000 && !Anna.User.Exists("big"); i++)
            Serve(content, int.MaxValue);
        Assert.Equal(content, Anna.User.ReadAll("big"));
        Assert.InRange(_world.Time.Now - freed, 0, TimeSpan.FromMinutes(2).Ticks);
        _world.RunUntil("nothing is said any more", () => Anna.Snapshot is { PullProblems.Count: 0, Warnings.Count: 0 });
    }

    [Fact]
    public void Versions_on_another_disk_never_go_for_the_folders()
    {
        _world.Configure(
            f => f with { Devices = [_raw.Id], MinDiskFree = MiB, MinDiskFreeIsBytes = true, Versioning = new VersioningConfig(VersioningKind.TrashCan, 0, "/versions", MaxSize: 0) },
            e => e with { Devices = [new DeviceConfig { Id = _raw.Id, Name = "raw", Addresses = [] }] });
        var elsewhere = Anna.Disks.Disk("/versions").User;
        elsewhere.WriteFile("a~20291201-000000", Filler("a", MiB));
        elsewhere.WriteFile("a", Filler("b", MiB));
        Anna.User.WriteFile("full", Filler("full", 10 * MiB));
        Begin();
        var content = Filler("big", 2 * MiB);
        _raw.Send(_raw.Index(Entry("big", content)));
        for (var i = 0; i < 100; i++)
            Serve(content, int.MaxValue);
        Assert.Single(Anna.Snapshot.PullProblems);
        Assert.True(elsewhere.Exists("a~20291201-000000") && elsewhere.Exists("a"));
    }

    private void WithAge() => _world.Configure(
        f => f with { Devices = [_raw.Id], Versioning = new VersioningConfig(VersioningKind.TrashCan, 30, MaxSize: 0) },
        e => e with { Devices = [new DeviceConfig { Id = _raw.Id, Name = "raw", Addresses = [] }] });

    /// <summary>Some weeks old: three versions of a (2 of which may be deleted), two of b (1), one of c; from today: two of d.</summary>
    private void Begin(int days = 40)
    {
        if (!Anna.User.Exists("full"))
        {
            foreach (var (name, kib) in new[] { ("a~20291201-000000", 1024), ("a~20291202-000000", 1024), ("a", 1024), ("b~20291201-000000", 1024), ("b", 512), ("c", 512) })
                Anna.User.WriteFile(".stversions/" + name, Filler(name, kib << 10));
        }
        _world.StartAll();
        _world.RunFor(TimeSpan.FromDays(days));
        if (!Anna.User.Exists("full"))
        {
            foreach (var name in (string[])["d~20300110-000000", "d"])
                Anna.User.WriteFile(".stversions/" + name, Filler(name, MiB));
        }
        Connect();
    }

    private void Connect()
    {
        _answered.Clear();
        _raw.Connect(Anna);
        _raw.Send(_raw.Shares(Anna));
    }

    private void Restart(TimeSpan jump)
    {
        Anna.Stop();
        _world.RunUntil("anna has stopped", () => !Anna.IsRunning);
        Anna.Skew += jump;
        Anna.Start();
        _world.RunUntil("anna has scanned", () => Anna.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
    }

    /// <summary>Serves the requests for one file, up to a number of blocks.</summary>
    private void Serve(byte[] content, int blocks)
    {
        for (var i = 0; i < 20; i++)
        {
            _world.RunFor(TimeSpan.FromMilliseconds(50));
            foreach (var request in _raw.Received.OfType<BepMessage.Request>().Where(r => !_answered.Contains(r.Id)).Take(blocks - Math.Min(blocks, _served)).ToList())
            {
                _served++;
                Answer(request, content);
            }
        }
    }

    private void Serve(Dictionary<string, byte[]> contents)
    {
        _world.RunFor(TimeSpan.FromSeconds(1));
        foreach (var request in _raw.Received.OfType<BepMessage.Request>().Where(r => !_answered.Contains(r.Id)).ToList())
            Answer(request, contents[request.Name.Value]);
    }

    private void Answer(BepMessage.Request request, byte[] content)
    {
        _answered.Add(request.Id);
        var bytes = PooledBytes.Rent(request.Size);
        content.AsSpan((int)request.Offset, request.Size).CopyTo(bytes.Span);
        _raw.Send(new BepMessage.Response(request.Id, bytes, ErrorCode.NoError));
    }

    private List<string> Versions() => [.. Anna.User.Tree(".stversions").Where(i => i.Kind == FileKind.File).Select(i => i.Path[(i.Path.LastIndexOf('/') + 1)..]).Order(StringComparer.Ordinal)];

    private static byte[] Filler(string name, int size)
    {
        var bytes = new byte[size];
        new Random(name.Length + name[0]).NextBytes(bytes);
        return bytes;
    }

    private FileEntry Announce(string path, int size, int seed)
    {
        var hashes = new byte[BlockList.CountFor(size, Block) * 32];
        new Random(seed).NextBytes(hashes);
        return _raw.Entry(path, "", 5, ++_sequence) with { Size = size, Blocks = new BlockList(Block, size, hashes) };
    }

    private FileEntry Entry(string path, byte[] content)
    {
        var hashes = content.Chunk(Block).SelectMany(SHA256.HashData).ToArray();
        return _raw.Entry(path, "", 5, ++_sequence) with { Size = content.Length, Blocks = new BlockList(Block, content.Length, hashes) };
    }
}
