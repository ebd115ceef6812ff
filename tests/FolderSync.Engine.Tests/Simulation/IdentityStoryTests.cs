using System.Text;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Filesystem;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>
/// Two computers with one device ID, and a third device that both of them meet. Whatever each of them does, both contents are kept, all come to rest
/// equal, and the cause is reported.
/// </summary>
public sealed class IdentityStoryTests : IDisposable
{
    private readonly SimulatedWorld _world = new("anna", "anna-twin", "bert");
    private readonly List<EngineEvent.IdentityShared> _reported = [];
    private readonly List<IDisposable> _listening = [];

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Twin => _world["anna-twin"];

    private SimulatedDevice Bert => _world["bert"];

    public void Dispose() => _listening.ForEach(l => l.Dispose());

    [Fact]
    public void Two_edits_under_one_version_are_both_kept()
    {
        BeginWithCopiedHome();
        Apart();
        Edit(Anna, "f", "anna's");
        Edit(Twin, "f", "the twin's");
        _world.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(Anna.Index.FindLocal(F)!.Version, Twin.Index.FindLocal(F)!.Version);

        MeetInTurn();
        AssertBothAreKept("anna's", "the twin's");
        Assert.Contains(_reported, r => r.Device == Anna.Id && r.Folder == SimulatedDevice.Folder && r.Message.Contains("'f'", StringComparison.Ordinal) && r.Message.Contains($"{Anna.Id}", StringComparison.Ordinal));
    }

    /// <summary>Even if neither of the two makes anything of it, as a Syncthing doesn't: the device between them does.</summary>
    [Fact]
    public void The_device_between_them_notices_it_by_itself()
    {
        var raw = new RawPeer(_world, "raw");
        Bert.Configure([Bert], f => f with { Devices = [raw.Id] }, e => e with { Devices = [new DeviceConfig { Id = raw.Id, Name = "raw", Addresses = [] }] });
        Bert.Start();
        _world.RunUntil("bert is there", () => Bert.Engine?.ListenAddresses.Count > 0);
        Listen(Bert);
        raw.Connect(Bert);
        raw.Send(raw.Shares(Bert), raw.Index(raw.Entry("f", "one", 5, 1)));
        _world.RunUntil("it is requested", () => raw.Received.OfType<Protocol.Messages.BepMessage.Request>().Any());
        var asked = raw.Received.OfType<Protocol.Messages.BepMessage.Request>().Single();
        raw.Send(new Protocol.Messages.BepMessage.Response(asked.Id, Bytes("one"), Protocol.Messages.ErrorCode.NoError));
        _world.RunUntil("it is here", () => Bert.User.Exists("f"));
        // The other computer with that identity: the same version.
        raw.Send(raw.Update(1, raw.Entry("f", "two", 5, 2) with { Modified = new FileTime(1_800_000_000, 0) }));
        _world.RunUntil("it has a version of its own", () => Bert.Index.FindLocal(F)!.Version.IsConcurrentWith(raw.Entry("f", "two", 5, 2).Version));

        Assert.Equal("one", Bert.User.ReadText("f"));
        var report = Assert.Single(_reported);
        Assert.Equal((raw.Id, (FolderId?)SimulatedDevice.Folder), (report.Device, report.Folder));
        Assert.Contains("Both contents are kept", report.Message, StringComparison.Ordinal);
        Assert.Contains("identity of its own", report.Message, StringComparison.Ordinal);
        // Announced so that it is in conflict there, where nobody noticed.
        var announced = raw.Indexes().SelectMany(m => m is Protocol.Messages.BepMessage.IndexUpdate u ? u.Files : []).Last(f => f.Name == F);
        Assert.Equal(("one".Length, false), ((int)announced.Size, announced.Deleted));
        // The same statement again changes nothing.
        var sequence = Bert.Index.LocalSequence;
        raw.Send(raw.Update(2, raw.Entry("f", "two", 5, 3) with { Modified = new FileTime(1_800_000_000, 0) }));
        _world.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(sequence, Bert.Index.LocalSequence);
    }

    /// <summary>The clock makes the later one look newer, although it was made without the other.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_two_edits_at_different_times_the_later_does_not_replace_the_earlier(bool twinIsFirst)
    {
        BeginWithCopiedHome();
        Apart();
        var (first, second) = twinIsFirst ? (Twin, Anna) : (Anna, Twin);
        Edit(first, "f", "the first");
        _world.RunFor(TimeSpan.FromMinutes(1));
        Edit(second, "f", "the second");
        _world.RunFor(TimeSpan.FromSeconds(10));

        MeetInTurn();
        AssertBothAreKept("the first", "the second");
        Assert.Equal("the second", Bert.User.ReadText("f"));
    }

