using System.Text;
using CsCheck;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class ConflictNameTests
{
    private static readonly DateTimeOffset Time = new(2026, 3, 29, 2, 5, 9, TimeSpan.FromHours(2));
    private static readonly ShortId By = new(0x11e3cbd7209b23a5);

    [Theory]
    [InlineData("a.txt", 0, "a.sync-conflict-20260329-020509-CHR4XVZ.txt")]
    [InlineData("d/e/a.txt", 0, "d/e/a.sync-conflict-20260329-020509-CHR4XVZ.txt")]
    [InlineData("a.tar.gz", 0, "a.tar.sync-conflict-20260329-020509-CHR4XVZ.gz")]
    [InlineData("a", 0, "a.sync-conflict-20260329-020509-CHR4XVZ")]
    [InlineData("d.d/a", 0, "d.d/a.sync-conflict-20260329-020509-CHR4XVZ")]
    [InlineData(".bashrc", 0, ".bashrc.sync-conflict-20260329-020509-CHR4XVZ")]
    [InlineData(".config.json", 0, ".config.sync-conflict-20260329-020509-CHR4XVZ.json")]
    [InlineData("..x", 0, "..x.sync-conflict-20260329-020509-CHR4XVZ")]
    [InlineData("a.txt", 1, "a.sync-conflict-20260329-020509-CHR4XVZ-2.txt")]
    [InlineData("a.txt", 9, "a.sync-conflict-20260329-020509-CHR4XVZ-10.txt")]
    [InlineData(
        "a.sync-conflict-20250101-000000-CHR4XVZ.txt",
        0,
        "a.sync-conflict-20250101-000000-CHR4XVZ.sync-conflict-20260329-020509-CHR4XVZ.txt")]
    [InlineData(
        "a.sync-conflict-20250101-000000-CHR4XVZ", 0, "a.sync-conflict-20250101-000000-CHR4XVZ.sync-conflict-20260329-020509-CHR4XVZ")]
    public void Names(string name, int attempt, string expected)
    {
        var copy = ConflictName.For(FileName.Parse(name), Time, By, attempt);
        Assert.Equal(expected, copy.Value);
        Assert.True(ConflictName.IsConflictCopy(copy));
        Assert.Equal(FileName.Parse(name), ConflictName.OriginalOf(copy));
    }

    [Theory]
    [InlineData("a.sync-conflict-20250101-000000.txt", "a.txt")] // old Syncthings
    [InlineData(".sync-conflict-20250101-000000-CHR4XVZ.bashrc", ".bashrc")] // Syncthing's name for a dotfile
    [InlineData("a.sync-conflict-20250101-000000-CHR4XVZ", "a")]
    [InlineData("a.sync-conflict-20250101.txt", null)]
    [InlineData("a.sync-conflict-2025010a-000000-CHR4XVZ.txt", null)]
    [InlineData("a.sync-conflict-20250101-000000-CHR4XVZ.old.txt", null)]
    [InlineData("x.sync-conflict-20250101-000000-CHR4XVZ/a.txt", null)]
    [InlineData(".sync-conflict-20250101-000000-CHR4XVZ", null)]
    [InlineData("a.txt", null)]
    public void Originals(string name, string? original) =>
        Assert.Equal(original, ConflictName.OriginalOf(FileName.Parse(name))?.Value);

    [Fact]
    public void The_stem_is_cut_between_characters()
    {
        var copy = ConflictName.For(FileName.Parse("d/" + new string('a', 2) + string.Concat(Enumerable.Repeat("😀", 60)) + ".jpeg"), Time, By);
        Assert.InRange(Encoding.UTF8.GetByteCount(copy.Leaf), 252, 255);
        Assert.StartsWith("d/aa😀", copy.Value);
        Assert.EndsWith("😀.sync-conflict-20260329-020509-CHR4XVZ.jpeg", copy.Value);
    }

    [Fact]
    public void Any_name_gives_distinct_clean_names_that_fit() =>
        Gen.Select(Gen.String[Gen.Char["ab.é日-~ "], 1, 255], Gen.Int[128, 255]).Sample((text, max) =>
        {
            if (!FileName.TryParse(text.Normalize(), out var name, out _))
                return;
            var copies = Enumerable.Range(0, 12).Select(i => ConflictName.For(name, Time, By, i, max)).ToList();
            Assert.Equal(12, copies.Distinct().Count());
            Assert.All(copies, c => Assert.Equal(c, FileName.Parse(c.Value)));
            Assert.All(copies, c => Assert.InRange(Encoding.UTF8.GetByteCount(c.Leaf), 1, max));
            Assert.All(copies, c => Assert.True(ConflictName.IsConflictCopy(c)));
        });
}
