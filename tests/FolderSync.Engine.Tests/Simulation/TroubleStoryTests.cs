using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>What fails is reported with its reason, affects nothing else, and is retried when it can succeed.</summary>
public sealed class TroubleStoryTests
{
    private SimulatedWorld _world = new("anna", "bert", "carl");

    private SimulatedDevice Anna => _world["anna"];

    private SimulatedDevice Bert => _world["bert"];

    private SimulatedDevice Carl => _world["carl"];

    [Fact]
    public void A_fault_of_the_transport_is_told_as_the_reason_and_tried_again()
    {
        _world.Network.DialFault = new InvalidOperationException("The runtime broke.");
        Anna.User.WriteFile("f", "hello");
        Anna.Start();
        Bert.Start();
        _world.RunUntil("bert says so", () => Bert.Engine?.Devices.FirstOrDefault(d => d.Config.Id == Anna.Id) is { DialErrors.Count: 1 });
        Assert.Equal(["The runtime broke."], Bert.Engine!.Devices.First(d => d.Config.Id == Anna.Id).DialErrors.Values.Select(e => e.Reason));

        _world.Network.DialFault = null;
        _world.RunUntil("bert has it", () => Bert.User.Exists("f"));
        Bert.Stop();
        _world.RunUntil("bert stops in order", () => !Bert.IsRunning);
    }

    [Fact]
    public void Wrong_bytes_never_reach_the_name_and_another_peer_is_asked()
    {
        for (var i = 0; i < 8; i++)
            Anna.User.WriteFile($"{i}", new string((char)('a' + i), 300_000));
        Anna.Start();
        Carl.Start();
        _world.RunUntil("carl has it", () => Carl.Engine?.Folder(SimulatedDevice.Folder) is { Counts: { Local.Files: 8, Need.Items: 0 } });
        for (var i = 0; i < 8; i++)
            Anna.User.CorruptSilently($"{i}", 200_000, 1);
        Bert.Start();
        _world.RunUntil("bert has it", () => Bert.Engine?.Folder(SimulatedDevice.Folder) is { Counts: { Local.Files: 8, Need.Items: 0 } });

        for (var i = 0; i < 8; i++)
            Assert.Equal(new string((char)('a' + i), 300_000), Bert.User.ReadText($"{i}"));
    }

    [Fact]
    public void A_file_whose_only_source_is_rotten_is_reported_and_comes_when_it_is_sound()
    {
        _world.Network.Partition(Carl.Id, Bert.Id);
        _world.Network.Partition(Carl.Id, Anna.Id);
        Anna.User.WriteFile("f", new string('x', 300_000));
        Anna.User.WriteFile("g", "fine");
        Anna.Start();
        _world.RunUntil("anna has scanned", () => Anna.Snapshot.Counts.Local.Files == 2);
        Anna.User.CorruptSilently("f", 200_000, 1);
        Bert.Start();
        _world.RunUntil("bert says so", () => Bert.Engine?.Folder(SimulatedDevice.Folder) is { PullProblems: [{ Name.Value: "f" }] } && Bert.User.Exists("g"));
        var problem = Bert.Snapshot.PullProblems[0];
        Assert.Contains("does not match", problem.Reason, StringComparison.Ordinal);
        Assert.Contains("anna", problem.Reason, StringComparison.Ordinal);
        Assert.False(Bert.User.Exists("f"));

        Anna.User.CorruptSilently("f", 200_000, 1);
        _world.RunUntil("it is here", () => Bert.User.Exists("f"));
        Assert.Equal(new string('x', 300_000), Bert.User.ReadText("f"));
    }

    [Fact]
    public void What_nobody_connected_has_is_out_of_sync_with_the_devices_name()
    {
        Anna.User.WriteFile("f", new string('x', 3_000_000));
        Anna.Start();
        Bert.Start();
        _world.AfterStep = () =>
        {
            if (Bert.Engine?.Folder(SimulatedDevice.Folder) is { FetchedBytes: > 0 })
                _world.Network.Partition(Anna.Id, Bert.Id);
        };
        _world.RunUntil("bert says so", () => Bert.Engine?.Folder(SimulatedDevice.Folder) is { State: FolderState.Idle, PullProblems.Count: 1 });
        _world.AfterStep = null;
        Assert.Contains("anna", Bert.Snapshot.PullProblems[0].Reason, StringComparison.Ordinal);

        _world.Network.Heal(Anna.Id, Bert.Id);
        _world.RunUntil("it is here", () => Bert.User.Exists("f"));
        _world.RunUntil("nothing is said any more", () => Bert.Snapshot.PullProblems.Count == 0);
    }

