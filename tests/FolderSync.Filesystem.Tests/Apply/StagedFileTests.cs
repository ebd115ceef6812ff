using System.Buffers.Binary;
using System.Text;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Apply;
using FolderSync.Simulator.Disks;
using K4os.Hash.xxHash;
using Xunit;
using static FolderSync.Filesystem.Tests.Apply.ApplyFolder;

namespace FolderSync.Filesystem.Tests.Apply;

public sealed class StagedFileTests
{
    private static readonly LocalPath Temp = Path(".foldersync.a.tmp");

    public static TheoryData<DiskUnderTest> Disks() => [.. Enum.GetValues<DiskUnderTest>()];

    [Theory, MemberData(nameof(Disks))]
    public void Good_blocks_of_an_earlier_attempt_are_reused(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var content = Content(10);
        var target = File("a", content);
        var first = folder.Applier.Stage(target, null);
        foreach (var i in new[] { 0, 1, 2, 5 })
            first.WriteBlock(i, Block(content, target, i));
        first.Close();
        using (var damage = folder.Fs.OpenWrite(Temp, false))
            damage.Write("x"u8, (1 * BlockSize) + 3);

        var again = folder.Applier.Stage(target, null);
        Assert.Equal([1, 3, 4, 6, 7, 8, 9], again.Missing);
        Assert.True(again.PreHashes.IsEmpty);
        foreach (var i in again.Missing)
            again.WriteBlock(i, Block(content, target, i));
        again.Finish();
        for (var i = 0; i < 10; i++)
            Assert.Equal(XXH64.DigestOf(Block(content, target, i)), BinaryPrimitives.ReadUInt64LittleEndian(again.PreHashes.Span[(i * 8)..]));
        Assert.IsType<ApplyResult.Done>(folder.Apply(new ApplyStep.PlaceFile(again, target, null, ActionForExisting.Discard)));
        Assert.Equal(content, folder.Bytes("a"));
    }

    [Theory, MemberData(nameof(Disks))]
    public void Whatever_stands_at_the_temp_name_makes_way(DiskUnderTest kind)
    {
        foreach (var size in new[] { 1, 3 })
        {
            foreach (var obstacle in new[] { "link", "directory", "read-only", "longer" })
            {
                using var folder = On(kind);
                folder.Write("victim", "untouched");
                switch (obstacle)
                {
                    case "link":
                        folder.Fs.CreateSymlink(Temp, "victim");
                        break;
                    case "directory":
                        folder.Fs.CreateDirectory(Temp, 0x1ED);
                        break;
                    case "read-only":
                        folder.Write(Temp.Value, "something", 0x100);
                        break;
                    default:
                        folder.Write(Temp.Value, new string('x', 1000));
                        break;
                }
                var content = Content(size);
                var target = File("a", content);
                Assert.IsType<ApplyResult.Done>(folder.Apply(
                    new ApplyStep.PlaceFile(folder.Stage(target, Encoding.UTF8.GetString(content)), target, null, ActionForExisting.Discard)));
                Assert.Equal(["a=" + Encoding.UTF8.GetString(content), "victim=untouched"], folder.Tree());
            }
        }
    }

    [Fact]
    public void A_temp_that_is_another_files_second_name_or_a_fifo_is_not_written_to()
    {
        using var folder = On(DiskUnderTest.Memory);
        folder.Write("victim", "untouched");
        folder.Disk!.User.HardLink("victim", Temp.Value);
        folder.Apply(folder.Place("a", "new", null));
        folder.Disk.User.MakeOther(".foldersync.b.tmp");
        folder.Apply(folder.Place("b", "new", null));
        Assert.Equal(["a=new", "b=new", "victim=untouched"], folder.Tree());
    }

    [Theory, MemberData(nameof(Disks))]
    public void Blocks_come_from_another_local_file_only_when_they_are_right(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var content = Content(8);
        var source = Content(8);
        source[(2 * BlockSize) + 1] ^= 1;
        folder.Write("source", Encoding.UTF8.GetString(source));
        var target = File("a", content);
        var staged = folder.Applier.Stage(target, null);
        using (var open = folder.Fs.OpenRead(Path("source")))
        {
            Assert.False(staged.TryCopyBlocks(open, 0, 0, 4));
            Assert.True(staged.TryCopyBlocks(open, 4 * BlockSize, 4, 3));
            Assert.False(staged.TryCopyBlocks(open, 7 * BlockSize + 1, 7));
        }
        Assert.Equal([2, 7], staged.Missing);
        var buffer = new byte[BlockSize];
        Assert.False(staged.TryReadBlock(2, buffer));
        Assert.True(staged.TryReadBlock(5, buffer));
        Assert.Equal(Block(content, target, 5), buffer);
        staged.WriteBlock(2, Block(content, target, 2));
        staged.WriteBlock(7, Block(content, target, 7));
        staged.Finish();
        Assert.IsType<ApplyResult.Done>(folder.Apply(new ApplyStep.PlaceFile(staged, target, null, ActionForExisting.Discard)));
        Assert.Equal(content, folder.Bytes("a"));
    }

