using FolderSync.Core.Model;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Protocol.Tests;

/// <summary>What ends a connection, which entries of an index are refused, and what is corrected. Each line of the table is one rule.</summary>
public class ViolationTests
{
    private const int K128 = 128 << 10;

    /// <summary>Readable entries that break a rule: each is refused, and the connection stays.</summary>
    private static readonly Dictionary<string, Func<ProtobufBuilder>> BadEntries = new()
    {
        ["name: up and out"] = () => ProtobufBuilder.File("../x"),
        ["name: up in the middle"] = () => ProtobufBuilder.File("a/../x"),
        ["name: only up"] = () => ProtobufBuilder.File(".."),
        ["name: absolute"] = () => ProtobufBuilder.File("/x"),
        ["name: only the root"] = () => ProtobufBuilder.File("/"),
        ["name: the root's own"] = () => ProtobufBuilder.File("."),
        ["name: empty part"] = () => ProtobufBuilder.File("a//b"),
        ["name: trailing slash"] = () => ProtobufBuilder.File("a/"),
        ["name: here in the middle"] = () => ProtobufBuilder.File("a/./b"),
        ["name: empty"] = () => ProtobufBuilder.File(""),
        ["name: none"] = () => new ProtobufBuilder().V(10, 7),
        ["name: NUL"] = () => ProtobufBuilder.File("a\0b"),
        ["name: too long"] = () => ProtobufBuilder.File(new string('x', 200_000)),
        ["name: not UTF-8 and unclean"] = () => ProtobufBuilder.File("x", more: p => p.B(1, [0xFF, (byte)'/', (byte)'/']).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["deleted with blocks"] = () => ProtobufBuilder.File("x", more: p => p.V(6, 1).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["directory with blocks"] = () => ProtobufBuilder.File("x", more: p => p.V(2, 1).V(3, 0).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["link with blocks"] = () => ProtobufBuilder.File("x", more: p => p.V(2, 4).V(3, 0).B(17, "t").B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["directory with a size"] = () => ProtobufBuilder.File("x", 4096, p => p.V(2, 1)),
        ["file without blocks"] = () => ProtobufBuilder.File("x", more: p => p),
        ["empty file without blocks"] = () => ProtobufBuilder.File("x", 0, p => p),
        ["negative size"] = () => ProtobufBuilder.File("x", -1, p => p.V(7, 1)),
        ["negative size of a tombstone"] = () => ProtobufBuilder.File("x", -1, p => p.V(6, 1)),
        ["negative sequence"] = () => ProtobufBuilder.File("x", more: p => p.V(10, -1).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["negative offset"] = () => ProtobufBuilder.File("x", more: p => p.B(16, ProtobufBuilder.Block(-5, 5, 1))),
        ["negative block"] = () => ProtobufBuilder.File("x", more: p => p.B(16, ProtobufBuilder.Block(0, -5, 1))),
        ["block over 16 MiB"] = () => ProtobufBuilder.File("x", (16 << 20) + 1, p => p.B(16, ProtobufBuilder.Block(0, (16 << 20) + 1, 1))),
        ["size of a block cut to 32 bits"] = () => ProtobufBuilder.File("x", 5, p => p.B(16, ProtobufBuilder.Block(0, (1L << 32) + 4, 1))),
        ["overlapping blocks"] = () => ProtobufBuilder.File("x", K128 + 5, p => p.B(16, ProtobufBuilder.Block(0, K128, 1)).B(16, ProtobufBuilder.Block(K128 - 1, 6, 1))),
        ["gapped blocks"] = () => ProtobufBuilder.File("x", K128 + 5, p => p.B(16, ProtobufBuilder.Block(0, K128, 1)).B(16, ProtobufBuilder.Block(K128 + 1, 4, 1))),
        ["unordered blocks"] = () => ProtobufBuilder.File("x", K128 + 5, p => p.B(16, ProtobufBuilder.Block(K128, 5, 1)).B(16, ProtobufBuilder.Block(0, K128, 1))),
        ["first block not at 0"] = () => ProtobufBuilder.File("x", 5, p => p.B(16, ProtobufBuilder.Block(1, 4, 1))),
        ["short block in the middle"] = () => ProtobufBuilder.File("x", K128 + 10, p =>
            p.B(16, ProtobufBuilder.Block(0, K128, 1)).B(16, ProtobufBuilder.Block(K128, 5, 1)).B(16, ProtobufBuilder.Block(K128 + 5, 5, 1))),
        ["short first block"] = () => ProtobufBuilder.File("x", 10, p => p.B(16, ProtobufBuilder.Block(0, 5, 1)).B(16, ProtobufBuilder.Block(5, 5, 1))),
        ["empty block at the end"] = () => ProtobufBuilder.File("x", K128, p => p.B(16, ProtobufBuilder.Block(0, K128, 1)).B(16, ProtobufBuilder.Block(K128, 0, 1))),
        ["two empty blocks"] = () => ProtobufBuilder.File("x", 0, p => p.B(16, ProtobufBuilder.Block(0, 0, 1)).B(16, ProtobufBuilder.Block(0, 0, 1))),
        ["an empty block for a size"] = () => ProtobufBuilder.File("x", 5, p => p.B(16, ProtobufBuilder.Block(0, 0, 1))),
        ["blocks other than the block size"] = () => ProtobufBuilder.File("x", (2 * K128) + 5, p =>
            p.V(13, 2 * K128).B(16, ProtobufBuilder.Block(0, K128, 1)).B(16, ProtobufBuilder.Block(K128, K128, 1)).B(16, ProtobufBuilder.Block(2 * K128, 5, 1))),
        ["block over the block size"] = () => ProtobufBuilder.File("x", K128 + 1, p => p.B(16, ProtobufBuilder.Block(0, K128 + 1, 1))),
        ["sum under the size"] = () => ProtobufBuilder.File("x", 6, p => p.B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["sum over the size"] = () => ProtobufBuilder.File("x", 4, p => p.B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["block size no power of two"] = () => ProtobufBuilder.File("x", 5, p => p.V(13, 200_000).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["block size too small"] = () => ProtobufBuilder.File("x", 5, p => p.V(13, 65536).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["block size too big"] = () => ProtobufBuilder.File("x", 5, p => p.V(13, 32 << 20).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["block size negative"] = () => ProtobufBuilder.File("x", 5, p => p.V(13, int.MinValue).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["hash too short"] = () => ProtobufBuilder.File("x", 5, p => p.B(16, ProtobufBuilder.Block(0, 5, 1, 31))),
        ["hash too long"] = () => ProtobufBuilder.File("x", 5, p => p.B(16, ProtobufBuilder.Block(0, 5, 1, 33))),
        ["block without a hash"] = () => ProtobufBuilder.File("x", 5, p => p.B(16, new ProtobufBuilder().V(2, 5))),
        ["invalid with blocks that make no file"] = () => ProtobufBuilder.File("x", 6, p => p.V(7, 1).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["vector names a device twice"] = () => ProtobufBuilder.File("x", more: p => p.B(9, ProtobufBuilder.Vector((1, 1), (1, 2))).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["vector names a device twice, apart"] = () => ProtobufBuilder.File("x", more: p => p.B(9, ProtobufBuilder.Vector((1, 1), (2, 2), (1, 3))).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["name: too deep"] = () => ProtobufBuilder.File(string.Join('/', Enumerable.Repeat("d", 257))),
        ["name: 49,000 deep"] = () => ProtobufBuilder.File(string.Join('/', Enumerable.Repeat("d", 49_000))),
        ["name: a byte too long"] = () => ProtobufBuilder.File(string.Join('/', Enumerable.Repeat(new string('x', 240), 17)) + "x"),
        ["origin names a device twice"] = () => ProtobufBuilder.File("x", more: p => p.B(3001, new ProtobufBuilder().B(1, ProtobufBuilder.Vector((1, 1), (1, 2)))).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["counter of the origin over 2^40"] = () => ProtobufBuilder.File("x", more: p => p.B(3001, new ProtobufBuilder().B(1, ProtobufBuilder.Vector((1, (1UL << 40) + 1)))).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["counter over 2^40"] = () => ProtobufBuilder.File("x", more: p => p.B(9, ProtobufBuilder.Vector((1, (1UL << 40) + 1))).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["target over 4 KiB"] = () => ProtobufBuilder.File("x", 0, p => p.V(2, 4).B(17, new string('t', 4097))),
        ["platform data over 64 KiB"] = () => ProtobufBuilder.File("x", more: p => p.B(14, new byte[65537]).B(16, ProtobufBuilder.Block(0, 5, 1))),
        ["platform data of a tombstone"] = () => ProtobufBuilder.File("x", more: p => p.B(14, new byte[65537]).V(6, 1)),
        ["huge vector"] = () => ProtobufBuilder.File("x", more: p =>
            p.B(9, ProtobufBuilder.Vector([.. Enumerable.Range(1, 1001).Select(i => ((ulong)i, 1UL))])).B(16, ProtobufBuilder.Block(0, 5, 1))),
    };

    /// <summary>Not valid protobuf: nothing after it could be read.</summary>
    private static readonly Dictionary<string, Func<ProtobufBuilder>> Violations = new()
    {
        ["field ends early"] = () => new ProtobufBuilder().Append(0x0A, 0x05, (byte)'x'),
        ["number of 11 bytes"] = () => new ProtobufBuilder().B(1, "x").Append(0x18).Append([.. Enumerable.Repeat((byte)0x80, 10)]).Append(0x01),
        ["field number 0"] = () => new ProtobufBuilder().B(1, "x").Append(0x00, 0x01),
        ["unknown wire type"] = () => new ProtobufBuilder().B(1, "x").Append(0x1F, 0x01),
        ["group that does not end"] = () => new ProtobufBuilder().B(1, "x").Append(0xF3, 0x01),
        ["group that ends another"] = () => new ProtobufBuilder().B(1, "x").Append(0xF3, 0x01, 0xFC, 0x02),
        ["end of no group"] = () => new ProtobufBuilder().B(1, "x").Append(0xF4, 0x01),
        ["groups nested deep"] = () => new ProtobufBuilder().B(1, "x").Append([.. Enumerable.Repeat((byte)0x23, 10_000)]),
    };

    public static TheoryData<string> Cases => [.. Violations.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Ends_the_connection(string what)
    {
        foreach (var type in new[] { Frames.Index, Frames.IndexUpdate })
        {
            var e = await Frames.FailAsync(Frames.Frame(type, ProtobufBuilder.Index(ProtobufBuilder.File("ok"), Violations[what]())));
            Assert.True(e.IsViolation, e.Message);
            Assert.EndsWith(".", e.Message);
        }
    }

    public static TheoryData<string> BadCases => [.. BadEntries.Keys];

    [Theory]
    [MemberData(nameof(BadCases))]
    public async Task A_bad_entry_is_refused_alone(string what)
    {
        foreach (var type in new[] { Frames.Index, Frames.IndexUpdate })
        {
            var (files, refused) = await Frames.ReceiveAsync(Frames.Frame(type, ProtobufBuilder.Index(ProtobufBuilder.File("before"), BadEntries[what](), ProtobufBuilder.File("behind")))) switch
            {
                BepMessage.Index index => (index.Files, index.Refused),
                var update => (((BepMessage.IndexUpdate)update).Files, ((BepMessage.IndexUpdate)update).Refused),
            };
            Assert.Equal(["before", "behind"], files.Select(f => f.Name.Value));
            var item = Assert.Single(refused);
            Assert.EndsWith(".", item.Reason);
            Assert.Equal(1, item.Place);
            Assert.InRange(item.Name.Length, 0, 201);
        }
    }

    [Fact]
    public async Task What_is_just_within_the_limits_is_taken()
    {
        var longest = string.Join('/', Enumerable.Repeat(new string('x', 240), 17));
        Assert.Equal(4096, longest.Length);
        Assert.Equal(longest, (await OneAsync(ProtobufBuilder.File(longest))).Name.Value);
        Assert.NotNull(await OneAsync(ProtobufBuilder.File(string.Join('/', Enumerable.Repeat("d", 256)))));
        Assert.Equal(1000, (await OneAsync(ProtobufBuilder.File("x", more: p => p.B(9, ProtobufBuilder.Vector([.. Enumerable.Range(1, 1000).Select(i => ((ulong)i, 1UL))])).B(16, ProtobufBuilder.Block(0, 5, 1))))).Version.Counters.Length);
        Assert.Equal(1UL << 40, (await OneAsync(ProtobufBuilder.File("x", more: p => p.B(9, ProtobufBuilder.Vector((1, 1UL << 40))).B(16, ProtobufBuilder.Block(0, 5, 1))))).Version.Counters[0].Value);
        Assert.Equal(4096, (await OneAsync(ProtobufBuilder.File("x", 0, p => p.V(2, 4).B(17, new string('t', 4096))))).SymlinkTarget!.Length);
        Assert.Equal(65536, (await OneAsync(ProtobufBuilder.File("x", more: p => p.B(14, new byte[65536]).B(16, ProtobufBuilder.Block(0, 5, 1))))).Platform.Length);
    }

    [Fact]
    public async Task What_is_kept_of_one_compressed_message_is_bounded()
    {
        // Each is within its limits; together they are 125 MB, sent as half a megabyte.
        var info = ProtobufBuilder.File("x", more: p => p.B(14, new byte[65536]).B(16, ProtobufBuilder.Block(0, 5, 1))).Bytes;
        var body = new ProtobufBuilder().B(1, "f");
        for (var i = 0; i < 2000; i++)
            body.B(2, info);
        var frame = Frames.Lz4Frame(Frames.Index, body.Bytes);
        Assert.InRange(frame.Length, 0, 1_000_000);
        await using var connection = await Frames.OpenAsync(new ScriptedStream([Frames.Hello(), frame, Frames.Frame(Frames.Ping, new ProtobufBuilder())], 1 << 20));
        long kept = 0;
        var (entries, listed) = (0, 0);
        while (await connection.ReceiveAsync(default) is var piece and not BepMessage.Ping)
        {
            var (files, refused, count) = piece is BepMessage.Index i ? (i.Files, i.Refused, i.RefusedCount) : (((BepMessage.IndexUpdate)piece).Files, ((BepMessage.IndexUpdate)piece).Refused, ((BepMessage.IndexUpdate)piece).RefusedCount);
            kept += files.Sum(f => (long)f.Platform.Length);
            entries += files.Count + count;
            listed += refused.Count(r => r.Reason.Length > 0);
        }
        Assert.InRange(kept, 32L << 20, 64L << 20);
        Assert.Equal(2000, entries);
        Assert.InRange(listed, 1, 400);
    }

    [Fact]
    public async Task A_flood_of_bad_entries_is_told_by_some_and_their_number()
    {
        var body = new ProtobufBuilder().B(1, "f");
        for (var i = 0; i < 5000; i++)
            body.B(2, new ProtobufBuilder().B(1, "../x" + i));
        var got = (BepMessage.Index)await Frames.ReceiveAsync(Frames.Frame(Frames.Index, body));
        Assert.Equal((5000, 100), (got.RefusedCount, got.Refused.Count));
    }

    [Fact]
    public async Task A_request_for_a_path_beyond_the_limits_is_asked_of_no_file()
    {
        foreach (var name in new[] { string.Join('/', Enumerable.Repeat("d", 257)), new string('x', 5000) })
            Assert.True(((BepMessage.Request)await Frames.ReceiveAsync(Frames.Frame(Frames.Request, new ProtobufBuilder().V(1, 1).B(2, "f").B(3, name)))).Name.IsRoot);
    }

    public static TheoryData<string, byte[]> RefusedMessages => new()
    {
        { "normalization", ProtobufBuilder.File("a\u0308").Bytes },
        { "not UTF-8", ProtobufBuilder.File("x", more: p => p.B(1, [0xFF, 0xFE]).B(16, ProtobufBuilder.Block(0, 5, 1))).Bytes },
        { "counter", ProtobufBuilder.File("x", more: p => p.B(9, ProtobufBuilder.Vector((1, VersionVector.MaxCounter + 1))).B(16, ProtobufBuilder.Block(0, 5, 1))).Bytes },
        { "counter", ProtobufBuilder.File("x", more: p => p.B(9, ProtobufBuilder.Vector((1, 1), (2, ulong.MaxValue))).B(16, ProtobufBuilder.Block(0, 5, 1))).Bytes },
        { "no version", ProtobufBuilder.File("x", more: p => p.B(9, new ProtobufBuilder()).B(16, ProtobufBuilder.Block(0, 5, 1))).Bytes },
        { "no version", ProtobufBuilder.File("x", more: p => p.B(9, ProtobufBuilder.Vector((1, 0))).B(16, ProtobufBuilder.Block(0, 5, 1))).Bytes },
        { "unknown type", ProtobufBuilder.File("x", more: p => p.V(2, 9)).Bytes },
        { "encrypted", ProtobufBuilder.File("x", more: p => p.B(19, [1]).B(16, ProtobufBuilder.Block(0, 5, 1, 48))).Bytes },
        { "no target", ProtobufBuilder.File("x", 0, p => p.V(2, 4)).Bytes },
        { "target", ProtobufBuilder.File("x", 0, p => p.V(2, 4).B(17, [0xC0])).Bytes },
        { "target", ProtobufBuilder.File("x", 0, p => p.V(2, 4).B(17, "a\0")).Bytes },
    };

    [Theory]
    [MemberData(nameof(RefusedMessages))]
    public async Task Is_refused_and_the_others_are_taken(string why, byte[] info)
    {
        var got = (BepMessage.Index)await Frames.ReceiveAsync(
            Frames.Frame(Frames.Index, new ProtobufBuilder().B(1, "f").B(2, ProtobufBuilder.File("a")).B(2, info).B(2, ProtobufBuilder.File("b"))));
        Assert.Equal(["a", "b"], got.Files.Select(f => f.Name.Value));
        var refused = Assert.Single(got.Refused);
        Assert.Contains(why, refused.Reason);
        Assert.NotEmpty(refused.Name);
    }

    [Fact]
    public async Task What_does_no_harm_is_set_right()
    {
        var got = await OneAsync(ProtobufBuilder.File("x", more: p => p.V(4, 0xFFFF).V(5, long.MaxValue).V(11, -1).B(18, [1, 2, 3]).B(20, [1]).B(16, ProtobufBuilder.Block(0, 5, 1))));
        Assert.Equal(0x1FFu, got.Permissions);
        Assert.Equal(0, got.Modified.Nanoseconds);
        Assert.Equal(long.MaxValue, got.Modified.Seconds);
        Assert.Equal(new BlockList(K128, 5, Enumerable.Repeat((byte)1, 32).ToArray()).BlocksHash, got.BlocksHash);
        Assert.True(got.PreviousBlocksHash.IsNone);
        Assert.Equal(K128, got.BlockSize);

        got = await OneAsync(ProtobufBuilder.File("x", more: p => p.V(5, long.MinValue).V(11, int.MaxValue).B(16, ProtobufBuilder.Block(0, 5, 1))));
        Assert.Equal(999_999_999, got.Modified.Nanoseconds);
        Assert.Equal(long.MinValue, got.Modified.Seconds);
    }

    [Fact]
    public async Task What_real_peers_send_is_taken()
    {
        Assert.Equal(0, (await OneAsync(ProtobufBuilder.File("d", 128, p => p.V(2, 1)))).Size);
        Assert.Equal(0, (await OneAsync(ProtobufBuilder.File("gone", 4711, p => p.V(6, 1)))).Size);
        Assert.Equal(0, (await OneAsync(ProtobufBuilder.File("gone", 4096, p => p.V(2, 1).V(6, 1)))).Size);
        var withWeakHash = await OneAsync(ProtobufBuilder.File("w", more: p => p.B(16, ProtobufBuilder.Block(0, 5, 1).V(4, 12345)).V(1000, 8).B(1001, [1]).V(1002, 5)));
        Assert.Equal(1, withWeakHash.Blocks!.Count);
        Assert.Equal(LocalFlags.None, withWeakHash.LocalFlags);
        Assert.Equal(0, (await OneAsync(ProtobufBuilder.File("e", 0, p => p.B(16, ProtobufBuilder.Block(0, 0, 1))))).Blocks!.SizeOf(0));
        Assert.Null((await OneAsync(ProtobufBuilder.File("i", 5, p => p.V(7, 1)))).Blocks);
        Assert.NotNull((await OneAsync(ProtobufBuilder.File("i", 5, p => p.V(7, 1).B(16, ProtobufBuilder.Block(0, 5, 1))))).Blocks);
        Assert.True((await OneAsync(ProtobufBuilder.File("i", 5, p => p.V(7, 1).B(9, new ProtobufBuilder())))).Version.IsEmpty);
        foreach (var type in new[] { 2, 3, 4 })
            Assert.Equal((FileType.Symlink, "../t"), ((await OneAsync(ProtobufBuilder.File("l", 0, p => p.V(2, type).B(17, "../t")))) is var l ? (l.Type, l.SymlinkTarget) : default));
        var platform = new ProtobufBuilder().B(1, new ProtobufBuilder().B(1, "root").V(3, 5)).Bytes;
        Assert.Equal(platform, (await OneAsync(ProtobufBuilder.File("p", 0, p => p.V(2, 1).B(14, platform)))).Platform.ToArray());
        var unsorted = await OneAsync(ProtobufBuilder.File("v", 0, p => p.V(2, 1).B(9, ProtobufBuilder.Vector((9, 1), (3, 4), (5, 0)))));
        Assert.Equal("3:4 9:1", string.Join(' ', unsorted.Version.Counters.Select(c => $"{c.Device.Value}:{c.Value}")));
        Assert.Equal("a\nb:c\\d", (await OneAsync(ProtobufBuilder.File("a\nb:c\\d", 0, p => p.V(2, 1)))).Name.Value);
        Assert.Equal("\uFFFF\U0001FFFE", (await OneAsync(ProtobufBuilder.File("\uFFFF\U0001FFFE", 0, p => p.V(2, 1)))).Name.Value);
        var unknown = await OneAsync(ProtobufBuilder.File("u", 0, p => p.V(2, 1).B(99, [1]).V(98, 1).Append(0xA5, 0x06, 1, 2, 3, 4).Append(0xA3, 0x06, 0x08, 0x01, 0xA4, 0x06)));
        Assert.Equal("u", unknown.Name.Value);
    }

    [Fact]
    public async Task A_file_of_many_blocks_is_packed()
    {
        const int count = 3000;
        var got = await OneAsync(ProtobufBuilder.File("big", ((long)count * K128) - 1, p =>
            Enumerable.Range(0, count).Aggregate(p, (q, i) => q.B(16, ProtobufBuilder.Block((long)i * K128, i < count - 1 ? K128 : K128 - 1, (byte)i)))));
        Assert.Equal(count, got.Blocks!.Count);
        for (var i = 0; i < count; i++)
            Assert.Equal((byte)i, got.Blocks.HashBytes(i)[0]);
    }

    private static readonly Dictionary<string, (int Type, Func<ProtobufBuilder> Body)> OtherViolations = new()
    {
        ["request of an unclean name"] = (Frames.Request, () => new ProtobufBuilder().V(1, 1).B(2, "f").B(3, "../x")),
        ["request of no name"] = (Frames.Request, () => new ProtobufBuilder().V(1, 1).B(2, "f")),
        ["request of a name not in NFC"] = (Frames.Request, () => new ProtobufBuilder().V(1, 1).B(2, "f").B(3, "a\u0308")),
        ["request at a negative offset"] = (Frames.Request, () => new ProtobufBuilder().V(1, 1).B(2, "f").B(3, "x").V(4, -1)),
        ["request of a negative size"] = (Frames.Request, () => new ProtobufBuilder().V(1, 1).B(2, "f").B(3, "x").V(5, -1)),
        ["request by half a hash"] = (Frames.Request, () => new ProtobufBuilder().V(1, 1).B(2, "f").B(3, "x").B(6, [1, 2])),
        ["device with a short ID"] = (Frames.ClusterConfig, () => new ProtobufBuilder().B(1, new ProtobufBuilder().B(1, "f").B(16, new ProtobufBuilder().B(1, [1, 2])))),
        ["broken ClusterConfig"] = (Frames.ClusterConfig, () => new ProtobufBuilder().B(1, [0xFF])),
        ["too many folders"] = (Frames.ClusterConfig, () => Flood(10_001, new ProtobufBuilder().B(1, new ProtobufBuilder().B(1, "f")))),
        ["flood of empty folders"] = (Frames.ClusterConfig, () => Flood(1_000_000, new ProtobufBuilder().B(1, new ProtobufBuilder()))),
        ["flood of empty devices"] = (Frames.ClusterConfig, () => new ProtobufBuilder().B(1, Flood(1_000_000, new ProtobufBuilder().B(16, new ProtobufBuilder())))),
        ["progress of an unclean name"] = (Frames.DownloadProgress, () => new ProtobufBuilder().B(2, new ProtobufBuilder().B(2, "/x"))),
        ["flood of empty progress"] = (Frames.DownloadProgress, () => Flood(200_000, new ProtobufBuilder().B(2, new ProtobufBuilder()))),
        ["index of a folder not UTF-8"] = (Frames.Index, () => new ProtobufBuilder().B(1, [0xFF])),
        ["flood of entries"] = (Frames.Index, () => Flood(250_001, new ProtobufBuilder().B(2, new ProtobufBuilder().B(1, "x")))),
        ["response with data twice"] = (Frames.Response, () => new ProtobufBuilder().V(1, 1).B(2, new byte[60]).B(2, [2])),
        ["response with much behind its data"] = (Frames.Response, () => new ProtobufBuilder().V(1, 1).B(2, new byte[60]).B(9, new byte[5000])),
        ["response longer than its message"] = (Frames.Response, () => new ProtobufBuilder().V(1, 1).Append(0x12).Raw(1000).Append(new byte[60])),
        ["close not UTF-8"] = (Frames.Close, () => new ProtobufBuilder().B(1, [0xFF])),
    };

    public static TheoryData<string> OtherCases => [.. OtherViolations.Keys];

    [Theory]
    [MemberData(nameof(OtherCases))]
    public async Task Ends_the_connection_in_other_messages(string what)
    {
        var (type, body) = OtherViolations[what];
        Assert.True((await Frames.FailAsync(Frames.Frame(type, body()))).IsViolation);
    }

    [Fact]
    public async Task Progress_of_what_cannot_be_here_is_left_out()
    {
        var got = (BepMessage.DownloadProgress)await Frames.ReceiveAsync(Frames.Frame(Frames.DownloadProgress, new ProtobufBuilder().B(1, "f")
            .B(2, new ProtobufBuilder().B(2, "a\u0308")).B(2, new ProtobufBuilder().B(2, "x").B(3, ProtobufBuilder.Vector((1, ulong.MaxValue))))
            .B(2, new ProtobufBuilder().B(2, "x").B(3, ProtobufBuilder.Vector((1, 1), (1, 2)))).B(2, new ProtobufBuilder().B(2, "y").B(4, [1, 2]))));
        Assert.Equal([1, 2], Assert.Single(got.Updates).BlockIndexes);
    }

    private static async Task<FileEntry> OneAsync(ProtobufBuilder info) =>
        Assert.Single(((BepMessage.Index)await Frames.ReceiveAsync(Frames.Frame(Frames.Index, ProtobufBuilder.Index(info)))).Files);

    private static ProtobufBuilder Flood(int count, ProtobufBuilder item)
    {
        var flood = new ProtobufBuilder();
        var bytes = item.Bytes;
        for (var i = 0; i < count; i++)
            flood.Append(bytes);
        return flood;
    }
}