    [Fact]
    public void On_a_full_disk_the_file_is_reported_deletions_go_on_and_it_resumes_by_itself()
    {
        Bert.Disks.Options = new MemoryDiskOptions { Capacity = 4 << 20 };
        Anna.User.WriteFile("keep", new string('k', 1 << 20));
        Anna.User.WriteFile("goes", new string('g', 1 << 20));
        Anna.Start();
        Bert.Configure(_world.Devices, f => f with { Versioning = new VersioningConfig(VersioningKind.None) });
        Bert.Start();
        _world.RunUntil("bert has both", () => Bert.User.Exists("keep") && Bert.User.Exists("goes"));
        Anna.User.WriteFile("keep", new string('n', 2 << 20));
        _world.RunFor(TimeSpan.FromSeconds(2));
        _world.Scan(Anna);
        _world.RunUntil("bert says so", () => Bert.Snapshot.PullProblems.Count == 1);
        Assert.Contains("Not enough space", Bert.Snapshot.PullProblems[0].Reason, StringComparison.Ordinal);
        Assert.Equal('k', Bert.User.ReadText("keep")[0]);

        Anna.User.Delete("goes");
        _world.Scan(Anna);
        _world.RunUntil("the deletion is carried out and the file comes", () => !Bert.User.Exists("goes") && Bert.User.Stat("keep").Size == 2 << 20);
        Assert.Equal(2 << 20, Bert.User.ReadAll("keep").Length);
    }

    [Theory]
    [InlineData("OpenWrite")]
    [InlineData("Write")]
    [InlineData("SyncAll")]
    [InlineData("Rename")]
    [InlineData("SyncDirectory")]
    [InlineData("Stat")]
    [InlineData("SetModified")]
    public void A_failing_disk_keeps_the_original_and_goes_on_by_itself(string operation)
    {
        Anna.User.WriteFile("f", "first");
        Anna.Start();
        Bert.Start();
        _world.RunUntil("bert has it", () => Bert.User.Exists("f") && Bert.Snapshot.Counts.Need.Items == 0);
        foreach (var disk in Bert.Disks.Living)
        {
            disk.BeforeOperation = (name, path) =>
                name == operation && (path.Value.Contains('f', StringComparison.Ordinal) || path.Value.Length == 0) ? new FileSystemException(FileSystemError.Io, "The disk fails.") : null;
        }
        Anna.User.WriteFile("f", "second");
        _world.RunFor(TimeSpan.FromSeconds(2));
        _world.Scan(Anna);
        _world.RunFor(TimeSpan.FromMinutes(10));
        var (content, versions) = (Bert.User.ReadText("f"), Bert.Snapshot.Counts.LocalSequence);
        Assert.True(content is "first" or "second", content);
        Assert.True(content == "second" || Bert.Snapshot.PullProblems.Count > 0 || Bert.Snapshot.Error.Length > 0, "It is said.");
        Assert.Equal("second", Anna.User.ReadText("f"));

        foreach (var disk in Bert.Disks.Living)
            disk.BeforeOperation = null;
        _world.RunUntil("it has come", () => Bert.User.ReadText("f") == "second" && Bert.Snapshot is { State: FolderState.Idle, Counts.Need.Items: 0 });
        Assert.Equal("second", Anna.User.ReadText("f"));
        Assert.True(versions <= Bert.Snapshot.Counts.LocalSequence);
    }