    /// <summary>Each computer is switched off before the other one is met.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_edit_outlives_the_restart_of_its_computer_too(bool twinIsFirst)
    {
        BeginWithCopiedHome();
        Apart();
        var (first, second) = twinIsFirst ? (Twin, Anna) : (Anna, Twin);
        Edit(first, "f", "the first");
        _world.RunFor(TimeSpan.FromMinutes(1));
        Stop(first);
        Edit(second, "f", "the second");
        _world.RunFor(TimeSpan.FromMinutes(1));
        Stop(second);
        foreach (var device in (SimulatedDevice[])[Anna, Twin, Anna])
        {
            Start(device);
            _world.Network.Heal(device.Computer, Bert.Computer);
            _world.RunFor(TimeSpan.FromMinutes(1));
            Stop(device);
        }
        Start(Anna);
        Start(Twin);
        AssertBothAreKept("the first", "the second");
    }

    [Fact]
    public void An_edit_that_is_found_after_the_others_arrived_is_in_conflict_with_it()
    {
        BeginWithCopiedHome();
        Apart();
        // No watcher tells of it.
        Anna.User.WriteFile("f", "anna's");
        _world.RunFor(TimeSpan.FromMinutes(1));
        Edit(Twin, "f", "the twin's");
        _world.RunFor(TimeSpan.FromSeconds(10));

        MeetInTurn();
        AssertBothAreKept("anna's", "the twin's");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_deletion_does_not_delete_what_it_does_not_know(bool deletionIsFirst)
    {
        BeginWithCopiedHome();
        Apart();
        if (!deletionIsFirst)
            Edit(Anna, "f", "anna's");
        _world.RunFor(TimeSpan.FromMinutes(1));
        Twin.User.Delete("f");
        Twin.Notice("f");
        _world.RunFor(TimeSpan.FromMinutes(1));
        if (deletionIsFirst)
            Edit(Anna, "f", "anna's");
        _world.RunFor(TimeSpan.FromSeconds(10));

        MeetInTurn();
        RunUntilAtRest(() => All(d => d.User.Exists("f") && d.User.ReadText("f") == "anna's"));
    }

    /// <summary>Both count on from the same sequence, so the third device believes to have all of the second's index.</summary>
    [Fact]
    public void What_each_of_them_makes_arrives_everywhere()
    {
        BeginWithCopiedHome();
        Apart();
        Edit(Anna, "anna's", "1");
        foreach (var name in (string[])["t1", "t2", "t3"])
            Edit(Twin, name, name);
        _world.RunFor(TimeSpan.FromSeconds(10));

        MeetInTurn();
        RunUntilAtRest(() => All(d => ((string[])["anna's", "t1", "t2", "t3", "f"]).All(d.User.Exists)));
        Assert.Contains(_reported, r => r.Device == Anna.Id && r.Folder is not null);
    }

    /// <summary>A Syncthing whose identity was imported, and that still runs: it has an index of its own.</summary>
    [Fact]
    public void A_twin_with_an_index_of_its_own_keeps_both_contents_too()
    {
        Begin();
        CopyFiles();
        Start(Twin);
        Apart();
        _world.RunUntil("it has scanned", () => Twin.Engine?.Folder(SimulatedDevice.Folder)?.LastScan is not null);
        Edit(Anna, "f", "anna's");
        _world.RunFor(TimeSpan.FromSeconds(5));
        Edit(Twin, "f", "the twin's");
        Edit(Twin, "g", "new");
        _world.RunFor(TimeSpan.FromSeconds(10));

        MeetInTurn();
        AssertBothAreKept("anna's", "the twin's");
        Assert.All(_world.Devices, d => Assert.True(d.User.Exists("g")));
    }

    /// <summary>What was not edited since the backup is older, and makes no conflict copies.</summary>
    [Fact]
    public void A_home_and_folder_restored_from_a_backup_take_the_newer_versions()
    {
        Begin();
        Stop(Anna);
        Twin.CopyHomeOf(Anna);
        CopyFiles();
        Start(Anna);
        _world.RunUntil("they are connected", () => IsConnected(Anna));
        foreach (var content in (string[])["second", "third", "fourth"])
        {
            Edit(Anna, "f", content);
            _world.RunFor(TimeSpan.FromMinutes(1));
        }
        _world.RunUntil("bert has it", () => Bert.User.ReadText("f") == "fourth");
        Stop(Anna);
        // The computer breaks, and the backup runs on another one.
        Start(Twin);
        _world.RunUntil("it has the newest", () => Twin.User.ReadText("f") == "fourth");
        _world.RunFor(TimeSpan.FromHours(2));

        Assert.Equal(["f"], Names(Twin));
        Assert.Equal(["f"], Names(Bert));
        Edit(Twin, "f", "fifth");
        _world.RunUntil("bert has the next", () => Bert.User.ReadText("f") == "fifth");
        Assert.Contains(_reported, r => r.Message.Contains("backup", StringComparison.Ordinal));
    }

    [Fact]
    public void Connections_in_turn_are_noticed_by_all_three_and_end()
    {
        Begin();
        CopyFiles();
        Start(Twin);
        var connects = 0;
        using var listening = Bert.Engine!.Events.Listen(e => connects += e.Event is EngineEvent.DeviceDisconnected or EngineEvent.DeviceConnected ? 1 : 0);
        var turns = new List<bool>();
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            _world.RunFor(TimeSpan.FromMinutes(1));
            turns.Add(IsConnected(Twin));
        }

        Assert.Contains(_reported, r => r.Device == Anna.Id && r.Folder is null && r.Message.Contains("in turn", StringComparison.Ordinal));
        Assert.Contains(_reported, r => r.Device == Anna.Id && r.Folder is null && r.Message.Contains("this device's ID", StringComparison.Ordinal));
        // Both have their turn, about every ten minutes.
        Assert.InRange(turns.Zip(turns.Skip(1)).Count(t => t.First != t.Second), 20, 160);
        Assert.InRange(turns.Count(t => t), 24 * 60 / 4, 24 * 60 * 3 / 4);
    }