    [Theory, MemberData(nameof(Disks))]
    public void Zeros_need_not_be_fetched_and_never_hide_old_bytes(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var content = new byte[4 * BlockSize];
        content[0] = content[^1] = (byte)'x';
        var target = File("a", content);
        folder.Write(Temp.Value, new string('y', 2 * BlockSize));
        var staged = folder.Applier.Stage(target, null);
        Assert.Equal([0, 1, 3], staged.Missing);
        foreach (var i in staged.Missing)
            staged.WriteBlock(i, Block(content, target, i));
        staged.Finish();
        Assert.IsType<ApplyResult.Done>(folder.Apply(new ApplyStep.PlaceFile(staged, target, null, ActionForExisting.Discard)));
        Assert.Equal(content, folder.Bytes("a"));
    }

    [Theory, MemberData(nameof(Disks))]
    public void Empty_files_and_long_names_work(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var name = new string('n', 250) + ".txt";
        Assert.Empty(folder.Applier.Stage(File("empty", ""), null).Missing);
        Assert.IsType<ApplyResult.Done>(folder.Apply(folder.Place("empty", "", null)));
        Assert.IsType<ApplyResult.Done>(folder.Apply(folder.Place(name, "long", null)));
        Assert.IsType<ApplyResult.Done>(folder.Apply(folder.Place("~tilde", "t", null)));
        Assert.IsType<ApplyResult.Done>(folder.Apply(folder.Place(name, "longer", folder.Scan(name), ActionForExisting.Conflict)));
        Assert.Contains("empty=", folder.Tree());
        Assert.Equal(("longer", "t", 4), (folder.Text(name), folder.Text("~tilde"), folder.Tree().Count));
    }

    [Theory, MemberData(nameof(Disks))]
    public void Without_its_directory_it_is_a_clear_error(DiskUnderTest kind)
    {
        using var folder = On(kind);
        var e = Assert.Throws<FileSystemException>(() => folder.Stage(File("no/a", "content"), "content"));
        Assert.Equal(FileSystemError.NotFound, e.Error);
        Assert.Throws<FileSystemException>(() => folder.Applier.Stage(File("no/a", Content(3)), null));
    }

    [Fact]
    public void Blocks_may_be_written_by_many_threads()
    {
        using var folder = On(DiskUnderTest.Real);
        var content = Content(500);
        var target = File("a", content);
        var staged = folder.Applier.Stage(target, null);
        var threads = Enumerable.Range(0, 4).Select(t => new Thread(() =>
        {
            for (var i = t; i < 500; i += 4)
                staged.WriteBlock(i, Block(content, target, i));
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        staged.Finish();
        Assert.IsType<ApplyResult.Done>(folder.Apply(new ApplyStep.PlaceFile(staged, target, null, ActionForExisting.Discard)));
        Assert.Equal(content, folder.Bytes("a"));
    }

    [Fact]
    public void A_full_disk_leaves_what_is_there_and_deletions_go_on()
    {
        using var folder = On(new MemoryDiskOptions { Capacity = 2000 });
        var old = folder.Write("a", new string('o', 1000));
        var big = folder.Write("b", new string('b', 900));
        var content = new string('n', 1500);
        Assert.Equal(FileSystemError.NoSpace, Assert.Throws<FileSystemException>(() => folder.Stage(File("a", content), content, old)).Error);
        folder.Applier.Stage(File("a", content), old).Discard();
        folder.Write("filler", new string('f', 100));
        Assert.IsType<ApplyResult.Done>(folder.Apply(Remove(big, ActionForExisting.Version)));
        Assert.IsType<ApplyResult.Done>(folder.Apply(Remove(old)));
        Assert.Equal(["filler=" + new string('f', 100)], folder.Tree().Where(t => !t.StartsWith(".stversions", StringComparison.Ordinal)));
    }

    private static byte[] Content(int blocks) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, blocks).Select(i => $"This is block number {i}".PadRight(BlockSize, (char)('a' + (i % 26))))));

    private static ReadOnlySpan<byte> Block(byte[] content, FileEntry target, int index) =>
        content.AsSpan((int)target.Blocks![index].Offset, target.Blocks[index].Size);
}
