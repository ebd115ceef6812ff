using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Framing;

/// <summary>The header before a frame's body.</summary>
/// <param name="Length">Bytes of the body on the wire.</param>
internal readonly record struct FrameHeader(MessageType Type, bool IsCompressed, int Length)
{
    public bool IsKnown => Type is >= MessageType.ClusterConfig and <= MessageType.Close;

    /// <param name="header">The Header message; empty for an uncompressed ClusterConfig.</param>
    public static FrameHeader Parse(ReadOnlySpan<byte> header, int length)
    {
        ulong type = 0, compression = 0;
        var reader = new ProtoReader(header);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Header.Type: type = reader.ReadVarint(); break;
                case Tags.Header.Compression: compression = reader.ReadVarint(); break;
                default: reader.Skip(tag); break;
            }
        }
        var head = new FrameHeader(type <= int.MaxValue ? (MessageType)type : (MessageType)int.MaxValue, compression == 1, length);
        if (length < 0 || length > FrameLimits.OnWire(head.Type, head.IsCompressed))
            throw BepException.Violation($"The other device sent a message of type {type} with a length of {length} bytes.");
        if (compression > 1 && head.IsKnown)
            throw BepException.Violation($"The other device sent a message with the unknown compression {compression}.");
        return head;
    }
}
