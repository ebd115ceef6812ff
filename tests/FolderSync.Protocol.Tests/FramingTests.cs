using System.Net.Sockets;
using FolderSync.Core.Model;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Protocol.Tests;

/// <summary>Frames that arrive in pieces, have a wrong length, or don't arrive at all.</summary>
public class FramingTests
{
    private static byte[] Response(int length) =>
        Frames.Frame(Frames.Response, new ProtobufBuilder().V(1, 9).B(2, [.. Enumerable.Range(0, length).Select(i => (byte)i)]).V(3, 0));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task Messages_may_come_in_any_pieces(int chunk)
    {
        byte[][] said =
        [
            Frames.Hello(), Frames.Frame(Frames.ClusterConfig, new ProtobufBuilder()), Frames.Frame(Frames.Index, ProtobufBuilder.Index(ProtobufBuilder.File("x"))),
            Frames.Frame(Frames.Ping, new ProtobufBuilder()), Frames.Frame(99, new byte[200]), Response(300), Response(0),
            Frames.Lz4Frame(Frames.IndexUpdate, ProtobufBuilder.Index(ProtobufBuilder.File("y"), ProtobufBuilder.File("z")).Bytes), Frames.Frame(Frames.Close, new ProtobufBuilder().B(1, "bye")),
        ];
        await using var connection = await Frames.OpenAsync(new ScriptedStream(said, chunk));
        Assert.IsType<BepMessage.ClusterConfig>(await connection.ReceiveAsync(default));
        Assert.Single(Assert.IsType<BepMessage.Index>(await connection.ReceiveAsync(default)).Files);
        Assert.IsType<BepMessage.Ping>(await connection.ReceiveAsync(default));
        Assert.Equal(300, Assert.IsType<BepMessage.Response>(await connection.ReceiveAsync(default)).Data.Length);
        Assert.Equal(0, Assert.IsType<BepMessage.Response>(await connection.ReceiveAsync(default)).Data.Length);
        Assert.Equal(2, Assert.IsType<BepMessage.IndexUpdate>(await connection.ReceiveAsync(default)).Files.Count);
        Assert.Equal("bye", Assert.IsType<BepMessage.Close>(await connection.ReceiveAsync(default)).Reason);
        Assert.Equal(said.Sum(s => s.Length), connection.BytesReceived);
        var e = await Assert.ThrowsAsync<BepException>(async () => await connection.ReceiveAsync(default));
        Assert.Equal((false, "The connection was closed by the other device."), (e.IsViolation, e.Message));
    }

    [Fact]
    public async Task Bytes_of_an_answer_count_before_it_is_whole_and_those_of_others_never()
    {
        byte[][] said = [Frames.Hello(), Frames.Frame(Frames.ClusterConfig, new ProtobufBuilder()), Response(300), Frames.Frame(Frames.Ping, new ProtobufBuilder()), Response(100_000)[..50_000]];
        await using var connection = await Frames.OpenAsync(new ScriptedStream(said, 4000));
        await connection.ReceiveAsync(default);
        Assert.Equal(0, connection.AnswerBytesReceived);
        await connection.ReceiveAsync(default);
        var whole = connection.AnswerBytesReceived;
        Assert.InRange(whole, 300, 320);
        await connection.ReceiveAsync(default);
        Assert.Equal(whole, connection.AnswerBytesReceived);
        await Assert.ThrowsAsync<BepException>(async () => await connection.ReceiveAsync(default));
        Assert.InRange(connection.AnswerBytesReceived, whole + 40_000, whole + 50_000);
    }

