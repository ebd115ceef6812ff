using FolderSync.Filesystem.Apply;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

/// <summary>Kills the process, or cuts the power, at every single disk call of a batch; then a new process recovers.</summary>
public sealed class CrashTests
{
    /// <summary>What must survive: contents under any name (conflict copies and versions count), and names that are never missing.</summary>
    private sealed record Scenario(Func<ApplyFolder, List<ApplyStep>> Arrange, string[] Contents, string[] NeverMissing, string[] Allowed);

    private static readonly Dictionary<string, Scenario> Scenarios = new()
    {
        ["replace, versioned"] = new(
            f => [f.Place("d/a", "new", f.Write("d/a", "old"), ActionForExisting.Version)], ["old"], ["d/a"], ["old", "new"]),
        ["replace, versioned again"] = new(f =>
        {
            f.Versioner.Keep(Path("x"), f.Write("x", "older").Name);
            return [f.Place("x", "new", f.Write("x", "old"), ActionForExisting.Version)];
        }, ["older", "old"], ["x"], ["older", "old", "new"]),
        ["replace, conflict"] = new(f => [f.Place("a", "new", f.Write("a", "old"), ActionForExisting.Conflict)], ["old"], ["a"], ["old", "new"]),
        ["replace, discard"] = new(f => [f.Place("a", "new", f.Write("a", "old"))], [], ["a"], ["old", "new"]),
        ["new"] = new(f => [f.Place("a", "new", null)], [], [], ["new"]),
        ["remove"] = new(f => [Remove(f.Write("a", "old"), ActionForExisting.Version)], ["old"], [], ["old"]),
        ["file to directory"] = new(
            f => [new ApplyStep.PlaceDirectory(Folder("a"), f.Write("a", "old"), ActionForExisting.Version)], ["old"], [], ["old"]),
        ["file to link"] = new(
            f => [new ApplyStep.PlaceSymlink(Link("a", "x"), f.Write("a", "old"), ActionForExisting.Conflict)], ["old"], [], ["old"]),
        ["move"] = new(f => [Move(f.Write("a", "old"), "b")], ["old"], [], ["old"]),
        ["move and set times"] = new(f =>
            [new ApplyStep.Move(f.Write("a", "old"), File("b", "old", 0x180), f.Write("b", "there"), ActionForExisting.Version)],
            ["old", "there"], ["b"], ["old", "there"]),
        ["swap"] = new(f =>
        {
            var (a, b) = (f.Write("a", "1"), f.Write("b", "22"));
            return [Move(a, "b", b), Move(b, "a", a)];
        }, ["1", "22"], [], ["1", "22"]),
        ["chain"] = new(f =>
        {
            var (a, b, c) = (f.Write("a", "1"), f.Write("d/b", "22"), f.Write("c", "333"));
            return [Move(a, "d/b", b), Move(b, "c", c), Move(c, "z")];
        }, ["1", "22", "333"], [], ["1", "22", "333"]),
        ["file and directory change names"] = new(f =>
        {
            var d = f.MakeFolder("d");
            var (x, file) = (f.Write("d/x", "x"), f.Write("f", "ff"));
            return [Move(x, "f/y"), Move(file, "d", d), new ApplyStep.PlaceDirectory(Folder("f"), file, ActionForExisting.Discard)];
        }, ["x", "ff"], [], ["x", "ff"]),
        ["many"] = new(f =>
        [
            f.Place("a", "new a", f.Write("a", "old a"), ActionForExisting.Version), Remove(f.Write("b", "old b"), ActionForExisting.Version),
            f.Place("c/d", "new c", f.Write("c/d", "old c"), ActionForExisting.Conflict), Move(f.Write("e", "old e"), "c/e"),
        ], ["old a", "old b", "old c", "old e"], ["a", "c/d"], ["new a", "old a", "old b", "new c", "old c", "old e"]),
    };

