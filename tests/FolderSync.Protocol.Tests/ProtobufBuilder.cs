using System.Buffers.Binary;
using System.Text;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using K4os.Compression.LZ4;
using Xunit;

namespace FolderSync.Protocol.Tests;

/// <summary>Writes protobuf bytes field by field, independently of the code under test.</summary>
internal sealed class ProtobufBuilder
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public ProtobufBuilder V(int field, long value) => Raw(((ulong)field << 3) | 0).Raw((ulong)value);

    public ProtobufBuilder V(int field, ulong value) => Raw(((ulong)field << 3) | 0).Raw(value);

    public ProtobufBuilder B(int field, params byte[] value)
    {
        Raw(((ulong)field << 3) | 2).Raw((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public ProtobufBuilder B(int field, string value) => B(field, Encoding.UTF8.GetBytes(value));

    public ProtobufBuilder B(int field, ProtobufBuilder value) => B(field, value.Bytes);

    /// <summary>A bare number: a tag or a length.</summary>
    public ProtobufBuilder Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
        return this;
    }

    public ProtobufBuilder Append(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public static ProtobufBuilder Vector(params (ulong Id, ulong Value)[] counters) =>
        counters.Aggregate(new ProtobufBuilder(), (v, c) => v.B(1, new ProtobufBuilder().V(1, c.Id).V(2, c.Value)));

    public static ProtobufBuilder Block(long offset, long size, byte fill, int hashLength = 32) =>
        new ProtobufBuilder().V(1, offset).V(2, size).B(3, Enumerable.Repeat(fill, hashLength).ToArray());

    /// <summary>A FileInfo of a small existing file; the callback may add or repeat fields; the last one counts.</summary>
    public static ProtobufBuilder File(string name, long size = 5, Func<ProtobufBuilder, ProtobufBuilder>? more = null)
    {
        var info = new ProtobufBuilder().B(1, name).V(3, size).B(9, Vector((1, 1))).V(10, 7);
        return more is null ? info.B(16, Block(0, size, 9)) : more(info);
    }

    public static ProtobufBuilder Index(params ProtobufBuilder[] files) => files.Aggregate(new ProtobufBuilder().B(1, "f"), (m, f) => m.B(2, f));
}

/// <summary>Builds frames as bytes, and connections that read them.</summary>
internal static class Frames
{
    public const int ClusterConfig = 0, Index = 1, IndexUpdate = 2, Request = 3, Response = 4, DownloadProgress = 5, Ping = 6, Close = 7;

    public static readonly Hello Us = new("us", "FolderSync", "v0.1.0", 1, 0);

    public static byte[] Hello(ProtobufBuilder? message = null, uint magic = 0x2EA7D90B)
    {
        var body = (message ?? new ProtobufBuilder().B(1, "peer").B(2, "syncthing").B(3, "v1.29.5")).Bytes;
        var bytes = new byte[6 + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, magic);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)body.Length);
        body.CopyTo(bytes, 6);
        return bytes;
    }

    public static byte[] Frame(int type, byte[] body) => Frame(type == 0 ? [] : new ProtobufBuilder().V(1, type).Bytes, body, body.Length);

    public static byte[] Frame(int type, ProtobufBuilder body) => Frame(type, body.Bytes);

    /// <summary>A frame whose length may be wrong.</summary>
    public static byte[] Frame(byte[] header, byte[] body, int length)
    {
        var bytes = new byte[6 + header.Length + body.Length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)header.Length);
        header.CopyTo(bytes, 2);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(2 + header.Length), length);
        body.CopyTo(bytes, 6 + header.Length);
        return bytes;
    }

    public static byte[] Lz4Frame(int type, byte[] raw, int? claimed = null)
    {
        var block = new byte[4 + LZ4Codec.MaximumOutputSize(raw.Length)];
        var length = LZ4Codec.Encode(raw, block.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(block, claimed ?? raw.Length);
        return Frame(new ProtobufBuilder().V(1, type).V(2, 1).Bytes, block[..(4 + length)], 4 + length);
    }

    public static async Task<IBepConnection> OpenAsync(Stream stream) => await Bep.OpenAsync(stream, Us, CancellationToken.None);

    /// <summary>Receives these frames on a connection after a valid Hello.</summary>
    public static async Task<BepMessage> ReceiveAsync(params byte[][] frames)
    {
        await using var connection = await OpenAsync(new ScriptedStream([Hello(), .. frames]));
        return await connection.ReceiveAsync(CancellationToken.None);
    }

    /// <summary>The reason why the frames end the connection.</summary>
    public static async Task<BepException> FailAsync(params byte[][] frames) =>
        await Assert.ThrowsAsync<BepException>(async () => await ReceiveAsync(frames));
}
