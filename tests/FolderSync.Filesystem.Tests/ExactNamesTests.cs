using FolderSync.Filesystem.Local;
using FolderSync.Simulator.Disks;
using FolderSync.Testing;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests;

/// <summary>Detects how a disk treats spellings from its behavior.</summary>
public sealed class ExactNamesTests
{
    [Theory]
    [InlineData("notes", "NOTES")]
    [InlineData("Notes 1", "nOTES 1")]
    [InlineData("1.2", "")]
    [InlineData("é", "É|e\u0301")]
    [InlineData("aé", "Aé|aÉ|ae\u0301")]
    [InlineData("ß", "ss")]
    [InlineData("日本", "")]
    [InlineData("\ud800", "")]
    public void A_leaf_has_other_spellings(string leaf, string others) =>
        Assert.Equal(others.Split('|', StringSplitOptions.RemoveEmptyEntries), Spellings.VariantsOf(leaf));

    [Theory]
    [InlineData("Notes", "nOTES", true)]
    [InlineData("É", "é", true)]
    [InlineData("É", "e\u0301", true)]
    [InlineData("STRASSE", "straße", true)]
    [InlineData("i", "ı", false)]
    [InlineData("a", "b", false)]
    public void Spellings_of_one_name_fold_to_the_same(string a, string b, bool same) =>
        Assert.Equal(same, Spellings.Fold(a) == Spellings.Fold(b));

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void What_answers_and_is_not_listed_is_misspelled(bool folds, bool unrecognized)
    {
        var disk = new MemoryDisk(TimeProvider.System, new MemoryDiskOptions { CaseInsensitive = folds, CaseUnrecognized = unrecognized, SpelledInodes = unrecognized });
        disk.User.WriteFile("Dir/File", "x");
        disk.User.WriteFile("1", "x");
        var names = new ExactNames(new MemoryFileSystem(disk));
        Assert.Null(names.FindMisspelled(Path("Dir/File")));
        Assert.Null(names.FindMisspelled(Path("Dir/new")));
        Assert.Null(names.FindMisspelled(Path("1")));
        Assert.Equal(folds ? Path("Dir/file") : null, names.FindMisspelled(Path("Dir/file")));
        Assert.Equal(folds ? Path("dir") : null, names.FindMisspelled(Path("dir/File")));
        Assert.Equal(folds ? Path("Dir/File") : null, names.ActualPath(Path("dir/file")));
        Assert.Equal((true, false, false), (names.Exists(Path("Dir/File")), names.Exists(Path("Dir/file")), names.Exists(Path("dir/File"))));

        // Created after the directory was listed.
        disk.User.WriteFile("Dir/later", "x");
        Assert.Null(names.FindMisspelled(Path("Dir/later")));
    }

    [Fact]
    public void Where_both_spellings_stand_neither_is_misspelled()
    {
        var disk = new MemoryDisk(TimeProvider.System, new MemoryDiskOptions());
        disk.User.WriteFile("file", "x");
        disk.User.WriteFile("FILE", "y");
        var names = new ExactNames(new MemoryFileSystem(disk));
        Assert.Null(names.FindMisspelled(Path("file")));
        Assert.Null(names.FindMisspelled(Path("FILE")));
    }

    [SkippableFact]
    public void A_second_marker_in_capitals_does_not_make_a_disk_fold_case()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows folds case");
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder[".stfolder"]);
        using (var disk = new FileSystems().Open(folder.Path))
            Assert.False(disk.Traits.CaseInsensitive);
        Directory.CreateDirectory(folder[".STFOLDER"]);
        using (var disk = new FileSystems().Open(folder.Path))
            Assert.False(disk.Traits.CaseInsensitive);
    }
}