    public static TheoryData<string, DiskUnderTest, bool> Cases()
    {
        var data = new TheoryData<string, DiskUnderTest, bool>();
        foreach (var name in Scenarios.Keys)
        {
            foreach (var kind in new[] { DiskUnderTest.Memory, DiskUnderTest.MemoryWithoutExchange, DiskUnderTest.MemoryWithoutSyncAll, DiskUnderTest.MemoryWithoutOrder })
            {
                if (kind != DiskUnderTest.MemoryWithoutOrder)
                    data.Add(name, kind, false);
                data.Add(name, kind, true);
            }
        }
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Nothing_is_lost_whichever_call_is_the_last(string name, DiskUnderTest kind, bool powerFails)
    {
        var scenario = Scenarios[name];
        var seeds = powerFails ? 5 : 1;
        for (var calls = 0; ; calls++)
        {
            var finished = false;
            for (var seed = 0; seed < seeds; seed++)
                finished = Try(scenario, kind, calls, powerFails ? new Random((calls * 100) + seed) : null);
            if (finished)
                return;
            Assert.True(calls < 2000);
        }
    }

    /// <summary>Returns true if the batch completed before the kill.</summary>
    private static bool Try(Scenario scenario, DiskUnderTest kind, int calls, Random? power)
    {
        using var folder = On(kind);
        var steps = scenario.Arrange(folder);
        if (power is not null && kind != DiskUnderTest.MemoryWithoutSyncAll)
            MakeOldDurable(folder);
        folder.Memory.KillAfter(calls);
        var results = folder.Applier.Apply(steps);
        var finished = !folder.Memory.Killed;
        if (power is not null)
            folder.Disk!.Crash(power);
        using var after = folder.Reopen();
        Assert.All(scenario.NeverMissing, n => Assert.True(folder.Disk!.User.Exists(n), $"'{n}' is missing after {calls} calls"));

        after.Applier.Recover();

        var tree = after.Tree();
        var seen = tree.Where(t => t.Contains('=', StringComparison.Ordinal) && !t.Contains(".foldersync.", StringComparison.Ordinal))
            .Select(t => t[(t.IndexOf('=', StringComparison.Ordinal) + 1)..]).ToList();
        Assert.All(scenario.Contents, c => Assert.True(seen.Contains(c), $"'{c}' is lost after {calls} calls: {string.Join(' ', tree)}"));
        Assert.All(seen, c => Assert.True(scenario.Allowed.Contains(c), $"'{c}' stands there after {calls} calls: {string.Join(' ', tree)}"));
        Assert.DoesNotContain(tree, t => t.Contains("~journal", StringComparison.Ordinal));
        Assert.Empty(after.Applier.Recover());
        if (finished)
            Assert.All(results, r => Assert.IsType<ApplyResult.Done>(r));
        if (finished && power is not null)
            Assert.All(results.Where(r => !r.Step.Target.Deleted), r => Assert.NotNull(after.Fs.Stat(LocalPath.Of(r.Step.Target.Name))));
        return finished;
    }

    /// <summary>The user's old files are durable; the staged temp files may be lost.</summary>
    private static void MakeOldDurable(ApplyFolder folder)
    {
        foreach (var directory in new[] { "", "d", "c", ".stversions" })
        {
            var path = directory.Length == 0 ? LocalPath.Root : Path(directory);
            if (folder.Fs.Stat(path) is { Kind: FileKind.Directory })
                folder.Fs.SyncDirectory(path);
        }
    }

    [Fact]
    public void A_directory_that_was_open_at_the_kill_is_read_only_again()
    {
        for (var calls = 0; ; calls++)
        {
            using var folder = On(DiskUnderTest.Memory);
            var old = folder.Write("d/a", "old");
            folder.Disk!.User.Chmod("d", 0x16D);
            var step = folder.Place("d/a", "new", old);
            folder.Memory.KillAfter(calls);
            folder.Applier.Apply([step]);
            var finished = !folder.Memory.Killed;
            using var after = folder.Reopen();
            after.Applier.Recover();
            Assert.Equal(0x16Du, folder.Disk.User.Stat("d").Permissions);
            Assert.DoesNotContain(after.Tree(), t => t.Contains("~mode", StringComparison.Ordinal));
            if (finished)
                return;
        }
    }

    [Fact]
    public void A_kill_while_staging_keeps_the_blocks_that_are_whole()
    {
        var content = string.Concat(Enumerable.Range(0, 40).Select(i => $"block {i:d4} of a file. "));
        for (var calls = 0; ; calls++)
        {
            using var folder = On(DiskUnderTest.Memory);
            folder.Memory.KillAfter(calls);
            var target = File("a", content);
            var finished = Record.Exception(() => folder.Stage(target, content)) is null;
            using var after = folder.Reopen();
            var step = new ApplyStep.PlaceFile(after.Stage(target, content), target, null, ActionForExisting.Discard);
            Assert.IsType<ApplyResult.Done>(after.Apply(step));
            Assert.Equal(["a=" + content], after.Tree());
            if (finished)
                return;
        }
    }
}
