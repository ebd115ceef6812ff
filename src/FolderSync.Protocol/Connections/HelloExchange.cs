using System.Buffers.Binary;
using FolderSync.Protocol.Framing;
using FolderSync.Protocol.Messages;
using Google.Protobuf;

namespace FolderSync.Protocol.Connections;

/// <summary>What both sides send before any frame: magic (u32), length (u16), the Hello message; big-endian.</summary>
internal static class HelloExchange
{
    private const uint Magic = 0x2EA7D90B;
    private const int HeadLength = 6, MaxLength = 32767;

    private const string ClosedBefore =
        "The connection was closed before Hello: the other device may not know this device yet, or has it paused.";

    public static async Task<Hello> RunAsync(FrameReader reader, FrameWriter writer, Hello own, CancellationToken cancellation)
    {
        var bytes = Compose(own);
        try
        {
            await writer.WriteBytesAsync(bytes, cancellation);
            await writer.FlushAsync(cancellation);
            return await ReadAsync(reader, cancellation);
        }
        catch (StreamEndedException e)
        {
            throw new BepException(ClosedBefore, inner: e);
        }
        catch (BepException e) when (!e.IsViolation && reader.BytesReceived == 0)
        {
            throw new BepException($"{ClosedBefore} ({e.Message})", inner: e);
        }
    }

    private static byte[] Compose(Hello own)
    {
        var message = ControlMessageCodec.ToWire(own);
        var length = message.CalculateSize();
        if (length > MaxLength)
            throw new ArgumentException($"A Hello of {length} bytes is longer than the protocol permits.", nameof(own));
        var bytes = new byte[HeadLength + length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)length);
        message.WriteTo(bytes.AsSpan(HeadLength));
        return bytes;
    }

    private static async Task<Hello> ReadAsync(FrameReader reader, CancellationToken cancellation)
    {
        await reader.FillAsync(HeadLength, cancellation);
        var magic = BinaryPrimitives.ReadUInt32BigEndian(reader.Buffered);
        if (magic != Magic)
            throw BepException.Violation(Validate(magic));
        var length = BinaryPrimitives.ReadUInt16BigEndian(reader.Buffered[4..]);
        if (length > MaxLength)
            throw BepException.Violation($"The other device sent a Hello of {length} bytes.");
        await reader.FillAsync(HeadLength + length, cancellation);
        var hello = ControlMessageCodec.ReadHello(reader.Buffered.Slice(HeadLength, length));
        reader.Consume(HeadLength + length);
        return hello;
    }

    private static string Validate(uint magic) => magic switch
    {
        0x00010001 or 0x9F79BC40 => "The other device runs a version of the protocol from before 2017; update the program there.",
        _ => $"The other device does not speak the Block Exchange Protocol (it began with 0x{magic:X8}).",
    };
}