    /// <summary>A quota, no more inodes, or a disk that another program has filled and freed again: the disk says that there is room.</summary>
    [Theory]
    [InlineData("CreateNew")]
    [InlineData("Write")]
    public void What_fails_for_want_of_space_where_there_is_some_is_tried_again(string operation)
    {
        Anna.User.WriteFile("f", "first");
        Anna.Start();
        Bert.Start();
        _world.RunUntil("bert has it", () => Bert.User.Exists("f") && Bert.Snapshot.Counts.Need.Items == 0);
        foreach (var disk in Bert.Disks.Living)
            disk.BeforeOperation = (name, path) => name == operation && !path.IsRoot ? new FileSystemException(FileSystemError.NoSpace, "The quota is used up.") : null;
        Anna.User.WriteFile("f", "second");
        _world.RunFor(TimeSpan.FromSeconds(2));
        _world.Scan(Anna);
        _world.RunFor(TimeSpan.FromMinutes(10));
        Assert.Equal("The quota is used up.", Assert.Single(Bert.Snapshot.PullProblems).Reason);

        foreach (var disk in Bert.Disks.Living)
            disk.BeforeOperation = null;
        _world.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal("second", Bert.User.ReadText("f"));
        Assert.Equal(0, Bert.Snapshot.Counts.Need.Items);
    }

