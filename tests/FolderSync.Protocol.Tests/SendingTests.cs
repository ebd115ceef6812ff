using FolderSync.Core.Model;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Protocol.Tests;

/// <summary>What is sent when, compressed or not.</summary>
public class SendingTests
{
    private readonly ScriptedStream _stream = new([Frames.Hello()]);

    [Fact]
    public async Task Small_messages_wait_for_the_flush_and_go_as_one()
    {
        await using var connection = await OpenAsync();
        var (writes, flushes) = (_stream.Writes, _stream.Flushes);
        for (var i = 0; i < 100; i++)
            await connection.SendAsync(new BepMessage.Ping(), default);
        Assert.Equal((writes, flushes), (_stream.Writes, _stream.Flushes));
        await connection.FlushAsync(default);
        Assert.Equal((writes + 1, flushes + 1), (_stream.Writes, _stream.Flushes));
        Assert.Equal(_stream.Written.Length, connection.BytesSent);
    }

    [Theory]
    [InlineData(16 << 10, 0)]
    [InlineData((16 << 10) + 1, 2)]
    [InlineData(1 << 20, 2)]
    public async Task Long_data_goes_from_where_it_is(int length, int writesBeforeFlush)
    {
        await using var connection = await OpenAsync();
        var writes = _stream.Writes;
        using var data = PooledBytes.Rent(length);
        await connection.SendAsync(new BepMessage.Response(1, data, ErrorCode.NoError), default);
        Assert.Equal(writes + writesBeforeFlush, _stream.Writes);
    }

    [Fact]
    public async Task The_buffer_goes_out_when_it_is_full()
    {
        await using var connection = await OpenAsync();
        var writes = _stream.Writes;
        using var data = PooledBytes.Rent(10_000);
        for (var i = 0; i < 20; i++)
            await connection.SendAsync(new BepMessage.Response(i, data, ErrorCode.NoError), default);
        Assert.InRange(_stream.Writes - writes, 2, 5);
    }

    [Theory]
    [InlineData(Compression.Never, 10_000, false, false)]
    [InlineData(Compression.Metadata, 10_000, true, false)]
    [InlineData(Compression.Always, 10_000, true, true)]
    [InlineData(Compression.Always, 50, false, false)]
    public async Task Compresses_what_it_should(Compression mode, int length, bool metadata, bool data)
    {
        Assert.Equal(metadata, await IsCompressedAsync(new BepMessage.Close(new string('x', length)), mode));
        using var bytes = PooledBytes.Rent(length);
        bytes.Span.Clear();
        Assert.Equal(data, await IsCompressedAsync(new BepMessage.Response(1, bytes, ErrorCode.NoError), mode));
    }

    [Fact]
    public async Task What_does_not_get_smaller_goes_as_it_is()
    {
        using var bytes = PooledBytes.Rent(10_000);
        var state = 1u;
        foreach (ref var b in bytes.Span)
            b = (byte)((state = (state * 1664525) + 1013904223) >> 24);
        Assert.False(await IsCompressedAsync(new BepMessage.Response(1, bytes, ErrorCode.NoError), Compression.Always));
    }

    [Fact]
    public async Task A_message_longer_than_the_protocol_permits_is_not_sent()
    {
        await using var connection = await OpenAsync();
        var sent = _stream.Written.Length;
        var name = default(FileName).Child(new string('x', 90_000));
        var entry = new FileEntry { Name = name, Type = FileType.Directory, Platform = new byte[10_000_000] };
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await connection.SendAsync(new BepMessage.Index(new FolderId("f"), [.. Enumerable.Repeat(entry, 51)], 1), default));
        Assert.Equal(sent, _stream.Written.Length);
    }

    [Fact]
    public void Batches_are_cut_by_count_and_by_bytes()
    {
        var small = Enumerable.Range(1, 2500).Select(i => Entry(i, 1)).ToList();
        Assert.Equal([1000, 1000, 500], IndexBatcher.Split(small).Select(b => b.Count));
        Assert.Equal(small, IndexBatcher.Split(small).SelectMany(b => b));
        Assert.Equal([2, 1, 1], IndexBatcher.Split([Entry(1, 1), Entry(2, 1), Entry(3, 50_000), Entry(4, 1)]).Select(b => b.Count));
        Assert.Empty(IndexBatcher.Split([]));
    }

    [Fact]
    public void Batches_chain_their_sequences()
    {
        var folder = new FolderId("f");
        var entries = Enumerable.Range(5, 2100).Select(i => Entry(i, 1));
        Assert.Equal(["I 1004", "U 2004 1004", "U 2104 2004"], IndexBatcher.ToMessages(folder, entries, true, 99).Select(Show));
        Assert.Equal(["U 1004 4", "U 2004 1004", "U 2104 2004"], IndexBatcher.ToMessages(folder, entries, false, 4).Select(Show));
        Assert.Equal(["I 0"], IndexBatcher.ToMessages(folder, [], true, 0).Select(Show));
        Assert.Empty(IndexBatcher.ToMessages(folder, [], false, 4));

        static string Show(BepMessage message) => message is BepMessage.Index i
            ? $"I {i.LastSequence}"
            : message is BepMessage.IndexUpdate u ? $"U {u.LastSequence} {u.PreviousSequence}" : "?";
    }

    private static FileEntry Entry(int sequence, int blocks) => new()
    {
        Name = FileName.Parse("x" + sequence),
        Sequence = sequence,
        Size = (long)blocks << 17,
        Blocks = new BlockList(1 << 17, (long)blocks << 17, new byte[blocks * 32]),
    };

    private async Task<IBepConnection> OpenAsync()
    {
        var connection = await Frames.OpenAsync(_stream);
        connection.Compression = Compression.Never;
        return connection;
    }

    private static async Task<bool> IsCompressedAsync(BepMessage message, Compression mode)
    {
        var stream = new ScriptedStream([Frames.Hello()]);
        await using var connection = await Frames.OpenAsync(stream);
        var start = (int)stream.Written.Length;
        connection.Compression = mode;
        await connection.SendAsync(message, default);
        await connection.FlushAsync(default);
        return stream.Written.ToArray()[start + 1] == 4;
    }
}
