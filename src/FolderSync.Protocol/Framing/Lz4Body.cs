using System.Buffers.Binary;
using FolderSync.Protocol.Wire;
using K4os.Compression.LZ4;

namespace FolderSync.Protocol.Framing;

/// <summary>Compressed bodies: the raw size as a big-endian i32, then one raw LZ4 block.</summary>
internal static class Lz4Body
{
    public const int SizeLength = 4;

    /// <summary>Shorter bodies aren't worth compressing.</summary>
    public const int MinRaw = 128;

    /// <summary>The raw body, in a buffer from <see cref="BodyPool"/> that the caller owns.</summary>
    public static byte[] Decompress(ReadOnlySpan<byte> body, MessageType type, out int length)
    {
        if (body.Length < SizeLength)
            throw BepException.Violation($"The other device sent a compressed message of {body.Length} bytes.");
        var raw = BinaryPrimitives.ReadInt32BigEndian(body);
        var block = body[SizeLength..];
        if (raw < 0 || raw > FrameLimits.Body(type) || raw > (long)block.Length * FrameLimits.MaxCompressionRatio)
            throw BepException.Violation($"The other device claims that {block.Length} compressed bytes are {raw} in full.");
        length = raw;
        var buffer = BodyPool.Rent(raw);
        if (raw == 0 || LZ4Codec.Decode(block, buffer.AsSpan(0, raw)) == raw)
            return buffer;
        BodyPool.Return(buffer);
        throw BepException.Violation($"The other device sent a compressed message that does not decompress to the {raw} bytes it claims.");
    }

    /// <summary>The most bytes that <see cref="TryCompress"/> may write for a raw body.</summary>
    public static int MaxLength(int raw) => SizeLength + LZ4Codec.MaximumOutputSize(raw);

    /// <summary>False when it doesn't save at least 1/32.</summary>
    /// <param name="body">At least <see cref="MaxLength"/> bytes.</param>
    public static bool TryCompress(ReadOnlySpan<byte> raw, Span<byte> body, out int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(body, raw.Length);
        var written = LZ4Codec.Encode(raw, body[SizeLength..]);
        length = SizeLength + written;
        return written > 0 && length <= raw.Length - (raw.Length / 32);
    }
}