    /// <summary>A device whose connections break, as one that moves from network to network, and both sides that dial at once are one device.</summary>
    [Fact]
    public void A_single_device_is_never_taken_for_two()
    {
        _listening.Clear();
        Start(Anna);
        Start(Bert);
        _world.RunUntil("they are connected", () => IsConnected(Anna));
        Listen(Anna);
        Listen(Bert);
        for (var round = 0; round < 20; round++)
        {
            _world.Network.Partition(Anna.Computer, Bert.Computer);
            _world.RunFor(TimeSpan.FromSeconds(3));
            _world.Network.Heal(Anna.Computer, Bert.Computer);
            _world.RunUntil("they are connected again", () => IsConnected(Anna) && Bert.Engine!.Devices.All(d => d.Connected));
            if (round % 5 == 4)
            {
                Anna.Kill();
                _world.RunFor(TimeSpan.FromSeconds(round));
                Start(Anna);
                _world.RunUntil("they are connected again", () => IsConnected(Anna));
            }
        }
        Assert.Empty(_reported);
    }

    [Fact]
    public void Who_announces_this_devices_ID_and_has_its_key_is_another_computer()
    {
        Begin();
        // Each by itself: there are no connections to notice it by.
        _world.Network.Partition(Twin.Computer, Bert.Computer);
        Start(Twin);
        // Echoes, inventions, and what just answers.
        Anna.Engine!.OnDeviceFound(Anna.Id, [Anna.Address, "tcp://nobody", Bert.Address], true);
        _world.RunFor(TimeSpan.FromMinutes(11));
        Assert.DoesNotContain(_reported, r => r.Message.Contains("in this network", StringComparison.Ordinal));

        Anna.Engine!.OnDeviceFound(Anna.Id, ["tcp://nobody", Twin.Address], true);
        _world.RunUntil("it is reported", () => _reported.Exists(r => r.Device == Anna.Id && r.Message.Contains($"in this network, at {Twin.Address},", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_fault_of_asking_for_the_key_is_logged_and_it_is_asked_again()
    {
        var log = new CollectedLog();
        Anna.Loggers = log;
        Begin();
        _world.Network.Partition(Twin.Computer, Bert.Computer);
        Start(Twin);
        _world.Network.DialFault = new InvalidOperationException("a fault");
        Anna.Engine!.OnDeviceFound(Anna.Id, [Twin.Address], true);
        _world.RunUntil("it is logged", () => log.Texts.Any(l => l.Contains("probe of the own ID", StringComparison.Ordinal)));
        _world.Network.DialFault = null;
        _world.RunFor(TimeSpan.FromMinutes(11));
        Anna.Engine!.OnDeviceFound(Anna.Id, [Twin.Address], true);
        _world.RunUntil("it is reported", () => _reported.Exists(r => r.Message.Contains("in this network", StringComparison.Ordinal)));
    }

    private static Protocol.PooledBytes Bytes(string text)
    {
        var bytes = Protocol.PooledBytes.Rent(text.Length);
        Encoding.UTF8.GetBytes(text, bytes.Span);
        return bytes;
    }

    private static FileName F => FileName.Parse("f");

    private static void Edit(SimulatedDevice device, string name, string content)
    {
        device.User.WriteFile(name, content);
        device.Notice(name);
    }

    private static IEnumerable<string> Names(SimulatedDevice device) =>
        device.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal)).Where(i => i.Kind == FileKind.File).Select(i => i.Path);

    private static List<string> Contents(SimulatedDevice device, string name) =>
        [.. device.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal))
            .Where(i => i.Kind == FileKind.File && (i.Path == name || ConflictName.OriginalOf(FileName.Parse(i.Path)) == FileName.Parse(name)))
            .Select(i => Encoding.UTF8.GetString(i.Content)).Order(StringComparer.Ordinal)];

