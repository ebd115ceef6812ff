using System.Security.Cryptography;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Scan;
using FolderSync.Simulator.Disks;
using Xunit;

namespace FolderSync.Filesystem.Tests.Scan;

public class ScannerTests
{
    [Fact]
    public async Task A_first_scan_finds_all_in_tree_order()
    {
        var rig = new ScanRig();
        rig.User.WriteFile("a/x", "1");
        rig.User.WriteFile("a b", "2");
        rig.User.WriteFile("a!", "");
        rig.User.MakeDirectory("a/\U0001F600");
        rig.User.WriteFile("a/\uFF21", "wide");
        rig.User.Symlink("l", "a/x");
        rig.User.MakeOther("fifo");
        rig.User.WriteFile(".stignore", "");
        rig.User.WriteFile("a/.syncthing.y.tmp", "temp");
        Assert.Equal(["+a", "+a/x", "+a/\uFF21", "+a/\U0001F600", "+a b", "+a!", "+l"], await rig.ScanAsync());
        Assert.Empty(await rig.ScanAsync());
        var x = rig.Known["a/x"];
        Assert.Equal((FileType.File, 1L, 0x1A4u, false), (x.Type, x.Size, x.Permissions, x.NoPermissions));
        Assert.Equal(rig.User.Stat("a/x").Stamp, x.Disk);
        Assert.Equal(x.Disk.Modified, x.Modified);
        Assert.Equal(new BlockHash(SHA256.HashData("1"u8)), x.Blocks!.HashOf(0));
        Assert.Equal(8, x.PreHashes.Length);
        Assert.Equal(BlockList.EmptyFile(128 << 10), rig.Known["a!"].Blocks);
        Assert.Equal("a/x", rig.Known["l"].SymlinkTarget);
        Assert.True(rig.Known["a"].IsDirectory);
    }

    [Fact]
    public async Task Edits_are_told_apart_by_what_changed()
    {
        var rig = new ScanRig();
        foreach (var name in new[] { "content", "mode", "mtime", "swapped", "same", "gone", "older" })
            rig.User.WriteFile(name, name);
        rig.User.Symlink("link", "one");
        rig.User.WriteFile("dir/below", "x");
        await rig.ScanAsync();
        rig.User.WriteFile("content", "CONTENT");
        rig.User.Chmod("mode", 0x1FF);
        rig.User.Touch("mtime", new FileTime(5, 5));
        var before = rig.User.Stat("swapped").Modified;
        rig.User.WriteFile("swapped", "SWAPPED");
        rig.User.Touch("swapped", before);
        rig.User.ReplaceFile("same", "same"u8);
        rig.User.Touch("same", rig.Known["same"].Modified);
        rig.User.Delete("gone");
        rig.User.Touch("older", new FileTime(-5, 0));
        rig.User.Delete("link");
        rig.User.Symlink("link", "two");
        rig.User.Chmod("dir", 0x1C0);
        Assert.Equal(["*content", "~dir", "*link", "~mode", "~mtime", "~older", "^same", "*swapped", "-gone"], await rig.ScanAsync());
        Assert.Equal(new FileTime(5, 5), rig.Known["mtime"].Modified);
        Assert.Equal(0x1FFu, rig.Known["mode"].Permissions);
        Assert.Equal("two", rig.Known["link"].SymlinkTarget);
        Assert.Equal(new BlockHash(SHA256.HashData(SHA256.HashData("content"u8))), rig.Known["content"].PreviousBlocksHash);
        Assert.Empty(await rig.ScanAsync());
    }

    [Theory]
    [InlineData("file", "dir"), InlineData("file", "link"), InlineData("dir", "file"), InlineData("dir", "link"), InlineData("link", "file"), InlineData("link", "dir")]
    public async Task A_change_of_kind_replaces_the_entry_and_all_below(string from, string to)
    {
        var rig = new ScanRig();
        Make(from);
        await rig.ScanAsync();
        rig.User.Delete("it");
        Make(to);
        List<string> expected = ["*it"];
        if (to == "dir")
            expected.Add("+it/below");
        if (from == "dir")
            expected.Add("-it/below");
        Assert.Equal(expected, await rig.ScanAsync());
        Assert.Empty(await rig.ScanAsync());

        void Make(string kind)
        {
            if (kind == "file") rig.User.WriteFile("it", "x");
            else if (kind == "dir") rig.User.WriteFile("it/below", "x");
            else rig.User.Symlink("it", ".stfolder");
        }
    }

    [Fact]
    public async Task A_symlink_to_a_directory_is_not_followed()
    {
        var rig = new ScanRig();
        rig.User.WriteFile("d/f", "x");
        rig.User.Symlink("l", "d");
        await rig.ScanAsync();
        Assert.Empty(await rig.ScanAsync("l/f"));
        Assert.Equal(["d", "d/f", "l"], rig.Known.All.Select(e => e.Name.Value));
    }

