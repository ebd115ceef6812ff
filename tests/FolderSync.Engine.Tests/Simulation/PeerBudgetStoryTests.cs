using System.Security.Cryptography;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Status;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>A paired device that doesn't answer, doesn't read, or is slow: the others notice nothing of it, and an honest one is waited for.</summary>
public sealed class PeerBudgetStoryTests
{
    private const int Megabyte = 1 << 20;
    private static readonly FolderId Second = new("second");

    private readonly SimulatedWorld _world = new("anna", "bert");
    private readonly RawPeer _raw;

    public PeerBudgetStoryTests() => _raw = new RawPeer(_world, "raw");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    private DeviceSnapshot RawAtAnna => Anna.Engine!.Devices.Single(d => d.Config.Id == _raw.Id);

    [Fact]
    public void A_device_that_never_answers_delays_no_other_folder()
    {
        BeginWithTwoFolders();
        _raw.Send(_raw.Index([.. Enumerable.Range(1, 1000).Select(i => Promised($"f{i}", i))]));
        _world.RunUntil("anna asks for them", () => Requests().Any());
        Fill(Bert.Disks.Disk("/second").User);
        var began = _world.Time.Now;
        Bert.Engine!.ScanAsync(Second, [], CancellationToken.None);
        _world.RunUntil("the other folder is here", () => Anna.Engine!.Folder(Second) is { State: FolderState.Idle, Counts: { Local.Files: 100, Need.Items: 0 } });

        Assert.InRange(SecondsSince(began), 0, 5);
        Assert.InRange(Requests().Sum(r => (long)r.Size), Megabyte, 4 * Megabyte);
    }

    [Fact]
    public void A_device_that_never_answers_is_said_to_be_so_within_a_minute_and_asked_for_little_until_it_answers()
    {
        Begin();
        _raw.Send(_raw.Index([.. Enumerable.Range(1, 100).Select(i => Offered($"f{i}", Megabyte, i))]));
        var began = _world.Time.Now;
        _world.RunUntil("anna says so", () => RawAtAnna.NotAnsweringSince is not null);
        Assert.InRange(SecondsSince(began), 30, 60);
        _world.RunUntil("nothing is waited for", () => Anna.Snapshot.PullProblems.Count >= 98);
        Assert.Contains(Anna.Snapshot.PullProblems, p => p.Reason.Contains("not answer", StringComparison.Ordinal));
        var asked = Requests().Count;
        _world.RunFor(TimeSpan.FromMinutes(4));
        Assert.InRange(Requests().Count - asked, 1, 5);
        Assert.Null(_raw.Ended);

        // Whatever it owes may still come, and then all the others are asked for again.
        AnswerAll();
        _world.RunUntil("it answers again", () => RawAtAnna.NotAnsweringSince is null);
        _world.RunUntil("all is here", () =>
        {
            AnswerAll();
            return Anna.Snapshot.Counts is { Local.Files: 100, Need.Items: 0 };
        });
    }

    [Fact]
    public void What_another_device_has_comes_from_that_one()
    {
        BeginWithTheFilesOfBert();
        var began = _world.Time.Now;
        _world.RunUntil("all is here", HasAll);
        Assert.InRange(SecondsSince(began), 0, 60);
        Assert.Empty(Anna.Snapshot.PullProblems);
    }

    [Fact]
    public void What_a_much_faster_device_has_comes_from_that_one_even_if_the_answer_has_begun()
    {
        Begin();
        Fill(Bert.User);
        FreezeBertAfter(3 * Megabyte);
        _world.Scan(Bert);
        _raw.Send(_raw.Index(BertsFiles()));
        _world.RunUntil("anna asks for some of it", () => Requests().Any());
        _world.Network.Freeze(Bert.Id, reads: true, writes: true);
        var began = _world.Time.Now;
        var took = 0.0;
        var request = Requests()[0];
        var data = Bert.User.ReadAll(request.Name.Value)[(int)request.Offset..][..request.Size];
        _raw.SendSlowly(500, () => took = took == 0 && HasAll() ? SecondsSince(began) : took, new BepMessage.Response(request.Id, Pooled(data), ErrorCode.NoError));
        Assert.InRange(took, 60, 150);
        Assert.InRange(SecondsSince(began), 200, 400);
    }

    [Fact]
    public void A_device_that_chatters_but_never_answers_is_given_up_too()
    {
        Begin();
        _raw.Send(_raw.Index([.. Enumerable.Range(1, 10).Select(i => Promised($"f{i}", i))]));
        var began = _world.Time.Now;
        while (RawAtAnna.NotAnsweringSince is null && SecondsSince(began) < 300)
        {
            _raw.Send(new BepMessage.Ping());
            _world.RunFor(TimeSpan.FromSeconds(5));
        }
        Assert.InRange(SecondsSince(began), 100, 150);
    }

