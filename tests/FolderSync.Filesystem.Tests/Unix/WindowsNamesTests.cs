using FolderSync.Core.Model;
using FolderSync.Filesystem.Windows;
using Xunit;

namespace FolderSync.Filesystem.Tests.Unix;

/// <summary>Windows' name rules are pure functions, so they are tested on every platform.</summary>
public sealed class WindowsNamesTests
{
    [Theory]
    [InlineData("CON"), InlineData("con"), InlineData("nul.txt"), InlineData("NUL .txt"), InlineData("Aux.tar.gz"), InlineData("prn")]
    [InlineData("COM1"), InlineData("lpt9.x"), InlineData("COM¹"), InlineData("LPT³.y"), InlineData("CONIN$"), InlineData("conout$.a")]
    [InlineData("a:b"), InlineData("C:x"), InlineData(".stignore::$DATA"), InlineData("a\\b"), InlineData("what?"), InlineData("*"), InlineData("a|b")]
    [InlineData("<"), InlineData(">"), InlineData("\"q\""), InlineData("tab\t"), InlineData("x\u0001y"), InlineData("new\nline")]
    [InlineData("dot."), InlineData("space "), InlineData("..."), InlineData(" ")]
    public void A_name_that_windows_cannot_have_is_refused_with_a_reason(string name)
    {
        var why = WindowsNames.Validate(name);
        Assert.NotNull(why);
        Assert.EndsWith(".", why, StringComparison.Ordinal);
        Assert.DoesNotContain(why, char.IsControl);
    }

    [Theory]
    [InlineData("CONSOLE"), InlineData("COM"), InlineData("COM0"), InlineData("COM10"), InlineData("nul_"), InlineData("x.nul"), InlineData("aux-in")]
    [InlineData(".hidden"), InlineData(" leading"), InlineData("a.b.c"), InlineData("ünïcödé 😀"), InlineData("a'b&c;d"), InlineData("CON1"), InlineData("LPT")]
    public void Any_other_name_is_fine(string name) => Assert.Null(WindowsNames.Validate(name));

    [Fact]
    public void Length_counts_in_characters()
    {
        Assert.Null(WindowsNames.Validate(new string('ü', 255)));
        Assert.Contains("256", WindowsNames.Validate(new string('ü', 256)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"C:\data", @"\\?\C:\data")]
    [InlineData(@"\\nas\share\x", @"\\?\UNC\nas\share\x")]
    [InlineData(@"\\?\C:\data", @"\\?\C:\data")]
    public void Roots_are_extended_past_the_limit(string root, string extended) => Assert.Equal(extended, WindowsPath.Extended(root));

    [Fact]
    public void A_path_below_holds_only_possible_names()
    {
        Assert.Equal(@"\\?\C:\data\a\b", WindowsPath.Below(@"\\?\C:\data", LocalPath.Root.Child("a").Child("b")));
        Assert.Equal(@"\\?\C:\a", WindowsPath.Below(@"\\?\C:\", LocalPath.Root.Child("a")));
        Assert.Equal(@"\\?\C:\data", WindowsPath.Below(@"\\?\C:\data", LocalPath.Root));
        foreach (var bad in new[] { @"..\x", "a:b", "x.", "nul" })
            Assert.Throws<FileSystemException>(() => WindowsPath.Below(@"\\?\C:\data", LocalPath.Root.Child("d").Child(bad)));
        Assert.Equal(@"C:\data\a", WindowsPath.WithoutPrefix(@"\\?\C:\data\a"));
        Assert.Equal(@"\\nas\share", WindowsPath.WithoutPrefix(@"\\?\UNC\nas\share"));
    }

    [Theory]
    [InlineData("STIGNO~1", true), InlineData("LONGFI~12.TXT", false), InlineData("LONGF~12.TXT", true), InlineData("a~b", false), InlineData("~1", true), InlineData("plain", false)]
    public void Short_names_are_suspected(string name, bool suspected) => Assert.Equal(suspected, WindowsPath.MayBeAlias(name));

    [Theory]
    [InlineData(0, 0), InlineData(1_700_000_000, 123_456_700), InlineData(-1, 999_999_900), InlineData(-11_644_473_599, 0)]
    public void Times_survive_the_way_to_windows_and_back(long seconds, int nanoseconds) =>
        Assert.Equal(new FileTime(seconds, nanoseconds), WindowsStat.TimeOf(WindowsStat.TicksOf(new FileTime(seconds, nanoseconds))));

    [Fact]
    public void What_leads_elsewhere_is_other()
    {
        const uint junction = 0xA0000003, symlink = 0xA000000C, cloud = 0x9000001A, dedup = 0x80000013;
        Assert.Equal(FileKind.Other, WindowsStat.KindOf(0x410, junction));
        Assert.Equal(FileKind.Other, WindowsStat.KindOf(0x400, symlink));
        Assert.Equal(FileKind.File, WindowsStat.KindOf(0x420, cloud));
        Assert.Equal(FileKind.Directory, WindowsStat.KindOf(0x410, cloud));
        Assert.Equal(FileKind.File, WindowsStat.KindOf(0x420, dedup));
        Assert.Equal(FileKind.File, WindowsStat.KindOf(0x20, junction));
        Assert.Equal(FileKind.Directory, WindowsStat.KindOf(0x10, 0));
    }
}
