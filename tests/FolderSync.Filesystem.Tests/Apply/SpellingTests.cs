using FolderSync.Filesystem.Apply;
using FolderSync.Simulator.Disks;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

/// <summary>Batches on disks that treat two spellings as one name; only a file that is really there counts as placed.</summary>
public sealed class SpellingTests
{
    public static TheoryData<DiskUnderTest> Folding() => [DiskUnderTest.MemoryCaseInsensitive, DiskUnderTest.MemoryCaseUnrecognized];

    /// <summary>The original bug: removing the old spelling also removed the new name's file.</summary>
    [Theory, MemberData(nameof(Folding))]
    public void A_removal_never_takes_another_spellings_file(DiskUnderTest kind)
    {
        foreach (var displaced in new[] { ActionForExisting.Discard, ActionForExisting.Version })
        {
            using var folder = On(kind);
            var old = folder.Write("notes", "mine");
            var steps = new ApplyStep[] { Move(old, "Notes"), Remove(old, displaced) };
            Assert.IsType<ApplyResult.Done>(folder.Applier.Apply(steps)[0]);
            Assert.Equal(["Notes=mine"], folder.Tree());
            // The same alone, in a later batch.
            Assert.IsType<ApplyResult.Done>(folder.Apply(Remove(old, displaced)));
            Assert.Equal(["Notes=mine"], folder.Tree());
        }
    }

    [Theory, MemberData(nameof(Folding))]
    public void Of_two_spellings_in_one_batch_one_is_placed_and_the_other_says_why_not(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var results = folder.Applier.Apply([folder.Place("README", "capitals", null), folder.Place("readme", "small", null)]);
        Assert.IsType<ApplyResult.Done>(results[0]);
        Assert.Contains("README", Assert.IsType<ApplyResult.Failed>(results[1]).Problem.Reason, StringComparison.Ordinal);
        Assert.Equal("capitals", folder.Text("README"));
    }

    [Theory, MemberData(nameof(Folding))]
    public void A_directory_that_is_to_go_takes_its_new_spelling_with_all_that_is_in_it(DiskUnderTest kind)
    {
        foreach (var isToGo in new[] { true, false })
        {
            using var folder = On(kind, new ApplierOptions { IsToBeRemoved = name => isToGo && name.Value == "Photos" });
            folder.Write("Photos/sub/x", "picture");
            var result = folder.Apply(new ApplyStep.PlaceDirectory(Folder("photos"), null, ActionForExisting.Discard));
            if (isToGo)
                Assert.Equal("Photos", Assert.IsType<ApplyResult.Respelled>(result).From.Value);
            else
                Assert.IsType<ApplyResult.Failed>(result);
            Assert.Contains((isToGo ? "photos" : "Photos") + "/sub/x=picture", folder.Tree());
        }
    }

    /// <summary>Whatever happens to a placed name during the batch, it counts as placed only if it exists at the end.</summary>
    [Fact]
    public void A_name_counts_as_placed_only_if_it_stands_after_all_that_the_batch_did()
    {
        var deeds = new (string What, Action<MemoryUser> Do)[]
        {
            ("deleted", u => u.Delete("a")),
            ("respelled", u => u.Rename("a", "A")),
            ("another file", u => u.ReplaceFile("a", "somebody else's"u8)),
            ("a directory", u => { u.Delete("a"); u.MakeDirectory("a"); }),
            ("a link", u => { u.Delete("a"); u.Symlink("a", "b"); }),
        };
        foreach (var kind in Enum.GetValues<DiskUnderTest>().Where(k => k != DiskUnderTest.Real))
        {
            foreach (var (what, act) in deeds)
            {
                for (var at = 0; at < 3; at++)
                {
                    using var folder = On(kind);
                    var (old, gone) = (folder.Write("c", "old"), folder.Write("d", "gone"));
                    var steps = new ApplyStep[] { folder.Place("a", "placed", null), folder.Place("b", "other", null), folder.Place("c", "new", old, ActionForExisting.Version), Remove(gone, ActionForExisting.Version) };
                    string[] later = ["b", "c", "d"];
                    var isDone = false;
                    folder.Memory.BeforeOperation = (operation, path) =>
                    {
                        if (!isDone && operation is "Stat" or "Rename" && path.Value == later[at] && folder.Disk!.User.Exists("a"))
                        {
                            isDone = true;
                            act(folder.Disk!.User);
                        }
                        return null;
                    };
                    var results = folder.Applier.Apply(steps);
                    Assert.True(isDone, $"{kind}: {what} at {later[at]} never happened.");
                    Assert.False(results[0] is ApplyResult.Done, $"{kind}: {what} at {later[at]} counts as placed.");
                    Assert.All(results.Skip(1), r => Assert.IsType<ApplyResult.Done>(r));
                }
            }
        }
    }

    /// <summary>
    /// A disk that lists names differently from how they were written: what can't stay is removed and not left for a scan to find.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_the_disk_shows_under_another_name_is_not_placed(bool unrecognized)
    {
        using var folder = On(new MemoryDiskOptions { CaseInsensitive = true, CaseUnrecognized = unrecognized, SpelledInodes = unrecognized, ListsSmallLetters = true });
        var small = folder.Write("small", "fits");
        var results = folder.Applier.Apply(
            [folder.Place("Capital", "does not", null), new ApplyStep.PlaceDirectory(Folder("Dir"), null, ActionForExisting.Discard), Move(small, "Small")]);
        Assert.All(results, r => Assert.Contains("this disk", Assert.IsType<ApplyResult.Failed>(r).Problem.Reason, StringComparison.Ordinal));
        Assert.Equal(["small=fits"], folder.Tree().Where(i => !i.StartsWith(".foldersync.", StringComparison.Ordinal)));
    }

    /// <summary>A name with two spellings is not misspelled if both exist.</summary>
    [Fact]
    public void Where_case_counts_both_spellings_are_placed_moved_and_removed()
    {
        foreach (var kind in new[] { DiskUnderTest.Memory, DiskUnderTest.MemoryWithoutExchange })
        {
            using var folder = On(kind);
            Assert.All(folder.Applier.Apply([folder.Place("README", "capitals", null), folder.Place("readme", "small", null)]), r => Assert.IsType<ApplyResult.Done>(r));
            var (capitals, small) = (folder.Scan("README"), folder.Scan("readme"));
            Assert.All(folder.Applier.Apply([Move(capitals, "readme", small), Move(small, "README", capitals)]), r => Assert.IsType<ApplyResult.Done>(r));
            Assert.Equal(["README=small", "readme=capitals"], folder.Tree());
            Assert.IsType<ApplyResult.Done>(folder.Apply(Remove(folder.Scan("README"))));
            Assert.Equal(["readme=capitals"], folder.Tree());
        }
    }
}
