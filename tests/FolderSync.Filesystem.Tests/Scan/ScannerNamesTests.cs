using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Scan;
using FolderSync.Simulator.Disks;
using Xunit;

namespace FolderSync.Filesystem.Tests.Scan;

/// <summary>Unusual names, ignored names, and scans of single names.</summary>
public class ScannerNamesTests
{
    private const string Nfc = "caf\u00E9", Nfd = "cafe\u0301";

    private readonly ScanRig _rig = new();

    [Fact]
    public async Task Names_that_are_not_UTF8_are_reported_and_skipped()
    {
        _rig.User.WriteFile("d/bad\uD800name", "x");
        _rig.User.WriteFile("d/new\nline\u0007", "x");
        Assert.Equal(["+d", "!d/bad\uFFFDname", "+d/new\nline\u0007"], await _rig.ScanAsync());
    }

    [Fact]
    public async Task A_lone_decomposed_name_is_renamed_on_disk()
    {
        _rig.User.WriteFile(Nfd + "/" + Nfd, "x");
        Assert.Equal([$"+{Nfc}", $"+{Nfc}/{Nfc}"], await _rig.ScanAsync());
        Assert.Equal("x", _rig.User.ReadText($"{Nfc}/{Nfc}"));
        Assert.Empty(await _rig.ScanAsync());
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task Other_forms_are_seen_in_a_scan_of_one_name_too(bool twins)
    {
        _rig.User.WriteFile("d/f", "x");
        await _rig.ScanAsync();
        _rig.User.WriteFile("d/" + Nfd, "decomposed");
        if (twins)
            _rig.User.WriteFile("d/" + Nfc, "composed");
        var found = await _rig.ScanAsync("d/" + Nfc);
        Assert.Equal(twins ? ["+d/" + Nfc, "!d/" + Nfd] : ["+d/" + Nfc], found.OrderByDescending(f => f[0]));
    }

    [Fact]
    public async Task A_very_large_directory_that_is_ignored_is_told_of_in_batches()
    {
        for (var i = 0; i < 1200; i++)
            _rig.User.WriteFile($"d/{i:0000}", "");
        await _rig.ScanAsync();
        _rig.Batches.Clear();
        Ignore("d");
        Assert.Equal(1201, (await _rig.ScanAsync()).Count);
        Assert.Equal([512, 512, 177], _rig.Batches);
    }

    [Fact]
    public async Task Without_normalizing_a_decomposed_name_is_reported_and_what_is_known_is_kept()
    {
        _rig.User.WriteFile(Nfc + "/f", "x");
        await _rig.ScanAsync();
        _rig.User.Rename(Nfc, Nfd);
        _rig.Options = new ScannerOptions { AutoNormalize = false };
        Assert.Equal([$"!{Nfd}"], await _rig.ScanAsync());
        Assert.True(_rig.User.Exists(Nfd));
    }

    [Fact]
    public async Task A_twin_of_another_form_is_reported_and_the_composed_name_goes_on()
    {
        _rig.User.WriteFile($"d/{Nfc}/f", "composed");
        _rig.User.WriteFile($"d/{Nfc}/g", "composed");
        await _rig.ScanAsync();
        _rig.User.WriteFile($"d/{Nfd}", "decomposed");
        _rig.User.WriteFile($"d/{Nfc}/f", "edited");
        _rig.User.Delete($"d/{Nfc}/g");
        Assert.Equal([$"!d/{Nfd}", $"*d/{Nfc}/f", $"-d/{Nfc}/g"], (await _rig.ScanAsync()).Order(StringComparer.Ordinal));
        Assert.Equal("decomposed", _rig.User.ReadText($"d/{Nfd}"));
        // The composed one goes: the other takes its name, as a lone one does.
        _rig.User.Delete($"d/{Nfc}");
        await _rig.ScanAsync();
        Assert.Equal("decomposed", _rig.User.ReadText($"d/{Nfc}"));
    }

    [Fact]
    public async Task Ignoring_and_no_longer_ignoring()
    {
        _rig.User.WriteFile("d/a", "x");
        _rig.User.WriteFile("d/b", "x");
        _rig.User.WriteFile("gone", "x");
        await _rig.ScanAsync();
        _rig.User.Delete("gone");
        Ignore("d", "gone");
        Assert.Equal(["=d", "=d/a", "=d/b", "=gone"], await _rig.ScanAsync());
        Assert.Empty(await _rig.ScanAsync());
        _rig.User.WriteFile("d/a", "edited");
        _rig.User.Delete("d/b");
        Assert.Empty(await _rig.ScanAsync());
        Ignore();
        Assert.Equal(["~d", "*d/a", "-d/b", "-gone"], await _rig.ScanAsync());
        Assert.All(_rig.Known.All, e => Assert.Equal(LocalFlags.None, e.LocalFlags));
        Assert.Empty(await _rig.ScanAsync());
    }

    [Fact]
    public async Task An_ignored_directory_that_can_be_skipped_is_not_read()
    {
        _rig.User.WriteFile("skip/f", "x");
        Ignore("skip");
        _rig.FileSystem.BeforeOperation = (operation, path) =>
            operation == "List" && path.Value == "skip" ? throw new InvalidOperationException("It was read.") : null;
        Assert.Empty(await _rig.ScanAsync());
    }

    [Fact]
    public async Task Directories_that_hold_something_wanted_are_synced_though_ignored()
    {
        _rig.User.WriteFile("a/b/keep", "x");
        _rig.User.WriteFile("a/b/drop", "x");
        _rig.User.WriteFile("a/c/drop", "x");
        Ignore("!keep", "/a");
        Assert.Equal(["+a", "+a/b", "+a/b/keep"], await _rig.ScanAsync());
        Assert.Empty(await _rig.ScanAsync());
        _rig.User.Delete("a/b/keep");
        Assert.Equal(["=a/b", "=a", "-a/b/keep"], await _rig.ScanAsync());
        _rig.User.WriteFile("a/c/keep", "x");
        Assert.Equal(["~a", "+a/c", "+a/c/keep"], await _rig.ScanAsync("a/c/keep"));
    }

    [Theory]
    [InlineData("new/deep/f", "+new,+new/deep,+new/deep/f,+new/deep/g")]
    [InlineData("gone/sub/x", "-gone/sub,-gone/sub/x,-gone/sub/y")]
    [InlineData("gone/sub/x gone/sub/y gone/sub", "-gone/sub,-gone/sub/x,-gone/sub/y")]
    [InlineData("edit/1", "*edit/1")]
    [InlineData("edit edit/1 edit/2", "*edit/1,*edit/2")]
    [InlineData("file/was/here", "*file,-file/was,-file/was/here")]
    [InlineData("nothing/at/all", "")]
    [InlineData("edit!", "")]
    [InlineData(".stfolder", "")]
    public async Task Only_names_asked_for_are_scanned(string below, string expected)
    {
        _rig.User.WriteFile("gone/sub/x", "x");
        _rig.User.WriteFile("gone/sub/y", "x");
        _rig.User.WriteFile("edit/1", "x");
        _rig.User.WriteFile("edit/2", "x");
        _rig.User.WriteFile("edit!", "x");
        _rig.User.WriteFile("file/was/here", "x");
        await _rig.ScanAsync();
        _rig.User.Delete("gone/sub");
        _rig.User.WriteFile("edit/1", "edited");
        _rig.User.WriteFile("edit/2", "edited");
        _rig.User.Delete("file");
        _rig.User.WriteFile("file", "now");
        _rig.User.WriteFile("new/deep/f", "x");
        _rig.User.WriteFile("new/deep/g", "x");
        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), await _rig.ScanAsync(below.Split(' ')));
        await _rig.ScanAsync();
        Assert.Empty(await _rig.ScanAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_case_does_not_count_a_renamed_name_is_gone_and_new(bool unrecognized)
    {
        foreach (var below in new[] { "", "File", "file", "File file" })
        {
            var rig = new ScanRig(Folding(unrecognized));
            rig.User.WriteFile("File", "x");
            await rig.ScanAsync();
            rig.User.Rename("File", "file");
            Assert.Contains("+file", await rig.ScanAsync(below.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            await rig.ScanAsync();
            Assert.Equal(["file"], rig.Known.All.Select(e => e.Name.Value));
        }
    }

    /// <summary>Asking for a peer's different spelling must not return this file's content under that name.</summary>
    [Theory]
    [InlineData("File", false)]
    [InlineData("D/x", false)]
    [InlineData("d/X", false)]
    [InlineData("D", false)]
    [InlineData("File", true)]
    [InlineData("D/x", true)]
    [InlineData("d/X", true)]
    [InlineData("D", true)]
    public async Task Where_case_does_not_count_another_spelling_finds_nothing(string below, bool unrecognized)
    {
        var rig = new ScanRig(Folding(unrecognized));
        rig.User.WriteFile("file", "x");
        rig.User.WriteFile("d/x", "x");
        await rig.ScanAsync();
        Assert.Empty(await rig.ScanAsync(below));
        rig.User.WriteFile("new", "y");
        rig.User.WriteFile("e/new", "y");
        Assert.Equal(["+e", "+e/new", "+new"], (await rig.ScanAsync("NEW", "E/New")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("D/x")]
    [InlineData("D")]
    [InlineData("")]
    public async Task A_directory_that_was_respelled_is_gone_with_what_was_in_it_and_new(string below)
    {
        var rig = new ScanRig(Folding(unrecognized: true));
        rig.User.WriteFile("D/x", "x");
        await rig.ScanAsync();
        rig.User.Rename("D", "d");
        rig.User.WriteFile("d/x", "changed");
        await rig.ScanAsync(below.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        await rig.ScanAsync();
        Assert.Equal(["d", "d/x"], rig.Known.All.Select(e => e.Name.Value));
    }

    private static MemoryDiskOptions Folding(bool unrecognized) =>
        new() { CaseInsensitive = true, CaseUnrecognized = unrecognized, SpelledInodes = unrecognized };

    private void Ignore(params string[] patterns) => _rig.Ignores = IgnoreParser.Parse(patterns);
}