    [Fact]
    public void A_name_that_this_disk_can_not_have_is_an_error_here_only()
    {
        Bert.Disks.Options = new MemoryDiskOptions { WindowsNames = true };
        Anna.User.WriteFile("CON", "a");
        Anna.User.WriteFile("d/a:b", "b");
        Anna.User.WriteFile("fine", "c");
        _world.StartAll();
        _world.RunUntil("all have what they can have", () => Carl.User.Exists("d/a:b") && Carl.User.Exists("CON") && Bert.User.Exists("fine") && Bert.Snapshot.PullProblems.Count == 2);
        _world.RunFor(TimeSpan.FromHours(5));

        Assert.All(Bert.Snapshot.PullProblems, p => Assert.True(p.Permanent));
        Assert.True(Anna.User.Exists("CON") && Carl.User.Exists("CON"));
        Assert.Equal(3, Anna.Snapshot.Counts.Global.Files);
        Assert.Equal(0, Anna.Snapshot.Counts.Global.Deleted);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Two_spellings_of_a_name_on_a_disk_that_takes_them_for_one_are_reported_and_neither_is_deleted(int seed)
    {
        _world = new SimulatedWorld(seed, ["anna", "bert", "carl"]);
        Bert.Disks.Options = Folding(unrecognized: seed % 2 == 0);
        Anna.User.WriteFile("File", "one");
        Anna.User.WriteFile("file", "two");
        _world.StartAll();
        _world.RunUntil("bert says so", () => Bert.Engine?.Folder(SimulatedDevice.Folder) is { PullProblems.Count: 1 } && Carl.User.Exists("file") && Carl.User.Exists("File"));
        _world.RunFor(TimeSpan.FromHours(3));
        Assert.Equal(["one", "two"], [Anna.User.ReadText("File"), Anna.User.ReadText("file")]);
        Assert.Equal(["one", "two"], [Carl.User.ReadText("File"), Carl.User.ReadText("file")]);

        // The one that is not on bert's disk is deleted: the other one stays there.
        var missing = Bert.Snapshot.PullProblems[0].Name.Value;
        var there = missing == "file" ? "File" : "file";
        var content = Anna.User.ReadText(there);
        Anna.User.Delete(missing);
        _world.Scan(Anna);
        _world.RunUntil("it is settled", () => Bert.Snapshot.PullProblems.Count == 0 && Bert.Snapshot.Counts.Need.Items == 0);
        Assert.Equal(content, Bert.User.ReadText(there));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void When_the_placed_one_of_two_spellings_goes_the_other_comes(int seed)
    {
        _world = new SimulatedWorld(seed, ["anna", "bert", "carl"]);
        Bert.Disks.Options = Folding(unrecognized: seed % 2 == 0);
        Anna.User.WriteFile("File", "one");
        Anna.User.WriteFile("file", "two");
        _world.StartAll();
        _world.RunUntil("bert says so", () => Bert.Engine?.Folder(SimulatedDevice.Folder) is { PullProblems.Count: 1 } && Carl.User.Exists("file") && Carl.User.Exists("File"));
        var missing = Bert.Snapshot.PullProblems[0].Name.Value;
        var there = missing == "file" ? "File" : "file";
        if (seed > 2)
            Anna.User.Delete(there);
        else
            Anna.User.Rename(there, "elsewhere");
        _world.Scan(Anna);
        _world.RunUntilSynced();
        Assert.Contains(missing + " ", SimulatedWorld.Tree(Bert), StringComparison.Ordinal);
        Assert.Equal(seed <= 2, Bert.User.Exists("elsewhere"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_respelled_name_is_renamed_everywhere_from_either_side(bool unrecognized, bool fromBert)
    {
        Bert.Disks.Options = Folding(unrecognized);
        Anna.User.WriteFile("notes", "notes");
        Anna.User.WriteFile("photos/a", "picture");
        Anna.User.WriteFile("photos/sub/b", "another");
        Anna.User.WriteFile("photos/gone", "to be deleted");
        _world.StartAll();
        _world.RunUntilSynced();
        var user = (fromBert ? Bert : Anna).User;
        user.Rename("notes", "Notes");
        user.Rename("photos", "Photos");
        user.WriteFile("Photos/a", "retouched");
        user.Delete("Photos/gone");
        _world.Scan(fromBert ? Bert : Anna);
        _world.RunUntilSynced();
        Assert.Equal(["Notes", "Photos/a", "Photos/sub/b"], Bert.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal)).Where(i => i.Kind == FileKind.File).Select(i => i.Path));
        Assert.Equal(["notes", "retouched", "another"], new[] { "Notes", "Photos/a", "Photos/sub/b" }.Select(Carl.User.ReadText));
        Assert.False(Bert.User.Exists(".stversions/notes") || Bert.User.Exists(".stversions/photos/sub/b"), "What was only renamed was displaced.");

        var sequences = _world.Devices.Select(d => d.Snapshot.Counts.LocalSequence).ToList();
        _world.RunFor(TimeSpan.FromHours(5));
        Assert.Equal(sequences, _world.Devices.Select(d => d.Snapshot.Counts.LocalSequence));
    }

    /// <summary>Both were recorded while its disk could hold both: nobody deleted what the new disk has no room for.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_folder_that_is_moved_to_a_disk_that_folds_case_deletes_nothing_elsewhere(bool unrecognized)
    {
        Anna.User.WriteFile("File", "one");
        Anna.User.WriteFile("file", "two, which is longer");
        Anna.User.WriteFile("Dir/x", "x");
        Anna.User.WriteFile("dir/y", "y");
        _world.StartAll();
        _world.RunUntilSynced();
        Bert.Stop();
        _world.RunUntil("bert stops", () => !Bert.IsRunning);
        Bert.Disks.MoveTo(SimulatedDevice.Root, Folding(unrecognized));
        Bert.Start();
        _world.RunFor(TimeSpan.FromHours(3));
        foreach (var device in new[] { Anna, Carl })
        {
            var contents = device.User.Tree("").Where(i => i.Kind == FileKind.File).Select(i => System.Text.Encoding.UTF8.GetString(i.Content)).ToList();
            Assert.True(device.User.Exists("File") && device.User.Exists("file"), SimulatedWorld.Tree(device));
            Assert.Superset(new HashSet<string> { "two, which is longer", "x", "y" }, contents.ToHashSet());
        }
        Assert.NotEmpty(Bert.Snapshot.PullProblems);
    }

    /// <summary>All devices get disks that hold only one of two spellings, and give up the other: no device waits for another's.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_every_device_has_given_up_is_waited_for_by_none(bool unrecognized)
    {
        Anna.User.WriteFile("File", "one");
        Anna.User.WriteFile("file", "two, which is longer");
        _world.StartAll();
        _world.RunUntilSynced();
        foreach (var device in _world.Devices)
        {
            device.Stop();
            _world.RunUntil("it stops", () => !device.IsRunning);
            device.Disks.MoveTo(SimulatedDevice.Root, Folding(unrecognized));
        }
        _world.StartAll();
        _world.RunUntilSynced();
        foreach (var device in _world.Devices)
        {
            // A transfer that was given up with the name may have left its temp file, which stays for a day.
            var files = device.User.Tree("").Where(i => i.Kind == FileKind.File && !InternalNames.IsInternal(FileName.Parse(i.Path)));
            Assert.True(files.Count() == 1, SimulatedWorld.Tree(device));
        }
    }

    private static MemoryDiskOptions Folding(bool unrecognized) => new() { CaseInsensitive = true, CaseUnrecognized = unrecognized, SpelledInodes = unrecognized };
}
