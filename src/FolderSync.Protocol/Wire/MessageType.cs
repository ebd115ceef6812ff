namespace FolderSync.Protocol.Wire;

/// <summary>The type of a frame's body in its Header.</summary>
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
