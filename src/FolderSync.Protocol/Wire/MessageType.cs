namespace FolderSync.Protocol.Wire;

/// <summary>What a frame's Header says of its body.</summary>
internal enum MessageType
{
    ClusterConfig = 0,
    Index = 1,
    IndexUpdate = 2,
    Request = 3,
    Response = 4,
    DownloadProgress = 5,
    Ping = 6,
    Close = 7,
}