    [Fact]
    public async Task What_stands_in_the_place_of_a_known_name_but_is_never_synced_is_reported_not_deleted()
    {
        var rig = new ScanRig();
        rig.User.WriteFile("f", "x");
        rig.User.WriteFile("d/below", "x");
        await rig.ScanAsync();
        rig.User.Delete("f");
        rig.User.MakeOther("f");
        rig.User.Delete("d");
        rig.User.MakeOther("d");
        Assert.Equal(["!d", "?d", "!f", "?f", "-d/below"], await rig.ScanAsync());
        Assert.Equal(["!d", "!f"], await rig.ScanAsync());
        rig.User.Delete("f");
        rig.User.WriteFile("f", "x");
        Assert.Equal(["!d", "~f"], await rig.ScanAsync());
        Assert.Equal(LocalFlags.None, rig.Known["f"].LocalFlags);
    }

    [Fact]
    public async Task A_filesystem_that_ignores_utimes_keeps_the_virtual_mtime()
    {
        var rig = new ScanRig();
        rig.User.WriteFile("f", "x");
        await rig.ScanAsync();
        rig.Known.Put(rig.Known["f"] with { Modified = new FileTime(1, 0) });
        Assert.Empty(await rig.ScanAsync());
        rig.User.Chmod("f", 0x1FF);
        Assert.Equal(["~f"], await rig.ScanAsync());
        Assert.Equal(new FileTime(1, 0), rig.Known["f"].Modified);
        rig.User.WriteFile("f", "y");
        await rig.ScanAsync();
        Assert.Equal(rig.Known["f"].Disk.Modified, rig.Known["f"].Modified);
    }