    [Fact]
    public void A_device_that_reads_nothing_stops_nobody_elses_downloads_and_is_hung_up_on()
    {
        var log = new CollectedLog();
        Anna.Loggers = log;
        BeginWithTwoFolders();
        Anna.User.WriteFile("big", Bytes(1, 16 * Megabyte));
        _world.Scan(Anna);
        Fill(Anna.Disks.Disk("/second").User);
        _world.Network.Freeze(_raw.Id, reads: false, writes: true);
        _raw.Send([.. Enumerable.Range(1, 200).Select(i => _raw.Ask(i, "big", 16 * Megabyte))]);
        var began = _world.Time.Now;
        _world.Command(Anna, e => e.ScanAsync(Second, [], CancellationToken.None));
        _world.RunUntil("bert has all", () => Bert.Engine!.Folder(Second) is { State: FolderState.Idle, Counts: { Local.Files: 100, Need.Items: 0 } });
        Assert.InRange(SecondsSince(began), 0, 5);

        // It goes on talking: that it reads is what counts.
        while (RawAtAnna.Connected && SecondsSince(began) < 300)
        {
            _raw.Send(new BepMessage.Ping());
            _world.RunFor(TimeSpan.FromSeconds(5));
        }
        Assert.InRange(SecondsSince(began), 30, 60);
        Assert.Contains(log.Texts, e => e.Contains("read nothing for 30 seconds", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, 20)]
    [InlineData(16, 20)]
    public void A_slow_device_is_waited_for(int megabytes, int kilobytesPerSecond)
    {
        Begin();
        var bytes = Bytes(7, megabytes * Megabyte);
        _raw.Send(_raw.Index(Offered("slow", bytes, 1)));
        _world.RunUntil("anna asks for it", () => Requests().Any());
        _raw.SendSlowly(kilobytesPerSecond << 10, () => Assert.Null(RawAtAnna.NotAnsweringSince), new BepMessage.Response(Requests().Single().Id, Pooled(bytes), ErrorCode.NoError));
        _world.RunUntil("it is here", () => Anna.User.Exists("slow"));

        Assert.Equal(bytes, Anna.User.ReadAll("slow"));
        Assert.Single(Requests());
        Assert.Null(_raw.Ended);
    }

    [Fact]
    public void A_device_whose_disk_takes_40_seconds_for_each_block_is_given_as_long()
    {
        Begin();
        _raw.Send(_raw.Index(Offered("a", Megabyte, 1), Offered("b", Megabyte, 2), Offered("c", Megabyte, 3)));
        var due = new Queue<(long At, BepMessage.Request Request)>();
        var seen = 0;
        for (var second = 0; second < 1200 && Anna.Snapshot.Counts.Need.Items + (seen == 0 ? 1 : 0) > 0; second++)
        {
            foreach (var request in Requests().Skip(seen))
                due.Enqueue((_world.Time.Now + TimeSpan.FromSeconds(40).Ticks, request));
            seen = Requests().Count;
            while (due.TryPeek(out var next) && next.At <= _world.Time.Now)
                Answer(due.Dequeue().Request);
            _world.RunFor(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(3, Anna.Snapshot.Counts.Local.Files);
        Assert.Null(_raw.Ended);
    }

    [Fact]
    public void A_stopped_process_is_noticed_within_a_minute_and_found_again()
    {
        _world.Configure(f => f);
        for (var i = 0; i < 5; i++)
            Bert.User.WriteFile($"f{i}", Bytes(i, Megabyte));
        Anna.User.WriteFile("own", "anna's");
        _world.StartAll();
        _world.RunUntilSynced();
        for (var i = 5; i < 40; i++)
            Bert.User.WriteFile($"f{i}", Bytes(i, Megabyte));
        FreezeBertAfter(3 * Megabyte);
        _world.Scan(Bert);
        var began = _world.Time.Now;
        // Bert's own program may hang up first: here it goes on, and finds that nothing it sends arrives.
        _world.RunUntil("anna says so", () => Anna.Engine!.Devices.Single() is { NotAnsweringSince: not null } or { Connected: false });
        Assert.InRange(SecondsSince(began), 0, 60);
        _world.RunFor(TimeSpan.FromMinutes(2));
        _world.Network.Freeze(Bert.Id, reads: true, writes: true);
        began = _world.Time.Now;
        _world.RunUntilSynced();
        Assert.InRange(SecondsSince(began), 0, 120);
    }

    private bool HasAll() => Anna.Snapshot.Counts is { Local.Files: 100, Need.Items: 0 };

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static PooledBytes Pooled(byte[] bytes)
    {
        var pooled = PooledBytes.Rent(bytes.Length);
        bytes.CopyTo(pooled.Span);
        return pooled;
    }

    private static void Fill(MemoryUser user)
    {
        for (var i = 0; i < 100; i++)
            user.WriteFile($"{i}", Bytes(1000 + i, Megabyte));
    }

    private double SecondsSince(long began) => TimeSpan.FromTicks(_world.Time.Now - began).TotalSeconds;

    private List<BepMessage.Request> Requests() => [.. _raw.Received.OfType<BepMessage.Request>()];

    private FileEntry Offered(string name, int size, int sequence) => Offered(name, Bytes(sequence, size), sequence);

    private FileEntry Offered(string name, byte[] bytes, int sequence) => _raw.Entry(name, "", 5, sequence) with
    {
        Size = bytes.Length,
        Blocks = new BlockList(bytes.Length, bytes.Length, SHA256.HashData(bytes)),
    };

    /// <summary>A file of a megabyte of which nobody will ever see a byte.</summary>
    private FileEntry Promised(string name, int sequence) => _raw.Entry(name, "", 5, sequence) with
    {
        Size = Megabyte,
        Blocks = new BlockList(Megabyte, Megabyte, SHA256.HashData(BitConverter.GetBytes(sequence))),
    };

    private void Answer(BepMessage.Request request)
    {
        var seed = request.Name.Value is ['f', .. var number] ? int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : request.Name.Value[0] - 'a' + 1;
        _raw.Send(new BepMessage.Response(request.Id, Pooled(Bytes(seed, Megabyte)), ErrorCode.NoError));
    }

    private int _answered;

    private void AnswerAll()
    {
        var requests = Requests();
        for (; _answered < requests.Count; _answered++)
            Answer(requests[_answered]);
    }

    /// <summary>One folder, which all three share.</summary>
    private void Begin()
    {
        foreach (var device in _world.Devices)
        {
            device.Configure(_world.Devices, f => device == Anna ? f with { Devices = [.. f.Devices, _raw.Id] } : f, e => device == Anna ? WithRaw(e) : e);
        }
        _world.StartAll();
        _world.RunUntil("both have scanned", () => _world.Devices.All(d => d.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null && d.Engine.Devices[0].Connected));
        _raw.Connect(Anna);
        _raw.Send(_raw.Shares(Anna));
    }

    private FileEntry[] BertsFiles() => [.. Bert.Index.LocalPage(default, default, 1000, withBlocks: true).Select((e, i) => e with { Sequence = i + 1 })];

    /// <summary>Its process stops in the middle of sending.</summary>
    private void FreezeBertAfter(long bytes)
    {
        var before = Anna.Engine!.Devices[0].BytesReceived;
        var isFrozen = false;
        _world.AfterStep = () =>
        {
            if (isFrozen || Anna.Engine!.Devices[0].BytesReceived < before + bytes)
                return;
            isFrozen = true;
            _world.Network.Freeze(Bert.Id, reads: false, writes: false);
        };
    }

    /// <summary>The raw peer has announced what bert has, and was asked for some of it; only then bert is there.</summary>
    private void BeginWithTheFilesOfBert()
    {
        Begin();
        _world.Network.Partition(Anna.Id, Bert.Id);
        Fill(Bert.User);
        _world.Scan(Bert);
        _raw.Send(_raw.Index(BertsFiles()));
        _world.RunUntil("anna asks for them", () => Requests().Any());
        _world.Network.Heal(Anna.Id, Bert.Id);
    }

    /// <summary>Anna shares one folder with the raw peer, and another one with bert.</summary>
    private void BeginWithTwoFolders()
    {
        foreach (var device in _world.Devices)
        {
            device.Configure(_world.Devices, f => f, e =>
            {
                var second = e.Folders[0] with { Id = Second, Path = "/second" };
                return device == Anna ? WithRaw(e with { Folders = [e.Folders[0] with { Devices = [_raw.Id] }, second] }) : e with { Folders = [second] };
            });
        }
        _world.StartAll();
        _world.RunUntil("both have scanned", () => _world.Devices.All(d => d.Engine?.Folder(Second)?.LastScan is not null && d.Engine.Devices[0].Connected));
        _raw.Connect(Anna);
        _raw.Send(_raw.Shares(Anna));
    }

    private EngineConfig WithRaw(EngineConfig config) => config with { Devices = [.. config.Devices, new DeviceConfig { Id = _raw.Id, Name = "raw", Addresses = [] }] };
}