    private bool IsConnected(SimulatedDevice device) => device.Engine?.Devices.All(d => d.Connected) == true;

    private bool All(Func<SimulatedDevice, bool> holds) => _world.Devices.All(holds);

    private void Begin()
    {
        Anna.User.WriteFile("f", "hello");
        Start(Anna);
        Start(Bert);
        _world.RunUntil("it is on both", () => Bert.User.Exists("f") && IsConnected(Anna));
        _world.RunFor(TimeSpan.FromMinutes(1));
    }

    private void BeginWithCopiedHome()
    {
        Begin();
        Stop(Anna);
        Twin.CopyHomeOf(Anna);
        CopyFiles();
        Start(Anna);
        Start(Twin);
        _world.RunFor(TimeSpan.FromMinutes(1));
    }

    /// <summary>As a copying program does: contents and times.</summary>
    private void CopyFiles()
    {
        Twin.User.MakeDirectory(".stfolder");
        Twin.User.WriteFile("f", Anna.User.ReadText("f"));
        Twin.User.Touch("f", Anna.User.Stat("f").Modified);
    }

    private void Start(SimulatedDevice device)
    {
        device.Start();
        Listen(device);
        _world.RunUntil($"{device.Name} is there", () => device.Engine?.ListenAddresses.Count > 0);
    }

    private void Stop(SimulatedDevice device)
    {
        device.Stop();
        _world.RunUntil($"{device.Name} stops", () => !device.IsRunning);
    }

    private void Listen(SimulatedDevice device) => _listening.Add(device.Engine!.Events.Listen(e =>
    {
        if (e.Event is EngineEvent.IdentityShared shared)
            _reported.Add(shared);
    }));

    private void Apart()
    {
        _world.Network.Partition(Anna.Computer, Bert.Computer);
        _world.Network.Partition(Twin.Computer, Bert.Computer);
    }

    /// <summary>Each of the two meets bert, one after the other, several times.</summary>
    private void MeetInTurn()
    {
        for (var round = 0; round < 3; round++)
        {
            foreach (var device in (SimulatedDevice[])[Anna, Twin])
            {
                _world.Network.Heal(device.Computer, Bert.Computer);
                _world.RunFor(TimeSpan.FromMinutes(1));
                _world.Network.Partition(device.Computer, Bert.Computer);
            }
        }
        _world.Network.Heal(Anna.Computer, Bert.Computer);
        _world.Network.Heal(Twin.Computer, Bert.Computer);
    }

    private void AssertBothAreKept(params string[] contents)
    {
        RunUntilAtRest(() => All(d => contents.All(c => Contents(d, "f").Contains(c))));
        Assert.All(_world.Devices, d => Assert.Equal(contents.Order(StringComparer.Ordinal), Contents(d, "f")));
    }

    /// <summary>It is so, all are equal, and nothing changes any more.</summary>
    private void RunUntilAtRest(Func<bool> isSo)
    {
        _world.RunUntil("both contents are everywhere", () => isSo() && _world.AreEqual());
        _world.RunFor(TimeSpan.FromHours(3));
        var sequences = _world.Devices.Select(d => d.Index.LocalSequence).ToList();
        _world.RunFor(TimeSpan.FromHours(12));
        Assert.True(_world.AreEqual() && isSo());
        Assert.Equal(sequences, _world.Devices.Select(d => d.Index.LocalSequence));
    }
}