    [Fact]
    public async Task An_end_within_a_message_is_told_from_one_between()
    {
        foreach (var frame in new[] { Response(300), Frames.Frame(Frames.Close, new ProtobufBuilder().B(1, "bye")), Frames.Lz4Frame(Frames.Index, ProtobufBuilder.Index(ProtobufBuilder.File("x")).Bytes) })
        {
            for (var cut = 1; cut < frame.Length; cut++)
            {
                var e = await Frames.FailAsync(frame[..cut]);
                Assert.Equal((false, "The connection was closed in the middle of a message."), (e.IsViolation, e.Message));
            }
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_long_index_comes_in_pieces_that_say_the_same(bool isUpdate, bool isCompressed)
    {
        // Each entry's blocks take about 11 MB.
        const int blocks = 250_000;
        List<FileEntry> files = [.. Enumerable.Range(1, 7).Select(i => new FileEntry
        {
            Name = FileName.Parse($"f{i}"),
            Version = VersionVector.Of([new Counter(new ShortId(5), (ulong)i)]),
            Sequence = i,
            Size = (long)blocks << 17,
            Blocks = new BlockList(1 << 17, (long)blocks << 17, new byte[blocks * 32]),
        })];
        var body = new byte[IndexCodec.Size(new FolderId("f"), files, 7, isUpdate ? 3 : 0)];
        IndexCodec.Write(body, new FolderId("f"), files, 7, isUpdate ? 3 : 0);
        var type = isUpdate ? Frames.IndexUpdate : Frames.Index;
        byte[][] said =
        [
            Frames.Hello(), Frames.Frame(Frames.ClusterConfig, new ProtobufBuilder()),
            isCompressed ? Frames.Lz4Frame(type, body) : Frames.Frame(new ProtobufBuilder().V(1, (ulong)type).Bytes, body, body.Length), Frames.Frame(Frames.Ping, new ProtobufBuilder()),
        ];
        await using var connection = await Frames.OpenAsync(new ScriptedStream(said, 1 << 20));
        Assert.IsType<BepMessage.ClusterConfig>(await connection.ReceiveAsync(default));
        var pieces = new List<BepMessage>();
        while (await connection.ReceiveAsync(default) is var message and not BepMessage.Ping)
            pieces.Add(message);

        Assert.True(pieces.Count > 1);
        IReadOnlyList<FileEntry>[] received = [.. pieces.Select(p => p is BepMessage.Index i ? i.Files : ((BepMessage.IndexUpdate)p).Files)];
        Assert.All(received, r => Assert.InRange(r.Count, 1, 4));
        Assert.Equal(files.Select(f => (f.Name, f.Sequence, f.BlocksHash)), received.SelectMany(r => r).Select(f => (f.Name, f.Sequence, f.BlocksHash)));
        // One replaces what was known, or says what it continues from; one says how far it goes.
        Assert.Equal(isUpdate ? 0 : 1, pieces.OfType<BepMessage.Index>().Count());
        Assert.Equal(isUpdate ? 3 : 0, pieces.OfType<BepMessage.IndexUpdate>().Sum(u => u.PreviousSequence));
        Assert.Equal([.. Enumerable.Repeat(0L, pieces.Count - 1), 7L], pieces.Select(p => p is BepMessage.Index i ? i.LastSequence : ((BepMessage.IndexUpdate)p).LastSequence));
    }

    public static TheoryData<string, byte[]> Lies => new()
    {
        { "negative length", Frames.Frame(new ProtobufBuilder().V(1, 1).Bytes, [], -1) },
        { "length over 500,000,000", Frames.Frame(new ProtobufBuilder().V(1, 1).Bytes, [], 500_000_001) },
        { "length over 500,000,000 of an unknown type", Frames.Frame(new ProtobufBuilder().V(1, 99).Bytes, [], 500_000_001) },
        { "response over 32 MiB", Frames.Frame(new ProtobufBuilder().V(1, 4).Bytes, [], 40 << 20) },
        { "ClusterConfig over 8 MiB", Frames.Frame([], [], 9 << 20) },
        { "request over 1 MiB", Frames.Frame(new ProtobufBuilder().V(1, 3).Bytes, [], 2 << 20) },
        { "ping over 1 MiB", Frames.Frame(new ProtobufBuilder().V(1, 6).Bytes, [], 2 << 20) },
        { "header over 32767", [0x80, 0x00, .. new byte[40000]] },
        { "unknown compression", Frames.Frame(new ProtobufBuilder().V(1, 6).V(2, 2).Bytes, [], 0) },
        { "header is no message", Frames.Frame([0xFF, 0xFF], [], 0) },
        { "compressed without a size", Frames.Frame(new ProtobufBuilder().V(1, 6).V(2, 1).Bytes, [0, 0], 2) },
        { "compressed of a negative size", Frames.Lz4Frame(Frames.Index, new byte[1000], -1) },
        { "compressed of the biggest size", Frames.Lz4Frame(Frames.Index, new byte[1000], int.MaxValue) },
        { "compressed of a size over 255 to 1", Frames.Lz4Frame(Frames.Index, new byte[1000], 400_000_000) },
        { "compressed of more than there is", Frames.Lz4Frame(Frames.Index, new byte[1000], 1001) },
        { "compressed of less than there is", Frames.Lz4Frame(Frames.Index, new byte[1000], 999) },
        { "compressed bytes that are none", Frames.Frame(new ProtobufBuilder().V(1, 1).V(2, 1).Bytes, [0, 0, 0, 50, 0xFF, 0xFF, 0xFF, 1, 2, 3], 10) },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lie_ends_the_connection(string what, byte[] frame)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var e = await Frames.FailAsync(frame);
        Assert.True(e.IsViolation, $"{what}: {e.Message}");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public async Task Memory_grows_only_as_bytes_arrive()
    {
        foreach (var (type, length) in new[] { (Frames.Index, 499_000_000), (Frames.Response, 32 << 20), (99, 499_000_000) })
        {
            var stream = new ScriptedStream([Frames.Hello(), Frames.Frame(new ProtobufBuilder().V(1, type).Bytes, new byte[1000], length)]);
            await using var connection = await Frames.OpenAsync(stream);
            var before = GC.GetAllocatedBytesForCurrentThread();
            await Assert.ThrowsAsync<BepException>(async () => await connection.ReceiveAsync(default));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_000_000);
            Assert.InRange(stream.LongestRead, 1, 1 << 20);
        }
    }

    [Fact]
    public async Task A_bomb_is_taken_up_to_the_types_limit()
    {
        var zeros = new byte[9 << 20];
        Assert.True((await Frames.FailAsync(Frames.Lz4Frame(Frames.ClusterConfig, zeros))).IsViolation);
        var flood = new ProtobufBuilder().B(1, "f").B(99, new byte[20 << 20]).Bytes;
        Assert.Empty(((BepMessage.Index)await Frames.ReceiveAsync(Frames.Lz4Frame(Frames.Index, flood))).Files);
    }

    [Fact]
    public async Task Incompressible_and_empty_bodies_may_come_compressed()
    {
        var data = new byte[100];
        for (var i = 0; i < data.Length; i++)
            data[i] = (byte)(i * 37);
        var got = (BepMessage.Response)await Frames.ReceiveAsync(Frames.Lz4Frame(Frames.Response, new ProtobufBuilder().V(1, 1).B(2, data).Bytes));
        Assert.Equal(data, got.Data.Span.ToArray());
        Assert.IsType<BepMessage.Ping>(await Frames.ReceiveAsync(Frames.Lz4Frame(Frames.Ping, [])));
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_between_messages_may_be_repeated()
    {
        var stream = new ScriptedStream([Frames.Hello(), Frames.Frame(Frames.Ping, new ProtobufBuilder()), [0x00]]) { StaysOpen = true };
        await using var connection = await Frames.OpenAsync(stream);
        await connection.ReceiveAsync(default);
        for (var i = 0; i < 3; i++)
        {
            using var source = new CancellationTokenSource();
            var receiving = connection.ReceiveAsync(source.Token).AsTask();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        }
    }

    [Fact]
    public async Task A_receive_that_is_cancelled_amid_a_message_was_the_last()
    {
        await using var connection = await Frames.OpenAsync(new ScriptedStream([Frames.Hello(), Response(300)[..50]]) { StaysOpen = true });
        using var source = new CancellationTokenSource();
        var receiving = connection.ReceiveAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        var e = await Assert.ThrowsAsync<BepException>(async () => await connection.ReceiveAsync(default));
        Assert.Equal((false, "The connection was abandoned in the middle of a message."), (e.IsViolation, e.Message));
    }

    [Fact]
    public async Task A_fault_of_the_line_is_a_reason_for_a_person()
    {
        var stream = new ScriptedStream([Frames.Hello()]);
        await using var connection = await Frames.OpenAsync(stream);
        stream.Fault = new IOException("x", new SocketException((int)SocketError.ConnectionReset));
        foreach (var act in new Func<ValueTask>[]
        {
            async () => await connection.ReceiveAsync(default), async () => await connection.ReceiveAsync(default),
            () => SendAndFlushAsync(connection), () => SendAndFlushAsync(connection),
        })
        {
            var e = await Assert.ThrowsAsync<BepException>(async () => await act());
            Assert.Equal((false, "The connection was reset by the other device."), (e.IsViolation, e.Message));
        }
    }

    [Fact]
    public async Task Two_receivers_at_once_are_a_bug()
    {
        await using var connection = await Frames.OpenAsync(new ScriptedStream([Frames.Hello()]) { StaysOpen = true });
        using var source = new CancellationTokenSource();
        var first = connection.ReceiveAsync(source.Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.ReceiveAsync(default));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    public static TheoryData<string, byte[]> BadHellos => new()
    {
        { "closed before Hello: the other device may not know this device", [] },
        { "closed before Hello", Frames.Hello()[..3] },
        { "closed before Hello", Frames.Hello()[..20] },
        { "before 2017", Frames.Hello(magic: 0x9F79BC40) },
        { "does not speak", "GET / HTTP/1.1\r\n\r\n"u8.ToArray() },
        { "Hello of 65535 bytes", [0x2E, 0xA7, 0xD9, 0x0B, 0xFF, 0xFF] },
        { "broken Hello", Frames.Hello(new ProtobufBuilder().Append(0x0A, 0x50)) },
        { "broken Hello", Frames.Hello(new ProtobufBuilder().B(1, [0xFF])) },
    };

    [Theory]
    [MemberData(nameof(BadHellos))]
    public async Task A_bad_Hello_is_explained(string why, byte[] said)
    {
        var e = await Assert.ThrowsAsync<BepException>(() => Frames.OpenAsync(new ScriptedStream([said])));
        Assert.Contains(why, e.Message);
    }

    [Fact]
    public async Task A_reset_before_Hello_is_explained_and_a_deadline_is_not()
    {
        var reset = new ScriptedStream([]) { Fault = new IOException("x", new SocketException((int)SocketError.ConnectionReset)) };
        Assert.Contains("may not know this device", (await Assert.ThrowsAsync<BepException>(() => Frames.OpenAsync(reset))).Message);
        using var source = new CancellationTokenSource();
        var opening = Bep.OpenAsync(new ScriptedStream([]) { StaysOpen = true }, Frames.Us, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    private static async ValueTask SendAndFlushAsync(IBepConnection connection)
    {
        await connection.SendAsync(new BepMessage.Ping(), default);
        await connection.FlushAsync(default);
    }
}
