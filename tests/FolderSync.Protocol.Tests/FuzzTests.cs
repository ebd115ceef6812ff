using System.Buffers.Binary;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Protocol.Tests;

/// <summary>200,000 frames, each a good one with a few bytes changed: each gives a message or a BepException, in bounded memory.</summary>
public class FuzzTests
{
    private const int FramesEach = 50_000;

    /// <summary>The bytes that one receive may allocate: the first chunk of a long body, and some for a short one.</summary>
    private const long MaxAllocated = 2 << 20;

    private static readonly byte[][] Seeds =
    [
        Body(Frames.ClusterConfig, new ProtobufBuilder().B(1, new ProtobufBuilder().B(1, "f").B(2, "l").V(3, 1).B(16, new ProtobufBuilder().B(1, new byte[32]).B(3, "dynamic").V(8, 7)))),
        Body(Frames.Index, ProtobufBuilder.Index(ProtobufBuilder.File("a/b"), ProtobufBuilder.File("ä", 0, p => p.V(2, 1)), ProtobufBuilder.File("l", 0, p => p.V(2, 4).B(17, "a/b")))),
        Body(Frames.IndexUpdate, ProtobufBuilder.Index(ProtobufBuilder.File("big", 400_000, p => p.B(16, ProtobufBuilder.Block(0, 131072, 1)).B(16, ProtobufBuilder.Block(131072, 131072, 1))
            .B(16, ProtobufBuilder.Block(262144, 131072, 1)).B(16, ProtobufBuilder.Block(393216, 6784, 1)))).V(3, 5).V(4, 4)),
        Body(Frames.Request, new ProtobufBuilder().V(1, 1).B(2, "f").B(3, "a/b").V(4, 131072).V(5, 131072).B(6, new byte[32]).V(7, 1).V(9, 1)),
        Body(Frames.Response, new ProtobufBuilder().V(1, 1).B(2, new byte[200]).V(3, 1)),
        Body(Frames.Response, new ProtobufBuilder().V(1, 1).V(3, 1)),
        Body(Frames.DownloadProgress, new ProtobufBuilder().B(1, "f").B(2, new ProtobufBuilder().V(1, 0).B(2, "x").B(3, ProtobufBuilder.Vector((1, 2))).V(4, 1).V(4, 2).V(5, 131072))),
        Body(Frames.Ping, new ProtobufBuilder()),
        Body(Frames.Close, new ProtobufBuilder().B(1, "bye")),
        Body(99, new ProtobufBuilder().B(1, new byte[50])),
        Frames.Lz4Frame(Frames.Index, ProtobufBuilder.Index(ProtobufBuilder.File("aaaaaaaa"), ProtobufBuilder.File("aaaaaaab"), ProtobufBuilder.File("aaaaaaac")).Bytes),
        Frames.Lz4Frame(Frames.Response, new ProtobufBuilder().V(1, 1).B(2, new byte[500]).Bytes),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Only_messages_or_reasons_come_out(int seed)
    {
        var random = new Random(seed);
        int messages = 0, violations = 0, ends = 0;
        var hello = Frames.Hello();
        long largest = 0;
        for (var i = 0; i < FramesEach;)
        {
            // Several frames per connection; the first bad one ends it.
            var frames = Enumerable.Range(0, 20).Select(_ => Mutate(Seeds[random.Next(Seeds.Length)], random)).ToList();
            await using var connection = await Frames.OpenAsync(new ScriptedStream([hello, .. frames], random.Next(4) == 0 ? random.Next(1, 50) : int.MaxValue));
            var before = 0L;
            try
            {
                while (true)
                {
                    i++;
                    before = GC.GetAllocatedBytesForCurrentThread();
                    if (await connection.ReceiveAsync(default) is BepMessage.Response response)
                        response.Data.Dispose();
                    messages++;
                    largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - before);
                }
            }
            catch (BepException e)
            {
                largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - before);
                if (e.IsViolation)
                    violations++;
                else
                    ends++;
            }
        }
        Assert.True(messages > FramesEach / 10 && violations > FramesEach / 20 && ends > 100, $"{messages} messages, {violations} violations, {ends} ends");
        Assert.InRange(largest, 1, MaxAllocated);
    }

    private static byte[] Body(int type, ProtobufBuilder body) => Frames.Frame(type, body);

    private static byte[] Mutate(byte[] frame, Random random)
    {
        var bytes = (byte[])frame.Clone();
        for (var n = random.Next(3); n > 0; n--)
        {
            // Changes mostly the body, so that the code behind the framing is reached.
            var at = random.Next(10) == 0 ? random.Next(bytes.Length) : random.Next(Math.Min(8, bytes.Length - 1), bytes.Length);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes[at] = (byte)(random.Next(2) == 0 ? 0 : 0xFF); break;
                case 3: bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 8))..]]; break;
                default: bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]]; break;
            }
            if (bytes.Length < 8)
                break;
            // Half the time the length stays right, so that only the content is wrong.
            var header = BinaryPrimitives.ReadUInt16BigEndian(bytes);
            if (random.Next(2) == 0 && header + 6 <= bytes.Length)
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(2 + header), bytes.Length - header - 6);
        }
        return bytes;
    }
}
