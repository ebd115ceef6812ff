using System.Security.Cryptography;
using FolderSync.Core.Model;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Protocol.Tests;

/// <summary>Bytes written by hand from the public specification, tested in both directions.</summary>
public class GoldenBytesTests
{
    private const string HelloHex =
        "2EA7D90B 0013" +       // magic, 19 bytes
        "0A 02 7573" +          // device_name "us"
        "12 0A 466F6C64657253796E63" + // client_name "FolderSync"
        "1A 01 31";             // client_version "1"

    private static readonly string Hash = string.Concat(Enumerable.Repeat("AB", 32));

    /// <summary>One file "a/b" of 5 bytes in an Index of folder "f".</summary>
    private static readonly string FileHex =
        "0A 03 612F62" +        // name
        "18 05" +               // size
        "20 A403" +             // permissions 0644
        "28 80E2CFAA06" +       // modified_s 1700000000
        "4A 06 0A04 0801 1002" + // version {1: 2}
        "50 07" +               // sequence
        "58 09" +               // modified_ns
        "60 01" +               // modified_by
        "68 808008" +           // block_size 128 KiB
        "8201 24 10 05 1A 20 " + Hash + // one block: size 5 at offset 0
        "9201 20 " + HashOfHash;

    private static string HashOfHash => Convert.ToHexString(SHA256.HashData(Convert.FromHexString(Hash)));

    private static readonly FileEntry File = new()
    {
        Name = FileName.Parse("a/b"),
        Size = 5,
        Permissions = 0x1A4,
        Modified = new FileTime(1_700_000_000, 9),
        ModifiedBy = new ShortId(1),
        Version = VersionVector.Of([new Counter(new ShortId(1), 2)]),
        Sequence = 7,
        Blocks = new BlockList(128 << 10, 5, Convert.FromHexString(Hash)),
    };

    public static TheoryData<string, string> Messages => new()
    {
        { "ping", "0002 0806 00000000" },
        { "close", "0002 0807 00000005 0A 03 627965" },
        { "empty cluster config", "0000 00000000" },
        { "request", "0002 0803 00000036 08 03 12 01 66 1A 03 612F62 20 808008 28 05 32 20 " + Hash + " 38 01 48 01" },
        { "response", "0002 0804 00000007 08 03 12 03 010203" },
        { "error", "0002 0804 00000004 08 03 18 02" },
        { "index", IndexHex(1, "18 07") },
        { "update", IndexHex(2, "18 07 20 06") },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Is_sent_so(string what, string hex)
    {
        var stream = new ScriptedStream([Frames.Hello()]);
        await using var connection = await Bep.OpenAsync(stream, Us, default);
        connection.Compression = Compression.Never;
        await connection.SendAsync(Message(what), default);
        await connection.FlushAsync(default);
        Assert.Equal(Convert.ToHexString(Bytes(HelloHex + hex)), Convert.ToHexString(stream.Written.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Is_understood_so(string what, string hex)
    {
        await using var connection = await Bep.OpenAsync(new ScriptedStream([Bytes(HelloHex), Bytes(hex)]), Us, default);
        Assert.Equal(Us, connection.PeerHello);
        var got = await connection.ReceiveAsync(default);
        switch (Message(what), got)
        {
            case (BepMessage.Response expected, BepMessage.Response actual):
                Assert.Equal((expected.Id, expected.Code), (actual.Id, actual.Code));
                Assert.Equal(expected.Data.Span.ToArray(), actual.Data.Span.ToArray());
                break;
            case (BepMessage.Index expected, BepMessage.Index actual):
                Assert.Equal(expected.Files, actual.Files);
                Assert.Equal((expected.Folder, expected.LastSequence), (actual.Folder, actual.LastSequence));
                break;
            case (BepMessage.IndexUpdate expected, BepMessage.IndexUpdate actual):
                Assert.Equal(expected.Files, actual.Files);
                Assert.Equal((expected.LastSequence, expected.PreviousSequence), (actual.LastSequence, actual.PreviousSequence));
                break;
            case (BepMessage.ClusterConfig, BepMessage.ClusterConfig actual):
                Assert.Empty(actual.Folders);
                break;
            case var (expected, actual):
                Assert.Equal(expected, actual);
                break;
        }
    }

    [Fact]
    public async Task A_response_of_another_order_is_understood()
    {
        foreach (var hex in new[]
        {
            "0002 0804 00000009 12 03 010203 08 03 18 00", "0002 0804 0000000A 9A06 00 12 03 010203 08 03",
            "0002 0804 00000009 18 00 08 03 12 03 010203", "0002 0804 0000000A 08 03 12 03 010203 9A06 00",
        })
        {
            var got = (BepMessage.Response)await Frames.ReceiveAsync(Bytes(hex));
            Assert.Equal((3, "010203"), (got.Id, Convert.ToHexString(got.Data.Span)));
        }
    }

    private static Hello Us => new("us", "FolderSync", "1", 0, 0);

    private static BepMessage Message(string what)
    {
        var folder = new FolderId("f");
        switch (what)
        {
            case "ping": return new BepMessage.Ping();
            case "close": return new BepMessage.Close("bye");
            case "empty cluster config": return new BepMessage.ClusterConfig([], false);
            case "request": return new BepMessage.Request(3, folder, File.Name, 128 << 10, 5, File.Blocks!.HashOf(0), true, 1);
            case "error": return new BepMessage.Response(3, PooledBytes.Empty, ErrorCode.NoSuchFile);
            case "index": return new BepMessage.Index(folder, [File], 7);
            case "update": return new BepMessage.IndexUpdate(folder, [File], 7, 6);
            default:
                var data = PooledBytes.Rent(3);
                "\x01\x02\x03"u8.CopyTo(data.Span);
                return new BepMessage.Response(3, data, ErrorCode.NoError);
        }
    }

    private static string IndexHex(int type, string rest)
    {
        var file = Bytes(FileHex);
        var body = $"0A 01 66 12 {file.Length:X2} {FileHex} {rest}";
        return $"0002 08{type:X2} {Bytes(body).Length:X8} {body}";
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", ""));
}
