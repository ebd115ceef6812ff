using FolderSync.Protocol.Wire;
using Google.Protobuf;

namespace FolderSync.Protocol.Messages;

/// <summary>A message about to be sent: its type and size, then its bytes.</summary>
/// <param name="Size">The size of the body in bytes, excluding a Response's data, which is written from its own buffer.</param>
internal readonly record struct OutgoingBody(BepMessage Message, MessageType Type, int Size, IMessage? Generated)
{
    public static OutgoingBody Of(BepMessage message) => message switch
    {
        BepMessage.Response m => new(m, MessageType.Response, ResponseCodec.PrefixSize(m), null),
        BepMessage.Request m => new(m, MessageType.Request, RequestCodec.Size(m), null),
        BepMessage.Index m => new(m, MessageType.Index, IndexCodec.Size(m.Folder, m.Files, m.LastSequence, 0), null),
        BepMessage.IndexUpdate m =>
            new(m, MessageType.IndexUpdate, IndexCodec.Size(m.Folder, m.Files, m.LastSequence, m.PreviousSequence), null),
        BepMessage.Ping m => new(m, MessageType.Ping, 0, null),
        BepMessage.ClusterConfig m => OfGenerated(m, MessageType.ClusterConfig, ControlMessageCodec.ToWire(m)),
        BepMessage.DownloadProgress m => OfGenerated(m, MessageType.DownloadProgress, ControlMessageCodec.ToWire(m)),
        BepMessage.Close m => OfGenerated(m, MessageType.Close, ControlMessageCodec.ToWire(m)),
        _ => throw new ArgumentException($"There is no message {message.GetType()}.", nameof(message)),
    };

    /// <param name="body">Exactly <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> body)
    {
        switch (Message)
        {
            case BepMessage.Response m: ResponseCodec.WritePrefix(body, m); break;
            case BepMessage.Request m: RequestCodec.Write(body, m); break;
            case BepMessage.Index m: IndexCodec.Write(body, m.Folder, m.Files, m.LastSequence, 0); break;
            case BepMessage.IndexUpdate m: IndexCodec.Write(body, m.Folder, m.Files, m.LastSequence, m.PreviousSequence); break;
            default: Generated?.WriteTo(body); break;
        }
    }

    private static OutgoingBody OfGenerated(BepMessage message, MessageType type, IMessage generated) =>
        new(message, type, generated.CalculateSize(), generated);
}
