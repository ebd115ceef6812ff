using System.Text;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Protocol.Tests;

/// <summary>
/// Texts and lists in control messages are truncated when they are received, and a folder with a bad ID doesn't affect the others.
/// </summary>
public class ForeignTextTests
{
    private const int Megabyte = 1 << 20;

    [Fact]
    public async Task A_folder_under_an_id_that_can_not_be_one_is_left_out_and_the_others_live_on()
    {
        byte[][] bad = [[], [.. ".."u8], [.. "."u8], [.. "a/../.."u8], [.. "%2e%2e"u8], [.. "a\nb"u8], [0xFF, 0xFE], [.. Encoding.UTF8.GetBytes(new string('x', 300))], [.. "\u202Egood"u8]];
        var body = bad.Aggregate(new ProtobufBuilder().B(1, Folder("first"u8.ToArray())), (b, id) => b.B(1, Folder(id))).B(1, Folder("photos/2024"u8.ToArray())).B(1, Folder("first"u8.ToArray()));
        var got = await ConfigAsync(body);
        Assert.Equal(["first", "photos/2024"], got.Folders.Select(f => f.Id.Value));
        Assert.Equal(bad.Length, got.Refused.Count);
        Assert.All(got.Refused, r => Assert.True(r.Reason.Length > 0 && r.DisplayId.Length <= 65 && !r.DisplayId.Any(char.IsControl) && !r.DisplayId.Contains('\u202E')));
    }

    [Fact]
    public async Task Thousands_of_bad_ids_are_not_kept()
    {
        var bad = Folder(".."u8.ToArray());
        var got = await ConfigAsync(Enumerable.Range(0, 9_999).Aggregate(new ProtobufBuilder(), (b, _) => b.B(1, bad)).B(1, Folder("good"u8.ToArray())));
        Assert.Equal("good", Assert.Single(got.Folders).Id.Value);
        Assert.InRange(got.Refused.Count, 1, 20);
    }

    [Fact]
    public async Task Labels_names_and_addresses_are_cut()
    {
        var much = new string('é', Megabyte / 2);
        var device = new ProtobufBuilder().B(1, new byte[32]).B(2, much).B(5, much).B(10, new byte[Megabyte]);
        for (var i = 0; i < 5_000; i++)
            device.B(3, $"tcp://host{i}:22000");
        device.B(3, "tcp://" + much);
        var folder = Assert.Single((await ConfigAsync(new ProtobufBuilder().B(1, new ProtobufBuilder().B(1, "f").B(2, much).B(16, device)))).Folders);
        Assert.Equal(256, Encoding.UTF8.GetByteCount(folder.Label));
        var only = Assert.Single(folder.Devices);
        Assert.Equal((254, 254), (Encoding.UTF8.GetByteCount(only.Name), Encoding.UTF8.GetByteCount(only.CertName)));
        Assert.InRange(only.Addresses.Count, 1, 32);
        Assert.InRange(only.EncryptionPasswordToken.Length, 1, 1024);
    }

    [Fact]
    public async Task A_config_of_eight_megabytes_takes_no_more_memory_than_it_keeps()
    {
        // 2.7 million addresses of one letter: 32 bytes of memory for 3 on the wire, if all were kept.
        var device = new ProtobufBuilder().B(1, new byte[32]);
        for (var i = 0; i < 2_700_000; i++)
            device.Append(0x1A, 1, (byte)'x');
        var frame = Frames.Frame(Frames.ClusterConfig, new ProtobufBuilder().B(1, new ProtobufBuilder().B(1, "f").B(16, device)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = ClusterConfigDecoder.Read(frame.AsSpan(6));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Megabyte);
        Assert.InRange(Assert.Single(Assert.Single((await ConfigAsync(new ProtobufBuilder().B(1, new ProtobufBuilder().B(1, "f").B(16, device)))).Folders).Devices).Addresses.Count, 1, 32);
    }

    [Fact]
    public async Task A_hello_is_cut()
    {
        var hello = new ProtobufBuilder().B(1, new string('n', 9000)).B(2, new string('é', 4000)).B(3, new string('v', 9000));
        await using var connection = await Frames.OpenAsync(new ScriptedStream([Frames.Hello(hello)]));
        Assert.Equal((255, 127, 200), (connection.PeerHello.DeviceName.Length, connection.PeerHello.ClientName.Length, connection.PeerHello.ClientVersion.Length));
    }

    [Fact]
    public async Task A_reason_is_cut_as_it_comes_and_as_it_goes()
    {
        var got = (BepMessage.Close)await Frames.ReceiveAsync(Frames.Frame(Frames.Close, new ProtobufBuilder().B(1, new string('r', 1000_000))));
        Assert.Equal(200, got.Reason.Length);
        var sent = new ScriptedStream([Frames.Hello()]);
        await using var connection = await Frames.OpenAsync(sent);
        connection.Compression = Compression.Never;
        await connection.SendAsync(new BepMessage.Close(new string('r', 5000)), default);
        await connection.FlushAsync(default);
        Assert.InRange(sent.Written.ToArray().Length, 200, 300);
        // What a peer sent must not appear in a log.
        Assert.InRange((await Frames.FailAsync(Frames.Frame(Frames.Request, new ProtobufBuilder().B(2, "f").B(3, "/" + new string('x', 3_000))))).Message.Length, 1, 500);
    }

    [Theory]
    [InlineData(Frames.Index)]
    [InlineData(Frames.IndexUpdate)]
    [InlineData(Frames.DownloadProgress)]
    [InlineData(Frames.Request)]
    public async Task An_id_longer_than_one_can_be_ends_the_connection(int type)
    {
        var field = type == Frames.Request ? 2 : 1;
        var failed = await Frames.FailAsync(Frames.Frame(type, new ProtobufBuilder().B(field, new string('x', 300)).B(3, "x")));
        Assert.True(failed.IsViolation);
        Assert.Contains("256", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packed_and_single_block_indexes_are_the_same()
    {
        var got = (BepMessage.DownloadProgress)await Frames.ReceiveAsync(Frames.Frame(Frames.DownloadProgress, new ProtobufBuilder().B(1, "f")
            .B(2, new ProtobufBuilder().V(1, 0).B(2, "x").B(3, ProtobufBuilder.Vector((1, 2))).V(4, 1).B(4, [2, 3]).V(4, 4).V(5, 131072)).B(2, new ProtobufBuilder().V(1, 1).B(2, "y"))));
        Assert.Equal([1, 2, 3, 4], got.Updates[0].BlockIndexes);
        Assert.Equal((false, true, 131072), (got.Updates[0].Forget, got.Updates[1].Forget, got.Updates[0].BlockSize));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_block_indexes_than_any_file_has_end_the_connection(bool packed)
    {
        const int count = 1_100_000;
        var update = new ProtobufBuilder().B(2, "x");
        if (packed)
            update.B(4, new byte[count]);
        for (var i = 0; i < count && !packed; i++)
            update.Append(0x20, 1);
        Assert.True((await Frames.FailAsync(Frames.Frame(Frames.DownloadProgress, new ProtobufBuilder().B(1, "f").B(2, update)))).IsViolation);
    }

    private static ProtobufBuilder Folder(byte[] id) => new ProtobufBuilder().B(1, id).B(2, "label");

    private static async Task<BepMessage.ClusterConfig> ConfigAsync(ProtobufBuilder body) => (BepMessage.ClusterConfig)await Frames.ReceiveAsync(Frames.Frame(Frames.ClusterConfig, body));
}
