using System.Text;
using FolderSync.Filesystem.Apply;
using FolderSync.Simulator.Disks;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

/// <summary>A user edits during a batch, before every single disk call.</summary>
public sealed class RaceTests
{
    private static readonly string[] Ways = ["write in place", "save by rename", "delete", "delete and make a directory"];

    private static readonly Dictionary<string, Func<ApplyFolder, ApplyStep>> Steps = new()
    {
        ["replace, discard"] = f => f.Place("a", "new", f.Write("a", "old")),
        ["replace, version"] = f => f.Place("a", "new", f.Write("a", "old"), ActionForExisting.Version),
        ["replace, conflict"] = f => f.Place("a", "new", f.Write("a", "old"), ActionForExisting.Conflict),
        ["new"] = f => f.Place("a", "new", null),
        ["remove"] = f => Remove(f.Write("a", "old")),
        ["to directory"] = f => new ApplyStep.PlaceDirectory(Folder("a"), f.Write("a", "old"), ActionForExisting.Version),
        ["to link"] = f => new ApplyStep.PlaceSymlink(Link("a", "x"), f.Write("a", "old"), ActionForExisting.Discard),
        ["move away"] = f => Move(f.Write("a", "old"), "b"),
        ["move onto"] = f => Move(f.Write("b", "moved"), "a", f.Write("a", "old"), ActionForExisting.Version),
    };

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var step in Steps.Keys)
        {
            foreach (var way in Ways)
                data.Add(step, way);
        }
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void An_edit_that_slips_in_is_never_lost(string name, string way)
    {
        for (var at = 0; ; at++)
        {
            using var folder = On(DiskUnderTest.Memory);
            var step = Steps[name](folder);
            var calls = 0;
            var edited = false;
            folder.Memory.BeforeOperation = (_, _) =>
            {
                if (calls++ == at)
                {
                    Edit(folder.Disk!.User, way);
                    edited = true;
                }
                return null;
            };
            var result = folder.Apply(step);
            folder.Memory.BeforeOperation = null;
            if (!edited)
                return;

            var tree = folder.Tree();
            var told = $"{name}, {way} before call {at}: {result.GetType().Name}, {string.Join(' ', tree)}";
            if (way is "write in place" or "save by rename")
                Assert.True(tree.Any(t => t.EndsWith("=edit", StringComparison.Ordinal) && !t.Contains(".tmp", StringComparison.Ordinal)), told);
            if (way.EndsWith("directory", StringComparison.Ordinal))
                Assert.True(tree.Any(t => t.EndsWith("/inside=edit", StringComparison.Ordinal)), told);
            // Once the moved file has its new name, the edit changes the moved content itself.
            if (name == "move onto" && folder.Text(".stversions/a") is null)
                Assert.True(tree.Any(t => t.EndsWith("=moved", StringComparison.Ordinal) && !t.Contains(".tmp", StringComparison.Ordinal)), told);
            // An unreported edit would stay invisible to the index: what is reported as present must be present.
            if (result is ApplyResult.Done done && !step.Target.Deleted && folder.Fs.Stat(LocalPath.Of(step.Target.Name)) is { } now &&
                now.Stamp == done.Stamp && step.Target.IsFile)
            {
                Assert.Equal(name is "move away" ? "old" : name is "move onto" ? "moved" : "new", folder.Text(step.Target.Name.Value));
            }
            Assert.DoesNotContain(tree, t => t.Contains("~", StringComparison.Ordinal));
        }
    }

    /// <summary>A second edit comes while the first is being restored.</summary>
    [Fact]
    public void Two_edits_that_slip_in_are_both_kept()
    {
        using var folder = On(DiskUnderTest.Memory);
        var step = folder.Place("a", "new", folder.Write("a", "old"));
        var exchanges = 0;
        var renames = 0;
        folder.Memory.BeforeOperation = (operation, path) =>
        {
            if (operation == "Rename" && path.Leaf.EndsWith(".tmp", StringComparison.Ordinal) && renames++ < 2)
                folder.Disk!.User.ReplaceFile("a", Encoding.UTF8.GetBytes($"edit {++exchanges}"));
            return null;
        };
        var changed = Assert.IsType<ApplyResult.LocallyChanged>(folder.Apply(step));
        Assert.Equal(2, exchanges);
        Assert.Equal(["edit 1", "edit 2"], changed.Rescan.Select(n => folder.Text(n.Value)!).Order());
    }

    private static void Edit(MemoryUser user, string way)
    {
        switch (way)
        {
            case "write in place":
                user.WriteFile("a", "edit");
                break;
            case "save by rename":
                user.ReplaceFile("a", "edit"u8);
                break;
            case "delete":
                user.Delete("a");
                break;
            default:
                user.Delete("a");
                user.WriteFile("a/inside", "edit");
                break;
        }
    }
}
