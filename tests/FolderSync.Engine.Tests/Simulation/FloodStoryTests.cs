using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>
/// A device whose files are encrypted, or wiped out by mistake, announces that to all others: what would displace too much there waits for the user,
/// and what was displaced before that, or too slowly to be noticed, is in the trash can.
/// </summary>
public sealed class FloodStoryTests
{
    private const int Files = 400;
    private const int Limit = 200;

    private readonly SimulatedWorld _world = new("anna", "bert");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    [Fact]
    public void A_flood_that_comes_at_once_is_held_before_any_of_it_is_placed()
    {
        Begin();
        Encrypt(0, Files);
        Anna.Notice("d");
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is { Files: Files });
        _world.RunFor(TimeSpan.FromHours(3));

        Assert.Equal(Files, Intact(Bert));
        Assert.Empty(Versions(Bert));
        var hold = Bert.Snapshot.Hold!;
        Assert.Equal((true, Files, Files, 100), (hold.Incoming, hold.Replaced, hold.TotalFiles, hold.Names.Count));
        Assert.Equal([Anna.Id], hold.Devices);
        // Where it was made it is nobody's change but the owner's.
        Assert.Null(Anna.Snapshot.Hold);
    }

    [Fact]
    public void A_flood_that_comes_bit_by_bit_is_held_before_the_limit_is_passed()
    {
        Begin();
        for (var i = 0; i < Files; i++)
        {
            Encrypt(i, i + 1);
            Anna.Notice($"d/{i}");
            _world.RunFor(TimeSpan.FromSeconds(1));
        }
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is { Incoming: true });
        _world.RunFor(TimeSpan.FromHours(3));

        Assert.InRange(Intact(Bert), Files - Limit + 1, Files - 1);
        AssertRestorable();
    }

    [Fact]
    public void Copies_with_another_name_and_deletions_are_one_flood_too()
    {
        Begin();
        for (var i = 0; i < Files; i++)
        {
            Anna.User.WriteFile($"d/{i}.locked", Encrypted(i));
            Anna.User.Delete($"d/{i}");
        }
        Anna.Notice("d");
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is { Incoming: true });
        _world.RunFor(TimeSpan.FromHours(3));

        Assert.Equal(Files, Intact(Bert));
        Assert.Equal((Files, 0), (Bert.Snapshot.Hold!.Files, Bert.Snapshot.Hold.Replaced));
    }

    [Fact]
    public void What_a_peer_adds_meanwhile_does_not_make_its_share_smaller()
    {
        Begin();
        for (var i = 0; i < 2 * Files; i++)
            Anna.User.WriteFile($"e/{i}", $"read me {i}");
        Anna.Notice("e");
        _world.RunUntilSynced();
        Encrypt(0, 300);
        Anna.Notice("d");
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is { Files: 300 });
        Assert.Equal(Files, Intact(Bert));
    }

    [Fact]
    public void A_restart_between_two_halves_of_a_flood_does_not_make_them_two()
    {
        Begin();
        Encrypt(0, 150);
        Anna.Notice("d");
        _world.RunUntil("the first part is placed", () => Intact(Bert) == Files - 150);
        Restart(Bert);
        Encrypt(150, 220);
        Anna.Notice("d");
        _world.RunUntil("the second part is held", () => Bert.Engine?.Folder(SimulatedDevice.Folder)?.Hold is { Files: 70 });
        // Longer than the guard's window, and over another restart.
        _world.RunFor(TimeSpan.FromHours(1));
        Restart(Bert);
        _world.RunUntil("it is held again", () => Bert.Engine?.Folder(SimulatedDevice.Folder)?.Hold is { Files: 70 });
        _world.RunFor(TimeSpan.FromHours(3));

        Assert.Equal(Files - 150, Intact(Bert));
        AssertRestorable();
    }

    [Fact]
    public void What_is_spread_over_more_than_the_window_is_not_held()
    {
        Begin();
        for (var part = 0; part < 4; part++)
        {
            Encrypt(part * 100, (part + 1) * 100);
            Anna.Notice("d");
            _world.RunUntilSynced();
            _world.RunFor(TimeSpan.FromMinutes(11));
        }
        _world.RunUntilSynced();
        Assert.Equal(0, Intact(Bert));
        AssertRestorable();
    }

    [Fact]
    public void Accepted_changes_are_carried_out_and_what_comes_later_is_judged_anew()
    {
        Begin();
        Encrypt(0, 300);
        Anna.Notice("d");
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is { Files: 300 });
        Decide(Bert, accept: true);
        // It is accepted, whatever happens before it is here.
        Restart(Bert);
        _world.RunUntilSynced();
        Assert.Equal(Files - 300, Intact(Bert));
        AssertRestorable();
        Assert.Null(Bert.Snapshot.Hold);

        Encrypt(0, 250, "encrypted again");
        Anna.Notice("d");
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is { Files: 250 });
    }

    [Fact]
    public void Changes_that_are_taken_back_are_undone_everywhere()
    {
        Begin();
        Encrypt(0, 300);
        for (var i = 300; i < Files; i++)
            Anna.User.Delete($"d/{i}");
        Anna.Notice("d");
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is { Files: Files, Replaced: 300 });
        Decide(Bert, accept: false);
        _world.RunUntilSynced();

        Assert.Equal((Files, Files), (Intact(Anna), Intact(Bert)));
        Assert.Null(Bert.Snapshot.Hold);
        // What was encrypted is a version there.
        Assert.Equal(300, Versions(Anna).Count);
    }

    [Fact]
    public void Directories_that_take_files_names_are_held_and_taken_back_with_all_that_is_below()
    {
        Begin();
        for (var i = 0; i < 250; i++)
        {
            Anna.User.Delete($"d/{i}");
            Anna.User.WriteFile($"d/{i}/new", "new");
        }
        Anna.Notice("d");
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is { Files: 250 });
        Assert.Equal(Files, Intact(Bert));
        Decide(Bert, accept: false);
        // What is new there was never anywhere else.
        _world.RunUntil("it is held there", () => Anna.Snapshot.Hold is { Files: 250, Replaced: 0 });
        Decide(Anna, accept: true);
        _world.RunUntilSynced();
        Assert.Equal((Files, Files), (Intact(Anna), Intact(Bert)));
    }

    [Fact]
    public void A_flood_that_is_undone_elsewhere_is_held_no_more()
    {
        Begin();
        Encrypt(0, 300);
        Anna.Notice("d");
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is { Files: 300 });
        for (var i = 0; i < 300; i++)
            Write(Anna, i);
        Anna.Notice("d");
        _world.RunUntilSynced();
        _world.RunUntil("it is held no more", () => Bert.Snapshot.Hold is null);
        Assert.Equal(Files, Intact(Bert));
    }

    [Fact]
    public void It_is_said_once_and_each_item_says_why_it_waits()
    {
        Begin();
        var said = 0;
        using var listening = Bert.Engine!.Events.Listen(e => said += e.Event is EngineEvent.ChangesHeld ? 1 : 0);
        Encrypt(0, 300);
        Anna.Notice("d");
        _world.RunUntil("it is held", () => Bert.Snapshot.Hold is not null);
        for (var i = 0; i < 5; i++)
        {
            Anna.User.WriteFile($"new {i}", "new");
            Anna.Notice($"new {i}");
            _world.RunFor(TimeSpan.FromMinutes(30));
            // What displaces nothing comes all the same.
            Assert.True(Bert.User.Exists($"new {i}"));
        }
        Assert.Equal(1, said);
        Assert.Empty(Bert.Snapshot.PullProblems);
    }

    /// <summary>
    /// A device that says that each content only gets another name, and never sends it: where it stays it doesn't count, so it must really stay.
    /// </summary>
    [Fact]
    public void What_is_announced_to_have_moved_and_has_not_counts()
    {
        var raw = new RawPeer(_world, "raw");
        Bert.Configure([Bert], f => f with { Devices = [raw.Id], Order = PullOrder.Alphabetic }, e => e with { Devices = [new DeviceConfig { Id = raw.Id, Name = "raw", Addresses = [] }] });
        for (var i = 0; i < Files; i++)
            Write(Bert, i);
        Bert.Start();
        _world.RunUntil("bert has scanned", () => Bert.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
        raw.Connect(Bert);
        raw.Send(raw.Shares(Bert));
        // First it takes all as it is, so that what comes is no first meeting.
        var known = Enumerable.Range(0, Files).Select(i => Bert.Index.FindLocal(FileName.Parse($"d/{i}"))!).ToList();
        long sequence = 0;
        raw.Send(raw.Index([.. known.Select(k => Theirs(k, ++sequence))]));
        _world.RunFor(TimeSpan.FromMinutes(1));
        // The contents get names that sort behind the files, so that these are replaced first; what is asked of it for them is never answered.
        FileEntry[] flood =
        [
            .. Enumerable.Range(0, Files).Select(i => raw.Entry($"d/{i}", Encrypted(i), 0, ++sequence) with { Version = known[i].Version.Raise(raw.Id.Short, 9) }),
            .. Enumerable.Range(0, Files).Select(i => raw.Entry($"z/{i}", $"content of {i}", 9, ++sequence)),
        ];
        raw.Send(raw.Update(Files, flood));
        var answered = new HashSet<int>();
        for (var round = 0; round < 400; round++)
        {
            _world.RunFor(TimeSpan.FromMilliseconds(200));
            foreach (var request in raw.Received.OfType<BepMessage.Request>().Where(r => answered.Add(r.Id)).ToList())
                Answer(raw, request);
        }
        Assert.True(Files - Intact(Bert) - Enumerable.Range(0, Files).Count(i => Text(Bert, $"z/{i}") == $"content of {i}" && Text(Bert, $"d/{i}") != $"content of {i}") < Limit);
        Assert.All(Enumerable.Range(0, Files), i => Assert.Contains($"content of {i}", Contents(Bert, i).Append(Text(Bert, $"z/{i}")).Append(Text(Bert, $"d/{i}"))));

        FileEntry Theirs(FileEntry entry, long at) => entry with { Sequence = at, LocalFlags = LocalFlags.None, Disk = default, PreHashes = default };
    }

    [Theory]
    [InlineData(3, 0.2)]
    [InlineData(30, 0.2)]
    [InlineData(30, 60)]
    [InlineData(30, 600)]
    public void However_often_files_are_rewritten_below_the_limit_each_original_is_restorable(int times, double minutes)
    {
        Bert.Configure(_world.Devices, f => f with { Versioning = new VersioningConfig(VersioningKind.TrashCan, 30, MaxSize: 1, MaxSizeIsBytes: true) });
        const int Few = 12;
        for (var i = 0; i < Few; i++)
            Anna.User.WriteFile($"d/{i}", i < 4 ? $"the first of {i}" : $"content of {i}");
        _world.StartAll();
        _world.RunUntilSynced();
        // Some were edited before, and stood for a while.
        _world.RunFor(TimeSpan.FromDays(20));
        for (var i = 0; i < 4; i++)
        {
            Anna.User.WriteFile($"d/{i}", $"a draft of {i}");
            Anna.Notice($"d/{i}");
            _world.RunUntilSynced();
            _world.RunFor(TimeSpan.FromHours(1));
            Write(Anna, i);
            Anna.Notice($"d/{i}");
            _world.RunUntilSynced();
        }
        _world.RunFor(TimeSpan.FromDays(2));
        for (var time = 0; time < times; time++)
        {
            Encrypt(0, Few, $"encrypted {time} times");
            Anna.Notice("d");
            _world.RunUntilSynced();
            _world.RunFor(TimeSpan.FromMinutes(minutes));
        }
        Assert.Equal(0, Intact(Bert));
        Assert.All(Enumerable.Range(0, Few), i => Assert.Contains($"content of {i}", Contents(Bert, i)));
        // The flood's own versions were given up for them.
        Assert.InRange(Versions(Bert).Count, Few, 4 * Few);
    }

    private static string Encrypted(int i, string with = "encrypted") => $"{with}: {i * 7919}";

    private static void Write(SimulatedDevice device, int i) => device.User.WriteFile($"d/{i}", $"content of {i}");

    private static string? Text(SimulatedDevice device, string path) =>
        device.User.Exists(path) && device.User.Stat(path).Kind == Filesystem.FileKind.File ? device.User.ReadText(path) : null;

    private static int Intact(SimulatedDevice device) => Enumerable.Range(0, Files).Count(i => Text(device, $"d/{i}") == $"content of {i}");

    private static List<string> Versions(SimulatedDevice device) =>
        device.User.Exists(".stversions") ? [.. device.User.Tree(".stversions").Where(i => i.Kind == Filesystem.FileKind.File).Select(i => i.Path)] : [];

    private static IEnumerable<string?> Contents(SimulatedDevice device, int i) =>
        Versions(device).Where(p => p.EndsWith($"/d/{i}", StringComparison.Ordinal) || p.Contains($"/d/{i}~", StringComparison.Ordinal)).Select(device.User.ReadText);

    private void AssertRestorable() =>
        Assert.All(Enumerable.Range(0, Files), i => Assert.Contains($"content of {i}", Contents(Bert, i).Append(Text(Bert, $"d/{i}"))));

    private void Begin()
    {
        for (var i = 0; i < Files; i++)
            Write(Anna, i);
        _world.StartAll();
        _world.RunUntilSynced();
        _world.RunFor(TimeSpan.FromSeconds(3));
    }

    private void Encrypt(int from, int to, string with = "encrypted")
    {
        for (var i = from; i < to; i++)
            Anna.User.WriteFile($"d/{i}", Encrypted(i, with));
    }

    private void Decide(SimulatedDevice device, bool accept) => _world.Command(device, e => e.DecideHeldChangesAsync(SimulatedDevice.Folder, accept, CancellationToken.None));

    private void Restart(SimulatedDevice device)
    {
        device.Stop();
        _world.RunUntil("it stops", () => !device.IsRunning);
        device.Start();
        _world.RunUntil("it has scanned", () => device.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
    }

    private static void Answer(RawPeer raw, BepMessage.Request request)
    {
        if (!request.Name.Value.StartsWith("d/", StringComparison.Ordinal))
            return;
        var content = System.Text.Encoding.UTF8.GetBytes(Encrypted(int.Parse(request.Name.Leaf, System.Globalization.CultureInfo.InvariantCulture)));
        var bytes = PooledBytes.Rent(content.Length);
        content.CopyTo(bytes.Span);
        raw.Send(new BepMessage.Response(request.Id, bytes, ErrorCode.NoError));
    }
}