    [Theory]
    [InlineData(1, 0, ""), InlineData(2, 0, "~f"), InlineData(3600, 0, "^f"), InlineData(5, 10, "^f"), InlineData(5, 1, "~f")]
    public async Task A_coarse_disk_has_its_window_and_its_hour_of_daylight_saving(int seconds, int window, string expected)
    {
        var rig = new ScanRig(
            new MemoryDiskOptions { ModifiedGranularityNanoseconds = window > 0 ? 1 : 2_000_000_000, ChangeTimes = false, Inodes = false },
            new ScannerOptions { ModifiedWindowNanoseconds = window * 1_000_000_000L });
        rig.User.WriteFile("f", "x");
        rig.User.Touch("f", new FileTime(1_000_000, 0));
        await rig.ScanAsync();
        rig.User.Touch("f", new FileTime(1_000_000 + seconds, 0));
        Assert.Equal(expected, string.Join(",", await rig.ScanAsync()));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Permissions_that_mean_nothing_are_neither_compared_nor_lost(bool byOption)
    {
        var rig = byOption
            ? new ScanRig(options: new ScannerOptions { IgnorePermissions = true })
            : new ScanRig(new MemoryDiskOptions { Permissions = false });
        rig.User.WriteFile("new", "x");
        rig.User.WriteFile("theirs", "x");
        await rig.ScanAsync();
        Assert.True(rig.Known["new"].NoPermissions);
        rig.Known.Put(rig.Known["theirs"] with { NoPermissions = false, Permissions = 0x1ED });
        rig.User.Chmod("theirs", 0x124);
        Assert.Equal(["^theirs"], await rig.ScanAsync());
        rig.User.WriteFile("theirs", "edited");
        Assert.Equal(["*theirs"], await rig.ScanAsync());
        Assert.Equal((0x1EDu, false), (rig.Known["theirs"].Permissions, rig.Known["theirs"].NoPermissions));
    }

    [Fact]
    public async Task Full_verify_finds_content_that_changed_behind_equal_metadata()
    {
        var rig = new ScanRig();
        rig.User.WriteFile("f", new byte[300_000]);
        rig.User.WriteFile("g", "good");
        await rig.ScanAsync();
        rig.User.CorruptSilently("f", 200_000, 1);
        Assert.Empty(await rig.ScanAsync());
        Assert.Equal(["*f"], (await rig.FindAsync(fullVerify: true)).Select(ScanRig.Text));
        Assert.Empty(await rig.FindAsync(fullVerify: true));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Only_blocks_whose_pre_hash_changed_are_hashed_anew(bool usePreHashes)
    {
        var rig = new ScanRig(options: new ScannerOptions { UsePreHashes = usePreHashes });
        var content = RandomBytes(5, (128 << 10) * 4 + 77);
        rig.User.WriteFile("f", content);
        await rig.ScanAsync();
        Assert.Equal(usePreHashes ? 40 : 0, rig.Known["f"].PreHashes.Length);
        // A wrong hash in an unchanged block shows whether SHA-256 ran over it.
        var hashes = rig.Known["f"].Blocks!.Hashes.ToArray();
        hashes[0] ^= 1;
        rig.Known.Put(rig.Known["f"] with { Blocks = new BlockList(128 << 10, content.Length, hashes) });
        content[(128 << 10) * 2] ^= 1;
        rig.User.WriteFile("f", content);
        await rig.ScanAsync();
        Assert.Equal(usePreHashes, rig.Known["f"].Blocks!.HashOf(0) == new BlockHash(hashes.AsSpan(0, 32)));
        AssertBlocks(content, rig.Known["f"].Blocks!, from: 1);
        await rig.FindAsync(fullVerify: true);
        AssertBlocks(content, rig.Known["f"].Blocks!, from: 0);
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public async Task Large_files_are_cut_into_ranges_and_blocks_bigger_than_a_chunk_are_streamed(int threads)
    {
        var rig = new ScanRig { Workers = new ThreadWorkers(threads) };
        var content = RandomBytes(6, (17 << 20) + 1);
        rig.User.WriteFile("big", content);
        rig.User.WriteFile("small", "x");
        Assert.Equal(["+big", "+small"], await rig.ScanAsync());
        AssertBlocks(content, rig.Known["big"].Blocks!, 0);
        Assert.Equal(content.Length + 1, rig.Progress.HashedBytes);
        // Another device may have used larger blocks: equal content stays equal.
        var cut = Cut(content, 1 << 20);
        rig.Known.Put(rig.Known["big"] with { Blocks = cut, PreHashes = default, Disk = default });
        Assert.Equal(["^big"], await rig.ScanAsync());
        Assert.Equal(cut, rig.Known["big"].Blocks);
        content[9 << 20] ^= 1;
        rig.User.Overwrite("big", 9 << 20, content.AsSpan(9 << 20, 1));
        Assert.Equal(["*big"], await rig.ScanAsync());
        Assert.Equal(Cut(content, 1 << 20), rig.Known["big"].Blocks);
    }

    [Fact]
    public async Task A_page_of_known_entries_may_leave_block_lists_out()
    {
        var rig = new ScanRig();
        rig.Known.WithoutBlocks = true;
        rig.User.WriteFile("mode", "x");
        rig.User.WriteFile("touched", "x");
        rig.User.WriteFile("gone", "x");
        await rig.ScanAsync();
        rig.User.Chmod("mode", 0x1FF);
        rig.User.Touch("touched", new FileTime(9, 9));
        rig.User.Delete("gone");
        var findings = await rig.FindAsync(false);
        Assert.Equal(["~mode", "~touched", "-gone"], findings.Select(ScanRig.Text));
        Assert.NotNull(rig.Known["mode"].Blocks);
        Assert.NotNull(((ScanFinding.Deleted)findings[2]).Known.Blocks);
    }

    [Fact]
    public async Task An_entry_that_must_be_scanned_again_is_read_and_announced()
    {
        var rig = new ScanRig();
        rig.User.WriteFile("f", "x");
        await rig.ScanAsync();
        rig.Known.Put(rig.Known["f"] with { LocalFlags = LocalFlags.MustRescan });
        Assert.Equal(["~f"], await rig.ScanAsync());
        Assert.Equal(LocalFlags.None, rig.Known["f"].LocalFlags);
    }

    [Fact]
    public async Task Findings_come_in_batches_and_are_waited_for()
    {
        var rig = new ScanRig { Workers = new ThreadWorkers(2) };
        for (var i = 0; i < 1300; i++)
            rig.User.WriteFile($"d{i % 7}/f{i:0000}", $"{i}");
        var found = await rig.ScanAsync();
        Assert.Equal([512, 512, 283], rig.Batches);
        Assert.Equal(rig.Known.All.Select(e => "+" + e.Name), found);
        rig.User.Delete("d3");
        rig.Batches.Clear();
        Assert.Equal(187, (await rig.ScanAsync()).Count);
        Assert.Equal([187], rig.Batches);
        Assert.Equal(1307 - 187 + 1, rig.Progress.Entries);
    }

    [Fact]
    public async Task A_moved_file_is_found_before_it_is_missed()
    {
        var rig = new ScanRig();
        for (var i = 0; i < 600; i++)
            rig.User.WriteFile($"a/{i:000}", $"{i}");
        await rig.ScanAsync();
        rig.User.Rename("a", "z");
        var found = await rig.ScanAsync();
        Assert.Equal(1202, found.Count);
        Assert.All(found.Take(601), f => Assert.StartsWith("+z", f, StringComparison.Ordinal));
        Assert.All(found.Skip(601), f => Assert.StartsWith("-a", f, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelling_ends_the_scan()
    {
        var rig = new ScanRig();
        for (var i = 0; i < 2000; i++)
            rig.User.WriteFile($"{i}", "x");
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Scanner(rig.FileSystem, rig.Workers, rig.Options).ScanAsync(
            new ScanRequest([]), rig.Known, IgnoreRules.None, _ => cancel.CancelAsync(), null, cancel.Token));
    }

    private static byte[] RandomBytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static BlockList Cut(byte[] content, int blockSize)
    {
        var hashes = content.Chunk(blockSize).SelectMany(SHA256.HashData).ToArray();
        return new BlockList(blockSize, content.Length, hashes);
    }

    private static void AssertBlocks(byte[] content, BlockList blocks, int from)
    {
        Assert.Equal(content.Length, blocks.FileSize);
        for (var i = from; i < blocks.Count; i++)
            Assert.Equal(new BlockHash(SHA256.HashData(content.AsSpan((int)blocks[i].Offset, blocks[i].Size))), blocks.HashOf(i));
    }
}
